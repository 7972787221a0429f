"""Uploads that end early, or must not start: texts, and leftovers."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.clock import FakeClock
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import hidden_in, names_in, settle
from tftptui.server.service import SHUTDOWN
from tftptui.telemetry.events import Refused, TransferEnded, TransferStarted
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

LAST_WAIT = 10.0
"""Seconds: longer than any retransmission timeout."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "old").write_bytes(sample_bytes(200_000))
    return tmp_path


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
async def server(folder: Path, clock: FakeClock) -> AsyncIterator[Running]:
    with running(folder, clock, write="new") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def begin(server: Running, client: UdpClient) -> None:
    """Start an upload of "new" and send its first block."""
    client.offer(server.at, b"new")
    assert await client.acked() == 0
    client.block(1, sample_bytes(512))
    assert await client.acked() == 1


def sent(server: Running, *kinds: Kind) -> list[tuple[int, int]]:
    """Return block and attempt of the server's packets of some kinds."""
    return [(r.block, r.attempt) for r in server.written.packets() if r.kind in kinds]


async def test_nothing_has_the_name_until_the_last_block_is_in(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    (hidden,) = hidden_in(folder)
    assert (names_in(folder), hidden.stat().st_size) == ({"old", hidden.name}, 512)
    client.block(2, b"the end")
    assert await client.acked() == 2
    assert names_in(folder) == {"old", "new"}


async def test_the_hidden_file_is_not_served(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    (hidden,) = hidden_in(folder)
    with UdpClient() as other:
        other.ask(server.at, hidden.name.encode())
        assert (await other.error()).code == 1


NOT_TAKEN = (2, "uploads are off", "denied")
EXISTS = (6, "file already exists", "exists")
NO_FOLDER = (1, "there is no such folder", "not-found")


@pytest.mark.parametrize(
    ("write", "name", "told"),
    [
        ("off", b"fresh", NOT_TAKEN),
        ("off", b"old", NOT_TAKEN),
        ("new", b"old", EXISTS),
        ("new", b"sub/fresh", NO_FOLDER),
    ],
)
async def test_what_may_not_be_written_is_refused(
    folder: Path, client: UdpClient, write: str, name: bytes, told: tuple[int, str, str]
) -> None:
    with running(folder, write=write) as server:
        client.offer(server.at, name, options=((b"blksize", b"1000"),))
        error = await client.error()
        refused = server.event(Refused)
    assert (error.code, error.message.decode(), refused.reason) == told
    assert (client.peer, refused.direction) == (server.at, "write")
    assert names_in(folder) == {"old"}


async def test_an_error_of_the_client_leaves_nothing(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    client.leave("cable pulled")
    ended = await server.written.until(TransferEnded)
    text = "the client ended it with ERROR 0: cable pulled"
    assert (ended.outcome, ended.error) == ("failed", text)
    assert names_in(folder) == {"old"}


async def test_a_silent_client_is_given_up_and_leaves_nothing(
    server: Running, client: UdpClient, folder: Path, clock: FakeClock
) -> None:
    await begin(server, client)
    for _ in range(server.service.settings.retries):
        clock.advance(LAST_WAIT)
        assert await client.acked() == 1
    clock.advance(LAST_WAIT)
    ended = await server.written.until(TransferEnded)
    told = ("abandoned", "the client stopped replying")
    assert (ended.outcome, ended.error) == told
    assert names_in(folder) == {"old"}


async def test_an_upload_ended_by_the_operator_leaves_nothing(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    server.service.abort(1)
    assert (await client.error()).message == b"aborted by the operator"
    assert server.event(TransferEnded).outcome == "aborted"
    assert names_in(folder) == {"old"}


async def test_a_shutdown_in_the_middle_leaves_nothing(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    server.service.close()
    assert (await client.error()).message.decode() == SHUTDOWN
    assert names_in(folder) == {"old"}


async def test_another_request_from_the_same_port_leaves_nothing_of_the_first(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    await client.write(server.at, b"other", b"content")
    assert names_in(folder) == {"old", "other"}


async def test_a_file_made_meanwhile_is_told_in_the_end(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    (folder / "new").write_bytes(b"theirs")
    client.block(2, b"the end")
    error = await client.error()
    assert (error.code, error.message) == (6, b"file already exists")
    await server.written.until(TransferEnded)
    await settle(server.at)
    assert names_in(folder) == {"old", "new"}
    assert (folder / "new").read_bytes() == b"theirs"


async def test_a_second_writer_is_told_and_the_first_goes_on(
    server: Running, client: UdpClient, folder: Path
) -> None:
    await begin(server, client)
    with UdpClient() as second:
        second.offer(server.at, b"new")
        error = await second.error()
    assert (error.code, error.message) == (2, b"another client is writing it")
    assert server.event(Refused).reason == "busy"
    await client.blocks(b"the end", first=2)
    assert (folder / "new").read_bytes() == sample_bytes(512) + b"the end"


async def test_a_file_larger_than_allowed_ends_with_error_3(
    folder: Path, client: UdpClient
) -> None:
    with running(folder, write="new", max_upload=1_000) as server:
        await begin(server, client)
        client.block(2, bytes(512))
        error = await client.error()
        ended = server.event(TransferEnded)
    assert (error.code, error.message) == (3, b"uploads are limited to 1000 bytes")
    assert (ended.outcome, ended.error) == (
        "failed",
        "uploads are limited to 1000 bytes",
    )
    assert names_in(folder) == {"old"}


async def test_a_quota_ends_the_upload_that_exceeds_it(
    folder: Path, client: UdpClient
) -> None:
    with running(folder, write="new", upload_quota=1_000) as server:
        await client.write(server.at, b"first", bytes(600))
        client.offer(server.at, b"second")
        await client.acked()
        client.block(1, bytes(512))
        error = await client.error()
    assert (error.code, error.message) == (
        3,
        b"your upload quota of 1000 bytes is used up",
    )
    assert names_in(folder) == {"old", "first"}


@pytest.mark.parametrize("announced", [1_001, 2**62])
async def test_too_much_announced_is_refused_at_once(
    folder: Path, client: UdpClient, announced: int
) -> None:
    with running(folder, write="new", max_upload=1_000) as server:
        options = ((b"tsize", b"%d" % announced),)
        client.offer(server.at, b"new", options=options)
        error = await client.error()
        assert (error.code, client.peer) == (3, server.at)
        assert server.written.of(TransferStarted) == []
    assert names_in(folder) == {"old"}


@pytest.mark.parametrize("block_size", [512, 4_096])
async def test_a_block_longer_than_agreed_ends_the_upload(
    server: Running, client: UdpClient, folder: Path, block_size: int
) -> None:
    options = ((b"blksize", b"%d" % block_size),)
    client.offer(server.at, b"new", options=options)
    await client.oack()
    client.block(1, sample_bytes(block_size + 1))
    error = await client.error()
    text = f"a block of {block_size + 1} bytes, but {block_size} were agreed"
    assert (error.code, error.message.decode()) == (4, text)
    assert names_in(folder) == {"old"}
