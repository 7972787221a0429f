"""The whole server on loopback: transfers as seen from outside."""

import os
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.free_ports import free_range
from tests.support.running import Running, Written, running, settings_for
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import Mode, encode_ack, encode_error
from tftptui.protocol.timing import FIRST_RETRIES
from tftptui.server.binding import BindError
from tftptui.server.service import SHUTDOWN, Service, ServiceError
from tftptui.server.transfer.transfer import Transfer
from tftptui.telemetry.events import (
    IcmpReceived,
    PortsChanged,
    Started,
    Stopped,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.views import FREE, QUARANTINED, USED

pytestmark = pytest.mark.net

LAST_WAIT = 10.0
"""Seconds: longer than any retransmission timeout."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    (tmp_path / "small").write_bytes(b"small")
    (tmp_path / "big").write_bytes(sample_bytes(200_000))
    (tmp_path / "text").write_bytes(b"one\ntwo\r" * 100)
    return tmp_path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(folder: Path, clock: FakeClock) -> AsyncIterator[Running]:
    with running(folder, clock) as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def begin(server: Running, client: UdpClient, name: bytes = b"file") -> None:
    """Request a file and receive its first block."""
    client.ask(server.at, name)
    await client.data()


def counters(server: Running) -> dict[str, int]:
    """Return the number of transfers by result."""
    kept = server.service.recorder.counters
    names = ("completed", "unconfirmed", "failed", "abandoned", "probed", "aborted")
    return {name: getattr(kept, name) for name in names if getattr(kept, name)}


async def test_a_whole_read_is_told_from_start_to_end(
    server: Running, client: UdpClient
) -> None:
    assert await client.read(server.at, b"file") == sample_bytes(2_000)
    ended = await server.written.until(TransferEnded)
    started = server.event(TransferStarted)
    assert started.transfer == ended.transfer == 1
    assert client.peer == Endpoint(ended.server, ended.server_tid or 0)
    assert (ended.outcome, ended.error) == ("completed", None)
    assert (ended.octets, ended.blocks, ended.acked_blocks) == (2_000, 4, 4)
    assert (ended.retransmits, ended.duplicates, ended.strays) == (0, 0, 0)


async def test_each_packet_is_in_the_ring(server: Running, client: UdpClient) -> None:
    await client.read(server.at, b"small")
    await server.written.until(TransferEnded)
    seen = [(r.kind, r.block, r.nbytes, r.transfer) for r in server.written.packets()]
    rrq = len(b"\0\1small\0octet\0")
    assert seen == [
        (Kind.RRQ, 0, rrq, 1),
        (Kind.DATA, 1, 5, 1),
        (Kind.ACK, 1, 4, 1),
    ]


async def test_netascii_is_converted(server: Running, client: UdpClient) -> None:
    client.ask(server.at, b"text", mode=Mode.NETASCII)
    data = await client.data()
    expected = b"one\r\ntwo\r\0" * 100
    assert data.payload == expected[:512]


async def test_an_ipv6_client_is_served(folder: Path) -> None:
    with running(folder, listen=("::1",)) as server, UdpClient("::1") as client:
        assert await client.read(server.at, b"file") == sample_bytes(2_000)
        assert client.peer is not None
        assert client.peer.host == "::1"


async def test_answers_leave_from_the_asked_address(folder: Path) -> None:
    with running(folder, listen=("0.0.0.0",)) as server, UdpClient() as client:  # noqa: S104
        client.ask(Endpoint("127.0.0.2", server.at.port), b"file")
        await client.data()
        assert client.peer is not None
        assert client.peer.host == "127.0.0.2"


async def test_a_stranger_gets_error_5_and_the_transfer_goes_on(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client)
    with UdpClient() as stranger:
        stranger.send(encode_ack(1), client.peer)
        error = await stranger.error()
        assert (error.code, stranger.peer) == (5, client.peer)
    client.ack(1)
    assert (await client.data()).block16 == 2


async def test_a_strangers_error_is_not_answered_and_ends_nothing(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client)
    with UdpClient() as stranger:
        stranger.send(encode_error(0, "stop"), client.peer)
        stranger.send(encode_ack(1), client.peer)
        await stranger.error()
        strays = [r for r in server.written.packets() if r.kind == Kind.STRAY]
        errors = [r for r in server.written.packets() if r.kind == Kind.ERROR]
        assert (len(strays), len(errors)) == (2, 1)
    client.ack(1)
    assert (await client.data()).block16 == 2


async def test_who_sends_what_is_due_from_the_client_is_noted(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client)
    client.ack(1)
    await client.data()
    with UdpClient() as stranger:
        stranger.send(encode_ack(2), client.peer)
        await stranger.error()
        (transfer,) = server.service.transfers.values()
        assert isinstance(transfer, Transfer)
        moved = transfer.view().moved_to
    assert moved is not None
    assert moved[0] == transfer.client.host
    assert moved[1] != transfer.client.port
    client.ack(2)
    assert (await client.data()).block16 == 3


async def test_a_clients_error_ends_the_transfer(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client)
    client.send(encode_error(3, "flash\x1b full"))
    ended = await server.written.until(TransferEnded)
    assert ended.outcome == "failed"
    assert ended.error == "the client ended it with ERROR 3: flash\\x1b full"
    assert ended.heard


async def test_reading_the_size_and_leaving_is_a_probe(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file", options=((b"tsize", b"0"),))
    await client.oack()
    client.leave()
    assert (await server.written.until(TransferEnded)).outcome == "probed"


async def test_what_makes_no_sense_on_a_tid_is_counted_and_let_go(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client)
    client.send(b"\0\3\0\1data")
    client.send(b"\0")
    client.ack(1)
    assert (await client.data()).block16 == 2
    assert server.service.recorder.counters.malformed == 2


async def test_a_silent_client_is_given_up(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await begin(server, client)
    for _ in range(FIRST_RETRIES):
        clock.advance(LAST_WAIT)
        await client.data()
    clock.advance(LAST_WAIT)
    ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.error) == ("abandoned", "the client never replied")
    assert (ended.octets, ended.retransmits, ended.heard) == (0, 4, False)


async def test_attempts_are_counted_in_the_ring(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await begin(server, client)
    clock.advance(LAST_WAIT)
    await client.data()
    attempts = [r.attempt for r in server.written.packets() if r.kind == Kind.DATA]
    assert attempts == [1, 2]


async def test_a_lost_last_ack_is_unconfirmed(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await begin(server, client)
    for block in (1, 2, 3):
        client.ack(block)
        await client.data()
    for _ in range(server.service.settings.retries):
        clock.advance(LAST_WAIT)
        await client.data()
    clock.advance(LAST_WAIT)
    ended = await server.written.until(TransferEnded)
    assert (ended.outcome, ended.acked_blocks) == ("unconfirmed", 3)


async def test_a_client_that_closed_its_port_is_given_up_after_two_reports(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await begin(server, client)
    port = client.local.port
    client.close()
    clock.advance(LAST_WAIT)
    first = await server.written.until(IcmpReceived)
    clock.advance(LAST_WAIT)
    ended = await server.written.until(TransferEnded)
    assert (first.type, first.code, first.sender) == (3, 3, "127.0.0.1")
    assert ended.error == f"the client closed its port {port}"


async def test_one_icmp_report_ends_nothing(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    await begin(server, client)
    place = client.socket.getsockname()
    client.close()
    clock.advance(LAST_WAIT)
    await server.written.until(IcmpReceived)
    with UdpClient() as again:
        again.socket.close()
        again.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        again.socket.setblocking(False)  # noqa: FBT003 - the name says it
        again.socket.bind(place)
        clock.advance(LAST_WAIT)
        assert (await again.data()).block16 == 1


async def test_a_replaced_file_is_sent_in_its_old_version(
    server: Running, client: UdpClient, folder: Path
) -> None:
    client.ask(server.at, b"file")
    content = (await client.data()).payload
    (folder / "new").write_bytes(b"new version" * 500)
    (folder / "new").rename(folder / "file")
    for block in (1, 2, 3):
        client.ack(block)
        content += (await client.data()).payload
    assert content == sample_bytes(2_000)


async def test_the_operator_ends_a_transfer(server: Running, client: UdpClient) -> None:
    await begin(server, client)
    assert server.service.abort(1)
    error = await client.error()
    assert (error.code, error.message) == (0, b"aborted by the operator")
    assert server.event(TransferEnded).outcome == "aborted"


async def test_a_transfer_that_is_over_cannot_be_ended(server: Running) -> None:
    assert not server.service.abort(1)


async def test_a_port_is_used_then_rests_then_is_free(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    pool = server.service.pool
    await begin(server, client, b"small")
    assert client.peer is not None
    states = [pool.state(client.peer.port)]
    client.ack(1)
    await server.written.until(TransferEnded)
    states.append(pool.state(client.peer.port))
    clock.advance(pool.quarantine)
    pool.expire(clock.now())
    states.append(pool.state(client.peer.port))
    assert states == [USED, QUARANTINED, FREE]


async def test_another_range_leaves_a_transfer_its_tid(
    server: Running, client: UdpClient
) -> None:
    await begin(server, client)
    tid, before, after = client.peer, server.service.pool.ports, free_range(3)
    server.service.set_ports(after, order="sequential", quarantine=1.5, by="operator")
    client.ack(1)
    await client.data()
    changed = server.event(PortsChanged)
    assert client.peer == tid
    assert changed.before == f"{before} random, quarantine 10 s"
    assert changed.after == f"{after} sequential, quarantine 1.5 s"
    assert changed.by == "operator"


async def test_the_next_transfer_uses_the_other_range(
    server: Running, client: UdpClient
) -> None:
    ports = free_range(3)
    server.service.set_ports(ports, order="sequential", quarantine=0.0, by="operator")
    await begin(server, client)
    assert client.peer == Endpoint("127.0.0.1", ports.first)
    server.service.set_ports(free_range(3), order="random", quarantine=0, by="")
    (transfer,) = server.service.transfers.values()
    assert transfer.whole().view().leased_from == (
        ports.first,
        ports.last,
        "sequential",
    )


async def test_closing_tells_clients_and_frees_everything(
    folder: Path, client: UdpClient
) -> None:
    with running(folder) as server:
        await begin(server, client)
        tid = client.peer
    error = await client.error()
    assert (error.code, error.message) == (0, SHUTDOWN.encode())
    assert server.event(TransferEnded).outcome == "aborted"
    assert tid is not None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(tid.as_socket_address())


async def test_the_last_event_is_the_totals(folder: Path, client: UdpClient) -> None:
    with running(folder) as server:
        await client.read(server.at, b"small")
        await server.written.until(TransferEnded)
    stopped = server.written.events[-1]
    assert isinstance(stopped, Stopped)
    named = ("requests", "completed", "octets_sent", "octets_received")
    totals = {name: stopped.totals[name] for name in named}
    assert totals == {
        "requests": 1,
        "completed": 1,
        "octets_sent": 5,
        "octets_received": 0,
    }


async def test_the_first_event_tells_where_requests_are_taken(server: Running) -> None:
    started = server.written.events[0]
    assert isinstance(started, Started)
    assert started.listeners == [str(server.at)]
    assert started.ports == str(server.service.pool.ports)


async def test_closing_twice_tells_once(folder: Path) -> None:
    with running(folder) as server:
        server.service.close()
    assert len(server.written.of(Stopped)) == 1


async def test_outcomes_are_counted(server: Running, client: UdpClient) -> None:
    await client.read(server.at, b"small")
    await begin(server, client)
    client.leave()
    await server.written.until(TransferEnded, count=2)
    assert counters(server) == {"completed": 1, "failed": 1}
    assert server.service.recorder.counters.active == 0


@pytest.mark.parametrize(
    ("name", "why"), [("missing", "No such file"), ("file", "Not a directory")]
)
async def test_a_root_that_cannot_be_served_is_said(
    folder: Path, name: str, why: str
) -> None:
    service = Service(settings_for(folder / name), Written().recorder)
    with pytest.raises(ServiceError, match=f"cannot serve .*{name}: {why}"):
        service.open()


async def test_a_taken_port_is_said_and_leaves_nothing_open(
    server: Running, folder: Path
) -> None:
    settings = settings_for(folder, port=server.at.port)
    before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - a path would block
    with pytest.raises(BindError, match="is in use by"):
        Service(settings, Written().recorder).open()
    assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
