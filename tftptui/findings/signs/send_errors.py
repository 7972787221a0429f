"""Errors of this host's own sends, as evidence."""

import errno
from dataclasses import replace

from tftptui.findings.facts import Facts
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.views import TransferView

_MEANINGS = {
    "EPERM": "Operation not permitted (EPERM)",
    "EACCES": "Permission denied (EACCES)",
    "EINVAL": "Invalid argument (EINVAL)",
    "ENETDOWN": "Network is down (ENETDOWN)",
    "ENETUNREACH": "Network is unreachable (ENETUNREACH)",
    "EHOSTUNREACH": "No route to host (EHOSTUNREACH)",
}
"""Errors of sending as Linux names them."""

_IN_A_ROW = 2
"""Timeouts in a row whose retransmissions failed too: a rule that drops some packets,
or a full table, fails a send or two, and the transfer continues."""


def failing(facts: Facts, numbers: set[int]) -> Facts:
    """Return facts with only those tries whose packets can't be sent for such reasons.

    Packets of earlier tries may have been sent before a rule or a route was changed.
    For a client that has replied only the latest try counts: is it cut off on this
    host?
    """
    found = [one for one in facts.tries if one.send_errno in numbers]
    if facts.heard:
        latest = facts.tries[-1]
        is_cut = not latest.heard or latest.timeouts >= _IN_A_ROW
        found = [latest] if latest in found and is_cut else []
    return replace(facts, tries=tuple(found))


def failing_since(view: TransferView) -> float:
    """Return since when sending fails: wall clock."""
    return view.moved if view.heard else view.started


def failure(view: TransferView) -> Evidence:
    """Return which send fails, and with which error."""
    name = errno.errorcode.get(view.send_errno, str(view.send_errno))
    return Evidence(
        text=f"sending from {view.server} port {view.server_tid} fails: "
        f"{_MEANINGS.get(name, name)}",
        transfer=view.number,
        time=failing_since(view),
    )
