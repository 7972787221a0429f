"""The truth table: which rules allow a transfer, and which only seem to.

The same rows are tested on a real firewall in tests/net/test_firewall_truth.py.
"""

import pytest

from tests.support.truth_table import ROWS, Row, passes_in_simulation


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_rules_let_through_what_the_table_says(row: Row) -> None:
    assert passes_in_simulation(row) == row.passes
