"""How long a transfer waits before it sends again, and who has a say in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import octets
from tests.support.clock import FakeClock
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.packets import Kind

pytestmark = pytest.mark.net

NEARLY, REST = 29.9, 0.2
"""Seconds that add up to a little more than the 30 that are set."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Running]:
    (tmp_path / "file").write_bytes(octets(2_000))
    with running(tmp_path, clock, timeout=30.0, retries=2, write="new") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def attempts(server: Running, kind: Kind) -> list[int]:
    """Return the attempt of each packet of a kind that was sent."""
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
