"""The command line: reads options, builds the graph, starts things lazily."""

import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from cyclopts import App, CycloptsError, Group, Parameter

from tftptui import __version__
from tftptui.commands.completers import local_files
from tftptui.commands.config import add_config
from tftptui.commands.help_text import (
    GENERAL,
    JOURNAL_HELP,
    LOGGING,
    SCREEN,
    THEME_HELP,
    HelpLayout,
    epilogue,
    setting,
    switch,
)
from tftptui.commands.parse_errors import error_text
from tftptui.commands.server import (
    DEFAULTS,
    RootArgument,
    ServerOptions,
    settings_of,
)
from tftptui.commands.usage_error import EXIT_FAILED, EXIT_UNREAD, EXIT_USAGE
from tftptui.engine.client import EngineClient, EngineError
from tftptui.settings import Settings, SettingsError, parse_network

TO_LOOK_ONLY = "read-only: commands that change the server are refused"

app = App(
    name="tftptui",
    usage="Usage: tftptui [COMMAND] [OPTIONS] [ROOT...]",
    help="The TFTP server that shows what is happening and tells you why it isn't.",
    help_epilogue=epilogue(""),
    help_format="plaintext",
    help_formatter=HelpLayout(),
    version=__version__,
    version_flags=["--version", "-V"],
    config=add_config,
    group_parameters=Group("Options", sort_key=0),
)

app["--help"].group = GENERAL
app["--help"].help = "Show this help; tftptui COMMAND --help explains a command."
app["--version"].group = GENERAL
app["--version"].help = "Print the version; --verbose adds what a bug report needs."

# By name: each is imported only when it runs, or for the help of all.
for _name, _module in {
    "analyze": "analyze",
    "config": "config",
    "demo": "demo",
    "firewall": "firewall",
    "get": "client",
    "probe": "probe",
    "put": "client",
    "wire": "wire",
}.items():
    app.command(f"tftptui.commands.{_module}:{_name}", help_epilogue=epilogue(_name))


@app.default
def watch(
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    journal: Annotated[
        Path | None, setting(LOGGING, JOURNAL_HELP, "FILE", "none")
    ] = None,
    theme: Annotated[str | None, setting(SCREEN, THEME_HELP, "NAME")] = None,
    engine: Annotated[
        Literal["child", "inline"],
        setting(SCREEN, "Run the server in its own process, or here"),
    ] = "child",
) -> int:
    """Serve ROOT and show everything that happens."""
    place = None if journal is None else str(journal.absolute())
    return _show(settings_of(options, root, place), theme, is_inline=engine == "inline")


@app.command(help_epilogue=epilogue("serve"))
def serve(
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    journal: Annotated[
        str,
        setting(LOGGING, JOURNAL_HELP, "FILE"),
        Parameter(allow_leading_hyphen=True, completer=local_files),
    ] = "-",
    control: Annotated[
        str | None,
        setting(GENERAL, "Socket for tftptui attach, or off", "PATH", "by port"),
    ] = None,
    landlock: Annotated[
        bool, switch(GENERAL, "Have the kernel (Landlock) deny access outside the root")
    ] = False,
) -> int:
    """Serve ROOT without a screen; the journal goes to standard output."""
    from tftptui.engine.holders.headless import run  # noqa: PLC0415 - --help is instant

    settings = settings_of(options, root, journal)
    return run(msgspec.structs.replace(settings, control=control, landlock=landlock))


@app.command(help_epilogue=epilogue("attach"))
def attach(
    socket: Annotated[
        Path | None,
        Parameter(
            help="Control socket of the server.", show_default="that of the only server"
        ),
    ] = None,
    /,
    *,
    read_only: Annotated[
        bool, Parameter(help="Watch only; change nothing.", negative=())
    ] = False,
    theme: Annotated[str | None, setting(SCREEN, THEME_HELP, "NAME")] = None,
) -> int:
    """Open the screen of a running tftptui serve.

    Quitting the screen does not stop the server.
    """
    from tftptui.engine.control_socket import find_socket  # noqa: PLC0415
    from tftptui.engine.holders.attach import AttachedEngine  # noqa: PLC0415

    try:
        path = find_socket(socket)
    except EngineError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FAILED
    engine = AttachedEngine(path, is_read_only=read_only)
    return _watch(engine, theme, goes_on=True, looks_only=read_only)


