"""Checks of system limits, clock and screen."""

from collections.abc import Iterator

from tftptui.doctor.facts import Facts
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.settings import Settings
from tftptui.telemetry.words import counted

_PER_TRANSFER = 3
"""Descriptors per transfer: two sockets and a file."""
_OTHERS = 50

_ROOM = 4 << 20
"""Bytes of receive buffer that the server requests."""

_SMALL = (60, 15)
_FOUR_PANES = (100, 30)
_FULL_SHARE = 0.9
_EARLIEST_YEAR = 2_025


def check_limits(facts: Facts, settings: Settings) -> Iterator[Result]:
    """Check the limits for many transfers and many folders."""
    yield from _descriptors(facts, settings)
    yield _burst(facts, settings)
    yield from _watches(facts)
    yield from _flows(facts)


def _descriptors(facts: Facts, settings: Settings) -> Iterator[Result]:
    needed = settings.max_transfers * _PER_TRANSFER + _OTHERS
    most = facts.descriptors
    if most is not None and most < needed:
        can = max(1, (most - _OTHERS) // _PER_TRANSFER)
        yield warn(
            "descriptors",
            f"the limit is {most:,} open files; {settings.max_transfers:,} transfers "
            f"need {needed:,}",
            f"tftptui --max-transfers {can}",
            f"prlimit --nofile={needed} tftptui",
        )
    else:
        limit = "no limit" if most is None else f"the limit is {most:,}"
        yield ok("descriptors", f"open files: {limit}, at most {needed:,} are needed")


def _burst(facts: Facts, settings: Settings) -> Result:
    fit, most = facts.requests_at_once, settings.max_transfers
    if fit < most:
        return warn(
            "burst",
            f"the receive buffer holds {fit:,} requests, {most:,} transfers may run: "
            "in a burst the rest is lost, and clients retry seconds later",
            f"sudo sysctl -w net.core.rmem_max={_ROOM}",
        )
    return ok("burst", f"the receive buffer holds {fit:,} requests")


def _watches(facts: Facts) -> Iterator[Result]:
    if facts.watches is None:
        return
    if facts.served.folders > facts.watches:
        yield warn(
            "inotify",
            f"{facts.served.path} has {facts.served.folders:,} folders or more, the "
            f"limit is {facts.watches:,} watches: some changes show late",
            f"sudo sysctl -w fs.inotify.max_user_watches={facts.served.folders * 2}",
        )
    elif facts.instances == 0:
        yield warn(
            "inotify",
            "no folder can be watched: changes show late",
            "sudo sysctl -w fs.inotify.max_user_instances=128",
        )
    else:
        folders = counted(facts.served.folders, "folder")
        yield ok(
            "inotify",
            f"{folders} to watch, the limit is {facts.watches:,}",
        )


def _flows(facts: Facts) -> Iterator[Result]:
    if facts.tracked is None or not facts.tracked_most:
        return
    if facts.tracked > facts.tracked_most * _FULL_SHARE:
        yield bad(
            "conntrack",
            f"conntrack holds {facts.tracked:,} flows of {facts.tracked_most:,}: when "
            "it is full, new flows are dropped",
            f"sudo sysctl -w net.netfilter.nf_conntrack_max={facts.tracked_most * 4}",
        )


def check_clock(facts: Facts) -> Result:
    """Check the clock, which journal times depend on."""
    if facts.year < _EARLIEST_YEAR:
        return bad(
            "clock",
            f"the clock is set to the year {facts.year}: journal times will be wrong",
            "sudo timedatectl set-ntp true",
        )
    if facts.is_synchronised is False:
        return warn(
            "clock",
            "the clock is not synchronized: journal times may differ from those of "
            "other hosts",
            "sudo timedatectl set-ntp true",
        )
    if facts.is_synchronised is None:
        return ok("clock", "the clock is set; whether it is synchronized is unknown")
    return ok("clock", "the clock is synchronized")


def check_screen(facts: Facts) -> Result:
    """Check the terminal."""
    screen = facts.screen
    if not screen.is_terminal:
        return ok("terminal", "not a terminal; without a screen: tftptui serve")
    if screen.name in ("", "dumb"):
        return bad(
            "terminal",
            f"TERM is {screen.name or 'not set'}: the screen cannot be drawn",
            "export TERM=xterm-256color",
        )
    if "utf" not in screen.encoding.lower():
        return warn(
            "terminal",
            f"the encoding is {screen.encoding or 'not set'}: lines and marks may "
            "look wrong",
            "export LC_ALL=C.UTF-8",
        )
    columns, lines = screen.columns, screen.lines
    shown = f"{columns}×{lines}"
    if columns < _SMALL[0] or lines < _SMALL[1]:
        return warn(
            "terminal", f"{shown} is too small; use {_SMALL[0]}×{_SMALL[1]} or more"
        )
    is_wide = columns >= _FOUR_PANES[0] and lines >= _FOUR_PANES[1]
    panes = "four panes at once" if is_wide else "one pane at a time"
    return ok("terminal", f"{screen.name}, {shown}: {panes}")
