"""Columns of a list as a table: a new column is one more entry in it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Row = TypeVar("Row")

Cell = tuple[str, str]
"""A text and the color slot it is drawn in; an empty slot is plain."""

FILL = 0
"""Width of the column that takes the cells that the others leave."""


@dataclass(frozen=True, slots=True)
class Column(Generic[Row]):
    """One column of a list.

    Attributes:
        title: its name in the header, at the right if ``is_right``.
        width: in cells, or FILL.
        min_screen: width of the list, in cells, from which the column is shown.
        cell: makes the texts of one row, together as wide as the second argument.
    """

    title: str
    width: int
    min_screen: int
    cell: Callable[[Row, int], list[Cell]]
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
) -> list[PlacedColumn[Row]]:
    """Return the columns that a list SCREEN cells wide shows.

    Args:
        columns: all there are, one of them with the width FILL.
        screen: width of the list in cells.
        gap: cells after each column.
        taken: cells of what is no column, as a mark before the first one.
        fill_at_least: cells that the FILL column gets even if the row is cut then.
    """
    shown = [one for one in columns if screen >= one.min_screen]
    left = screen - taken - sum(one.width + gap for one in shown)
    return [PlacedColumn(one, one.width or max(fill_at_least, left)) for one in shown]
