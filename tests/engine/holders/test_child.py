"""An engine in its own process: its life, its death and its holder's death."""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.running import settings_for
from tests.support.serve import environment
from tests.support.udp_client import UdpClient
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.holders.child import ChildEngine
from tftptui.engine.messages import AbortTransfer, ChangeSettings, SetPorts
from tftptui.net.addresses import Endpoint
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

PATIENCE = 20.0
"""Timeout in seconds for what must happen."""

HOLDER = """
import asyncio, json, sys
from pathlib import Path
from tests.support.running import settings_for
from tests.support.watcher import watching
from tftptui.engine.holders.child import ChildEngine

async def hold():
    settings = settings_for(Path(sys.argv[1]), on_close=sys.argv[2])
    async with watching(ChildEngine(settings)) as seen:
        print(json.dumps([seen.status.pid, seen.at.port]), flush=True)
        await asyncio.Event().wait()

asyncio.run(hold())
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(sample_bytes(5_000))
    return tmp_path


@pytest.fixture
def engine(folder: Path) -> ChildEngine:
    return ChildEngine(settings_for(folder))


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


def child_of(seen: Watcher) -> int:
    assert seen.status is not None
    return seen.status.pid


async def test_a_file_is_fetched_and_told(
    engine: ChildEngine, client: UdpClient
) -> None:
    async with watching(engine) as seen:
        assert child_of(seen) != os.getpid()
        assert await client.read(seen.at, b"file") == sample_bytes(5_000)
        await seen.until(lambda: bool(seen.packets(Kind.RRQ)))
    assert seen.transfers[1].phase == "completed"
    assert len(seen.packets(Kind.DATA)) == 10
    assert seen.error is None


async def test_a_command_is_carried_out(engine: ChildEngine) -> None:
    ports = free_range(3)
    wish = SetPorts(first=ports.first, last=ports.last, order="random", quarantine=1.0)
    async with watching(engine) as seen:
        await engine.ask(wish)
        await seen.until(lambda: seen.ports is not None and len(seen.ports.states) == 3)


async def test_a_command_is_refused_in_words(engine: ChildEngine) -> None:
    async with watching(engine):
        with pytest.raises(CommandRefusedError, match="transfer 9 has already ended"):
            await engine.ask(AbortTransfer(9))


async def test_many_commands_at_once_get_their_own_answers(engine: ChildEngine) -> None:
    async with watching(engine):
        asked = [engine.ask(AbortTransfer(number)) for number in range(50)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [str(answer) for answer in answers] == [
        f"transfer {number} has already ended" for number in range(50)
    ]


async def test_stopping_tells_clients_and_the_watcher(
    engine: ChildEngine, client: UdpClient
) -> None:
    async with watching(engine) as seen:
        client.ask(seen.at, b"file")
        await client.data()
    assert (await client.error()).code == 0
    assert seen.transfers[1].phase == "aborted"
    assert (seen.over, seen.error) == (True, None)


async def test_after_stopping_a_command_is_an_error(engine: ChildEngine) -> None:
    async with watching(engine):
        pass
    with pytest.raises(EngineError):
        await engine.ask(AbortTransfer(1))


async def test_stopping_twice_is_stopping_once(engine: ChildEngine) -> None:
    async with watching(engine):
        await engine.stop()


async def test_stopping_what_was_never_started_is_nothing(engine: ChildEngine) -> None:
    await engine.stop()


async def test_a_taken_port_is_said(folder: Path) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as holder:
        holder.bind(("127.0.0.1", 0))
        engine = ChildEngine(settings_for(folder, port=holder.getsockname()[1]))
        with pytest.raises(EngineError) as caught:
            await engine.start()
    await engine.stop()
    assert f"(pid {os.getpid()})" in str(caught.value)


async def test_a_journal_that_cannot_be_written_is_said(folder: Path) -> None:
    engine = ChildEngine(settings_for(folder, journal=str(folder / "no" / "journal")))
    with pytest.raises(EngineError, match=r"cannot write the journal"):
        await engine.start()
    await engine.stop()


async def test_modules_of_the_folder_we_stand_in_are_not_loaded(
    engine: ChildEngine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "msgspec.py").write_text("raise SystemExit('the wrong msgspec')")
    monkeypatch.chdir(folder)
    async with watching(engine) as seen:
        assert child_of(seen) > 0


async def test_a_killed_child_is_told_with_the_reason(engine: ChildEngine) -> None:
    async with watching(engine) as seen:
        os.kill(child_of(seen), signal.SIGKILL)
        await seen.until(lambda: seen.over)
        assert seen.error == "the engine was killed by signal 9"
        with pytest.raises(EngineError, match="killed by signal 9"):
            await engine.ask(AbortTransfer(1))


async def test_a_command_under_way_to_a_killed_child_is_an_error(
    engine: ChildEngine,
) -> None:
    async with watching(engine) as seen:
        os.kill(child_of(seen), signal.SIGSTOP)
        asking = asyncio.create_task(engine.ask(AbortTransfer(1)))
        stuck = asyncio.create_task(engine.ask(AbortTransfer(2)))
        os.kill(child_of(seen), signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            ends = await asyncio.gather(asking, stuck, return_exceptions=True)
    assert [type(end) for end in ends] == [EngineError, EngineError]


async def test_a_child_that_hangs_is_ended_by_force(engine: ChildEngine) -> None:
    async with watching(engine) as seen:
        os.kill(child_of(seen), signal.SIGSTOP)
        async with asyncio.timeout(PATIENCE):
            await engine.stop()
    assert seen.error == "the engine was killed by signal 9"


async def test_control_c_at_the_terminal_does_not_end_the_child(
    engine: ChildEngine, client: UdpClient
) -> None:
    async with watching(engine) as seen:
        os.kill(child_of(seen), signal.SIGINT)
        with pytest.raises(CommandRefusedError):
            await engine.ask(AbortTransfer(1))
        assert await client.read(seen.at, b"file") == sample_bytes(5_000)
    assert seen.error is None


async def test_the_child_is_not_in_our_process_group(engine: ChildEngine) -> None:
    async with watching(engine) as seen:
        assert os.getpgid(child_of(seen)) != os.getpgid(0)


@dataclass
class HeldChild:
    child: int
    at: Endpoint
    holder: asyncio.subprocess.Process

    async def lose_its_holder(self) -> None:
        self.holder.kill()
        await self.holder.wait()

    def has_ended(self, seconds: float = PATIENCE) -> bool:
        return bool(select.select([self.child], [], [], seconds)[0])


@contextlib.asynccontextmanager
async def dying_holder(folder: Path, on_close: str) -> AsyncIterator[HeldChild]:
    """Yield a process that holds an engine: its child, port, and how to kill it."""
    holder = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", HOLDER, str(folder), on_close],
        stdout=subprocess.PIPE,
        env=environment(),
    )
    assert holder.stdout is not None
    async with asyncio.timeout(PATIENCE):
        pid, port = json.loads(await holder.stdout.readline())
    child = os.pidfd_open(pid)
    try:
        yield HeldChild(child, Endpoint("127.0.0.1", port), holder)
    finally:
        os.close(child)


async def test_when_the_holder_dies_the_child_ends_in_good_order(
    folder: Path, client: UdpClient
) -> None:
    async with dying_holder(folder, "stop") as held:
        client.ask(held.at, b"file")
        await client.data()
        await held.lose_its_holder()
        assert (await client.error()).message == b"the server is shutting down"
        assert held.has_ended()


async def test_or_it_ends_with_its_last_transfer_if_so_configured(
    folder: Path, client: UdpClient
) -> None:
    async with dying_holder(folder, "drain") as held:
        client.ask(held.at, b"file")
        first = await client.data()
        await held.lose_its_holder()
        text = b"the server is shutting down: no new requests"
        for number in range(2, 200):  # one address gets few ERRORs
            with UdpClient(f"127.0.0.{number}") as late:
                late.ask(held.at, b"missing")
                if (await late.error()).message == text:
                    break  # it has noticed that its holder is dead
        else:
            pytest.fail("the child never noticed that its holder is gone")
        assert not held.has_ended(0)
        got = first.payload
        for block in range(1, 10):
            client.ack(block)
            got += (await client.data()).payload
        client.ack(10)
        assert got == sample_bytes(5_000)
        assert held.has_ended()


async def test_a_killed_child_can_be_started_again_and_counts_on(
    engine: ChildEngine, client: UdpClient
) -> None:
    async with watching(engine) as seen:
        await client.read(seen.at, b"file")
        await seen.until(lambda: 1 in seen.transfers)
        os.kill(child_of(seen), signal.SIGKILL)
        await seen.until(lambda: seen.over)
    async with watching(engine) as again:
        assert await client.read(again.at, b"file") == sample_bytes(5_000)
        await again.until(lambda: bool(again.transfers))
    assert set(again.transfers) == {2}


async def test_a_request_waits_for_a_killed_child_to_be_started_again(
    engine: ChildEngine, client: UdpClient
) -> None:
    async with watching(engine) as seen:
        at = seen.at
        os.kill(child_of(seen), signal.SIGKILL)
        await seen.until(lambda: seen.over)
    client.ask(at, b"file")
    async with watching(engine) as again:
        assert (await client.data()).payload == sample_bytes(5_000)[:512]
        assert again.at == at  # any port would do, but it is the same one
        client.leave()


async def test_what_is_stopped_leaves_its_port(engine: ChildEngine) -> None:
    async with watching(engine) as seen:
        at = seen.at
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind((at.host, at.port))


async def test_a_child_killed_twice_is_started_again_on_its_port(
    engine: ChildEngine, client: UdpClient
) -> None:
    ports = set()
    for _ in range(3):
        async with watching(engine) as seen:
            ports.add(seen.at.port)
            assert await client.read(seen.at, b"file") == sample_bytes(5_000)
            os.kill(child_of(seen), signal.SIGKILL)
            await seen.until(lambda: seen.over)
    assert len(ports) == 1


async def test_a_child_started_again_keeps_what_was_changed(
    engine: ChildEngine, client: UdpClient
) -> None:
    ports = free_range(3)
    wish = SetPorts(first=ports.first, last=ports.last, order="random", quarantine=1.0)
    async with watching(engine) as seen:
        await engine.ask(wish)
        await engine.ask(ChangeSettings({"max_block_size": 100}))
        os.kill(child_of(seen), signal.SIGKILL)
        await seen.until(lambda: seen.over)
    async with watching(engine) as again:
        await again.until(lambda: again.ports is not None)
        assert again.ports is not None
        assert (again.ports.first, again.ports.last) == (ports.first, ports.last)
        client.ask(again.at, b"file", options=((b"blksize", b"1428"),))
        assert dict((await client.oack()).options)[b"blksize"] == b"100"


async def test_a_child_that_can_not_be_started_is_an_error_with_words(
    engine: ChildEngine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(EngineError, match="cannot start a server process"):
        await engine.start()
    await engine.stop()
