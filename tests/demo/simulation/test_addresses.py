"""Addresses and sockets for simulated machines."""

import asyncio
import socket

import pytest

from tests.support.staging import run_in_places
from tftptui.demo.scenario.files import read_scenario, shipped_scenarios
from tftptui.demo.simulation.addresses import Places, Sockets

pytestmark = pytest.mark.net


def test_a_port_that_another_program_holds_is_left_to_it() -> None:
    async def look() -> None:
        sockets = Sockets(asyncio.get_running_loop(), lambda _: None)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.1", 0))
            taken = other.getsockname()[1]
            assert sockets.free_port("127.0.0.1", taken) > taken
        sockets.close()

    asyncio.run(look())


def test_a_port_of_ours_stays_ours() -> None:
    async def look() -> None:
        sockets = Sockets(asyncio.get_running_loop(), lambda _: None)
        port = sockets.free_port("127.0.0.1", 20_070)
        assert sockets.free_port("127.0.0.1", port) == port
        sockets.close()

    asyncio.run(look())


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


SHARED = {
    "nat": {
        "step 4 of 5: switch: completed, not waiting",
        "step 4 of 5: switch: asked 1 times, not 3",
    },
}
"""Scenarios that don't work if all machines share one address: the server's address
would be ambiguous."""


# The boot storm takes longest, and is run by test_check.py.
@pytest.mark.parametrize("name", sorted(set(shipped_scenarios()) - {"boot-storm"}))
def test_a_scenario_goes_as_it_says_where_the_loopback_is_one_address(
    name: str,
) -> None:
    places = Places(networks=())
    assert places.is_one_address
    scenario = read_scenario(shipped_scenarios()[name])
    assert set(run_in_places(scenario, places)) == SHARED.get(name, set())
