"""The command ``demo``: a simulated network, with captions."""

import sys
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

_EXIT_FAILED, _EXIT_USAGE = 1, 2
_SLOWEST, _FASTEST = 0.01, 100.0
_NAMES_WIDTH = 14


def demo(
    name: Annotated[
        str | None, Parameter(help="Scenario to show; see --list.", show_default=False)
    ] = None,
    /,
    *,
    scenario: Annotated[
        Path | None, Parameter(help="File with a scenario of your own (TOML).")
    ] = None,
    speed: Annotated[
        float | None,
        Parameter(help="Seconds of demo time in a real one, instead of its own."),
    ] = None,
    seed: Annotated[
        int, Parameter(help="Of all chance: the same seed, the same course.")
    ] = 1,
    list_: Annotated[
        bool, Parameter(name="--list", help="List the scenarios.", negative=())
    ] = False,
    check: Annotated[
        bool,
        Parameter(
            help="Run without a screen, as fast as it goes; end with 1 unless all "
            "came as the scenario says. Without a name: all scenarios.",
            negative=(),
        ),
    ] = False,
) -> int:
    """Show on a simulated network what ports, losses and firewalls do to TFTP."""
    if list_:
        return _list()
    if speed is not None and not _SLOWEST <= speed <= _FASTEST:
        return _usage(f"--speed {speed:g}: choose {_SLOWEST:g} to {_FASTEST:g}")
    if name is not None and scenario is not None:
        return _usage("name a scenario or a file with --scenario, not both")
    if check:
        return _check(name, scenario, speed, seed)
    return _tell(name, scenario, speed, seed)


def _list() -> int:
    from tftptui.demo.scenarios import read_scenario, shipped_scenarios  # noqa: PLC0415

    for name, path in shipped_scenarios().items():
        print(f"{name:<{_NAMES_WIDTH}}  {read_scenario(path).title}")
    return 0


def _check(name: str | None, file: Path | None, speed: float | None, seed: int) -> int:
    """Run scenarios through; say of each how it went."""
    from tftptui.demo.checking import check  # noqa: PLC0415 - --help is instant
    from tftptui.demo.scenarios import (  # noqa: PLC0415
        ScenarioError,
        read_scenario,
        shipped_scenarios,
    )
    from tftptui.engine.client import EngineError  # noqa: PLC0415

    shipped = shipped_scenarios()
    places = shipped if name is None and file is None else _place(name, file, shipped)
    if places is None:
        return _unknown(name, shipped)
    worst = 0
    for title, place in places.items():
        try:
            done = check(read_scenario(place), seed=seed, speed=speed)
        except (ScenarioError, EngineError) as error:
            print(f"tftptui: {error}", file=sys.stderr)
            return _EXIT_USAGE if isinstance(error, ScenarioError) else _EXIT_FAILED
        word = "FAILED" if done.troubles else "ok"
        print(f"{word:<6}  {title:<{_NAMES_WIDTH}}  {done.seconds:6.1f} s of demo time")
        for trouble in done.troubles:
            worst = _EXIT_FAILED
            print(f"        {trouble}")
    return worst


def _tell(name: str | None, file: Path | None, speed: float | None, seed: int) -> int:
    """Run one scenario at its pace, and tell what it shows."""
    from tftptui.demo.checking import check  # noqa: PLC0415 - --help is instant
    from tftptui.demo.scenarios import (  # noqa: PLC0415
        ScenarioError,
        read_scenario,
        shipped_scenarios,
    )
    from tftptui.demo.telling import step_lines  # noqa: PLC0415
    from tftptui.engine.client import EngineError  # noqa: PLC0415

    shipped = shipped_scenarios()
    first = name or (None if file else next(iter(shipped)))
    places = _place(first, file, shipped)
    if places is None:
        return _unknown(name, shipped)
    (place,) = places.values()
    try:
        told = read_scenario(place)
        print(f"{told.title}\n{told.about}\n", flush=True)
        check(
            told,
            seed=seed,
            speed=speed or told.speed,
            shown=lambda director: print(
                *step_lines(director), "", sep="\n", flush=True
            ),
        )
    except (ScenarioError, EngineError) as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return _EXIT_USAGE if isinstance(error, ScenarioError) else _EXIT_FAILED
    return 0


def _place(
    name: str | None, file: Path | None, shipped: dict[str, Path]
) -> dict[str, Path] | None:
    """Return the one scenario that is meant, or None when there is no such."""
    if file is not None:
        return {file.stem: file}
    return {name: shipped[name]} if name in shipped else None


def _unknown(name: str | None, shipped: dict[str, Path]) -> int:
    return _usage(
        f"there is no scenario {name!r}; choose from {', '.join(shipped)}, "
        "or name a file with --scenario"
    )


def _usage(text: str) -> int:
    print(f"tftptui: {text}", file=sys.stderr)
    return _EXIT_USAGE
