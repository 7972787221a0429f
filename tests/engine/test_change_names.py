"""Another name for a file, so that the next client finds it."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import Watcher, watching
from tftptui.engine.client import CommandRefusedError
from tftptui.engine.holders.child import ChildEngine
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.live_settings import settings_after
from tftptui.engine.messages import LinkName, RewriteName, UnlinkName

ODD = b"a=b [x]+(\\d){2}\\x64\xff\n.cfg"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "boot").mkdir(parents=True)
    (folder / "boot" / "BCD").write_bytes(b"bcd")
    (folder / "up").symlink_to("boot")
    return folder


@pytest.fixture
async def watcher(folder: Path) -> AsyncIterator[Watcher]:
    async with watching(InlineEngine(settings_for(folder, write="new"))) as watcher:
        yield watcher


def tree(folder: Path) -> list[Path]:
    """Return everything below a folder."""
    return sorted(folder.rglob("*"), key=lambda path: path.name)


async def served(watcher: Watcher, name: bytes) -> bytes:
    """Return the first block that a client gets for a name."""
    with UdpClient() as client:
        client.ask(watcher.at, name)
        data = await client.data()
        client.ack(data.block16)
    return bytes(data.payload)


@pytest.mark.parametrize("asked", [b"\\Boot\\bcd", b"x/y/z", ODD, b"^boot.BCD$"])
async def test_a_rule_serves_the_file_under_the_name_asked_for(
    watcher: Watcher, asked: bytes
) -> None:
    await watcher.engine.ask(RewriteName(asked, b"boot/BCD"))
    assert await served(watcher, asked) == b"bcd"
    assert await served(watcher, b"boot/BCD") == b"bcd"


@pytest.mark.parametrize("name", [ODD[:-5] + b"cfg", b"\\g<0>", b"\xff\x81", b"a b"])
async def test_a_rule_leads_to_files_with_odd_names(
    watcher: Watcher, folder: Path, name: bytes
) -> None:
    (folder / os.fsdecode(name)).write_bytes(b"odd")
    await watcher.engine.ask(RewriteName(b"asked", name))
    assert await served(watcher, b"asked") == b"odd"


async def test_a_rule_that_would_lead_nowhere_is_not_made(watcher: Watcher) -> None:
    with pytest.raises(CommandRefusedError):
        await watcher.engine.ask(RewriteName(b"asked", b"missing"))


async def test_a_server_begun_anew_still_knows_the_rule(folder: Path) -> None:
    command = RewriteName(b"\\asked", b"boot/BCD")
    async with watching(ChildEngine(settings_for(folder))) as first:
        await first.engine.ask(command)
        assert await served(first, b"\\asked") == b"bcd"
    settings = settings_after(settings_for(folder), command)
    async with watching(InlineEngine(settings)) as second:
        assert await served(second, b"\\asked") == b"bcd"


@pytest.mark.parametrize(
    ("asked", "target"), [(b"BCD", "boot/BCD"), (b"\\boot\\bcd", "BCD")]
)
async def test_a_link_serves_the_file_under_the_name_asked_for(
    watcher: Watcher, folder: Path, asked: bytes, target: str
) -> None:
    await watcher.engine.ask(LinkName(asked, b"boot/BCD"))
    made = folder / asked.decode().replace("\\", "/").lstrip("/")
    assert str(made.readlink()) == target
    assert await served(watcher, asked) == b"bcd"


@pytest.mark.parametrize("asked", [b"BCD", b"\\boot\\bcd", b"up/other"])
async def test_a_link_can_be_undone(
    watcher: Watcher, folder: Path, asked: bytes
) -> None:
    before = tree(folder)
    await watcher.engine.ask(LinkName(asked, b"boot/BCD"))
    assert tree(folder) != before
    await watcher.engine.ask(UnlinkName(asked, b"boot/BCD"))
    assert tree(folder) == before
    with pytest.raises(CommandRefusedError, match="the link no longer exists"):
        await watcher.engine.ask(UnlinkName(asked, b"boot/BCD"))


async def test_undoing_a_link_takes_nothing_else_away(
    watcher: Watcher, folder: Path
) -> None:
    (folder / "file").write_bytes(b"file")
    (folder / "elsewhere").symlink_to("file")
    for asked in (b"file", b"elsewhere", b"boot/BCD", b"boot", b"up", b"missing/x"):
        with pytest.raises(CommandRefusedError):
            await watcher.engine.ask(UnlinkName(asked, b"boot/BCD"))
    assert [path.name for path in tree(folder)] == [
        "BCD",
        "boot",
        "elsewhere",
        "file",
        "up",
    ]


async def test_a_dangling_link_can_be_undone(watcher: Watcher, folder: Path) -> None:
    await watcher.engine.ask(LinkName(b"BCD", b"boot/BCD"))
    (folder / "boot" / "BCD").unlink()
    await watcher.engine.ask(UnlinkName(b"BCD", b"boot/BCD"))
    assert not (folder / "BCD").is_symlink()


async def test_a_link_that_would_not_lead_there_is_taken_back(
    watcher: Watcher, folder: Path
) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "in").symlink_to("deep/er")
    with pytest.raises(CommandRefusedError, match="would not lead"):
        await watcher.engine.ask(LinkName(b"in/new", b"boot/BCD"))
    assert list((folder / "deep" / "er").iterdir()) == []


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (b"boot/BCD", "already"),
        (b"no/such/folder", "no folder no/such for a link: create it, or"),
        (b"../BCD", "outside"),
        (b"", "no file"),
    ],
)
async def test_a_link_that_can_not_be_is_refused(
    watcher: Watcher, asked: bytes, why: str
) -> None:
    with pytest.raises(CommandRefusedError, match=why):
        await watcher.engine.ask(LinkName(asked, b"boot/BCD"))


async def test_a_link_to_nothing_is_refused(watcher: Watcher) -> None:
    for name in (b"missing", b"boot", b"../x"):
        with pytest.raises(CommandRefusedError):
            await watcher.engine.ask(LinkName(b"new", name))


async def test_without_uploads_nothing_is_written(folder: Path) -> None:
    async with watching(InlineEngine(settings_for(folder))) as watcher:
        with pytest.raises(CommandRefusedError, match="uploads are off"):
            await watcher.engine.ask(LinkName(b"BCD", b"boot/BCD"))
    assert not (folder / "BCD").exists()
