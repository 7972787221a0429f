"""ICMP errors by name, and back."""

import pytest

from tftptui.telemetry.icmp import NAMES, error_name, is_port_closed, numbers


@pytest.mark.parametrize(("version", "kind", "code"), NAMES)
def test_names_lead_back_to_their_numbers(version: int, kind: int, code: int) -> None:
    assert numbers(version, error_name(version, kind, code)) == (kind, code)


def test_error_without_a_name_keeps_its_numbers() -> None:
    assert error_name(4, 3, 99) == "type 3 code 99"
    assert numbers(4, "type 3 code 99") == (3, 99)


def test_other_words_are_no_error() -> None:
    assert numbers(4, "a bad day") is None


def test_only_one_error_says_that_nobody_listens() -> None:
    closed = [key for key in NAMES if is_port_closed(*key)]
    assert closed == [(4, 3, 3), (6, 1, 4)]
