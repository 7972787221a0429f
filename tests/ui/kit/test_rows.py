"""Rows as texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tftptui.ui.kit.rows import fitted_words


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (20, "ports 2933, 25300   "),
        (17, "ports 2933, 25300"),
        (16, "ports 2933, …   "),
        (13, "ports 2933, …"),
        (12, "ports 2933,…"),
        (8, "ports … "),
        (3, "po…"),
    ],
)
def test_a_number_is_never_cut_in_two(width: int, shown: str) -> None:
    assert fitted_words("ports 2933, 25300", width) == shown


@given(st.text(), st.integers(0, 40))
def test_it_is_always_as_wide_as_asked(text: str, width: int) -> None:
    assert cell_len(fitted_words(text, width)) == width
