"""An engine that serves several files and folders."""

import asyncio
import contextlib
import shutil
from pathlib import Path

import pytest

from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import PATIENCE, Watcher, watching
from tftptui.engine.holders.child import ChildEngine
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.live_settings import settings_after
from tftptui.engine.messages import Entry, OpenFolder, ServeFolder
from tftptui.files.named_files import folder_above, named_of
from tftptui.settings import Settings


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("one/boot.bin", "two/deep/fw.img", "three/big.img"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(name.encode())
    (tmp_path / "one" / "private").write_bytes(b"not yours")
    return tmp_path


@pytest.fixture
def settings(place: Path) -> Settings:
    named = named_of([place / "one/boot.bin", place / "two", Path(f"x={place}/three")])
    return settings_for(folder_above(named), named=named)


def entries(watcher: Watcher, folder: bytes = b"") -> dict[bytes, Entry]:
    """Return the entries last reported in a folder."""
    listings = [one for frame in watcher.frames for one in frame.listings]
    latest = {one.folder: one for one in listings}
    return {e.name: e for e in latest[folder].entries} if folder in latest else {}


async def until_told(watcher: Watcher, path: Path, folder: bytes, name: bytes) -> None:
    """Change a file, growing each time, until the screen gets its size.

    There is no signal when the watcher's thread has started.
    """
    size = 1_000

    def is_reported() -> bool:
        entry = entries(watcher, folder).get(name)
        return entry is not None and entry.size >= 1_000

    async with asyncio.timeout(PATIENCE):
        while not is_reported():
            size += 1
            path.with_name("new").write_bytes(bytes(size))
            path.with_name("new").rename(path)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await watcher.until(is_reported)


@pytest.mark.parametrize("make", [InlineEngine, ChildEngine])
async def test_all_are_served_and_nothing_beside_them(
    settings: Settings, make: type[InlineEngine | ChildEngine]
) -> None:
    async with watching(make(settings)) as watcher:
        for name, content in (
            (b"boot.bin", b"one/boot.bin"),
            (b"two/deep/fw.img", b"two/deep/fw.img"),
            (b"x/big.img", b"three/big.img"),
        ):
            with UdpClient() as client:
                assert await client.read(watcher.at, name) == content
        with UdpClient() as client:
            client.ask(watcher.at, b"private")
            assert (await client.error()).code == 1
        assert watcher.status is not None
        assert [name for name, _ in watcher.status.named] == ["boot.bin", "two", "x"]


async def test_changes_of_each_are_told(settings: Settings, place: Path) -> None:
    async with watching(InlineEngine(settings)) as watcher:
        for folder in (b"", b"two/deep", b"x"):
            await watcher.engine.ask(OpenFolder(folder))
        await watcher.until(lambda: {*entries(watcher)} == {b"boot.bin", b"two", b"x"})
        await until_told(watcher, place / "one/boot.bin", b"", b"boot.bin")
        await until_told(watcher, place / "two/deep/fw.img", b"two/deep", b"fw.img")
        await until_told(watcher, place / "three/big.img", b"x", b"big.img")


async def test_a_single_folder_may_follow(settings: Settings, place: Path) -> None:
    async with watching(InlineEngine(settings)) as watcher:
        await watcher.engine.ask(ServeFolder(str(place / "one")))
        with UdpClient() as client:
            assert await client.read(watcher.at, b"private") == b"not yours"
        await watcher.until(
            lambda: watcher.status is not None and not watcher.status.named
        )
    after = settings_after(settings, ServeFolder(str(place / "one")))
    assert (after.root, after.named) == (place / "one", ())


async def test_one_that_goes_leaves_the_others_and_may_come_back(
    settings: Settings, place: Path
) -> None:
    async with watching(InlineEngine(settings)) as watcher:
        for folder in (b"", b"x", b"two"):
            await watcher.engine.ask(OpenFolder(folder))
        await watcher.until(lambda: {*entries(watcher)} == {b"boot.bin", b"two", b"x"})
        shutil.rmtree(place / "two")
        await watcher.until(lambda: entries(watcher)[b"two"].kind == "other")
        await until_told(watcher, place / "three/big.img", b"x", b"big.img")
        (place / "two").mkdir()
        await watcher.until(lambda: entries(watcher)[b"two"].kind == "folder")
        await until_told(watcher, place / "two/back.img", b"two", b"back.img")
        with UdpClient() as client:
            assert len(await client.read(watcher.at, b"two/back.img")) > 1_000
