"""A fetched file is complete, or does not exist."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.memory_files import MemoryTarget
from tftptui.client.download_target import NetasciiTarget, Target, open_target


@pytest.fixture
def open_here(tmp_path: Path) -> Callable[[str], Target]:
    return lambda name: open_target(str(tmp_path / name))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_name_appears_with_the_commit(
    tmp_path: Path, open_here: Callable[[str], Target]
) -> None:
    target = open_here("f")
    target.write(memoryview(b"octets"))
    before = (tmp_path / "f").exists()
    target.commit()
    assert (before, (tmp_path / "f").read_bytes()) == (False, b"octets")
    assert names(tmp_path) == ["f"]


def test_discarded_one_leaves_nothing(
    tmp_path: Path, open_here: Callable[[str], Target]
) -> None:
    target = open_here("f")
    target.write(memoryview(b"half"))
    target.discard()
    assert names(tmp_path) == []


def test_old_file_stays_until_the_new_one_is_whole(
    tmp_path: Path, open_here: Callable[[str], Target]
) -> None:
    (tmp_path / "f").write_bytes(b"old")
    target = open_here("f")
    target.write(memoryview(b"new"))
    before = (tmp_path / "f").read_bytes()
    target.commit()
    assert (before, (tmp_path / "f").read_bytes()) == (b"old", b"new")


def test_old_file_outlives_a_failure(
    tmp_path: Path, open_here: Callable[[str], Target]
) -> None:
    (tmp_path / "f").write_bytes(b"old")
    target = open_here("f")
    target.write(memoryview(b"new"))
    target.discard()
    assert (names(tmp_path), (tmp_path / "f").read_bytes()) == (["f"], b"old")


def test_discard_after_the_commit_does_nothing(
    tmp_path: Path, open_here: Callable[[str], Target]
) -> None:
    target = open_here("f")
    target.commit()
    target.discard()
    assert names(tmp_path) == ["f"]


def test_permissions_of_the_old_file_stay(
    tmp_path: Path, open_here: Callable[[str], Target]
) -> None:
    (tmp_path / "f").touch()
    (tmp_path / "f").chmod(0o640)
    open_here("f").commit()
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o640


def test_link_stays_a_link(tmp_path: Path, open_here: Callable[[str], Target]) -> None:
    (tmp_path / "real").touch()
    (tmp_path / "link").symlink_to("real")
    target = open_here("link")
    target.write(memoryview(b"octets"))
    target.commit()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_bytes() == b"octets"


def test_longest_name_works(tmp_path: Path, open_here: Callable[[str], Target]) -> None:
    open_here("n" * 255).commit()
    assert names(tmp_path) == ["n" * 255]


def test_missing_folder_is_told(open_here: Callable[[str], Target]) -> None:
    with pytest.raises(FileNotFoundError):
        open_here("missing/f")


def test_bytes_are_counted(open_here: Callable[[str], Target]) -> None:
    target = open_here("f")
    target.write(memoryview(b"12345"))
    target.write(memoryview(b"678"))
    target.discard()
    assert target.nbytes == 8


def test_device_is_written_in_place() -> None:
    target = open_target("/dev/full")
    with pytest.raises(OSError, match="No space left") as raised:
        target.write(memoryview(b"octets"))
    target.discard()
    assert raised.value.errno == errno.ENOSPC


def test_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    target = open_target("-")
    target.write(memoryview(b"octets"))
    target.commit()
    target.discard()
    assert capfdbinary.readouterr().out == b"octets"


def test_netascii_is_turned_across_blocks() -> None:
    text = MemoryTarget()
    target = NetasciiTarget(text)
    target.write(memoryview(b"one\r"))
    target.write(memoryview(b"\ntwo\r"))
    target.commit()
    assert (text.content, target.nbytes) == (b"one\ntwo\r", 8)
    assert text.is_committed
