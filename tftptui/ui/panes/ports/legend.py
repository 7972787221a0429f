"""How many ports of the range are what."""

from collections.abc import Iterator, Mapping

from rich.style import Style
from rich.text import Text

from tftptui.engine.messages import USED
from tftptui.ui.formats import count, duration
from tftptui.ui.panes.ports.states import BLOCKED, DALLYING, MARKS, NAMES, SLOTS


def summary(counts: Mapping[int, int]) -> str:
    """Return the counts of states in one line: ``3 used · 97 free``."""
    return " · ".join(
        f"{count(number)} {NAMES[state]}" for state, number in _told(counts)
    )


def legend(
    counts: Mapping[int, int], slots: Mapping[str, Style], oldest: float | None
) -> Text:
    """Return mark, number and meaning of each state.

    OLDEST is for how many seconds a port has been used, if one is.
    """
    age = "" if oldest is None else f", oldest {duration(oldest)}"
    return Text("  ").join(
        Text.assemble(
            (MARKS[state], slots[SLOTS[state]]),
            f" {count(number)} {NAMES[state]}{age if state == USED else ''}",
        )
        for state, number in _told(counts)
    )


def _told(counts: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    return (
        (state, number)
        for state, number in counts.items()
        if number or state not in (BLOCKED, DALLYING)
    )
