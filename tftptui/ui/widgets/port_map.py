"""Pictures of port ranges: one cell a port where they fit, else some ports a cell."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

from rich.style import Style
from rich.text import Text
from textual.geometry import Size
from textual.message import Message
from textual.widget import Widget

from tftptui.engine.messages import FOREIGN, FREE, QUARANTINED, USED
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

MARKS: Mapping[int, str] = {FREE: "·", USED: "■", QUARANTINED: "▒", FOREIGN: "×"}
SLOTS: Mapping[int, str] = {
    FREE: "port-free",
    USED: "port-used",
    QUARANTINED: "port-quarantined",
    FOREIGN: "port-foreign",
}
NAMES: Mapping[int, str] = {
    FREE: "free",
    USED: "used",
    QUARANTINED: "resting",
    FOREIGN: "of other programs",
}
ALL_PORTS = 65_536
LEVELS = "▁▂▃▄▅▆▇█"
MOST_ROWS = 1_000
LABEL = 5
"""Cells of a port number."""

GOOD_ENDS = frozenset({"completed", "probed", "sending", "negotiating"})


@dataclass(frozen=True, slots=True)
class Grid:
    """How a range is laid out.

    Attributes:
        columns, rows: cells.
        share: ports in one cell.
    """

    columns: int
    rows: int
    share: int


def grid(count: int, width: int, height: int) -> Grid:
    """Return the layout of COUNT ports in WIDTH x HEIGHT cells.

    Several rows are a multiple of ten wide where ten fit, so that the labels
    at their beginnings are round numbers.
    """
    if count <= width:
        return Grid(count, 1, 1)
    columns = width if height == 1 or width < 10 else width // 10 * 10  # noqa: PLR2004
    share = max(1, -(-count // (columns * height)))
    cells = -(-count // share)
    return Grid(min(columns, cells), max(1, -(-cells // columns)), share)


def cell(states: bytes) -> tuple[str, int]:
    """Return mark and state for one cell: the most telling state of its ports."""
    if len(states) == 1:
        return MARKS[states[0]], states[0]
    used = states.count(USED)
    if used:
        return LEVELS[(used * len(LEVELS) - 1) // len(states)], USED
    for state in (FOREIGN, QUARANTINED):
        if state in states:
            return MARKS[state], state
    return MARKS[FREE], FREE


def row(states: bytes, share: int) -> list[tuple[str, int]]:
    """Return one row as runs of marks of one state."""
    cells = (
        cell(states[place : place + share]) for place in range(0, len(states), share)
    )
    return [
        ("".join(mark for mark, _ in run), state)
        for state, run in groupby(cells, key=lambda pair: pair[1])
    ]


def _plan(count: int, width: int, height: int) -> Grid:
    return grid(count, max(1, width - 2 * LABEL - 2), max(1, height))


def draw_range(
    first: int, states: bytes, width: int, height: int, slots: Mapping[str, Style]
) -> Text:
    """Return the map of a range with port numbers beside it."""
    muted = slots["muted"]
    plan = _plan(len(states), width, height)
    text = Text(no_wrap=True)
    span = plan.columns * plan.share
    for place in range(0, len(states), span):
        part = states[place : place + span]
        if place:
            text.append("\n")
        text.append(f"{first + place:>{LABEL}} ", muted)
        for marks, state in row(part, plan.share):
            text.append(marks, slots[SLOTS[state]])
        text.append(f" {first + place + len(part) - 1}", muted)
    return text


def strip(
    ports: Iterable[tuple[int, bool]], width: int
) -> Iterator[tuple[str, bool | None]]:
    """Yield a mark a cell for all ports there are: how many were seen, all well?

    PORTS are pairs of a port and whether it went well there. The second of what
    is yielded is None where no port was seen.
    """
    seen: Counter[int] = Counter()
    bad: set[int] = set()
    for port, well in ports:
        place = port * width // ALL_PORTS
        seen[place] += 1
        if not well:
            bad.add(place)
    top = max(seen.values(), default=1)
    for place in range(width):
        if not seen[place]:
            yield MARKS[FREE], None
        else:
            level = (seen[place] * len(LEVELS) - 1) // top
            yield LEVELS[level], place not in bad


class RangeMap(Widget, can_focus=True):
    """The server's range."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "RangeMap { height: auto; min-height: 1; max-height: 60%; }"

    class Scaled(Message):
        """One cell may stand for another number of ports."""

    def __init__(self, store: Store) -> None:
        super().__init__(id="range-map")
        self._store = store

    @property
    def share(self) -> int:
        """How many ports one cell stands for."""
        ports, (width, height) = self._store.ports, self.size
        if ports is None or not height:
            return 1
        return _plan(len(ports.states), width, height).share

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the rows that one cell a port takes; less may be given."""
        del container, viewport
        ports = self._store.ports
        return _plan(len(ports.states), width, MOST_ROWS).rows if ports else 1

    def on_resize(self) -> None:
        """Tell that one cell may stand for more or fewer ports now."""
        self.post_message(self.Scaled())

    def render(self) -> Text:
        """Return the map."""
        ports, slots = self._store.ports, slot_styles(self.app.theme_variables)
        if ports is None:
            return Text("no range yet", slots["muted"])
        width, height = self.size
        return draw_range(ports.first, ports.states, width, height, slots)


class ClientStrip(Widget):
    """The ports that clients came from, over all there are."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "ClientStrip { height: 1; }"

    def __init__(self, store: Store) -> None:
        super().__init__(id="client-strip")
        self._store = store
        self._ports: list[tuple[int, bool]] = []

    def look(self) -> None:
        """Draw again if other ports were seen, or it went otherwise there."""
        ports = [
            (view.client_tid, view.phase in GOOD_ENDS)
            for view in self._store.transfers.values()
        ]
        if ports != self._ports:
            self._ports = ports
            self.refresh()

    def render(self) -> Text:
        """Return the strip."""
        slots = slot_styles(self.app.theme_variables)
        names = {
            None: "port-free",
            True: "transfer-completed",
            False: "transfer-failed",
        }
        text = Text(f"{0:>{LABEL}} ", slots["muted"], no_wrap=True)
        width = max(1, self.size.width - 2 * LABEL - 2)
        cells = strip(self._ports, width)
        for well, run in groupby(cells, key=lambda pair: pair[1]):
            text.append("".join(mark for mark, _ in run), slots[names[well]])
        return text.append(f" {ALL_PORTS - 1}", slots["muted"])
