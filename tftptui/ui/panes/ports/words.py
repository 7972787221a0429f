"""Descriptions of what is under the cursor of the Ports pane."""

from collections.abc import Iterator, Mapping, Sequence

from rich.style import Style
from rich.text import Text

from tftptui.engine.messages import (
    FOREIGN,
    FREE,
    USED,
    Finding,
    TransferView,
)
from tftptui.knowledge.habits import zone_of
from tftptui.ui.formats import age, count, duration, endpoint, span
from tftptui.ui.panes.ports.client_axis import Caller
from tftptui.ui.panes.ports.states import (
    BLOCKED,
    DALLYING,
    MARKS,
    NAMES,
    SLOTS,
    count_states,
)
from tftptui.ui.panes.transfers.words import ending_word
from tftptui.ui.store import Store


def summary(counts: Mapping[int, int]) -> str:
    """Return the counts of states in one line: ``3 used · 97 free``."""
    return " · ".join(
        f"{count(number)} {NAMES[state]}" for state, number in _present(counts)
    )


def legend(
    counts: Mapping[int, int], slots: Mapping[str, Style], oldest: float | None
) -> Text:
    """Return mark, count and meaning of each state.

    OLDEST is the age in seconds of the oldest transfer, if one is running.
    """
    age = "" if oldest is None else f", oldest {duration(oldest)}"
    return Text("  ").join(
        Text.assemble(
            (MARKS[state], slots[SLOTS[state]]),
            f" {count(number)} {NAMES[state]}{age if state == USED else ''}",
        )
        for state, number in _present(counts)
    )


def _present(counts: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    return (
        (state, number)
        for state, number in counts.items()
        if number or state not in (BLOCKED, DALLYING, FOREIGN)
    )


MOST_CALLERS = 3
"""Limit of clients that are listed."""


def tell_ports(
    ports: range,
    states: bytes,
    store: Store,
    now: float,
    known: tuple[Mapping[int, TransferView], Mapping[int, Finding]],
) -> str:
    """Return one sentence on PORTS, which are in STATES.

    KNOWN holds the last transfer and the finding, by port.
    """
    if len(ports) != 1 or len(states) != 1:
        return _tell_many(ports, states)
    port, (owned, found) = ports.start, known
    view, state = owned.get(port), states[0]
    if state == FOREIGN:
        who = store.host_ports.held.get(port) if store.host_ports else ""
        return f"{port} is in use by {who or 'another program'}"
    if state == FREE:
        last = f"last used by {_whose(view, now)}" if view else "not used yet"
        return f"{port} is free · {last}"
    if state == BLOCKED and port in found:
        state_words = found[port].of(view.number if view else 0)
        return f"{port} {_state(view, now)} · ! {state_words}"
    until = store.ports.resting.get(port) if store.ports else None
    return f"{port} {_state(view, now) if until is None else _rest(until, view, now)}"


def _rest(until: float, view: TransferView | None, now: float) -> str:
    whose = f" after {_whose(view, now)}" if view else ""
    left = duration(max(0.0, until - now))
    return f"is available, cooling down for {left} more{whose}"


def _tell_many(ports: range, states: bytes) -> str:
    counts = count_states(states)
    parts = [
        f"{count(number)} {NAMES[state]}" for state, number in counts.items() if number
    ]
    closer = "" if counts[FREE] == len(states) else " · space zooms in"
    return f"{span(ports.start, ports.stop - 1)}: {', '.join(parts)}{closer}"


def _state(view: TransferView | None, now: float) -> str:
    if view is None:
        return "is in use"
    if view.running:
        return f"in use for {duration(now - view.started)} by {_who(view)}"
    return f"was used by {_whose(view, now)}"


def _who(view: TransferView) -> str:
    return f"{endpoint(view.client, view.client_tid)} · {view.file}"


def _whose(view: TransferView, now: float) -> str:
    if view.running or view.ended is None:
        return _who(view)
    ending = ending_word(view)
    return f"{_who(view)}, {ending} {age(now - view.ended)}"


def tell_callers(ports: range, seen: Sequence[Caller], now: float) -> str:
    """Return one sentence on the clients that used PORTS."""
    zone = zone_of(ports.start)
    place = span(ports.start, ports.stop - 1)
    whose = f", as {' and '.join(zone.names)} use" if zone.names else ""
    if not seen:
        return f"{place}{whose} · no request from there yet"
    latest = "; ".join(_caller(one, now) for one in seen[: -MOST_CALLERS - 1 : -1])
    more = len(seen) - MOST_CALLERS
    return f"{latest}{f'; {more} earlier' if more > 0 else ''} · {place}{whose}"


_FATES = {"worked": "well", "failed": "failed", "asked": "no transfer"}


def _caller(one: Caller, now: float) -> str:
    what = f"{endpoint(one.client, one.port)} {one.file} {age(now - one.time)}"
    fate = "running" if one.fate == "asked" and one.transfer else _FATES[one.fate]
    return f"{what}: {one.why or fate}"
