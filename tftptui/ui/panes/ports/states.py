"""Display states of a port: the engine's states, their age, and findings."""

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
"""Quarantined ports, like QUARANTINED: just begun, and nearly over."""

BLOCKED = 6
"""Used, and a finding says that its packets do not get through."""

DALLYING = 7
"""Used by a stored upload until its last ACK is sure to have arrived."""

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
"""Names of the states, in display order."""

RESTING = (TIRED, QUARANTINED, RESTED)


def shown_states(
    ports: PortMap,
    now: float,
    accused: Mapping[int, Finding],
    owned: Mapping[int, TransferView],
) -> bytes:
    """Return one display state per port.

    Args:
        ports: the engine's states.
        now: wall clock.
        accused: ports with a finding.
        owned: ports with a remembered transfer.
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
    """Return the number of ports in each state of NAMES.

    All kinds of cooling down count as one, blocked ports as used.
    """
    counts = {state: states.count(state) for state in NAMES}
    counts[USED] += counts[BLOCKED]
    counts[QUARANTINED] = sum(states.count(state) for state in RESTING)
    return counts


def owners(store: Store) -> dict[int, TransferView]:
    """Return the latest remembered transfer on each port of the range."""
    return {
        view.server_tid: view
        for view in store.transfers.values()
        if not view.single_port
    }


def dallying(owned: Mapping[int, TransferView], ports: PortMap) -> list[int]:
    """Return the ports that wait for a retransmission of an upload's last block."""
    return [
        port
        for port, view in owned.items()
        if view.direction == "write"
        and view.phase == "completed"
        and ports.first <= port <= ports.last
        and ports.states[port - ports.first] == USED
    ]


def blocks(store: Store) -> list[Finding]:
    """Return the findings in force about packets that do not get through."""
    return [
        finding
        for finding in store.findings.values()
        if _is_of_transfers(finding) and finding.is_alarm and not finding.withdrawn
    ]


def _is_of_transfers(finding: Finding) -> bool:
    """Return whether packets of transfers are lost, not only requests."""
    return bool(set(finding.broken) - {"request"})


def accused(
    owned: Mapping[int, TransferView], found: Sequence[Finding]
) -> dict[int, Finding]:
    """Return the ports of OWNED that a finding explains, each with that finding."""
    ports = {view.number: port for port, view in owned.items()}
    return {
        ports[number]: finding
        for finding in found
        for number in finding.transfers
        if number in ports
    }


def cell(states: bytes) -> tuple[str, int]:
    """Return mark and state of one cell: the most important state of its ports.

    For several ports, the height of the mark shows how many are used.
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
    """Return cells of SHARE ports each, grouped into runs of one state."""
    cells = (
        cell(states[place : place + share]) for place in range(0, len(states), share)
    )
    return [
        ("".join(mark for mark, _ in run), state)
        for state, run in groupby(cells, key=lambda pair: pair[1])
    ]
