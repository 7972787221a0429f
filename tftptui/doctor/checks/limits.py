"""Checks of what the system allows: descriptors, watches, flows; clock and screen."""

from collections.abc import Iterator

from tftptui.doctor.facts import Facts
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.settings import Settings
from tftptui.telemetry.words import counted

_PER_TRANSFER = 3
"""Descriptors: two sockets and a file."""
_OTHERS = 50

_ROOM = 4 << 20
"""Octets for what arrives, as much as the server asks for."""

_SMALL = (60, 15)
_FOUR_PANES = (100, 30)
_FULL_SHARE = 0.9
_EARLIEST_YEAR = 2_025


def check_limits(facts: Facts, settings: Settings) -> Iterator[Result]:
    """Judge what many transfers and many folders need."""
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
            f"{most:,} open files are allowed, {settings.max_transfers:,} transfers "
            f"at once need {needed:,}",
            f"tftptui --max-transfers {can}",
            f"prlimit --nofile={needed} tftptui",
        )
    else:
        shown = "any number of" if most is None else f"{most:,}"
        yield ok("descriptors", f"{shown} open files are enough")


def _burst(facts: Facts, settings: Settings) -> Result:
    fit, most = facts.requests_at_once, settings.max_transfers
    if fit < most:
        return warn(
            "burst",
            f"of requests that come at once {fit:,} find room, {most:,} transfers may "
            "run: the others are lost, and their clients ask again seconds later",
            f"sudo sysctl -w net.core.rmem_max={_ROOM}",
        )
    return ok("burst", f"{fit:,} requests may come at once")


def _watches(facts: Facts) -> Iterator[Result]:
    if facts.watches is None:
        return
    if facts.served.folders > facts.watches:
        yield warn(
            "inotify",
            f"{facts.served.path} has {facts.served.folders:,} folders or more, and "
            f"{facts.watches:,} may be watched: some changes show late",
            f"sudo sysctl -w fs.inotify.max_user_watches={facts.served.folders * 2}",
        )
    elif facts.instances == 0:
        yield warn(
            "inotify",
            "no folder may be watched: changes show late",
            "sudo sysctl -w fs.inotify.max_user_instances=128",
        )
    else:
        folders = counted(facts.served.folders, "folder")
        yield ok(
            "inotify",
            f"{folders}, of {facts.watches:,} that may be watched",
        )


def _flows(facts: Facts) -> Iterator[Result]:
    if facts.tracked is None or not facts.tracked_most:
        return
    if facts.tracked > facts.tracked_most * _FULL_SHARE:
        yield bad(
            "conntrack",
            f"conntrack knows {facts.tracked:,} flows of {facts.tracked_most:,}: new "
            "ones are dropped when it is full",
            f"sudo sysctl -w net.netfilter.nf_conntrack_max={facts.tracked_most * 4}",
        )


def check_clock(facts: Facts) -> Result:
    """Judge the clock: the journal is worth what its times are."""
    if facts.year < _EARLIEST_YEAR:
        return bad(
            "clock",
            f"it is the year {facts.year}, says this machine: the journal would too",
            "sudo timedatectl set-ntp true",
        )
    if facts.is_synchronised is False:
        return warn(
            "clock",
            "nothing keeps the clock right: times of the journal and of other "
            "machines may differ",
            "sudo timedatectl set-ntp true",
        )
    if facts.is_synchronised is None:
        return ok("clock", "the clock is set; whether it is kept right can't be told")
    return ok("clock", "the clock is kept right")


def check_screen(facts: Facts) -> Result:
    """Judge the terminal."""
    screen = facts.screen
    if not screen.is_terminal:
        return ok("terminal", "this is none; the server alone: tftptui serve")
    if screen.name in ("", "dumb"):
        return bad(
            "terminal",
            "TERM names no terminal that a screen could be drawn on",
            "export TERM=xterm-256color",
        )
    if "utf" not in screen.encoding.lower():
        return warn(
            "terminal",
            f"it is set to {screen.encoding or 'no encoding'}: lines and marks may "
            "look odd",
            "export LC_ALL=C.UTF-8",
        )
    columns, lines = screen.columns, screen.lines
    shown = f"{columns}×{lines}"
    if columns < _SMALL[0] or lines < _SMALL[1]:
        return warn("terminal", f"{shown} is small; from {_SMALL[0]}×{_SMALL[1]} on")
    is_wide = columns >= _FOUR_PANES[0] and lines >= _FOUR_PANES[1]
    panes = "four panes at once" if is_wide else "one pane at a time"
    return ok("terminal", f"{screen.name}, {shown}: {panes}")
