"""Columns of a list as a table: a new column is one more entry in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

Cell = tuple[str, str]
"""A text and the color slot it is drawn in; an empty slot is plain."""

Value = str | int | float | None

FILL = 0
"""Width of the column that takes the cells that the others leave."""

NEVER = 1 << 16
"""``min_screen`` of a column that is shown only when chosen."""

UP, DOWN = "▲", "▼"
"""Mark behind the title of the column that rows are sorted by."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a list.

    Attributes:
        key: its name in what is remembered and saved.
        title: its name in the header, at the right if ``is_right``.
        width: in cells, or FILL.
        min_screen: width of the list, in cells, from which the column is shown where
            the user has chosen no columns; NEVER: only when chosen.
        cell: makes the texts of one row, together as wide as the second argument.
        value: what rows are sorted by and what is saved; None if not known.
        meaning: what it says, for the choice of columns.
    """

    key: str
    title: str
    width: int
    min_screen: int
    cell: Callable[[Row, int], list[Cell]]
    value: Callable[[Row], Value]
    meaning: str
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class PlacedColumn(Generic[Row]):
    """A column that is shown, and the cells that it has."""

    column: Column[Row]
    room: int


def placed(
    columns: Sequence[Column[Row]],
    screen: int,
    *,
    gap: int,
    taken: int,
    fill_at_least: int,
    chosen: Sequence[str] = (),
) -> list[PlacedColumn[Row]]:
    """Return the columns that a list SCREEN cells wide shows.

    Args:
        columns: all there are, one of them with the width FILL.
        screen: width of the list in cells.
        gap: cells after each column.
        taken: cells of what is no column, as a mark before the first one.
        fill_at_least: cells that the FILL column gets even if the row is cut then.
        chosen: keys of the columns that the user chose, in order, the FILL column
            among them; the last ones are left out where there is no room.
    """
    by_key = {one.key: one for one in columns}
    shown = [by_key[key] for key in chosen if key in by_key]
    is_chosen = bool(shown)
    if not is_chosen:
        shown = [one for one in columns if screen >= one.min_screen]
    left = screen - taken - sum(one.width + gap for one in shown)
    while is_chosen and left < fill_at_least:
        last = next((one for one in reversed(shown) if one.width != FILL), None)
        if last is None:
            break
        shown.remove(last)
        left += last.width + gap
    return [PlacedColumn(one, one.width or max(fill_at_least, left)) for one in shown]


def titled(column: Column[Row], room: int, mark: str = "") -> str:
    """Return the title of a column in ROOM cells, and MARK if rows are sorted by it."""
    title = column.title
    if mark:
        title = f"{title[: max(0, room - 1)].rstrip()}{mark}"
    return title.rjust(room) if column.is_right else title.ljust(room)[:room]
