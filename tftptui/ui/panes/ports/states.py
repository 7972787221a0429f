"""What a port is to the eye: the engine's states, how old they are, what was found."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from tftptui.engine.messages import (
    FOREIGN,
    FREE,
    QUARANTINED,
    USED,
    Finding,
    PortMap,
    TransferView,
)
from tftptui.ui.kit.plots import LEVELS
from tftptui.ui.store import Store

TIRED, RESTED = 4, 5
"""Quarantined, like QUARANTINED itself: just begun, and nearly over."""

BLOCKED = 6
"""Used, and a finding says that the packets do not get through."""

DALLYING = 7
"""Used by an upload that is stored, until its last ACK has surely arrived."""

MARKS: Mapping[int, str] = {
    FREE: "·",
    USED: "■",
    TIRED: "▓",
    QUARANTINED: "▒",
    RESTED: "░",
    FOREIGN: "×",
    BLOCKED: "!",
    DALLYING: "□",
}
SLOTS: Mapping[int, str] = {
    FREE: "port-free",
    USED: "port-used",
    TIRED: "port-quarantined",
    QUARANTINED: "port-quarantined",
    RESTED: "port-quarantined",
    FOREIGN: "port-foreign",
    BLOCKED: "transfer-stalled",
    DALLYING: "port-used",
}
NAMES: Mapping[int, str] = {
    USED: "in use",
    BLOCKED: "unanswered",
    DALLYING: "dallying",
    QUARANTINED: "cooling down",
    FOREIGN: "in use elsewhere",
    FREE: "free",
}
"""In the order in which they are shown."""

RESTING = (TIRED, QUARANTINED, RESTED)


def shown_states(
    ports: PortMap,
    now: float,
    accused: Mapping[int, Finding],
    owned: Mapping[int, TransferView],
) -> bytes:
    """Return one state a port for the eye.

    ACCUSED are ports that something was found out about, OWNED those that a transfer
    is remembered of.
    """
    states = bytearray(ports.states)
    for port, until in ports.resting.items():
        place = port - ports.first
        if 0 <= place < len(states) and states[place] == QUARANTINED:
            states[place] = _rest(until - now, ports.quarantine)
    for port in dallying(owned, ports):
        states[port - ports.first] = DALLYING
    for port in accused:
        place = port - ports.first
        if 0 <= place < len(states) and states[place] == USED:
            states[place] = BLOCKED
    return bytes(states)


def _rest(left: float, whole: float) -> int:
    if left > whole * 2 / 3:
        return TIRED
    return QUARANTINED if left > whole / 3 else RESTED


def count_states(states: bytes) -> dict[int, int]:
    """Return how many there are of each of NAMES.

    The kinds of rest are one, and those that are blocked are used.
    """
    counts = {state: states.count(state) for state in NAMES}
    counts[USED] += counts[BLOCKED]
    counts[QUARANTINED] = sum(states.count(state) for state in RESTING)
    return counts


def owners(store: Store) -> dict[int, TransferView]:
    """Return for each of our ports the latest transfer on it that is remembered."""
    return {
        view.server_tid: view
        for view in store.transfers.values()
        if not view.single_port
    }


def dallying(owned: Mapping[int, TransferView], ports: PortMap) -> list[int]:
    """Return those of the PORTS that wait for a repeat of an upload's last block."""
    return [
        port
        for port, view in owned.items()
        if view.direction == "write"
        and view.phase == "completed"
        and ports.first <= port <= ports.last
        and ports.states[port - ports.first] == USED
    ]


def blocks(store: Store) -> list[Finding]:
    """Return the findings that hold and say that packets do not get through."""
    return [
        finding
        for finding in store.findings.values()
        if _is_of_transfers(finding) and finding.is_alarm and not finding.withdrawn
    ]


def _is_of_transfers(finding: Finding) -> bool:
    """Whether packets of transfers do not arrive, and not only requests."""
    return bool(set(finding.broken) - {"request"})


def accused(
    owned: Mapping[int, TransferView], found: Sequence[Finding]
) -> dict[int, Finding]:
    """Return which of the ports that are OWNED a finding explains, and that one."""
    ports = {view.number: port for port, view in owned.items()}
    return {
        ports[number]: finding
        for finding in found
        for number in finding.transfers
        if number in ports
    }


def cell(states: bytes) -> tuple[str, int]:
    """Return mark and state for one cell: the most telling state of its ports.

    A cell of several ports tells by its height how many of them are used.
    """
    if len(states) == 1:
        return MARKS[states[0]], states[0]
    if BLOCKED in states:
        return MARKS[BLOCKED], BLOCKED
    used = states.count(USED) + states.count(DALLYING)
    if used:
        return LEVELS[(used * len(LEVELS) - 1) // len(states)], USED
    for state in (FOREIGN, *RESTING):
        if state in states:
            return MARKS[state], state
    return MARKS[FREE], FREE


def runs(states: bytes, share: int) -> list[tuple[str, int]]:
    """Return cells of SHARE ports each, as runs of marks of one state."""
    cells = (
        cell(states[place : place + share]) for place in range(0, len(states), share)
    )
    return [
        ("".join(mark for mark, _ in run), state)
        for state, run in groupby(cells, key=lambda pair: pair[1])
    ]
