"""The port map of a watcher: the pool's ports and those in use elsewhere."""

from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.running import running
from tftptui.engine.messages import FOREIGN, FREE, QUARANTINED, USED, HostPorts
from tftptui.engine.ports import port_map

START = 5.0


async def test_a_resting_port_is_told_with_the_end_of_its_rest(tmp_path: Path) -> None:
    clock = FakeClock(START)
    with running(tmp_path, clock, quarantine=10.0) as server:
        pool = server.service.pool
        port = pool.lease(str, clock.now()).port
        pool.release(port, clock.now())
        told = port_map(server.service, None)
    assert told.states[port - told.first] == QUARANTINED
    assert told.resting == {port: pytest.approx(FakeClock.EPOCH + START + 10.0)}


async def test_what_others_hold_is_foreign_unless_it_is_ours(tmp_path: Path) -> None:
    clock = FakeClock(START)
    with running(tmp_path, clock) as server:
        pool = server.service.pool
        ours = pool.lease(str, clock.now()).port
        theirs = next(port for port in range(pool.ports.first, 65_536) if port != ours)
        held = {ours: "somebody", theirs: "dnsmasq", 1: "outside"}
        host = HostPorts(own_first=1, own_last=2, held=held)
        told = port_map(server.service, host)
    assert told.states[ours - told.first] == USED
    assert told.states[theirs - told.first] == FOREIGN
    assert told.states.count(FREE) == len(told.states) - 2
