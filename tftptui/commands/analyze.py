"""The command ``analyze``: a capture on the screen, or as a report."""

import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from tftptui.commands.help_text import SCREEN, THEME_HELP, setting
from tftptui.commands.usage_error import EXIT_FAILED

KEPT_PACKETS = 1_000_000
KEPT_TRANSFERS = 20_000

_PIPED = (
    "pipe a capture into it: "
    "ssh HOST sudo tcpdump -U -w - udp or icmp | tftptui analyze - --report"
)
_NO_SCREEN = (
    "the screen needs a capture file: add --report for standard input, or save it "
    "first: … | tee boot.pcap"
)

Format = Literal["text", "markdown", "json"]


def analyze(
    capture: Annotated[
        Path,
        Parameter(
            help="pcap or pcapng file, gzip too; - is standard input, with --report."
        ),
    ],
    /,
    *,
    report: Annotated[
        bool,
        Parameter(help="Print a report instead of opening the screen.", negative=()),
    ] = False,
    format: Annotated[  # noqa: A002 - the option's name
        Format, Parameter(help="Format of the report.")
    ] = "text",
    theme: Annotated[str | None, setting(SCREEN, THEME_HELP, "NAME")] = None,
) -> int:
    """Show the TFTP transfers in a capture file (pcap, pcapng).

    A capture taken between client and server shows which packets were lost, and on
    which side of it.

    With a pipe (CAPTURE is -) the report is printed at its end, or at Ctrl+C.
    """
    if report or format != "text":
        return _report(capture, format)
    return _show(capture, theme)


def _report(capture: Path, format: Format) -> int:  # noqa: A002 - as above
    from tftptui.engine.client import EngineError  # noqa: PLC0415 - --help is instant
    from tftptui.replay.reading import STANDARD_INPUT, Reading  # noqa: PLC0415
    from tftptui.replay.summary import Outlining  # noqa: PLC0415
    from tftptui.replay.summary_text import FORMATS  # noqa: PLC0415
    from tftptui.ui.progress import ProgressBar  # noqa: PLC0415

    is_piped = capture == STANDARD_INPUT
    if is_piped and sys.stdin.isatty():
        print(f"tftptui: standard input is a terminal; {_PIPED}", file=sys.stderr)
        return EXIT_FAILED
    try:
        with Reading(capture) as reading, ProgressBar(reading.name) as progress:
            outlining, is_more = Outlining(reading), True
            while is_more:
                try:
                    is_more = reading.step()
                except KeyboardInterrupt:
                    if not is_piped or not reading.frames:
                        raise
                    reading.finish()  # Ctrl+C also ended the tcpdump that feeds it
                    is_more = False
                outlining.note()
                progress.show(reading.position, reading.size or None)
            outline = outlining.outline(reading.name)
    except EngineError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return 130
    sys.stdout.write(FORMATS[format](outline))
    return 0


def _show(capture: Path, theme: str | None) -> int:
    from tftptui.engine.client import EngineError  # noqa: PLC0415 - --help is instant
    from tftptui.replay.reading import STANDARD_INPUT, Reading  # noqa: PLC0415
    from tftptui.replay.replay_engine import ReplayEngine  # noqa: PLC0415
    from tftptui.ui.app import TftpApp  # noqa: PLC0415
    from tftptui.ui.memory import kept_memory  # noqa: PLC0415
    from tftptui.ui.store import Store  # noqa: PLC0415
    from tftptui.ui.terminal import check_terminal  # noqa: PLC0415

    if capture == STANDARD_INPUT:
        print(f"tftptui: {_NO_SCREEN}", file=sys.stderr)
        return EXIT_FAILED
    try:
        with Reading(capture) as reading:
            reading.step()
    except EngineError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FAILED
    if problem := check_terminal():
        print(f"{problem}; tftptui analyze --report works without one", file=sys.stderr)
        return EXIT_FAILED
    store = Store(kept_packets=KEPT_PACKETS, kept_transfers=KEPT_TRANSFERS)
    ui = TftpApp(
        ReplayEngine(capture),
        store=store,
        theme=theme,
        now=lambda: store.now,  # the time of the capture, which stands still
        memory=kept_memory(),
    )
    ui.run()
    return ui.return_code or 0
