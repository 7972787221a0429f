"""The end of an upload: everything is received, and the disk is slow."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.profiled import calls_of
from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tests.support.upload_scene import hidden_in, names_in, settle, slow_disk
from tftptui.server.service import SHUTDOWN
from tftptui.server.transfer.receive import Receiver
from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

CONTENT = sample_bytes(600)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Running]:
    with running(tmp_path, write="overwrite") as server:
        yield server


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def bring_all(server: Running, client: UdpClient) -> None:
    """Upload all blocks of "new"; the last one is received, not acknowledged."""
    client.offer(server.at, b"new")
    assert await client.acked() == 0
    client.block(1, CONTENT[:512])
    assert await client.acked() == 1
    client.block(2, CONTENT[512:])
    await settle(server.at)


def commit_of(server: Running) -> asyncio.Task[None]:
    """Return the task that waits for the disk."""
    (transfer,) = server.service.transfers.values()
    receiver = transfer.whole().side
    assert isinstance(receiver, Receiver)
    assert receiver._committing is not None
    return receiver._committing


def acks(server: Running) -> list[int]:
    return [r.block for r in server.written.packets() if r.kind == Kind.ACK_SENT]


@pytest.mark.parametrize(
    ("write", "calls"),
    [
        ("new", ["fsync", "link", "unlink", "fsync", "send"]),
        ("overwrite", ["fsync", "replace", "fsync", "send"]),
    ],
)
async def test_the_last_ack_comes_after_fsync_and_naming(
    tmp_path: Path, client: UdpClient, write: str, calls: list[str]
) -> None:
    with running(tmp_path, write=write) as server:
        client.offer(server.at, b"new")
        assert await client.acked() == 0
        with calls_of({"fsync", "link", "unlink", "replace", "send"}) as seen:
            client.block(1, b"content")
            assert await client.acked() == 1
    assert seen == calls


async def test_nothing_is_acknowledged_or_named_before_the_disk_has_it(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    with slow_disk() as gate:
        await bring_all(server, client)
        assert acks(server) == [0, 1]
        assert not (tmp_path / "new").exists()
        gate.set()
        assert await client.acked() == 2
        assert (tmp_path / "new").read_bytes() == CONTENT


async def test_a_block_repeated_meanwhile_is_not_acknowledged_early(
    server: Running, client: UdpClient
) -> None:
    with slow_disk() as gate:
        await bring_all(server, client)
        client.block(2, CONTENT[512:])
        client.offer(server.at, b"new")
        await settle(server.at)
        assert acks(server) == [0, 1]
        gate.set()
        assert await client.acked() == 2
    assert acks(server) == [0, 1, 2]
    assert server.event(TransferEnded).outcome == "completed"


async def test_an_error_of_the_client_meanwhile_leaves_nothing(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    with slow_disk() as gate:
        await bring_all(server, client)
        commit = commit_of(server)
        client.leave()
        await settle(server.at)
        assert server.event(TransferEnded).outcome == "failed"
        gate.set()
        await commit
    assert names_in(tmp_path) == set()


async def test_a_shutdown_meanwhile_leaves_nothing(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    with slow_disk() as gate:
        await bring_all(server, client)
        commit = commit_of(server)
        server.service.close()
        assert (await client.error()).message.decode() == SHUTDOWN
        gate.set()
        await commit
    assert names_in(tmp_path) == set()


async def test_a_loop_that_ends_meanwhile_leaves_nothing(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    with slow_disk() as gate:
        await bring_all(server, client)
        commit = commit_of(server)
        server.service.close()
        commit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await commit
        assert names_in(tmp_path) == set()
        gate.set()


async def test_while_the_disk_works_nobody_else_may_write_it(
    server: Running, client: UdpClient
) -> None:
    with slow_disk() as gate, UdpClient() as second:
        await bring_all(server, client)
        second.offer(server.at, b"new")
        assert (await second.error()).message == b"another client is writing it"
        gate.set()
        assert await client.acked() == 2
        await second.write(server.at, b"new", b"later")


async def test_what_the_operator_ends_meanwhile_is_not_named_later(
    server: Running, client: UdpClient, tmp_path: Path
) -> None:
    with slow_disk() as gate:
        await bring_all(server, client)
        commit = commit_of(server)
        server.service.abort(1)
        assert (await client.error()).message == b"aborted by the operator"
        assert len(hidden_in(tmp_path)) == 1  # the thread may still use it
        gate.set()
        await commit
    assert names_in(tmp_path) == set()
