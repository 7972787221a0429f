"""The root can be replaced while it is served."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "file").write_text(name)
    (tmp_path / "current").symlink_to("one")
    return tmp_path


@pytest.fixture
def root(place: Path) -> Iterator[Root]:
    with closing(Root(place / "current")) as root:
        yield root


def content(root: Root) -> bytes:
    file = root.open(b"file")
    try:
        return os.pread(file.descriptor, 10, 0)
    finally:
        os.close(file.descriptor)


def test_a_link_that_leads_elsewhere_now_is_followed(root: Root, place: Path) -> None:
    assert content(root) == b"one"
    (place / "next").symlink_to("two")
    (place / "next").rename(place / "current")
    root.follow()
    assert content(root) == b"two"
    assert (root.path, root.version, root.is_there) == (place / "two", 1, True)


def test_a_folder_put_in_its_place_is_served(place: Path) -> None:
    with closing(Root(place / "one")) as root:
        (place / "one").rename(place / "old")
        (place / "two").rename(place / "one")
        root.follow()
        assert content(root) == b"two"


def test_without_it_the_old_one_is_served_on_until_it_is_back(
    root: Root, place: Path
) -> None:
    (place / "one").rename(place / "away")
    root.follow()
    assert (root.is_there, root.version) == (False, 0)
    assert content(root) == b"one"
    (place / "away").rename(place / "one")
    root.follow()
    assert (root.is_there, root.version) == (True, 0)


def test_what_is_no_folder_does_not_take_its_place(root: Root, place: Path) -> None:
    (place / "current").unlink()
    (place / "current").write_text("a file")
    root.follow()
    assert not root.is_there
    assert content(root) == b"one"


def test_absolute_links_are_those_of_the_new_place(root: Root, place: Path) -> None:
    (place / "two" / "abs").symlink_to(place / "two" / "file")
    (place / "two" / "old").symlink_to(place / "one" / "file")
    root.move(place / "two")
    assert root.look(b"abs")[0].st_size == 3
    with pytest.raises(RootError, match="outside"):
        root.look(b"old")


def test_a_move_to_nowhere_changes_nothing(root: Root, place: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        root.move(place / "three")
    root.follow()
    assert (content(root), root.version) == (b"one", 0)
