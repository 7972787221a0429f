"""A second reader of a file that is being transferred."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tftptui.files.file_content import Content
from tftptui.files.versions import version_of


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(b"0123456789")
    return tmp_path / "file"


@pytest.fixture
def content(place: Path) -> Iterator[Content]:
    descriptor = os.open(place, os.O_RDONLY)
    content = Content(descriptor, version_of(os.fstat(descriptor)))
    yield content
    os.close(descriptor)


def test_bytes_are_read_from_an_offset(content: Content) -> None:
    assert content.read(3, 4) == b"3456"
    assert content.read(8, 4) == b"89"


def test_copy_outlives_the_original(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    copy = Content(descriptor).copy()
    os.close(descriptor)
    place.unlink()
    assert copy.read(0, 3) == b"012"
    copy.close()


def test_changed_file_gives_nothing(place: Path, content: Content) -> None:
    place.write_bytes(b"abcdefghij")
    os.utime(place, ns=(0, 0))
    assert content.read(0, 4) == b""


def test_file_still_written_gives_what_is_there(place: Path) -> None:
    descriptor = os.open(place, os.O_RDWR)
    content = Content(descriptor)
    os.pwrite(descriptor, b"ab", 0)
    assert content.read(0, 4) == b"ab23"
    os.close(descriptor)
