"""Single-port mode: everything is sent from the request port."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.free_ports import free_range
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import names_in
from tftptui.net.addresses import Endpoint
from tftptui.server.service import SHUTDOWN
from tftptui.telemetry.events import TransferEnded, TransferStarted
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

LATER = 0.1
"""Seconds after which the same request is a retry, not a duplicate of the path."""

LAST_WAIT = 10.0
"""Seconds: longer than any retransmission timeout."""

OPTIONS = ((b"blksize", b"1000"), (b"windowsize", b"4"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    (tmp_path / "other").write_bytes(sample_bytes(3_000)[::-1])
    return tmp_path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(folder: Path, clock: FakeClock) -> AsyncIterator[Running]:
    with running(folder, clock, single_port=True, write="new") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def test_a_read_is_answered_from_the_asked_port_alone(
    server: Running, client: UdpClient
) -> None:
    assert await client.read(server.at, b"file") == sample_bytes(2_000)
    ended = await server.written.until(TransferEnded)
    assert client.peers == {server.at}
    assert (ended.outcome, ended.server_tid) == ("completed", server.at.port)


async def test_a_read_with_a_window_is_too(server: Running, client: UdpClient) -> None:
    client.ask(server.at, b"other", options=OPTIONS)
    await client.oack()
    client.ack(0)
    blocks = [await client.data() for _ in range(4)]
    client.ack(4)
    ended = await server.written.until(TransferEnded)
    content = b"".join(data.payload for data in blocks)
    assert (content, ended.outcome) == (sample_bytes(3_000)[::-1], "completed")
    assert client.peers == {server.at}


async def test_a_write_is_answered_from_the_asked_port_alone(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await client.write(server.at, b"new", sample_bytes(1_100))
    assert (folder / "new").read_bytes() == sample_bytes(1_100)
    assert client.peers == {server.at}


async def test_a_write_with_a_window_is_too(
    server: Running, client: UdpClient, folder: Path
) -> None:
    client.offer(server.at, b"new", options=OPTIONS)
    await client.oack()
    for number in range(4):
        client.block(number + 1, sample_bytes(1_000))
    client.block(5, b"the end")
    assert [await client.acked(), await client.acked()] == [4, 5]
    assert (folder / "new").read_bytes() == sample_bytes(1_000) * 4 + b"the end"
    assert client.peers == {server.at}


async def test_errors_come_from_the_asked_port(
    server: Running, client: UdpClient
) -> None:
    at = server.at
    client.ask(at, b"missing")
    assert (await client.error()).code == 1
    client.ask(at, b"file")
    await client.data()
    server.service.abort(1)
    assert (await client.error()).message == b"aborted by the operator"
    client.ask(at, b"file")
    await client.data()
    server.service.close()
    assert (await client.error()).message.decode() == SHUTDOWN
    assert client.peers == {at}


@pytest.mark.parametrize(
    ("listen", "asked"),
    [("0.0.0.0", "127.0.0.2"), ("::", "::1")],  # noqa: S104
)
async def test_answers_leave_from_the_asked_address(
    folder: Path, listen: str, asked: str
) -> None:
    host = "::1" if ":" in asked else "127.0.0.1"
    with (
        running(folder, listen=(listen,), single_port=True) as server,
        UdpClient(host) as client,
    ):
        at = Endpoint(asked, server.at.port)
        assert await client.read(at, b"file") == sample_bytes(2_000)
    assert client.peers == {at}


async def test_clients_are_told_apart(server: Running) -> None:
    with UdpClient() as one, UdpClient() as two, UdpClient() as three:
        one.ask(server.at, b"file")
        two.ask(server.at, b"other")
        three.offer(server.at, b"new")
        assert await three.acked() == 0
        for number in range(1, 4):
            mine, yours = await one.data(), await two.data()
            start = 512 * (number - 1)
            assert mine.payload == sample_bytes(2_000)[start : start + 512]
            assert yours.payload == sample_bytes(3_000)[::-1][start : start + 512]
            three.block(number, sample_bytes(512))
            assert await three.acked() == number
            one.ack(number)
            two.ack(number)
        assert len(server.service.transfers) == 3


async def test_one_address_with_two_ports_is_two_clients(server: Running) -> None:
    with UdpClient() as one, UdpClient() as two:
        one.ask(server.at, b"file")
        two.ask(server.at, b"file")
        await one.data()
        await two.data()
        one.leave()
        ended = await server.written.until(TransferEnded)
        assert ended.client_tid == one.local.port
        two.ack(1)
        assert (await two.data()).block16 == 2


async def test_an_error_of_a_client_reaches_its_transfer(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    client.leave("flash full")
    ended = await server.written.until(TransferEnded)
    text = "the client ended it with ERROR 0: flash full"
    assert (ended.outcome, ended.error) == ("failed", text)


async def test_an_error_of_a_client_ends_its_upload(
    server: Running, client: UdpClient, folder: Path
) -> None:
    client.offer(server.at, b"new")
    await client.acked()
    client.leave()
    assert (await server.written.until(TransferEnded)).outcome == "failed"
    assert names_in(folder) == {"file", "other"}


async def test_packets_of_nobodys_transfer_disturb_none(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    with UdpClient() as stranger:
        stranger.peer = server.at
        stranger.ack(1)
        stranger.leave()
        stranger.block(1, b"for nobody")
        assert (await stranger.error()).code == 4  # neither ACK nor ERROR gets a reply
    client.ack(1)
    assert (await client.data()).block16 == 2
    assert server.written.of(TransferEnded) == []


async def test_a_client_that_is_gone_harms_no_other(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    with UdpClient() as gone:
        gone.ask(server.at, b"file")
        await gone.data()
    client.ask(server.at, b"file")
    await client.data()
    clock.advance(LAST_WAIT)  # both are resent, one to a closed port
    assert (await client.data()).block16 == 1
    for number in range(1, 4):
        client.ack(number)
        assert (await client.data()).block16 == number + 1
    client.ack(4)
    ended = await server.written.until(TransferEnded)
    assert (ended.client_tid, ended.outcome) == (client.local.port, "completed")


async def test_a_repeated_request_is_answered_by_its_transfer(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    first = await client.data()
    clock.advance(LATER)
    client.ask(server.at, b"file")
    assert await client.data() == first
    assert len(server.written.of(TransferStarted)) == 1


async def test_a_repeated_upload_request_gets_its_oack_again(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.offer(server.at, b"new", options=OPTIONS)
    first = await client.oack()
    clock.advance(LATER)
    client.offer(server.at, b"new", options=OPTIONS)
    assert await client.oack() == first
    assert len(server.written.of(TransferStarted)) == 1


async def test_another_name_from_the_same_port_replaces_the_transfer(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    client.ask(server.at, b"other")
    assert (await client.data()).payload == sample_bytes(3_000)[::-1][:512]
    assert len(server.service.transfers) == 1


async def test_a_request_right_behind_the_last_ack_is_a_new_transfer(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    for number in range(1, 4):
        await client.data()
        client.ack(number)
    await client.data()
    client.ack(4)
    client.ask(server.at, b"other")
    assert (await client.data()).payload == sample_bytes(3_000)[::-1][:512]
    assert server.event(TransferEnded).outcome == "completed"


async def test_a_silent_client_is_sent_the_block_again(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    first = await client.data()
    clock.advance(LAST_WAIT)
    assert await client.data() == first
    sent = [r.attempt for r in server.written.packets() if r.kind == Kind.DATA]
    assert sent == [1, 2]


async def test_no_port_of_the_range_is_touched(
    server: Running, client: UdpClient
) -> None:
    pool = server.service.pool
    before = pool.version
    client.ask(server.at, b"file")
    await client.data()
    assert set(pool.states()) == {0}
    client.leave()
    await server.written.until(TransferEnded)
    assert (set(pool.states()), pool.version) == ({0}, before)


async def test_a_full_range_hinders_nobody(folder: Path, client: UdpClient) -> None:
    with (
        running(folder, ports=free_range(1), single_port=True) as server,
        UdpClient() as other,
    ):
        other.ask(server.at, b"file")
        await other.data()
        assert await client.read(server.at, b"file") == sample_bytes(2_000)
