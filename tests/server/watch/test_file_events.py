"""File events, straight from the watcher."""

import asyncio
import contextlib
import errno
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.support.serve import environment
from tests.support.unprivileged import unprivileged
from tftptui.server.watch.file_events import FileEvents, Hints, Watched

PATIENCE = 15.0


class Heard(FileEvents):
    """File events, recording all reported names."""

    def __init__(self, folder: Path) -> None:
        self.told: Hints = {}
        self._news = asyncio.Event()
        watched = [Watched(os.fsencode(folder))]
        super().__init__(watched, asyncio.get_running_loop(), self._take)

    def _take(self, hints: Hints) -> None:
        self.told |= hints
        self._news.set()

    async def until(self, *names: bytes) -> None:
        """Wait until names have been reported."""
        async with asyncio.timeout(PATIENCE):
            while not self.told.keys() >= {*names}:
                self._news.clear()
                await self._news.wait()

    async def until_it_ends(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await asyncio.to_thread(self._ended.wait)


@contextlib.asynccontextmanager
async def heard(folder: Path) -> AsyncIterator[Heard]:
    """Watch a folder."""
    events = Heard(folder)
    await asyncio.to_thread(events.start)
    try:
        yield events
    finally:
        events.stop()
        await events.until_it_ends()


@pytest.fixture
async def events(tmp_path: Path) -> AsyncIterator[Heard]:
    (tmp_path / "file").write_bytes(b"x" * 1_000)
    (tmp_path / "sub").mkdir()
    async with heard(tmp_path) as events:
        yield events


async def test_a_file_that_is_written_is_reported(
    events: Heard, tmp_path: Path
) -> None:
    with (tmp_path / "file").open("ab") as file:
        file.write(b"y")
    await events.until(b"file")
    assert events.told == {b"file": "modified"}


async def test_changed_permissions_are_reported(events: Heard, tmp_path: Path) -> None:
    (tmp_path / "file").chmod(0o600)
    await events.until(b"file")


async def test_both_names_of_a_rename_are_reported(
    events: Heard, tmp_path: Path
) -> None:
    (tmp_path / "file").rename(tmp_path / "sub" / "moved")
    await events.until(b"file", b"sub/moved")
    assert events.told == {b"file": "deleted", b"sub/moved": "added"}


async def test_reading_a_file_is_not_reported(events: Heard, tmp_path: Path) -> None:
    (tmp_path / "file").read_bytes()
    (tmp_path / "last").touch()
    await events.until(b"last")
    assert events.told.keys() == {b"last"}


async def test_a_name_that_is_not_utf8_ends_the_watch_without_an_error(
    events: Heard, tmp_path: Path
) -> None:
    (tmp_path / "caf\udce9").touch()
    await events.until_it_ends()
    assert not events.is_alive
    assert events.error is None


async def test_a_root_whose_path_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "caf\udce9"
    folder.mkdir()
    with pytest.raises(OSError, match="not UTF-8") as caught:
        await asyncio.to_thread(Heard(folder).start)
    assert caught.value.errno == errno.EILSEQ


async def test_what_changes_in_a_folder_with_a_link_to_it_has_its_own_name(
    tmp_path: Path,
) -> None:
    (tmp_path / "real").mkdir()
    for link in ("a-link", "z-link"):
        (tmp_path / link).symlink_to("real")
    async with heard(tmp_path) as events:
        (tmp_path / "real" / "new").touch()
        await events.until(b"real/new")
    assert events.told == {b"real/new": "added"}


async def test_what_changes_behind_a_link_that_leads_outside_is_not_reported(
    tmp_path: Path,
) -> None:
    (tmp_path / "outside" / "sub").mkdir(parents=True)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    async with heard(tmp_path / "root") as events:
        (tmp_path / "outside" / "sub" / "new").touch()
        (tmp_path / "root" / "last").touch()
        await events.until(b"last")
    assert events.told == {b"last": "added"}


async def test_what_is_not_there_can_not_be_watched(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await asyncio.to_thread(Heard(tmp_path / "nowhere").start)


@pytest.fixture
def folder_with_a_closed_one() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "closed").mkdir(mode=0)
        yield Path(name)


async def test_a_subfolder_that_may_not_be_read_is_an_error_not_a_blind_spot(
    folder_with_a_closed_one: Path,
) -> None:
    with unprivileged(), pytest.raises(PermissionError) as caught:
        await asyncio.to_thread(Heard(folder_with_a_closed_one).start)
    assert caught.value.errno == errno.EACCES


def with_watches(program: str, folder: Path, *, most: int) -> str:
    """Return the output of a program with a folder and a few watches."""
    for number in range(40):
        (folder / f"folder{number}").mkdir()
    unshare = shutil.which("unshare")
    if unshare is None:
        pytest.skip("unshare is not installed")
    own = [unshare, "--user", "--map-root-user"]  # its own limits
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
from tftptui.server.watch.file_events import FileEvents, Watched

Path("/proc/sys/user/max_inotify_watches").write_text(sys.argv[2])

async def watch():
    loop = asyncio.get_running_loop()
    events = FileEvents([Watched(os.fsencode(sys.argv[1]))], loop, print)
    try:
        await asyncio.to_thread(events.start)
    except OSError as error:
        print(errno.errorcode[error.errno])
    else:
        print("watching")
    events.stop()

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
    assert told[1].startswith("no inotify watches left: sudo sysctl -w fs.inotify")
    assert told[2].startswith("all folders are polled every ")


@pytest.mark.netns
@pytest.mark.parametrize(("most", "said"), [(12, "ENOSPC"), (200, "watching")])
def test_sub_folders_that_no_watch_is_left_for_are_not_missed_in_silence(
    tmp_path: Path, most: int, said: str
) -> None:
    assert with_watches(FEW_WATCHES, tmp_path, most=most).split() == [said]
