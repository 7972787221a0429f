"""Listings follow the disk."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from tests.support.running import Written
from tests.support.unprivileged import unprivileged
from tftptui.server.clock import Ticker
from tftptui.server.root.root import Root
from tftptui.server.watch.watch import Watch
from tftptui.telemetry.events import FileChanged
from tftptui.telemetry.views import Listing

PATIENCE = 15.0
"""Timeout in seconds for a change that must be seen."""

LOOK = 0.01
"""Seconds between polls for news."""

LATIN = "caf\udce9"
"""A name that is not UTF-8, in Python's form."""


class Watching:
    """A watch over a folder, and the newest listing of each open folder."""

    def __init__(self, folder: Path) -> None:
        self.written = Written()
        self.listings: dict[bytes, Listing] = {}
        self._root = Root(folder)
        self.watch = Watch(self._root, self.written.recorder)
        self._due = asyncio.Event()
        self._ticker = Ticker(LOOK, self._due.set)
        self._ticker.start()

    async def until(self, folder: bytes, is_so: Callable[[Listing], bool]) -> Listing:
        """Wait for a matching listing of FOLDER."""
        async with asyncio.timeout(PATIENCE):
            while not self._fits(folder, is_so):
                await self.next_look()
        return self.listings[folder]

    async def until_names(self, folder: bytes, *names: bytes) -> None:
        """Wait until FOLDER contains exactly these names, in this order."""
        await self.until(
            folder, lambda listing: [e.name for e in listing.entries] == [*names]
        )

    async def next_look(self) -> None:
        """Wait like a watcher that polls for news."""
        self._due.clear()
        await self._due.wait()

    async def close(self) -> None:
        self._ticker.stop()
        await self.watch.stop()
        self._root.close()

    def _fits(self, folder: bytes, is_so: Callable[[Listing], bool]) -> bool:
        self.listings |= {news.folder: news for news in self.watch.take_news()}
        return folder in self.listings and is_so(self.listings[folder])


@contextlib.asynccontextmanager
async def watching(folder: Path) -> AsyncIterator[Watching]:
    """Watch a folder whose root is open."""
    watching = Watching(folder)
    watching.watch.start()
    watching.watch.open(b"")
    try:
        yield watching
    finally:
        await watching.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    (tmp_path / "file").write_bytes(b"x")
    return tmp_path


@pytest.fixture
async def watched(folder: Path) -> AsyncIterator[Watching]:
    """Yield a watch that is known to detect changes."""
    async with watching(folder) as watched:
        await watched.until_names(b"", b"sub", b"file")
        await see_a_change(watched, folder)
        yield watched


async def see_a_change(watched: Watching, folder: Path) -> None:
    """Touch a marker repeatedly until the watcher has seen it.

    There is no signal when the watcher's thread has started.
    """
    marker = folder / "sub" / "marker"
    async with asyncio.timeout(PATIENCE):
        while not watched.written.of(FileChanged):
            marker.touch()
            await watched.next_look()
        marker.unlink()
        while all(e.change != "deleted" for e in watched.written.of(FileChanged)):
            await watched.next_look()
    watched.written.events.clear()


async def test_an_opened_folder_is_listed(folder: Path) -> None:
    async with watching(folder) as watched:
        await watched.until_names(b"", b"sub", b"file")


async def test_a_closed_folder_is_not_listed(folder: Path) -> None:
    async with watching(folder) as watched:
        watched.watch.open(b"sub")
        watched.watch.close(b"sub")
        await watched.until_names(b"", b"sub", b"file")
        assert b"sub" not in watched.listings


async def test_an_added_file_appears(watched: Watching, folder: Path) -> None:
    (folder / "new").write_bytes(b"12345")
    listing = await watched.until(b"", lambda found: len(found.entries) == 3)
    assert [(e.name, e.size) for e in listing.entries[1:]] == [
        (b"file", 1),
        (b"new", 5),
    ]


async def test_a_file_that_grows_is_seen(watched: Watching, folder: Path) -> None:
    with (folder / "file").open("ab") as file:
        file.write(b"more")
    await watched.until(b"", lambda found: found.entries[-1].size == 5)


async def test_a_renamed_file_has_its_new_name(watched: Watching, folder: Path) -> None:
    (folder / "file").rename(folder / "moved")
    await watched.until_names(b"", b"sub", b"moved")
    (told,) = watched.written.of(FileChanged)
    assert (told.file, told.change, told.was) == ("moved", "renamed", "file")
    assert watched.listings[b""].entries[-1].was == b"file"


async def test_a_deleted_file_is_gone(watched: Watching, folder: Path) -> None:
    (folder / "file").unlink()
    await watched.until_names(b"", b"sub")


async def test_a_new_folder_with_a_file_is_seen(
    watched: Watching, folder: Path
) -> None:
    (folder / "new").mkdir()
    watched.watch.open(b"new")
    (folder / "new" / "inner").touch()
    await watched.until_names(b"", b"new", b"sub", b"file")
    await watched.until_names(b"new", b"inner")


