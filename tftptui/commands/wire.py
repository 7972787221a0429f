"""The command ``wire``: what machines ask the network before any TFTP."""

import sys
from typing import TYPE_CHECKING, Annotated, NoReturn

from cyclopts import Parameter

from tftptui.commands.usage_error import EXIT_FAILED

if TYPE_CHECKING:
    from tftptui.wire.sources import Sources

_HINT_AFTER = 15.0
"""Seconds of silence after which is said what that may mean."""


def wire(
    interface: Annotated[
        str, Parameter(help="Interface to listen at. Default: all of them.")
    ] = "",
    /,
    *,
    json: Annotated[
        bool,
        Parameter(help="Print lines of the journal (event wire) instead.", negative=()),
    ] = False,
) -> int:
    """Show what machines ask before TFTP: ARP, DHCP, and who told them what.

    Sends nothing. As root it hears ARP, all DHCP that arrives and TFTP requests; else
    broadcasts to UDP port 67, where the system allows that. Ends with ctrl-C.
    """
    from tftptui.server.clock import SystemClock  # noqa: PLC0415 - --help is instant
    from tftptui.wire.sources import Sources, WireError  # noqa: PLC0415

    try:
        sources = Sources(interface, SystemClock().wall, with_tftp=True)
    except WireError as error:
        print(f"tftptui: {error}", file=sys.stderr)
        return EXIT_FAILED
    try:
        _listen(sources, json=json)
    except KeyboardInterrupt:
        return 0
    finally:
        sources.close()


def _listen(sources: "Sources", *, json: bool) -> NoReturn:
    """Print what is heard until somebody interrupts."""
    from tftptui.telemetry.journal import journal_line  # noqa: PLC0415 - as above
    from tftptui.wire.devices import Devices, News, journalled  # noqa: PLC0415
    from tftptui.wire.text import (  # noqa: PLC0415
        NOTHING_HEARD,
        StoryPrinter,
        listening_line,
    )

    devices, printer = Devices(), StoryPrinter()

    def text(news: News) -> str:
        if json:
            return journal_line(journalled(news)).decode()
        return "".join(f"{line}\n" for line in printer.lines(news))

    for event in sources.as_it_is():
        devices.take(event)
    _note(listening_line(devices))
    _note(sources.notice)
    heard = sources.wait(_HINT_AFTER)
    if not heard:
        _note(NOTHING_HEARD)
    while True:
        for event in heard:
            print("".join(map(text, devices.take(event))), end="", flush=True)
        heard = sources.wait()


def _note(text: str) -> None:
    if text:
        print(text, file=sys.stderr, flush=True)
