"""How long a transfer waits before it retransmits, and what determines that."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tftptui.protocol.timing import SHORTEST
from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

CLIENTS_WAIT = 2.0
"""Seconds after which a client retransmits."""

QUICK = 0.0001
"""Seconds of a round trip in a fast network."""

NEARLY, REST = 29.9, 0.2
"""Seconds that add up to a little more than the configured 30."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Running]:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    with running(tmp_path, clock, timeout=30.0, retries=2, write="new") as server:
        yield server


@pytest.fixture
async def plain(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Running]:
    """Yield a server without a configured timeout, with a file of many blocks."""
    (tmp_path / "file").write_bytes(sample_bytes(100 * 512))
    with running(tmp_path, clock, write="new") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def attempts(server: Running, kind: Kind) -> list[int]:
    """Return the attempt number of each sent packet of a kind."""
    return [one.attempt for one in server.written.packets() if one.kind == kind]


async def test_a_read_sends_again_when_it_is_told_to(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    client.ack(1)
    await client.data()
    for sent in ([1, 1], [1, 1, 2]):
        clock.advance(NEARLY)
        server.service._sweep()
        assert attempts(server, Kind.DATA) == sent
        clock.advance(REST)
        assert (await client.data()).block16 == 2
    clock.advance(NEARLY)
    server.service._sweep()
    assert not server.written.of(TransferEnded)
    clock.advance(REST)
    assert (await server.written.until(TransferEnded)).retransmits == 2


async def test_a_write_does_so_too(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.offer(server.at, b"new")
    assert await client.acked() == 0
    clock.advance(NEARLY)
    server.service._sweep()
    assert attempts(server, Kind.ACK_SENT) == [1]
    clock.advance(REST)
    assert await client.acked() == 0
    assert attempts(server, Kind.ACK_SENT) == [1, 2]


@pytest.mark.parametrize("wish", [b"1", b"5"])
async def test_what_the_client_asks_for_goes_first(
    server: Running, client: UdpClient, clock: FakeClock, wish: bytes
) -> None:
    client.ask(server.at, b"file", options=((b"timeout", wish),))
    await client.oack()
    clock.advance(float(wish) + REST)
    await client.oack()


async def test_quick_round_trips_outweigh_a_wait_of_the_client(
    plain: Running, client: UdpClient, clock: FakeClock
) -> None:
    """The first OACK and the first ACK 1 are lost; the client retransmits after 2 s."""
    client.ask(plain.at, b"file", options=((b"blksize", b"512"),))
    await client.oack()
    clock.advance(2.05)
    await client.oack()
    client.ack(0)
    await client.data()
    clock.advance(CLIENTS_WAIT)  # less than our timeout by now: nothing is resent
    for block in range(1, 69):
        client.ack(block)
        assert (await client.data()).block16 == block + 1
        clock.advance(QUICK)
    clock.advance(SHORTEST)
    assert (await client.data()).block16 == 69


async def test_quick_round_trips_of_a_write_do_so_too(
    plain: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.offer(plain.at, b"new", options=((b"blksize", b"512"),))
    await client.oack()
    clock.advance(2.05)
    await client.oack()
    client.block(1, sample_bytes(512))
    assert await client.acked() == 1
    clock.advance(CLIENTS_WAIT)
    for block in range(2, 70):
        client.block(block, sample_bytes(512))
        assert await client.acked() == block
        clock.advance(QUICK)
        if block == 2:
            plain.service._sweep()  # looks at it, and takes the wait for a round trip
    clock.advance(SHORTEST)
    assert await client.acked() == 69


async def test_round_trips_that_nobody_looked_at_are_in_what_is_told(
    plain: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(plain.at, b"file")
    for block in range(1, 61):
        assert (await client.data()).block16 == block
        clock.advance(0.01 if block % 2 else 0.03)
        client.ack(block)
    await client.data()
    (transfer,) = plain.service.transfers.values()
    view = transfer.whole().view()
    assert view.round_trip == pytest.approx(0.02, rel=0.1)
    assert view.least_round_trip == pytest.approx(0.01)
