"""What a reader looks at while packets are held still; it stays where it is.

Filters, other sizes and the search through what was there before change which rows
there are, and may hide the very row that is read. It is remembered until the reader
moves, so that it is there again when it is shown again.
"""

from dataclasses import dataclass

from tftptui.ui.panes.packets.model import PacketView, Place


@dataclass(frozen=True, slots=True)
class Gaze:
    """A row, and how far below the top of the view it is read.

    Attributes:
        row: what is read: the cursor's row, or the first one where that is not in view.
        line: lines above it.
        cursor: what the cursor was put on; it may be hidden by a filter now.
        height: lines of the view when it was put there.
    """

    row: Place
    line: int
    cursor: Place | None
    height: int

    def top(self, view: PacketView, height: int) -> int:
        """Return the first row in a view that is HEIGHT lines high now."""
        return view.row_of(self.row) - min(self.line, max(0, height - 1))

    def cursor_in(self, view: PacketView) -> Place | None:
        """Return what the cursor is on now: the row, or the nearest that is shown."""
        if self.cursor is None:
            return None
        return view.place_at(view.row_of(self.cursor))


def gaze(view: PacketView, cursor: Place | None, top: int, height: int) -> Gaze | None:
    """Return what is read where row TOP is the first of HEIGHT; None if nothing is."""
    if cursor is not None:
        line = view.row_of(cursor) - top
        if 0 <= line < height:
            return Gaze(cursor, line, cursor, height)
    first = max(top, view.heading)
    place = view.place_at(first)
    return None if place is None else Gaze(place, first - top, cursor, height)
