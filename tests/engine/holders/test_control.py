"""Watching an independent server, through its socket."""

import asyncio
import os
import socket
import stat
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.running import settings_for
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient
from tests.support.unprivileged import unprivileged
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.control_socket import find_socket, usual_folder, usual_place
from tftptui.engine.engine import Engine
from tftptui.engine.holders.attach import AttachedEngine
from tftptui.engine.holders.control import Control
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import AbortTransfer, CloseFolder, OpenFolder, SetPorts
from tftptui.net.addresses import Endpoint
from tftptui.telemetry.records.ring import Kind

pytestmark = pytest.mark.net

Attachable = tuple[Engine, Path]


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Attachable]:
    root = tmp_path / "root"
    root.mkdir()
    (root / "file").write_bytes(sample_bytes(5_000))
    engine, path = Engine(settings_for(root)), tmp_path / "run" / "a.sock"
    await engine.start()
    control = Control(engine, path)
    await control.start()
    yield engine, path
    await engine.stop()
    await control.stop()
    assert not path.exists()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def at(engine: Engine) -> Endpoint:
    return engine.service.listeners[0].local


async def test_who_comes_late_sees_what_was_before(served: Attachable) -> None:
    engine, path = served
    with UdpClient() as client:
        assert await client.read(at(engine), b"file") == sample_bytes(5_000)
    for _ in range(2):  # the second gets a snapshot, the first the live engine
        async with watching(AttachedEngine(path)) as seen:
            await seen.until(lambda: 1 in seen.transfers)
            assert seen.transfers[1].phase == "completed"
            assert len(seen.packets(Kind.DATA)) == 10
            assert seen.at == at(engine)


async def test_two_watchers_are_told_the_same_and_one_may_leave(
    served: Attachable,
) -> None:
    engine, path = served
    async with watching(AttachedEngine(path)) as stays:
        async with watching(AttachedEngine(path)) as leaves:
            await leaves.until(lambda: leaves.status is not None)
        with UdpClient() as client:
            await client.read(at(engine), b"file")
        await stays.until(lambda: 1 in stays.transfers)
        await stays.until(lambda: not stays.transfers[1].running)
        await stays.until(lambda: len(stays.packets(Kind.DATA)) == 10)
    assert len(leaves.packets(Kind.DATA)) == 0


async def test_commands_are_carried_out_and_refused(served: Attachable) -> None:
    engine, path = served
    async with watching(AttachedEngine(path)) as seen:
        await seen.engine.ask(
            SetPorts(first=50_000, last=50_009, order="random", quarantine=1.0)
        )
        await seen.until(lambda: seen.ports is not None and seen.ports.first == 50_000)
        with pytest.raises(CommandRefusedError, match="transfer 9 has already ended"):
            await seen.engine.ask(AbortTransfer(9))
    assert engine.service.pool.ports.first == 50_000


async def test_to_look_only_changes_nothing(served: Attachable) -> None:
    engine, path = served
    before = engine.service.pool.ports
    async with watching(AttachedEngine(path, is_read_only=True)) as seen:
        with pytest.raises(CommandRefusedError, match="attached read-only"):
            await seen.engine.ask(
                SetPorts(first=50_000, last=50_009, order="random", quarantine=1.0)
            )
        await seen.engine.ask(OpenFolder(b""))
        await seen.until(lambda: any(frame.listings for frame in seen.frames))
    assert engine.service.pool.ports == before


def listed(seen: Watcher, name: bytes) -> bool:
    listings = [one for frame in seen.frames for one in frame.listings]
    return any(entry.name == name for one in listings[-1:] for entry in one.entries)


async def test_a_folder_stays_open_until_the_last_one_closes_it(
    served: Attachable,
) -> None:
    engine, path = served
    async with watching(AttachedEngine(path)) as stays:
        await stays.engine.ask(OpenFolder(b""))
        async with watching(AttachedEngine(path)) as leaves:
            await leaves.engine.ask(OpenFolder(b""))
            await leaves.engine.ask(CloseFolder(b""))
        (engine.settings.root / "new").write_bytes(b"x")
        await stays.until(lambda: listed(stays, b"new"))


async def test_the_end_of_the_server_is_the_end_of_the_frames(
    served: Attachable,
) -> None:
    engine, path = served
    async with watching(AttachedEngine(path)) as seen:
        await seen.until(lambda: seen.status is not None)
        await engine.stop()
        async with asyncio.timeout(20):
            while not seen.over:
                await seen._news.wait()
                seen._news.clear()
    assert seen.error is None


async def test_nobody_else_may_open_it(served: Attachable) -> None:
    _, path = served
    assert mode(path) == 0o600
    assert mode(path.parent) == 0o700


async def test_a_second_server_does_not_take_the_socket_away(
    served: Attachable,
) -> None:
    engine, path = served
    told = "^no screen can attach: .*another server uses it"  # "nobody" exists
    with pytest.raises(EngineError, match=told):
        await Control(engine, path).start()
    async with watching(AttachedEngine(path)) as seen:
        await seen.until(lambda: seen.status is not None)


