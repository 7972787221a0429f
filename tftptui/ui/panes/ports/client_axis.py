"""All 65,536 ports on one line, with the ports that clients have used.

The scale is not linear: ports below 4096, which firmware uses, get more room. Each zone
with known users has a fixed share of the cells.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

from tftptui.engine.messages import Refusal, TransferView
from tftptui.knowledge.habits import ZONES, Zone
from tftptui.ui.kit.plots import LEVELS
from tftptui.ui.store import Store

Fate = Literal["worked", "failed", "asked"]
"""The result for a client with this port; "asked": neither yet, or unknown."""

_WORKED = frozenset({"completed", "probed"})
_FAILED = frozenset({"failed", "abandoned", "unconfirmed", "stalled"})


@dataclass(frozen=True, slots=True)
class Axis:
    """All ports on WIDTH cells; each zone of ZONES has a whole number of cells.

    Attributes:
        starts: the first cell of each zone, followed by the width.
    """

    starts: tuple[int, ...]

    @property
    def width(self) -> int:
        """The number of cells."""
        return self.starts[-1]

    def cell_of(self, port: int) -> int:
        """Return the cell of a port, 0 to 65535."""
        place = next(n for n, zone in enumerate(ZONES) if port <= zone.last)
        zone, start = ZONES[place], self.starts[place]
        cells, ports = self.starts[place + 1] - start, zone.last - zone.first + 1
        return start + (port - zone.first) * cells // ports

    def ports_of(self, cell: int) -> range:
        """Return the ports of a cell."""
        place = next(n for n in range(len(ZONES)) if cell < self.starts[n + 1])
        zone, start = ZONES[place], self.starts[place]
        cells, ports = self.starts[place + 1] - start, zone.last - zone.first + 1
        bounds = (-(-(cell - start + more) * ports // cells) for more in (0, 1))
        first, end = (zone.first + bound for bound in bounds)
        return range(first, end)

    def zone_starts(self) -> Iterator[tuple[int, int, Zone]]:
        """Yield for each zone its first cell, its number of cells, and the zone."""
        for place, zone in enumerate(ZONES):
            start = self.starts[place]
            yield start, self.starts[place + 1] - start, zone


def axis(width: int) -> Axis:
    """Return the axis for a width, with at least one cell for each zone."""
    spare = max(0, width - len(ZONES))
    weights = list(accumulate((zone.weight for zone in ZONES), initial=0))
    return Axis(
        tuple(n + spare * weight // weights[-1] for n, weight in enumerate(weights))
    )


@dataclass(frozen=True, slots=True)
class Caller:
    """A client and the port that it chose."""

    port: int
    client: str
    file: str
    time: float
    fate: Fate
    transfer: int | None = None
    why: str = ""


def callers(store: Store) -> list[Caller]:
    """Return the remembered clients and their ports, the latest last."""
    found = [_of_transfer(view) for view in store.transfers.values()]
    found += [_of_refusal(refusal) for refusal in store.refusals]
    return sorted(found, key=lambda caller: caller.time)


def _of_transfer(view: TransferView) -> Caller:
    fate: Fate = "asked"
    if view.phase in _WORKED or (view.phase == "sending" and view.acked_blocks):
        fate = "worked"
    elif view.phase in _FAILED:
        fate = "failed"
    return Caller(
        view.client_tid,
        view.client,
        view.file,
        view.started,
        fate,
        view.number,
        view.error,
    )


def _of_refusal(refusal: Refusal) -> Caller:
    return Caller(
        refusal.client_tid,
        refusal.client,
        refusal.file,
        refusal.time,
        "asked",
        why=refusal.message,
    )


ONLY_FAILED, SOME_FAILED, ONLY_ASKED, NOBODY, BORDER = "✗", "▚", "○", "·", "┊"


def by_cell(seen: Iterable[Caller], on: Axis) -> dict[int, list[Caller]]:
    """Group the clients by cell; cells without a client are left out."""
    found: defaultdict[int, list[Caller]] = defaultdict(list)
    for caller in seen:
        found[on.cell_of(caller.port)].append(caller)
    return dict(found)


def strip(
    found: dict[int, list[Caller]], on: Axis
) -> Iterator[tuple[str, Fate | Literal["mixed", "nobody"]]]:
    """Yield mark and meaning of each cell.

    The height shows how many worked; a failure has another shape.
    """
    worked = {
        cell: sum(one.fate == "worked" for one in callers)
        for cell, callers in found.items()
    }
    top = max(worked.values(), default=0)
    borders = {start for start, _, _ in on.zone_starts()} - {0}
    for cell in range(on.width):
        seen = found.get(cell, [])
        failed = any(one.fate == "failed" for one in seen)
        if not seen:
            yield (BORDER if cell in borders else NOBODY), "nobody"
        elif failed:
            yield (SOME_FAILED, "mixed") if worked[cell] else (ONLY_FAILED, "failed")
        elif worked[cell]:
            yield LEVELS[(worked[cell] * len(LEVELS) - 1) // top], "worked"
        else:
            yield ONLY_ASKED, "asked"


def band(first: int, last: int, on: Axis) -> str:
    """Return the line that marks the server's range on the axis."""
    begin, end = on.cell_of(first), on.cell_of(last)
    borders = {start for start, _, _ in on.zone_starts()} - {0}
    return "".join(
        "━" if begin <= cell <= end else BORDER if cell in borders else NOBODY
        for cell in range(on.width)
    )


def numbers(on: Axis) -> str:
    """Return the line with the first port of each zone under its first cell."""
    return _line([(start, f"{zone.first}") for start, _, zone in on.zone_starts()], on)


def names(on: Axis) -> str:
    """Return the line with the users of each zone, as many as fit."""
    labels: list[tuple[int, str]] = []
    starts = [start for start, _, zone in on.zone_starts() if zone.names]
    for start, cells, zone in on.zone_starts():
        # A blank must follow; a next zone without a name provides it.
        room = cells - (start + cells in starts)
        forms = (" ".join(zone.names[:most]) for most in range(len(zone.names), 0, -1))
        labels.append((start, next((form for form in forms if len(form) <= room), "")))
    return _line(labels, on)


def _line(words: Sequence[tuple[int, str]], on: Axis) -> str:
    line = ""
    for place, word in words:
        if not word or (line and len(line) >= place):
            continue
        if place + len(word) <= on.width:
            line = line.ljust(place) + word
    return line.ljust(on.width)