async def test_files_added_later_to_a_new_folder_are_seen(
    watched: Watching, folder: Path
) -> None:
    (folder / "new").mkdir()
    await watched.until_names(b"", b"new", b"sub", b"file")
    watched.watch.open(b"new")
    await watched.until_names(b"new")
    (folder / "new" / "later").touch()
    await watched.until_names(b"new", b"later")


async def test_a_filled_folder_that_is_moved_in_is_seen(
    watched: Watching, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "filled"
    (elsewhere / "deep").mkdir(parents=True)
    (elsewhere / "inner").touch()
    elsewhere.rename(folder / "filled")
    await watched.until_names(b"", b"filled", b"sub", b"file")
    watched.watch.open(b"filled")
    await watched.until_names(b"filled", b"deep", b"inner")
    (folder / "filled" / "deep" / "later").touch()
    watched.watch.open(b"filled/deep")
    await watched.until_names(b"filled/deep", b"later")


async def test_an_open_folder_that_is_deleted_is_gone(
    watched: Watching, folder: Path
) -> None:
    watched.watch.open(b"sub")
    await watched.until_names(b"sub")
    (folder / "sub").rmdir()
    listing = await watched.until(b"sub", lambda found: found.gone)
    assert listing.why == "file not found"


async def test_a_change_is_told_as_an_event(watched: Watching, folder: Path) -> None:
    (folder / "sub" / "new").touch()
    changed = await watched.written.until(FileChanged)
    assert (changed.file, changed.change) == ("sub/new", "added")


async def test_an_upload_in_progress_is_no_change(
    watched: Watching, folder: Path
) -> None:
    hidden = folder / "sub" / ".tftptui-new.0123"
    hidden.write_bytes(b"half")
    hidden.rename(folder / "sub" / "new")
    (folder / "after").write_bytes(b"x")
    await watched.until(b"", lambda found: len(found.entries) == 3)
    told = {event.file for event in watched.written.of(FileChanged)}
    assert told == {"sub/new", "after"}


async def test_a_name_that_is_no_utf8_survives(folder: Path) -> None:
    async with watching(folder) as watched:
        await watched.until_names(b"", b"sub", b"file")
        (folder / LATIN).write_bytes(b"odd")
        await watched.until_names(b"", b"sub", b"caf\xe9", b"file")


async def test_a_change_after_a_name_that_is_no_utf8_is_seen(folder: Path) -> None:
    async with watching(folder) as watched:
        await watched.until_names(b"", b"sub", b"file")
        (folder / LATIN).write_bytes(b"odd")
        await watched.until_names(b"", b"sub", b"caf\xe9", b"file")
        (folder / "later").touch()
        await watched.until_names(b"", b"sub", b"caf\xe9", b"file", b"later")


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """Yield a folder that every user can reach, with an unreadable one in it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        (folder / "closed").mkdir(mode=0)
        (folder / "open").mkdir(mode=0o755)
        yield folder


async def test_a_folder_that_may_not_be_read_stops_nothing(public_folder: Path) -> None:
    with unprivileged():
        async with watching(public_folder) as watched:
            watched.watch.open(b"closed")
            listing = await watched.until(b"closed", lambda found: found.gone)
            watched.watch.open(b"open")
            await watched.until_names(b"open")
    assert listing.why == "permission denied"


async def test_changes_beside_a_folder_that_may_not_be_read_are_seen(
    public_folder: Path,
) -> None:
    with unprivileged():
        async with watching(public_folder) as watched:
            await watched.until_names(b"", b"open", b"closed")
            (public_folder / "later").touch()
            await watched.until_names(b"", b"open", b"closed", b"later")


async def test_stopping_is_quick_and_final(folder: Path) -> None:
    watched = Watching(folder)
    watched.watch.start()
    async with asyncio.timeout(5.0):
        await watched.close()
    assert watched.watch._tasks == set()


async def test_a_name_that_is_no_utf8_is_told_though_it_ends_the_watch(
    watched: Watching, folder: Path
) -> None:
    (folder / LATIN).write_bytes(b"odd")
    (folder / "later").touch()
    async with asyncio.timeout(PATIENCE):
        while {e.file for e in watched.written.of(FileChanged)} != {
            "caf\\xe9",
            "later",
        }:
            await watched.next_look()


async def test_folders_are_compared_while_the_watch_is_ended_by_a_name(
    watched: Watching, folder: Path
) -> None:
    (folder / LATIN).write_bytes(b"odd")
    async with asyncio.timeout(PATIENCE):
        while watched.watch.state != "polling":
            await watched.next_look()
        assert watched.watch.cure.startswith("the watcher stopped and was restarted")
        while watched.watch.state != "watching":
            await watched.next_look()
