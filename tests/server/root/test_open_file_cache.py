"""Files that stay open briefly: each request resolves its name again."""

import gc
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tftptui.files.source import FileSource, SourceChangedError
from tftptui.files.staging import Scratch, Staging
from tftptui.protocol.packets import ROLL_TO_0
from tftptui.server.root import open_file_cache
from tftptui.server.root.open_file_cache import (
    AT_REST,
    DESCRIPTOR_SHARE,
    MOST_KEPT,
    SHARED_ROOM,
    SharedFile,
)
from tftptui.server.root.path_resolution import RootError, ServedFile
from tftptui.server.root.root import Root
from tftptui.telemetry.versions import Version


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"at the top")
    (tmp_path / "a" / "b" / "file").write_bytes(b"below")
    return tmp_path


@pytest.fixture
def root(folder: Path) -> Iterator[Root]:
    root = Root(folder)
    yield root
    root.close()


def content(file: SharedFile) -> bytes:
    return os.pread(file.descriptor, 100, 0)


def shared(folder: Path, size: int, *, ago: int = 2 * AT_REST) -> SharedFile:
    """Return a file of SIZE bytes that was last changed AGO nanoseconds before."""
    changed, path = time.time_ns() - ago, folder / "staged"
    path.write_bytes(bytes(size))
    os.utime(path, ns=(changed, changed))
    file = SharedFile(served(path), lambda _: path.stat())
    file.settle(Version(file.status.st_dev, 1, size, changed, changed))
    return file


def served(path: Path) -> ServedFile:
    descriptor = os.open(path, os.O_RDONLY)
    return ServedFile(descriptor, os.fstat(descriptor), os.fsencode(path.name))


def descriptors_at_rest() -> int:
    gc.collect()  # close leftovers of other tests now, not while we count
    return descriptors()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - numbers only


@pytest.mark.parametrize("name", [b"file", b"/file", b"a/b/file", b"//a/./b//file"])
def test_a_second_request_gets_the_same_file(root: Root, name: bytes) -> None:
    one, other = root.share(name), root.share(name)
    assert one is other
    assert content(one) in (b"at the top", b"below")
    one.close()
    other.close()


def test_whoever_still_reads_keeps_it_open(root: Root) -> None:
    file = root.share(b"file")
    root.forget_opened()
    assert content(file) == b"at the top"
    file.close()
    with pytest.raises(OSError, match="Bad file"):
        content(file)


def test_nothing_is_left_open(root: Root) -> None:
    before = descriptors_at_rest()
    for name in (b"file", b"a/b/file", b"a/b/file"):
        root.share(name).close()
    root.forget_opened()
    assert descriptors() == before


def test_a_replaced_file_is_the_new_one(root: Root, folder: Path) -> None:
    before = root.share(b"file")
    (folder / "new").write_bytes(b"other text")
    (folder / "new").rename(folder / "file")
    after = root.share(b"file")
    assert (content(before), content(after)) == (b"at the top", b"other text")
    before.close()
    after.close()


def test_a_file_that_was_written_has_its_new_length(root: Root, folder: Path) -> None:
    root.share(b"file").close()
    (folder / "file").write_bytes(b"now it is longer")
    after = root.share(b"file")
    assert after.size == 16
    after.close()


def test_a_folder_that_was_exchanged_is_the_new_one(root: Root, folder: Path) -> None:
    root.share(b"a/b/file").close()
    (folder / "a" / "b").rename(folder / "a" / "old")
    (folder / "a" / "b").mkdir()
    (folder / "a" / "b" / "file").write_bytes(b"fresh")
    after = root.share(b"a/b/file")
    assert content(after) == b"fresh"
    after.close()


def test_a_removed_file_is_not_there(root: Root, folder: Path) -> None:
    root.share(b"file").close()
    (folder / "file").unlink()
    with pytest.raises(RootError, match="not found"):
        root.share(b"file")