@app.command(help_epilogue=epilogue("doctor"))
def doctor(
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    clients: Annotated[
        tuple[str, ...],
        Parameter(
            help="Also check this network of clients; repeatable.",
            metavar="CIDR",
            negative=(),
            show_default="networks of this host",
        ),
    ] = (),
    json: Annotated[
        bool, Parameter(help="Print one JSON object.", negative=())
    ] = False,
    undo: Annotated[
        bool,
        Parameter(
            help="Only undo what --cable left changed on this host after a crash.",
            negative=(),
        ),
    ] = False,
    ask: Annotated[
        str | None,
        Parameter(
            help="Ask the DHCP servers on this interface, as wire --ask; needs root.",
            metavar="IFACE",
        ),
    ] = None,
) -> int:
    """Check whether this host can serve ROOT, and how to fix it.

    Takes the options of serve. Changes nothing without --undo. Exit status: 0 all good,
    1 warnings, 2 errors.
    """
    from tftptui.doctor.checks.all_checks import check_all, request_port_of  # noqa: PLC0415 - --help
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
    port = request_port_of(settings)
    facts = read_facts(settings, port, may_attach=may_attach(port))
    results = check_all(facts, settings, networks)
    if ask is not None:
        from tftptui.commands.wire import offered  # noqa: PLC0415 - it is slow

        results += offered(ask, settings)
    print(report_json(results) if json else report_text(results), end="")
    return exit_status(results)


@app.command(help_epilogue=epilogue("explain"))
def explain(
    name: Annotated[str, Parameter(help="Name that the client requests.")],
    /,
    *root: RootArgument,
    options: ServerOptions = DEFAULTS,
    client: Annotated[
        str,
        Parameter(
            help="Client address, for --per-client.",
            metavar="ADDR",
            show_default=False,
        ),
    ] = "",
    upload: Annotated[
        bool, Parameter(help="Explain an upload of NAME.", negative=())
    ] = False,
    json: Annotated[
        bool, Parameter(help="Print one JSON object.", negative=())
    ] = False,
) -> int:
    """Show step by step which file a request for NAME gets.

    Takes the options of serve. Exit status 1: the request would be refused.
    """
    from tftptui.engine.root.near_names import with_near_names  # noqa: PLC0415 - --help is instant
    from tftptui.server.root.explain import run  # noqa: PLC0415

    settings, requested = settings_of(options, root, None), os.fsencode(name)
    try:
        explanation = run(settings, requested, client, is_write=upload)
        explanation = with_near_names(explanation, settings, requested)
    except SettingsError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_USAGE
    if json:
        print(msgspec.json.encode(explanation).decode())
    else:
        print("\n".join(explanation.lines()))
    return EXIT_FAILED if explanation.served is None else 0


@app.command(help_epilogue=epilogue("completion"))
def completion(
    what: Annotated[
        Literal["install", "bash", "zsh", "fish"],
        Parameter(help="Install for your shell, or print the script of a shell."),
    ],
    shell: Annotated[
        Literal["bash", "zsh", "fish"] | None,
        Parameter(help="Shell to install for.", show_default="the current one"),
    ] = None,
    /,
) -> int:
    """Complete commands, options, files and scenarios with the Tab key.

    install writes a script to your home folder. For bash and zsh it also adds a line to
    ~/.bashrc or ~/.zshrc. It prints the files that it wrote.
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
        app.resolved_commands()  # imports all of them, for their first lines
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
        print(f"tftptui: {error_text(error)}", file=sys.stderr)
        sys.exit(EXIT_USAGE)
    except BrokenPipeError:  # the reader has closed the pipe, as head does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(EXIT_UNREAD)
    sys.exit(status)
