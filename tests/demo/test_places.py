"""Addresses and sockets for machines that do not exist."""

import pytest

from tftptui.demo.places import Places

pytestmark = pytest.mark.net


def test_two_runs_never_meet() -> None:
    first, second = Places(), Places()
    try:
        if first.is_one_address:
            pytest.skip("the loopback of this system is one address")
        assert first.address("4.37").endswith(".4.37")
        assert first.address("4.37") != second.address("4.37")
    finally:
        first.close()
        second.close()
    third = Places()
    try:
        assert third.address("4.37") == first.address("4.37")
    finally:
        third.close()
