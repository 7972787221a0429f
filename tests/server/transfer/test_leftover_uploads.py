"""Leftover uploads of a killed server are removed, and nothing else."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tftptui.files.hidden_file import create_hidden
from tftptui.server.root.root import Root
from tftptui.server.transfer.leftover_uploads import remove_leftovers
from tftptui.settings import Named

LONG_AGO = 1_000_000_000.0
"""Seconds of the wall clock: years before any test run."""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    (tmp_path / "sub").mkdir()
    with contextlib.closing(Root(tmp_path)) as root:
        yield root


def leave(folder: Path, name: bytes = b"core.cfg") -> tuple[Path, int]:
    """Create the hidden file of an upload; return its path and descriptor."""
    opened = os.open(folder, os.O_RDONLY)
    hidden, descriptor = create_hidden(opened, name, 0o644)
    os.close(opened)
    path = folder / os.fsdecode(hidden)
    os.utime(path, (LONG_AGO, LONG_AGO))
    return path, descriptor


def test_what_nobody_has_open_is_removed(root: Root, tmp_path: Path) -> None:
    path, descriptor = leave(tmp_path / "sub")
    os.close(descriptor)
    assert remove_leftovers(root) == [f"sub/{path.name}"]
    assert not path.exists()


def test_an_upload_in_progress_is_left_alone(root: Root, tmp_path: Path) -> None:
    path, descriptor = leave(tmp_path)
    assert remove_leftovers(root) == []
    os.close(descriptor)
    assert path.exists()


def test_a_file_written_just_now_is_left_alone(root: Root, tmp_path: Path) -> None:
    path, descriptor = leave(tmp_path)
    os.close(descriptor)
    os.utime(path)
    assert remove_leftovers(root) == []


def test_other_files_and_links_are_left_alone(root: Root, tmp_path: Path) -> None:
    plain, link = tmp_path / ".profile", tmp_path / ".tftptui-link.0"
    plain.touch()
    link.symlink_to(plain)
    os.utime(plain, (LONG_AGO, LONG_AGO))
    assert remove_leftovers(root) == []
    assert plain.exists()
    assert link.is_symlink()


def test_folders_served_side_by_side_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "up").mkdir()
    (tmp_path / "file").touch()
    path, descriptor = leave(tmp_path / "up")
    os.close(descriptor)
    named = [Named("up", tmp_path / "up"), Named("file", tmp_path / "file")]
    with contextlib.closing(Root(tmp_path, named=named)) as root:
        assert remove_leftovers(root) == [f"up/{path.name}"]
