"""Files that stay open for a moment: what a name means is asked anew each time."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tftptui.server.opened import MOST_KEPT, SharedFile
from tftptui.server.root import Root
from tftptui.server.walk import RootError


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
    before = descriptors()
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


def test_not_more_are_kept_than_that(root: Root, folder: Path) -> None:
    before = descriptors()
    for number in range(MOST_KEPT + 10):
        (folder / f"{number}").touch()
        root.share(b"%d" % number).close()
    assert descriptors() - before <= MOST_KEPT
