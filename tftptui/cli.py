"""The command line: reads options, builds the graph, starts things lazily."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from tftptui import __version__
from tftptui.resources import packaged_folder
from tftptui.settings import Settings, SettingsError, parse_port_range

EXIT_FAILED, EXIT_USAGE = 1, 2

app = App(
    name="tftptui",
    help="The TFTP server that shows what is happening and tells you why it isn't.",
    version=__version__,
    version_flags=["--version", "-V"],
)

RootArgument = Annotated[
    Path | None,
    Parameter(help="Folder to serve. Without it: a small packaged sample."),
]


@Parameter(name="*")
@dataclass(frozen=True)
class ServerOptions:
    """What every command that serves can be told."""

    listen: Annotated[
        tuple[str, ...],
        Parameter(help="Address to take requests on; may be repeated.", negative=()),
    ] = ()
    port: Annotated[
        int | None,
        Parameter(
            help="UDP port for requests. Without it: 69, or 6969 if 69 is denied."
        ),
    ] = None
    ports: Annotated[
        str, Parameter(help="UDP ports to answer from (the server's TIDs), as A-B.")
    ] = "40000-40099"
    order: Annotated[
        Literal["random", "sequential"],
        Parameter(help="How the next port of the range is chosen."),
    ] = "random"
    quarantine: Annotated[
        float, Parameter(help="Seconds that a port rests after a transfer.")
    ] = 10.0
    max_blksize: Annotated[int, Parameter(help="Largest block granted, in octets.")] = (
        65_464
    )
    max_windowsize: Annotated[
        int, Parameter(help="Largest window granted, in blocks.")
    ] = 64
    retries: Annotated[
        int, Parameter(help="Time-outs in a row before a client is given up.")
    ] = 6
    write: Annotated[
        Literal["off", "new", "overwrite"],
        Parameter(help="Uploads: none, new files only, or existing ones too."),
    ] = "off"
    max_upload: Annotated[int | None, Parameter(help="Largest upload, in octets.")] = (
        None
    )
    upload_quota: Annotated[
        int | None, Parameter(help="Octets that one client may upload in all.")
    ] = None
    max_transfers: Annotated[int, Parameter(help="Transfers at once, in all.")] = 1_000

    def settings(self, root: Path | None, journal: str | None) -> Settings:
        """Return the settings that these options mean.

        Raises:
            SettingsError: an option makes no sense.
        """
        return Settings(
            root=root if root is not None else packaged_folder("sample_root"),
            listen=self.listen,
            port=self.port,
            ports=parse_port_range(self.ports),
            order=self.order,
            quarantine=self.quarantine,
            max_block_size=self.max_blksize,
            max_window=self.max_windowsize,
            retries=self.retries,
            max_transfers=self.max_transfers,
            write=self.write,
            max_upload=self.max_upload,
            upload_quota=self.upload_quota,
            journal=journal,
        )


_DEFAULTS = ServerOptions()


@app.default
def watch(
    root: RootArgument = None,
    *,
    options: ServerOptions = _DEFAULTS,
    journal: Annotated[
        Path | None, Parameter(help="File to append the journal to, as JSON lines.")
    ] = None,
    theme: Annotated[str | None, Parameter(help="Colours to start with.")] = None,
    engine: Annotated[
        Literal["child", "inline"],
        Parameter(help="Where the server runs: its own process, or this one."),
    ] = "child",
) -> int:
    """Serve ROOT and show everything that happens."""
    place = None if journal is None else str(journal.absolute())
    return _show(_settings(options, root, place), theme, is_inline=engine == "inline")


@app.command
def serve(
    root: RootArgument = None,
    *,
    options: ServerOptions = _DEFAULTS,
    journal: Annotated[
        str, Parameter(help="File to append the journal to; - is standard output.")
    ] = "-",
) -> int:
    """Serve ROOT without a screen; the journal goes to standard output."""
    from tftptui.engine.headless import run  # noqa: PLC0415 - --help is instant

    return run(_settings(options, root, journal))


def _show(settings: Settings, theme: str | None, *, is_inline: bool) -> int:
    """Run the screen on an engine; print what is worth knowing afterwards."""
    # Textual is slow to import, and --help is instant.
    from tftptui.engine.child import ChildEngine  # noqa: PLC0415
    from tftptui.engine.client import EngineClient  # noqa: PLC0415
    from tftptui.ui.app import TftpApp  # noqa: PLC0415
    from tftptui.ui.terminal import check_terminal  # noqa: PLC0415
    from tftptui.ui.themes import DEFAULT_THEME  # noqa: PLC0415

    problem = check_terminal()
    if problem is not None:
        print(f"tftptui: {problem}", file=sys.stderr)
        return EXIT_FAILED
    client: EngineClient
    if is_inline:
        from tftptui.engine.inline import InlineEngine  # noqa: PLC0415

        client = InlineEngine(settings)
    else:
        client = ChildEngine(settings)
    ui = TftpApp(client, theme=theme or DEFAULT_THEME)
    ui.run()
    for line in ui.farewell_lines():
        print(line)
    return ui.return_code or 0


def _settings(
    options: ServerOptions, root: Path | None, journal: str | None
) -> Settings:
    try:
        return options.settings(root, journal)
    except SettingsError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        sys.exit(EXIT_USAGE)


def main() -> None:
    """Run the command line and leave with its exit status."""
    sys.exit(app(result_action="return_value"))
