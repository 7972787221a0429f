"""A transfer that starts with one socket, and has two if it lasts."""

import gc
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tftptui.server.fastpath.ack_fast_path import AckFastPath
from tftptui.server.transfer.report import Report
from tftptui.server.transfer.send import Sender
from tftptui.server.transfer.transfer import Transfer
from tftptui.telemetry.events import (
    Refused,
    Requested,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

PARTS = (Transfer, Sender, AckFastPath, Report)
SHORT, LONG = 512 * 3 + 100, 512 * 300


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    (tmp_path / "short").write_bytes(sample_bytes(SHORT))
    (tmp_path / "long").write_bytes(sample_bytes(LONG))
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def is_alone(server: Running) -> bool:
    (transfer,) = server.service.transfers.values()
    return transfer.transport.is_alone


async def test_a_short_one_needs_no_second_socket(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"short")
    for number in range(1, 5):
        assert (await client.data()).block16 == number
        assert is_alone(server)
        client.ack(number)
    assert (await server.written.until(TransferEnded)).outcome == "completed"


async def test_a_long_one_gets_it_with_the_first_answer(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"long")
    assert (await client.data()).block16 == 1
    assert is_alone(server)
    client.ack(1)
    assert (await client.data()).block16 == 2
    assert not is_alone(server)


async def first_of(server: Running, client: UdpClient) -> list[Transfer]:
    """Receive the first block; return the transfers."""
    assert (await client.data()).block16 == 1
    return [one.whole() for one in server.service.transfers.values()]


@pytest.mark.parametrize("name", [b"short", b"long"])
async def test_a_stranger_is_told_so_and_the_transfer_goes_on(
    server: Running, client: UdpClient, name: bytes
) -> None:
    client.ask(server.at, name)
    await client.data()
    client.ack(1)
    await client.data()
    with UdpClient() as stranger:
        stranger.peer = client.peer
        stranger.ack(2)
        assert (await stranger.error()).code == 5
    client.ack(2)
    assert (await client.data()).block16 == 3


async def test_one_that_nobody_hears_of_is_counted_and_in_the_ring(
    server: Running, client: UdpClient
) -> None:
    recorder = server.service.recorder
    recorder.is_heard = False
    await client.read(server.at, b"short")
    client.ask(server.at, b"no such file")  # by then the last ACK has been processed
    await server.written.until(Refused)
    assert not server.written.of(TransferStarted)
    counters = recorder.counters
    assert (counters.started, counters.completed, counters.active) == (1, 1, 0)
    records = server.written.packets()
    kinds = [record.kind for record in records if record.transfer == 1]
    assert kinds == [Kind.RRQ, *[Kind.DATA, Kind.ACK] * 4]
    (unreported,) = server.service.take_unreported()
    (view,) = server.service.take_finished()
    assert unreported.whole().view() is view
    assert (view.phase, view.acked_bytes, view.acked_blocks) == ("completed", SHORT, 4)
    assert view.ended is not None
    assert view.heard


async def test_one_that_was_looked_at_on_its_way_is_still_not_told_of(
    server: Running, client: UdpClient
) -> None:
    server.service.recorder.is_heard = False
    client.ask(server.at, b"short")
    (transfer,) = await first_of(server, client)
    assert (transfer.view().phase, transfer.view().acked_blocks) == ("sending", 0)
    for number in range(1, 5):
        client.ack(number)
        if number < 4:
            await client.data()
            assert transfer.view().acked_blocks == number
    client.ask(server.at, b"no such file")
    await server.written.until(Refused)
    assert not server.written.of(TransferStarted)
    view = transfer.view()
    assert (view.phase, view.acked_blocks, view.is_calm) == ("completed", 4, True)


async def test_one_that_does_not_go_well_is_told_of_from_its_beginning(
    server: Running, client: UdpClient
) -> None:
    server.service.recorder.is_heard = False
    client.ask(server.at, b"short")
    await client.data()
    client.leave("enough")
    assert (await server.written.until(TransferEnded)).outcome == "failed"
    told = [type(event) for event in server.written.events]
    assert told[-3:] == [Requested, TransferStarted, TransferEnded]


async def test_one_that_lasts_is_told_of(server: Running, client: UdpClient) -> None:
    server.service.recorder.is_heard = False
    client.ask(server.at, b"long")
    await client.data()
    server.service.tell(60.0)
    assert not server.written.of(TransferStarted)
    server.service.tell()
    assert server.event(TransferStarted).file == "long"
    server.service.tell()
    assert len(server.written.of(Requested)) == 1


@pytest.mark.parametrize("name", [b"short", b"long"])
async def test_one_that_is_over_is_freed_without_the_garbage_collector(
    server: Running, client: UdpClient, name: bytes
) -> None:
    """Thousands start in a second: a reference cycle would cost each of them."""
    gc.disable()
    try:
        others = [id(one) for one in gc.get_objects() if type(one) in PARTS]
        client.ask(server.at, name)
        number, payload = 0, bytes(512)
        while len(payload) == 512:
            number, payload = number + 1, (await client.data()).payload
            client.ack(number)
        await server.written.until(TransferEnded)
        server.service.take_finished()
        server.service.take_unreported()
        left = [one for one in gc.get_objects() if type(one) in PARTS]
    finally:
        gc.enable()
    assert [one for one in left if id(one) not in others] == []