async def test_a_socket_of_a_dead_server_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    with socket.socket(socket.AF_UNIX) as dead:  # a server removes its own
        dead.bind(str(path))
        dead.listen()
    assert path.exists()
    with pytest.raises(EngineError, match=r"cannot attach.*start a server"):
        await AttachedEngine(path).start()
    engine = Engine(settings_for(tmp_path))
    await engine.start()
    control = Control(engine, path)
    await control.start()
    async with watching(AttachedEngine(path)) as seen:
        await seen.until(lambda: seen.status is not None)
        await engine.stop()
    await control.stop()


async def test_nonsense_on_the_socket_harms_nobody(served: Attachable) -> None:
    engine, path = served
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(b"\0\0\0\3abc")
    await writer.drain()
    async with asyncio.timeout(20):
        while await reader.read(1_000):  # until the other side closes
            pass
    writer.close()
    async with watching(AttachedEngine(path)) as seen:
        await seen.until(lambda: seen.status is not None)
    assert engine.service.listeners


def listening(path: Path) -> socket.socket:
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    sock.bind(str(path))
    sock.listen()
    return sock


def test_which_socket_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    with pytest.raises(EngineError, match="none of your servers is running"):
        find_socket(None)
    folder = usual_folder()
    folder.mkdir()
    one, two = folder / "69.sock", folder / "6969.sock"
    with listening(one):
        listening(two).close()  # of a dead server
        assert find_socket(None) == one
        two.unlink()
        with listening(two), pytest.raises(EngineError, match=str(two)):
            find_socket(None)
        assert find_socket(two) == two


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield a runtime folder of another user, and a temporary one for all."""
    with tempfile.TemporaryDirectory() as name:
        theirs, shared = Path(name) / "theirs", Path(name) / "shared"
        Path(name).chmod(0o755)
        theirs.mkdir(mode=0o700)
        if os.geteuid() == 0:
            os.chown(theirs, 1, 1)
        else:
            theirs.chmod(0)
        shared.mkdir()
        shared.chmod(0o1777)
        monkeypatch.setenv("XDG_RUNTIME_DIR", str(theirs))
        monkeypatch.setenv("TMPDIR", str(shared))
        monkeypatch.setattr(tempfile, "tempdir", None)
        yield shared


def test_where_the_runtime_folder_is_another_user_s_ours_is_used_and_said(
    foreign: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(700))
    folder = foreign / f"tftptui-{os.geteuid()}"
    with Serve(tmp_path) as server:
        server.until_so(lambda: "is another user's" in str(server.of("warning")))
        server.until_it_speaks()
        assert find_socket(None).parent == folder
        assert server.stop() == 0


async def test_a_folder_that_somebody_else_has_put_there_is_not_used(
    foreign: Path, tmp_path: Path
) -> None:
    trap = foreign / f"tftptui-{os.geteuid()}"
    (tmp_path / "trap").mkdir()
    trap.symlink_to(tmp_path / "trap")
    engine = Engine(settings_for(tmp_path))
    with pytest.raises(EngineError, match="another user's"):
        await Control(engine, usual_place(69)).start()


async def test_serve_has_such_a_socket(tmp_path: Path) -> None:
    path = tmp_path / "serve.sock"
    (tmp_path / "file").write_bytes(sample_bytes(700))
    with Serve(tmp_path, "--control", str(path)) as server:
        with UdpClient() as client:
            await client.read(server.at, b"file")
        server.until_it_speaks()
        async with watching(AttachedEngine(path)) as seen:
            await seen.until(lambda: 1 in seen.transfers)
        assert server.stop() == 0
        assert not path.exists()


async def test_a_port_of_a_server_of_ours_leads_to_attach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    engine = Engine(settings_for(tmp_path))
    await engine.start()
    port = engine.service.listeners[0].local.port
    second = InlineEngine(settings_for(tmp_path, port=port))
    with pytest.raises(EngineError, match="in use by") as alone:
        await second.start()
    control = Control(engine, usual_place(port))
    await control.start()
    with pytest.raises(EngineError, match="or attach to that server"):
        await second.start()
    await second.stop()
    await engine.stop()
    await control.stop()
    assert "attach" not in str(alone.value)


async def test_what_is_no_server_of_ours_is_told(tmp_path: Path) -> None:
    path = tmp_path / "other.sock"

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 ESMTP, and a pleasant day to you")
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_unix_server(greet, path)
    async with server:
        with pytest.raises(EngineError, match="is not the socket of a tftptui server"):
            await AttachedEngine(path).start()


async def test_a_server_of_somebody_else_s_is_told_with_the_command(
    tmp_path: Path,
) -> None:
    path = tmp_path / "theirs.sock"
    with listening(path):
        path.chmod(0)
        owner = path.owner()
        with unprivileged(), pytest.raises(EngineError) as caught:
            await AttachedEngine(path).start()
    assert str(caught.value) == (
        f"cannot attach to {path}: the server belongs to {owner}; "
        f"sudo -u {owner} tftptui attach {path}"
    )
