"""The command line: reads options, builds the graph, starts things lazily."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, CycloptsError, Parameter

from tftptui import __version__
from tftptui.commands.completers import local_files
from tftptui.commands.config import add_config, config
from tftptui.commands.parse_errors import told
from tftptui.commands.server import (
    DEFAULTS,
    RootArgument,
    ServerOptions,
    settings_of,
)
from tftptui.commands.usage_error import EXIT_FAILED, EXIT_UNREAD, EXIT_USAGE
from tftptui.engine.client import EngineClient, EngineError
from tftptui.settings import Settings, SettingsError, parse_network

TO_LOOK_ONLY = "attached to look only: what would change the server is refused"

app = App(
    name="tftptui",
    help="The TFTP server that shows what is happening and tells you why it isn't.",
    version=__version__,
    version_flags=["--version", "-V"],
    config=add_config,
)

app["--version"].help = "Print the version; with --verbose what a bug report needs."

app.command(config)
# By name: each is imported by whoever asks for it, or for help, alone.
app.command("tftptui.commands.analyze:analyze")
app.command("tftptui.commands.demo:demo")
app.command("tftptui.commands.probe:probe")
app.command("tftptui.commands.client:get")
app.command("tftptui.commands.client:put")
app.command("tftptui.commands.firewall:firewall")
app.command("tftptui.commands.wire:wire")


@app.default
def watch(
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    journal: Annotated[
        Path | None, Parameter(help="File to append the journal to, as JSON lines.")
    ] = None,
    theme: Annotated[
        str | None,
        Parameter(help="Colours: dark, light, contrast, or one of Textual's."),
    ] = None,
    engine: Annotated[
        Literal["child", "inline"],
        Parameter(help="Where the server runs: its own process, or this one."),
    ] = "child",
) -> int:
    """Serve ROOT and show everything that happens."""
    place = None if journal is None else str(journal.absolute())
    return _show(settings_of(options, root, place), theme, is_inline=engine == "inline")


@app.command
def serve(
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    journal: Annotated[
        str,
        Parameter(
            help="File to append the journal to; - is standard output.",
            allow_leading_hyphen=True,
            completer=local_files,
        ),
    ] = "-",
    control: Annotated[
        str | None,
        Parameter(
            help="Socket for tftptui attach, or off. Without it: one for each port."
        ),
    ] = None,
) -> int:
    """Serve ROOT without a screen; the journal goes to standard output."""
    from tftptui.engine.holders.headless import run  # noqa: PLC0415 - --help is instant

    settings = settings_of(options, root, journal)
    return run(msgspec.structs.replace(settings, control=control))


@app.command
def attach(
    socket: Annotated[
        Path | None,
        Parameter(help="Its control socket. Without it: that of the only server."),
    ] = None,
    /,
    *,
    read_only: Annotated[
        bool, Parameter(help="Look, and change nothing.", negative=())
    ] = False,
    theme: Annotated[str | None, Parameter(help="Colours, as without attach.")] = None,
) -> int:
    """Show what a running tftptui serve does; it goes on when the screen is left."""
    from tftptui.engine.control_socket import find_socket  # noqa: PLC0415
    from tftptui.engine.holders.attach import AttachedEngine  # noqa: PLC0415

    try:
        path = find_socket(socket)
    except EngineError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FAILED
    engine = AttachedEngine(path, is_read_only=read_only)
    return _watch(engine, theme, goes_on=True, looks_only=read_only)


@app.command
def doctor(
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    clients: Annotated[
        tuple[str, ...],
        Parameter(
            help="Network of clients, as CIDR, to judge besides our own; repeatable.",
            negative=(),
            show_default=False,
        ),
    ] = (),
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead.", negative=())
    ] = False,
    undo: Annotated[
        bool,
        Parameter(
            help="Undo what a killed --cable left on this machine, and check nothing.",
            negative=(),
        ),
    ] = False,
    ask: Annotated[
        str | None,
        Parameter(
            help="Interface to ask DHCP servers at what machines are told, as wire "
            "--ask does; needs root."
        ),
    ] = None,
) -> int:
    """Tell whether this machine can serve ROOT, and what to type where it can't.

    Takes the options of serve and changes nothing without --undo. Ends with 0 if all is
    well, 1 if there is something to look at, 2 if something is bad.
    """
    from tftptui.doctor.checks.all_checks import asked_port, check_all  # noqa: PLC0415 - --help
    from tftptui.doctor.reading.host import read_facts  # noqa: PLC0415
    from tftptui.doctor.report import report_json, report_text  # noqa: PLC0415
    from tftptui.doctor.result import exit_status  # noqa: PLC0415
    from tftptui.engine.control_socket import may_attach  # noqa: PLC0415

    if undo:
        from tftptui.doctor.undo import undo_changes  # noqa: PLC0415

        results = undo_changes()
        print(report_json(results) if json else report_text(results), end="")
        return exit_status(results)
    settings = settings_of(options, root, None)
    try:
        networks = [parse_network(text) for text in clients]
    except SettingsError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    port = asked_port(settings)
    facts = read_facts(settings, port, may_attach=may_attach(port))
    results = check_all(facts, settings, networks)
    if ask is not None:
        from tftptui.commands.wire import offered  # noqa: PLC0415 - it is slow

        results += offered(ask, settings)
    print(report_json(results) if json else report_text(results), end="")
    return exit_status(results)


@app.command
def explain(
    name: str,
    /,
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    client: Annotated[str, Parameter(help="Who asks; decides the own folder.")] = "",
    upload: Annotated[
        bool, Parameter(help="Explain an upload to that name.", negative=())
    ] = False,
    json: Annotated[
        bool, Parameter(help="Print one JSON object instead.", negative=())
    ] = False,
) -> int:
    """Tell step by step what a client that asks for NAME gets.

    Takes the options of serve. Ends with 1 if the request would be refused.
    """
    from tftptui.engine.near_names import with_near_names  # noqa: PLC0415 - --help is instant
    from tftptui.server.root.explain import run  # noqa: PLC0415

    settings, asked = settings_of(options, root, None), os.fsencode(name)
    try:
        explanation = run(settings, asked, client, is_write=upload)
        explanation = with_near_names(explanation, settings, asked)
    except SettingsError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    if json:
        print(msgspec.json.encode(explanation).decode())
    else:
        print("\n".join(explanation.lines()))
    return EXIT_FAILED if explanation.served is None else 0


@app.command
def completion(
    what: Annotated[
        Literal["install", "bash", "zsh", "fish"],
        Parameter(help="Install it for your shell, or print it for the shell named."),
    ],
    shell: Annotated[
        Literal["bash", "zsh", "fish"] | None,
        Parameter(help="Shell to install it for. Default: the one that runs this."),
    ] = None,
    /,
) -> int:
    """Complete commands, options, files and scenario names by the tab key.

    install writes a script to the shell's own folder in your home and, for bash and
    zsh, a line that loads it to ~/.bashrc or ~/.zshrc; it says which files.
    """
    from tftptui.commands.completion import install, print_script  # noqa: PLC0415 - --help

    app.resolved_commands()  # all of them are completed
    return install(app, shell) if what == "install" else print_script(app, what)


def _show(settings: Settings, theme: str | None, *, is_inline: bool) -> int:
    """Run the screen on an engine of its own."""
    from tftptui.engine.holders.rights import (  # noqa: PLC0415
        drop_rights,
        drop_rights_of,
        served_by,
    )

    if is_inline:
        from tftptui.engine.holders.inline import InlineEngine  # noqa: PLC0415

        return _watch(InlineEngine(settings, started=drop_rights_of), theme)
    from tftptui.engine.holders.child import ChildEngine  # noqa: PLC0415

    # The screen gives up root's rights as its child does; see engine/holders/rights.py.
    writes = settings.write != "off"
    drop = partial(drop_rights, settings.user, served_by(settings), writes=writes)
    return _watch(ChildEngine(settings, drop), theme)


def _watch(
    client: EngineClient,
    theme: str | None,
    *,
    goes_on: bool = False,
    looks_only: bool = False,
) -> int:
    """Run the screen on an engine; print what is worth knowing afterwards."""
    # Textual is slow to import, and --help is instant.
    from tftptui.ui.app import TftpApp  # noqa: PLC0415
    from tftptui.ui.exit_summary import bid_farewell  # noqa: PLC0415
    from tftptui.ui.memory import kept_memory  # noqa: PLC0415
    from tftptui.ui.store import Store  # noqa: PLC0415
    from tftptui.ui.terminal import check_terminal  # noqa: PLC0415

    problem = check_terminal()
    if problem is not None:
        print(problem, file=sys.stderr)
        return EXIT_FAILED
    ui = TftpApp(
        client,
        store=Store(comes_back=goes_on, looks_only=looks_only),
        theme=theme,
        memory=kept_memory(),
    )
    if looks_only:
        ui.notices.append(TO_LOOK_ONLY)
    ui.run()
    bid_farewell(ui.farewell_lines())
    return ui.return_code or 0


def _asks_long_version(words: Sequence[str]) -> bool:
    """Whether --verbose is beside --version, which cyclopts answers by itself."""
    return "--verbose" in words and not {"--version", "-V"}.isdisjoint(words)


def _print_version() -> int:
    from tftptui.commands.version import verbose_version  # noqa: PLC0415 - --help

    print(verbose_version())
    return 0


def main() -> None:
    """Run the command line and leave with its exit status."""
    if not {"--help", "-h"}.isdisjoint(sys.argv):
        app.resolved_commands()  # all of them, to tell of them
    words = sys.argv[1:]
    # allow_leading_hyphen would take a mistyped option for the name of a capture.
    if words[:1] == ["analyze"]:
        words = ["/dev/stdin" if word == "-" else word for word in words]
    try:
        status = (
            _print_version()
            if _asks_long_version(words)
            else app(
                words,
                result_action="return_value",
                exit_on_error=False,
                print_error=False,
            )
        )
        sys.stdout.flush()
    except CycloptsError as error:
        print(f"tftptui: {told(error)}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    except BrokenPipeError:  # whoever reads has had enough, as head has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_UNREAD)
    sys.exit(status)
