"""Rows of the ladder between two lifelines."""

import pytest
from rich.cells import cell_len

from tftptui.ui.ladder.rows import frame, words_cells

ENDING = "✗ failed. The server ended it with ERROR 0: the server is shutting down."


@pytest.mark.parametrize(
    ("width", "told"),
    [(60, "✗ failed"), (80, "✗ failed. The server ended it with ERROR 0")],
)
def test_an_ending_without_room_loses_a_clause_and_is_not_cut(
    width: int, told: str
) -> None:
    wide = frame(width)
    text = words_cells(ENDING, "", wide)[2][0]
    assert cell_len(text) == wide.between
    assert text.strip() == told


def test_an_ending_that_fits_is_told_whole() -> None:
    assert ENDING in words_cells(ENDING, "", frame(120))[2][0]
