"""The command ``demo``: a simulated network, with captions."""

import difflib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from tftptui.commands.completers import scenario_names
from tftptui.commands.help_text import SCREEN, THEME_HELP, setting
from tftptui.commands.usage_error import EXIT_FAILED, EXIT_USAGE, UsageError

DEFAULT_SCENARIO = "two-tids"

_SLOWEST, _FASTEST = 0.01, 100.0
_NAMES_WIDTH = 14
_REST = 3.0  # seconds between steps of a demo that goes by itself


@Parameter(name="*")
@dataclass(frozen=True)
class DemoOptions:
    """Options of demo."""

    scenario: Annotated[
        Path | None, Parameter(help="Your own scenario file (TOML).", metavar="FILE")
    ] = None
    speed: Annotated[
        float | None,
        Parameter(
            help="Demo seconds per real second.",
            metavar="N",
            show_default="the scenario's",
        ),
    ] = None
    seed: Annotated[
        int, Parameter(help="Random seed; the same seed repeats the run.", metavar="N")
    ] = 1
    theme: Annotated[str | None, setting(SCREEN, THEME_HELP, "NAME")] = None
    big: Annotated[
        bool,
        Parameter(help="Show only the stage, large; b toggles it.", negative=()),
    ] = False
    auto: Annotated[
        bool, Parameter(help="Play all steps without keys, then quit.", negative=())
    ] = False
    record: Annotated[
        Path | None,
        Parameter(help="Play all steps and write an asciinema cast.", metavar="FILE"),
    ] = None
    size: Annotated[
        str, Parameter(help="Size of the recording.", metavar="COLSxROWS")
    ] = "140x40"


_PLAIN = DemoOptions()


def demo(
    name: Annotated[
        str | None,
        Parameter(
            help="Scenario to show, see --list.",
            show_default="two-tids",
            completer=scenario_names,
        ),
    ] = None,
    /,
    *,
    options: DemoOptions = _PLAIN,
    list_: Annotated[
        bool, Parameter(name="--list", help="List the scenarios.", negative=())
    ] = False,
    check: Annotated[
        bool,
        Parameter(
            help="Run NAME, or all scenarios, as a test; exit status 1: one failed.",
            negative=(),
        ),
    ] = False,
) -> int:
    """Show TFTP problems on a simulated network: ports, loss, firewalls.

    Without a terminal the demo is printed as text.
    """
    # What it takes is slow to import, and --help is instant.
    from tftptui.demo.scenario.files import ScenarioError  # noqa: PLC0415
    from tftptui.engine.client import EngineError  # noqa: PLC0415

    try:
        if list_:
            return _list()
        if check:
            return _check(_places(name, options, every=True), options)
        ((title, place),) = _places(name, options, every=False).items()
        return _show(title, place, options)
    except (UsageError, ScenarioError) as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    except EngineError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FAILED


def _places(name: str | None, options: DemoOptions, *, every: bool) -> dict[str, Path]:
    """Return the scenarios that are meant; EVERY is whether no name means all.

    Raises:
        UsageError: there is no such scenario.
    """
    from tftptui.demo.scenario.files import shipped_scenarios  # noqa: PLC0415

    speed, file = options.speed, options.scenario
    if speed is not None and not _SLOWEST <= speed <= _FASTEST:
        raise UsageError(f"--speed {speed:g}: must be {_SLOWEST:g} to {_FASTEST:g}")
    if file is not None:
        if name is not None:
            raise UsageError("give a scenario name or --scenario FILE, not both")
        return {file.stem: file}
    shipped = shipped_scenarios()
    if name is None:
        return shipped if every else {DEFAULT_SCENARIO: shipped[DEFAULT_SCENARIO]}
    known = name.casefold()
    if known not in shipped:
        near = difflib.get_close_matches(known, shipped, n=1)
        meant = f"did you mean {near[0]}? " if near else ""
        raise UsageError(
            f"unknown scenario {name!r}; {meant}there are {', '.join(shipped)}; "
            "a file of your own: --scenario FILE"
        )
    return {known: shipped[known]}


def _list() -> int:
    from tftptui.demo.scenario.files import read_scenario, shipped_scenarios  # noqa: PLC0415

    for name, path in shipped_scenarios().items():
        print(f"{name:<{_NAMES_WIDTH}}  {read_scenario(path).title}")
    return 0


def _check(places: dict[str, Path], options: DemoOptions) -> int:
    """Run scenarios; print one line each."""
    from tftptui.demo.check import check  # noqa: PLC0415 - --help is instant
    from tftptui.demo.scenario.files import read_scenario  # noqa: PLC0415

    worst = 0
    for title, place in places.items():
        done = check(read_scenario(place), seed=options.seed, speed=options.speed)
        word = "FAILED" if done.troubles else "ok"
        print(f"{word:<6}  {title:<{_NAMES_WIDTH}}  {done.seconds:6.1f} s of demo time")
        for trouble in done.troubles:
            worst = EXIT_FAILED
            print(f"        {trouble}")
    return worst


def _show(title: str, place: Path, options: DemoOptions) -> int:
    """Show a scenario on the screen, or where there is none tell it in words."""
    from tftptui.demo.scenario.files import read_scenario  # noqa: PLC0415 - the same
    from tftptui.ui.terminal import check_terminal  # noqa: PLC0415

    scenario = read_scenario(place)
    if options.record is not None:
        return _record(title, place, options)
    if check_terminal() is None and sys.stdout.isatty():
        from tftptui.demo.demo_engine import DemoEngine  # noqa: PLC0415
        from tftptui.ui.demo_app import DemoApp  # noqa: PLC0415
        from tftptui.ui.memory import kept_memory  # noqa: PLC0415
        from tftptui.ui.screens.demo import Manner  # noqa: PLC0415

        held = DemoEngine(scenario, seed=options.seed, speed=options.speed)
        manner = Manner(rest=_REST if options.auto else None, big=options.big)
        ui = DemoApp(held, theme=options.theme, manner=manner, memory=kept_memory())
        ui.run()
        return ui.return_code or 0
    from tftptui.demo.check import check  # noqa: PLC0415
    from tftptui.demo.transcript import step_lines  # noqa: PLC0415

    print(f"{title}: {scenario.title}\n{scenario.about}\n", flush=True)
    check(
        scenario,
        seed=options.seed,
        speed=options.speed or scenario.speed,
        shown=lambda director: print(*step_lines(director), "", sep="\n", flush=True),
    )
    return 0


def _record(title: str, place: Path, options: DemoOptions) -> int:
    """Record a scenario that plays by itself."""
    from tftptui.demo.screen_recording import RecordingError, parse_size, record  # noqa: PLC0415

    command = ["demo", "--auto", "--scenario", str(place), "--seed", str(options.seed)]
    if options.speed is not None:
        command += ["--speed", str(options.speed)]
    if options.big:
        command.append("--big")
    command += ["--theme", options.theme or "tftptui-dark"]
    target = options.record or Path(f"{title}.cast")
    try:
        seconds = record(command, target, parse_size(options.size), title)
    except RecordingError as error:
        raise UsageError(str(error)) from error
    print(f"{target}: {seconds:.0f} s; play it: asciinema play {target}")
    return 0
