"""Which cell of a map stands for which ports: geometry, no colour and no state."""

from dataclasses import dataclass

ROUND = 10
"""Several rows are a multiple of it wide, so that each begins with a round number."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A range laid out in cells, numbered from 0, row after row.

    Attributes:
        first, last: the ports, inclusive.
        columns: cells of a whole row.
        share: ports of one cell; the last cell may have fewer.
    """

    first: int
    last: int
    columns: int
    share: int

    @property
    def cells(self) -> int:
        """How many cells there are."""
        return -(-(self.last - self.first + 1) // self.share)

    @property
    def rows(self) -> int:
        """How many rows there are; the last may be short."""
        return -(-self.cells // self.columns)

    def ports_of(self, cell: int) -> range:
        """Return the ports of a cell."""
        first = self.first + cell * self.share
        return range(first, min(first + self.share, self.last + 1))

    def cell_of(self, port: int) -> int:
        """Return the cell of a port; of the nearest that there is."""
        port = max(self.first, min(port, self.last))
        return (port - self.first) // self.share

    def row_of(self, port: int) -> int:
        """Return the row of a port's cell."""
        return self.cell_of(port) // self.columns


def whole(first: int, last: int, width: int, height: int) -> Plan:
    """Return the plan that shows a range whole in WIDTH x HEIGHT cells.

    One cell a port where they fit, else as few a cell as will do.
    """
    count, width, height = last - first + 1, max(1, width), max(1, height)
    if count <= width:
        return Plan(first, last, count, 1)
    columns = width if height == 1 else _round(width)
    share = max(1, -(-count // (columns * height)))
    return Plan(first, last, min(columns, -(-count // share)), share)


def close(first: int, last: int, width: int) -> Plan:
    """Return the plan with one cell a port, in as many rows as that takes."""
    count, width = last - first + 1, max(1, width)
    return Plan(first, last, count if count <= width else _round(width), 1)


def _round(width: int) -> int:
    return width if width < ROUND else width // ROUND * ROUND
