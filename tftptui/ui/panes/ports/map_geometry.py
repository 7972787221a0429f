"""Mapping of ports to the cells of a map: geometry only, no colors, no states."""

from dataclasses import dataclass

ROUND = 10
"""Row widths are a multiple of it, so that rows begin with round numbers."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A range laid out in cells, numbered from 0, row after row.

    Attributes:
        first, last: the ports, inclusive.
        columns: cells of a full row.
        share: ports of one cell; the last cell may have fewer.
    """

    first: int
    last: int
    columns: int
    share: int

    @property
    def cells(self) -> int:
        """The number of cells."""
        return -(-(self.last - self.first + 1) // self.share)

    @property
    def rows(self) -> int:
        """The number of rows; the last may be short."""
        return -(-self.cells // self.columns)

    def ports_of(self, cell: int) -> range:
        """Return the ports of a cell."""
        first = self.first + cell * self.share
        return range(first, min(first + self.share, self.last + 1))

    def cell_of(self, port: int) -> int:
        """Return the cell of a port; ports outside the range count as its ends."""
        port = max(self.first, min(port, self.last))
        return (port - self.first) // self.share

    def row_of(self, port: int) -> int:
        """Return the row of a port's cell."""
        return self.cell_of(port) // self.columns


def whole(first: int, last: int, width: int, height: int) -> Plan:
    """Return the plan that fits the whole range into WIDTH x HEIGHT cells.

    One port per cell if they fit, else as few ports per cell as possible.
    """
    count, width, height = last - first + 1, max(1, width), max(1, height)
    if count <= width:
        return Plan(first, last, count, 1)
    columns = width if height == 1 else _round(width)
    share = max(1, -(-count // (columns * height)))
    return Plan(first, last, min(columns, -(-count // share)), share)


def close(first: int, last: int, width: int) -> Plan:
    """Return the plan with one port per cell, in as many rows as needed."""
    count, width = last - first + 1, max(1, width)
    return Plan(first, last, count if count <= width else _round(width), 1)


def _round(width: int) -> int:
    return width if width < ROUND else width // ROUND * ROUND
