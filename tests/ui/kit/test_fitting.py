"""Lines that get shorter without a cut."""

import pytest

from tftptui.ui.kit.fitting import whole_clauses

TEXT = "it will not help: the block is on its port, which the client chose · w why"


@pytest.mark.parametrize(
    ("width", "kept"),
    [
        (80, TEXT),
        (70, "it will not help: the block is on its port, which the client chose"),
        (60, "it will not help: the block is on its port"),
        (30, "it will not help"),
        (9, TEXT),
    ],
)
def test_clauses_stand_whole_or_not_at_all(width: int, kept: str) -> None:
    assert whole_clauses(TEXT, width) == kept
