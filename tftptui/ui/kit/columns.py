"""Columns of a list as a table: a new column is one more entry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

Cell = tuple[str, str]
"""A text and its style slot; an empty slot is plain."""

Value = str | int | float | None

FILL = 0
"""Width of the column that takes the remaining cells."""

NEVER = 1 << 16
"""``min_screen`` of a column that is shown only if chosen."""

UP, DOWN = "▲", "▼"
"""Marks of the sort direction, behind the title of the sort column."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a list.

    Attributes:
        key: its name in settings and in saved files.
        title: its name in the header, right-aligned if ``is_right``.
        width: in cells, or FILL.
        min_screen: width of the list, in cells, from which the column is shown if the
            user has chosen no columns; NEVER: only if chosen.
        cell: makes the texts of one row, together as wide as the second argument.
        value: for sorting and saving; None if not known.
        meaning: its description in the choice of columns.
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
    """A column that is shown, and its width in cells."""

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
    """Return the columns of a list that is SCREEN cells wide.

    Args:
        columns: all columns, one of them with the width FILL.
        screen: width of the list in cells.
        gap: cells after each column.
        taken: cells that are not for columns, such as a mark in front of the first one.
        fill_at_least: minimum width of the FILL column, even if the row is cut then.
        chosen: keys of the columns that the user chose, in order, including the FILL
            column; the last ones are left out if they do not fit.
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
    """Return the title of a column in ROOM cells, with the sort MARK if any."""
    title = column.title
    if mark:
        title = f"{title[: max(0, room - 1)].rstrip()}{mark}"
    return title.rjust(room) if column.is_right else title.ljust(room)[:room]
