"""News of the disk, straight from the watcher."""

import asyncio
import contextlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from watchdog.events import FileSystemEvent

from tests.support.serve import environment
from tftptui.server.watch.file_events import Change, Changes, Watched

PATIENCE = 15.0

MASK = re.compile(r"^inotify wd:.* mask:(\w+)", re.MULTILINE)

OF_READING = 0x01 | 0x10 | 0x20
"""IN_ACCESS, IN_CLOSE_NOWRITE, IN_OPEN."""


class Heard(Changes):
    """Changes, with a note of everything that woke the watcher's thread."""

    def __init__(self, folder: Path) -> None:
        self.woken: list[FileSystemEvent] = []
        self.told: list[Change] = []
        self._news = asyncio.Event()
        watched = [Watched(os.fsencode(folder))]
        super().__init__(watched, asyncio.get_running_loop(), self._take)

    def on_any_event(self, event: FileSystemEvent) -> None:
        self.woken.append(event)
        super().on_any_event(event)

    def _take(self, changes: list[Change]) -> None:
        self.told += changes
        self._news.set()

    async def until(self, change: Change) -> None:
        """Wait until a change has been told."""
        async with asyncio.timeout(PATIENCE):
            while change not in self.told:
                self._news.clear()
                await self._news.wait()


@contextlib.asynccontextmanager
async def heard(folder: Path) -> AsyncIterator[Heard]:
    """Watch a folder, and be sure that the watcher sees changes."""
    changes = Heard(folder)
    await asyncio.to_thread(changes.start)
    try:
        yield changes
    finally:
        await asyncio.to_thread(changes.stop)


@pytest.fixture
async def changes(tmp_path: Path) -> AsyncIterator[Heard]:
    (tmp_path / "file").write_bytes(b"x" * 1_000)
    (tmp_path / "sub").mkdir()
    async with heard(tmp_path) as changes:
        yield changes


def masks() -> list[int]:
    """Return what this process has the kernel watch for, one mask a folder."""
    found: list[int] = []
    for path in Path("/proc/self/fdinfo").iterdir():
        with contextlib.suppress(FileNotFoundError):  # the listing's own descriptor
            found += [int(mask, 16) for mask in MASK.findall(path.read_text())]
    return found


@pytest.mark.skipif(not Path("/proc/self/fdinfo").is_dir(), reason="Linux tells it")
@pytest.mark.usefixtures("changes")
def test_the_kernel_is_not_asked_for_what_reading_does() -> None:
    watched = masks()
    assert len(watched) == 2  # the folder and the one in it
    assert all(mask & OF_READING == 0 for mask in watched)


async def test_a_file_is_modified_once_it_is_written(
    changes: Heard, tmp_path: Path
) -> None:
    with (tmp_path / "file").open("ab") as file:
        for _ in range(100):
            file.write(b"y")
            file.flush()
    await changes.until(Change(b"file", "modified"))
    assert len(changes.woken) == 1


async def test_changed_rights_are_a_change(changes: Heard, tmp_path: Path) -> None:
    (tmp_path / "file").chmod(0o600)
    await changes.until(Change(b"file", "modified"))


async def test_a_move_is_an_end_and_a_beginning(changes: Heard, tmp_path: Path) -> None:
    (tmp_path / "file").rename(tmp_path / "sub" / "moved")
    await changes.until(Change(b"sub/moved", "renamed", b"file"))
    assert changes.told == [Change(b"sub/moved", "renamed", b"file")]


async def test_what_happens_in_a_moment_is_told_together(
    changes: Heard, tmp_path: Path
) -> None:
    for number in range(20):
        (tmp_path / f"new{number}").touch()
    await changes.until(Change(b"new19", "added"))
    assert len(changes.told) == len(set(changes.told))


async def test_a_folder_that_is_gone_is_watched_no_more(tmp_path: Path) -> None:
    folder = tmp_path / "gone"
    folder.mkdir()
    async with heard(folder) as changes:
        assert changes.is_alive
        folder.rmdir()
        async with asyncio.timeout(PATIENCE):
            while changes.is_alive:
                await asyncio.to_thread(next(iter(changes._observer.emitters)).join, 1)


async def test_what_is_not_there_can_not_be_watched(tmp_path: Path) -> None:
    changes = Heard(tmp_path / "nowhere")
    with pytest.raises(FileNotFoundError):
        await asyncio.to_thread(changes.start)
    await asyncio.to_thread(changes.stop)


def with_watches(program: str, folder: Path, *, most: int) -> str:
    """Return what a program prints that is given a folder and a few watches."""
    for number in range(40):
        (folder / f"folder{number}").mkdir()
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    own = [unshare, "--user", "--map-root-user"]  # limits of its own
    if subprocess.run([*own, "true"], capture_output=True, check=False).returncode:
        pytest.skip("user namespaces can't be made here")
    run = subprocess.run(
        [*own, sys.executable, "-c", program, str(folder), str(most)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


FEW_WATCHES = """
import asyncio, errno, os, sys
from pathlib import Path
from tftptui.server.watch.file_events import Changes, Watched

Path("/proc/sys/user/max_inotify_watches").write_text(sys.argv[2])

async def watch():
    loop = asyncio.get_running_loop()
    changes = Changes([Watched(os.fsencode(sys.argv[1]))], loop, print)
    try:
        await asyncio.to_thread(changes.start)
    except OSError as error:
        print(errno.errorcode[error.errno])
    else:
        print("watching")
    await asyncio.to_thread(changes.stop)

asyncio.run(watch())
"""


POLLED = """
import asyncio, sys
from pathlib import Path
from tests.server.watch.test_watch import FileChanged, watching

Path("/proc/sys/user/max_inotify_watches").write_text(sys.argv[2])

async def look():
    folder = Path(sys.argv[1])
    async with asyncio.timeout(60), watching(folder) as watched:
        while "instead" not in watched.watch.cure:
            await watched.next_look()
        (folder / "folder39" / "new").touch()
        while not (told := watched.written.of(FileChanged)):
            await watched.next_look()
        print(watched.watch.state, *((one.file, one.change) for one in told))
        print(watched.watch.cure)

asyncio.run(look())
"""


@pytest.mark.netns
def test_changes_in_closed_folders_are_told_where_no_watch_is_left(
    tmp_path: Path,
) -> None:
    told = with_watches(POLLED, tmp_path, most=12).splitlines()
    assert told[0] == "polling ('folder39/new', 'added')"
    assert told[1].startswith("no watches are left: sudo sysctl -w fs.inotify")
    assert told[2].startswith("instead all folders are looked at every ")


@pytest.mark.netns
@pytest.mark.parametrize(("most", "said"), [(12, "ENOSPC"), (200, "watching")])
def test_sub_folders_that_no_watch_is_left_for_are_not_missed_in_silence(
    tmp_path: Path, most: int, said: str
) -> None:
    assert with_watches(FEW_WATCHES, tmp_path, most=most).split() == [said]
