"""Processing of a datagram that reaches a listener."""

import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.free_ports import free_range
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tftptui.protocol.packets import Mode, WriteRequest, encode_error, encode_request
from tftptui.server.intake.eviction import GRACE, SPARED
from tftptui.telemetry.events import (
    PortsInUse,
    Refused,
    Requested,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.records.ring import Flag, Kind

pytestmark = pytest.mark.net

LATER = 0.1
"""Seconds after which the same request is a retry, not a duplicate of the path."""

LAST_WAIT = 10.0
"""Seconds: longer than any retransmission timeout."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    (tmp_path / "other").write_bytes(b"other")
    (tmp_path / "small").write_bytes(b"small")
    (tmp_path / "sub").mkdir()
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


async def test_a_read_begins_with_data_from_a_port_of_the_range(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    data = await client.data()
    assert (data.block16, data.payload) == (1, sample_bytes(512))
    assert client.peer is not None
    assert client.peer.port in server.service.pool.ports


async def test_a_read_with_options_begins_with_an_oack(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file", options=((b"tsize", b"0"), (b"blksize", b"1000")))
    oack = await client.oack()
    assert oack.options == ((b"tsize", b"2000"), (b"blksize", b"1000"))


async def test_a_repeated_request_is_answered_by_the_same_transfer(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    first = client.peer
    clock.advance(LATER)
    client.ask(server.at, b"file")
    data = await client.data()
    assert (client.peer, data.block16) == (first, 1)
    assert len(server.written.of(TransferStarted)) == 1
    assert len(server.written.of(Requested)) == 1


async def test_a_repeated_request_with_options_gets_its_oack_again(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    options = ((b"blksize", b"1000"),)
    client.ask(server.at, b"file", options=options)
    await client.oack()
    first = client.peer
    clock.advance(LATER)
    client.ask(server.at, b"file", options=options)
    await client.oack()
    assert client.peer == first


async def test_a_repeated_request_is_in_the_packet_log_as_a_duplicate(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    clock.advance(LATER)
    client.ask(server.at, b"file")
    await client.data()
    first, again = (r for r in server.written.packets() if r.kind == Kind.RRQ)
    assert (first.flags, again.flags) == (0, Flag.DUPLICATE)
    assert (again.server_tid, again.nbytes) == (first.server_tid, first.nbytes)
    assert again.server_tid == server.at.port


async def test_a_request_doubled_by_the_path_is_not_answered_twice(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    client.ask(server.at, b"file")
    await client.data()
    client.ack(1)
    assert (await client.data()).block16 == 2
    sent = [r.block for r in server.written.packets() if r.kind == Kind.DATA]
    assert sent == [1, 2]


async def test_a_repeated_request_in_a_moving_transfer_changes_nothing(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    client.ack(1)
    await client.data()
    clock.advance(LATER)
    client.ask(server.at, b"file")
    client.ack(2)
    assert (await client.data()).block16 == 3
    assert len(server.written.of(TransferStarted)) == 1


async def test_a_client_that_begins_anew_gets_a_new_transfer(
    server: Running, client: UdpClient, clock: FakeClock
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    client.ack(1)
    await client.data()
    first = client.peer
    clock.advance(LAST_WAIT)
    await client.data()  # retransmitted: the client is stuck
    clock.advance(LATER)
    client.ask(server.at, b"file")
    assert (await client.data()).block16 == 1
    assert client.peer != first
    ended = server.event(TransferEnded)
    assert (ended.outcome, ended.error) == ("abandoned", "the client restarted")


async def test_another_name_from_the_same_port_replaces_the_transfer(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file")
    await client.data()
    first = client.peer
    client.ask(server.at, b"other")
    assert (await client.data()).payload == b"other"
    assert client.peer != first
    ended = server.event(TransferEnded)
    assert (ended.file, ended.outcome) == ("file", "abandoned")
    assert len(server.service.transfers) == 1


async def test_the_same_name_after_the_end_is_a_new_transfer(
    server: Running, client: UdpClient
) -> None:
    first = await client.read(server.at, b"file")
    tid = client.peer
    assert await client.read(server.at, b"file") == first == sample_bytes(2_000)
    await server.written.until(TransferEnded, count=2)
    assert client.peer != tid
    assert [e.outcome for e in server.written.of(TransferEnded)] == ["completed"] * 2


@pytest.mark.parametrize("name", [b"small", b"other"])
async def test_a_request_behind_a_last_ack_that_nobody_read_yet(
    server: Running, client: UdpClient, name: bytes
) -> None:
    client.ask(server.at, b"other")
    await client.data()
    client.ack(1)
    client.ask(server.at, name)
    # As if the loop finds the listener readable first.
    server.service._receive(server.service.listeners[0])
    assert (await client.data()).payload == name
    assert server.event(TransferEnded).outcome == "completed"


async def test_two_clients_have_two_transfers(server: Running) -> None:
    with UdpClient() as one, UdpClient() as two:
        one.ask(server.at, b"file")
        two.ask(server.at, b"file")
        await one.data()
        await two.data()
        assert one.peer != two.peer
        assert len(server.service.transfers) == 2


async def test_an_upload_is_refused_in_words(
    server: Running, client: UdpClient, folder: Path
) -> None:
    client.send(encode_request(WriteRequest(b"new", Mode.OCTET)), server.at)
    error = await client.error()
    assert (error.code, error.message) == (2, b"uploads are off")
    refused = server.event(Refused)
    assert (refused.reason, refused.direction) == ("denied", "write")
    assert not (folder / "new").exists()


async def test_mail_is_refused_in_words(server: Running, client: UdpClient) -> None:
    client.ask(server.at, b"somebody", mode=Mode.MAIL)
    error = await client.error()
    assert (error.code, error.message) == (4, b"mail mode is obsolete; use octet")


@pytest.mark.parametrize(
    ("name", "code", "reason"),
    [
        (b"missing", 1, "not-found"),
        (b"", 1, "malformed"),
        (b"sub", 2, "not-a-file"),
        (b"../etc/passwd", 2, "outside-root"),
    ],
)
async def test_what_cannot_be_served_is_refused(
    server: Running, client: UdpClient, name: bytes, code: int, reason: str
) -> None:
    client.ask(server.at, name)
    error = await client.error()
    refused = server.event(Refused)
    assert (error.code, refused.reason, refused.error_code) == (code, reason, code)
    assert refused.message == error.message.decode()
    assert client.peer == server.at


async def test_a_refusal_holds_no_port(server: Running, client: UdpClient) -> None:
    client.ask(server.at, b"missing")
    await client.error()
    assert set(server.service.pool.states()) == {0}


@pytest.mark.parametrize(
    "datagram",
    [
        b"\0",
        b"\0\1x",
        b"\0\1name\0",
        b"\0\1name\0octet",
        b"\0\1name\0carrier pigeon\0",
        b"\0\1name\0octet\0blksize\0",
        b"\0\x09what",
        b"\0\3\0\1data",
        b"\0\6blksize\0" + b"8\0",
        b"\xff" * 600,
    ],
)
async def test_what_is_no_request_gets_error_4_from_the_asked_port(
    server: Running, client: UdpClient, datagram: bytes
) -> None:
    client.send(datagram, server.at)
    error = await client.error()
    assert (error.code, client.peer) == (4, server.at)
    assert server.service.recorder.counters.malformed == 1


@pytest.mark.parametrize(
    "datagram",
    [
        encode_error(0, "bye"),
        encode_error(4, "no"),
        b"\0\5",
        b"\0\5\0",
        b"\0\4\0\1",  # tftp-hpa acknowledges even an ERROR
    ],
)
async def test_an_error_is_never_answered(
    server: Running, client: UdpClient, datagram: bytes
) -> None:
    client.send(datagram, server.at)
    client.ask(server.at, b"missing")
    assert (await client.error()).code == 1  # the first reply is to the request


async def begun(server: Running, client: UdpClient) -> None:
    """Have a client acknowledge the first block of a read."""
    client.ask(server.at, b"file")
    await client.data()
    client.ack(1)
    await client.data()


async def test_no_free_port_is_said_with_the_range(folder: Path) -> None:
    ports = free_range(2)
    with running(folder, ports=ports) as server, UdpClient() as third:
        with UdpClient() as one, UdpClient() as two:
            await begun(server, one)
            await begun(server, two)
            third.ask(server.at, b"file")
            error = await third.error()
        text = f"server has no free port in {ports}"
        assert (error.code, error.message.decode()) == (0, text)
        assert third.peer == server.at
        refused = server.event(Refused)
        assert refused.reason == "ports-exhausted"
        assert refused.ports == PortsInUse(first=ports.first, last=ports.last)
        assert server.service.recorder.counters.exhausted == 1


@pytest.mark.parametrize(
    "limits",
    [{"ports": free_range(2)}, {"max_transfers": 2}, {"max_client_transfers": 2}],
    ids=["range", "count", "count-of-the-client"],
)
async def test_who_has_not_answered_makes_way_for_the_next_request(
    folder: Path, clock: FakeClock, client: UdpClient, limits: dict[str, Any]
) -> None:
    with running(folder, clock, **limits) as server, UdpClient() as proven:
        await begun(server, proven)
        with UdpClient() as silent:
            silent.ask(server.at, b"file")
            await silent.data()
            clock.advance(GRACE)
            assert await client.read(server.at, b"other") == b"other"
        counters = server.service.recorder.counters
        assert counters.evicted == 1
        assert [one.evicted for one in server.service.take_finished()] == [True]
        proven.ack(2)
        await proven.data()


@pytest.mark.parametrize(
    ("count", "evicted"), [(SPARED, 0), (SPARED + 1, 1)], ids=["nat", "flood"]
)
async def test_a_few_new_clients_behind_one_address_do_not_push_each_other_out(
    folder: Path, clock: FakeClock, count: int, evicted: int
) -> None:
    with running(folder, clock, ports=free_range(count)) as server:
        with contextlib.ExitStack() as clients:
            for _ in range(count):
                client = clients.enter_context(UdpClient())
                client.ask(server.at, b"file")
                await client.data()
            last = clients.enter_context(UdpClient())
            last.ask(server.at, b"file")
            await last.receive()
        assert server.service.recorder.counters.evicted == evicted


async def test_a_client_silent_for_longer_than_the_retries_makes_way(
    folder: Path, clock: FakeClock, client: UdpClient
) -> None:
    limits = {"ports": free_range(1), "retries": 1}
    with running(folder, clock, **limits) as server, UdpClient() as paused:
        await begun(server, paused)
        transfer = next(iter(server.service.transfers.values())).whole()
        for _ in range(2):
            assert transfer.due is not None
            clock.advance(transfer.due - clock.now())
            transfer.tick(clock.now())
        assert await client.read(server.at, b"other") == b"other"


async def test_one_port_serves_one_client_after_another_at_once(
    folder: Path, clock: FakeClock, client: UdpClient
) -> None:
    with running(folder, clock, ports=free_range(1)) as server:
        for _ in range(5):
            assert await client.read(server.at, b"other") == b"other"
        assert server.service.recorder.counters.exhausted == 0


async def test_more_transfers_than_allowed_are_refused(
    folder: Path, client: UdpClient
) -> None:
    with running(folder, max_transfers=1) as server, UdpClient() as second:
        await begun(server, client)
        second.ask(server.at, b"file")
        error = await second.error()
        text = b"the server is busy: 1 of 1 transfers"
        assert (error.code, error.message) == (0, text)
        assert server.event(Refused).reason == "limit"


async def test_a_request_is_told_with_all_that_was_asked(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"file", options=((b"blksize", b"1000"),))
    await client.oack()
    requested = server.event(Requested)
    assert (requested.client, requested.client_tid) == ("127.0.0.1", client.local.port)
    assert (requested.file, requested.mode) == ("file", "octet")
    assert (requested.asked, requested.raw) == ({"blksize": "1000"}, None)


async def test_a_name_that_is_no_utf8_is_told_escaped_and_in_hex(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"caf\xe9\x1b[2J")
    await client.error()
    requested = server.event(Requested)
    assert requested.file == "caf\\xe9\\x1b[2J"
    assert requested.raw == b"caf\xe9\x1b[2J".hex()


async def test_refusals_are_kept_until_somebody_looks(
    server: Running, client: UdpClient
) -> None:
    client.ask(server.at, b"missing")
    await client.error()
    first, second = server.service.take_refusals(), server.service.take_refusals()
    assert [(refusal.file, refusal.reason) for refusal in first] == [
        ("missing", "not-found")
    ]
    assert second == []
