"""Reads scenarios from TOML files, and validates them."""

import tomllib
from pathlib import Path

import msgspec

from tftptui.demo.scenario.tables import Scenario
from tftptui.demo.scenario.toml_errors import explained, line_of
from tftptui.demo.scenario.validation import Place, UnsoundError, look_at
from tftptui.resources import packaged_folder


class ScenarioError(Exception):
    """A scenario is invalid; the text names the file and the place."""


def parse_scenario(text: str, where: str = "scenario") -> Scenario:
    """Parse a scenario; errors call it WHERE.

    Raises:
        ScenarioError: it is invalid.
    """
    try:
        scenario = msgspec.convert(tomllib.loads(text), Scenario)
        look_at(scenario)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{where}: {error}") from error
    except msgspec.ValidationError as error:
        raise _wrong(text, where, *explained(error)) from error
    except UnsoundError as error:
        raise _wrong(text, where, error.place, str(error)) from error
    return scenario


def _wrong(text: str, where: str, place: Place, said: str) -> ScenarioError:
    """Return an error that names line and step."""
    line = line_of(text, place)
    step = (
        f"step {int(place[1]) + 1}: " if place[:1] == ("steps",) and place[1:] else ""
    )
    return ScenarioError(
        f"{where}{'' if line is None else f', line {line}'}: {step}{said}"
    )


def read_scenario(path: Path) -> Scenario:
    """Read and validate a scenario file.

    Raises:
        ScenarioError: it can't be read, or is invalid.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8 text"
        raise ScenarioError(f"cannot read {path}: {reason}") from error
    return parse_scenario(text, str(path))


def shipped_scenarios() -> dict[str, Path]:
    """Return the packaged scenarios, by name."""
    folder = packaged_folder("scenarios")
    return {path.stem: path for path in sorted(folder.glob("*.toml"))}