def test_the_same_file_behind_a_link_that_leads_outside_is_refused(
    root: Root, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    root.share(b"a/b/file").close()
    outside = tmp_path_factory.mktemp("outside")
    (folder / "a").rename(outside / "a")
    (folder / "a").symlink_to(outside / "a")
    with pytest.raises(RootError, match="outside"):
        root.share(b"a/b/file")


def test_what_a_link_leads_to_is_looked_for_each_time(root: Root, folder: Path) -> None:
    (folder / "link").symlink_to("file")
    root.share(b"link").close()
    (folder / "link").unlink()
    (folder / "link").symlink_to("a/b/file")
    after = root.share(b"link")
    assert content(after) == b"below"
    after.close()


def test_other_rights_are_looked_at(root: Root, folder: Path) -> None:
    one = root.share(b"file")
    (folder / "file").chmod(0o600)
    other = root.share(b"file")
    assert one is not other
    one.close()
    other.close()


def make_files(folder: Path, count: int) -> list[bytes]:
    names = [b"%d" % number for number in range(count)]
    for name in names:
        (folder / name.decode()).touch()
    return names


def test_not_more_are_kept_than_that(root: Root, folder: Path) -> None:
    before = descriptors_at_rest()
    for name in make_files(folder, MOST_KEPT + 10):
        root.share(name).close()
    assert descriptors() - before == MOST_KEPT


def test_the_least_recently_used_file_goes_first(
    root: Root, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_file_cache, "MOST_KEPT", 2)
    first, second, third = make_files(folder, 3)
    kept = root.share(first)
    second_kept = root.share(second)
    assert root.share(first) is kept
    root.share(third)
    assert root.share(first) is kept
    assert root.share(second) is not second_kept


def test_it_holds_a_share_of_the_descriptors_that_we_may_have(
    root: Root, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_file_cache, "descriptor_limit", lambda: 80)
    before = descriptors_at_rest()
    for number in range(30):
        (folder / "a" / "b" / f"{number}").touch()
        root.share(b"a/b/%d" % number).close()  # three descriptors each
        assert descriptors() - before <= 80 // DESCRIPTOR_SHARE


def staging_of(file: SharedFile, block_size: int = 512) -> Staging:
    return file.staging(block_size, 1, ROLL_TO_0)


def test_a_small_file_at_rest_is_read_once_for_all(folder: Path) -> None:
    file = shared(folder, 1_000)
    source = FileSource(file)
    staging = staging_of(file)
    assert staging is staging_of(file)
    assert [staging.fill(source, first, 1) for first in (1, 2)] == [512, 488]
    os.truncate(folder / "staged", 0)
    assert staging.fill(source, 1, 1) == 512  # it is not read again
    file.close()


def test_what_is_staged_for_all_stays_where_it_is(folder: Path) -> None:
    file = shared(folder, 1_000)
    staging, source = staging_of(file), FileSource(file)
    os.truncate(folder / "staged", 600)
    with pytest.raises(SourceChangedError):
        staging.fill(source, 1, 1)
    os.truncate(folder / "staged", 1_000)
    source = FileSource(served(folder / "staged"))
    assert staging.fill(source, 2, 1) == 488  # another read came first
    windows = [bytes(window[:4]) for window in staging.windows]
    assert staging.fill(source, 1, 1) == 512
    assert windows == [b"\0\3\0\1", b"\0\3\0\2"]
    assert [bytes(window[:4]) for window in staging.windows] == windows
    source.close()
    file.close()


def test_each_kind_of_blocks_is_staged_apart(folder: Path) -> None:
    file = shared(folder, 1_000)
    assert staging_of(file) is not staging_of(file, 256)
    assert isinstance(staging_of(file, 128), Scratch)  # and there are not many
    file.close()


def test_a_file_that_was_just_changed_is_read_each_time(folder: Path) -> None:
    file = shared(folder, 1_000, ago=-100 * AT_REST)  # or in the future
    assert isinstance(staging_of(file), Scratch)
    file.close()


@pytest.mark.parametrize(
    ("size", "block_size"), [(SHARED_ROOM + 1, 1_428), (60_000, 8)]
)
def test_what_takes_much_room_is_read_each_time(
    folder: Path, size: int, block_size: int
) -> None:
    file = shared(folder, size)
    assert isinstance(staging_of(file, block_size), Scratch)
    file.close()
