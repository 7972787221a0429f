"""Single-port mode switched on and off while transfers run."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tftptui.engine.engine import Engine
from tftptui.engine.messages import SetPorts
from tftptui.net.addresses import Endpoint
from tftptui.telemetry.events import Event, PortsChanged
from tftptui.telemetry.views import FREE, QUARANTINED, USED

pytestmark = pytest.mark.net

both_ways = pytest.mark.parametrize("is_single", [False, True])


class Switched:
    """An engine whose mode is switched by a test, and its events."""

    def __init__(self, folder: Path, *, is_single: bool) -> None:
        self.events: list[Event] = []
        settings = settings_for(folder, single_port=is_single, write="new")
        self.engine = Engine(settings, self.events.append, FakeClock())

    @property
    def at(self) -> Endpoint:
        return self.engine.service.listeners[0].local

    def switch(self, *, is_single: bool) -> None:
        ports = self.engine.service.pool.ports
        command = SetPorts(
            first=ports.first,
            last=ports.last,
            order="random",
            quarantine=10.0,
            single_port=is_single,
        )
        self.engine.carry_out(command)

    def states(self) -> set[int]:
        """Return the states of the ports of the range."""
        return set(self.engine.service.pool.states())

    def is_as_it_should(self, client: UdpClient, *, is_single: bool) -> bool:
        """Return whether a client got replies only from this mode's port."""
        (peer,) = client.peers
        if is_single:
            return peer == self.at
        return peer.port in self.engine.service.pool.ports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    return tmp_path


@pytest.fixture
async def switched(folder: Path, *, is_single: bool) -> AsyncIterator[Switched]:
    """Yield an engine that starts in the mode of the test's parameter."""
    switched = Switched(folder, is_single=is_single)
    await switched.engine.start()
    yield switched
    await switched.engine.stop()


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


@both_ways
async def test_a_running_read_keeps_its_port(
    switched: Switched, client: UdpClient, *, is_single: bool
) -> None:
    client.ask(switched.at, b"file")
    content = (await client.data()).payload
    switched.switch(is_single=not is_single)
    for number in range(1, 4):
        client.ack(number)
        content += (await client.data()).payload
    assert content == sample_bytes(2_000)
    assert switched.is_as_it_should(client, is_single=is_single)


@both_ways
async def test_a_running_write_keeps_its_port(
    switched: Switched, client: UdpClient, folder: Path, *, is_single: bool
) -> None:
    client.offer(switched.at, b"new")
    await client.acked()
    switched.switch(is_single=not is_single)
    await client.blocks(sample_bytes(1_000))
    assert (folder / "new").read_bytes() == sample_bytes(1_000)
    assert switched.is_as_it_should(client, is_single=is_single)


@both_ways
async def test_what_is_asked_later_goes_by_the_new_mode(
    switched: Switched, client: UdpClient, *, is_single: bool
) -> None:
    with UdpClient() as before:
        before.ask(switched.at, b"file")
        await before.data()
        switched.switch(is_single=not is_single)
        assert await client.read(switched.at, b"file") == sample_bytes(2_000)
    assert switched.is_as_it_should(client, is_single=not is_single)


@pytest.mark.parametrize("is_single", [False])
async def test_leases_and_rests_go_on_in_single_port_mode(
    switched: Switched, client: UdpClient
) -> None:
    client.ask(switched.at, b"file")
    await client.data()
    switched.switch(is_single=True)
    assert switched.states() == {FREE, USED}
    for number in range(1, 4):
        client.ack(number)
        await client.data()
    client.ack(4)
    with UdpClient() as later:  # replied to after that last ACK is processed
        await later.read(switched.at, b"file")
    assert switched.states() == {FREE, QUARANTINED}


@both_ways
async def test_the_switch_is_told(switched: Switched, *, is_single: bool) -> None:
    switched.engine.next_frame()
    switched.switch(is_single=not is_single)
    frame = switched.engine.next_frame()
    assert frame is not None
    assert frame.ports is not None
    assert frame.ports.single_port is not is_single
    (told,) = [e for e in switched.events if isinstance(e, PortsChanged)]
    words = [told.before, told.after]
    assert words.index("the listener's own port") == (0 if is_single else 1)


@both_ways
async def test_each_transfer_says_how_it_is_answered(
    switched: Switched, client: UdpClient, *, is_single: bool
) -> None:
    with UdpClient() as later:
        client.ask(switched.at, b"file")
        await client.data()
        switched.switch(is_single=not is_single)
        later.ask(switched.at, b"file")
        await later.data()
    frame = switched.engine.next_frame()
    assert frame is not None
    assert [view.single_port for view in frame.transfers] == [is_single, not is_single]
