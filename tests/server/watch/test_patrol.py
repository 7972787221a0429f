"""Changes are found by looking, where nothing tells of them."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.unprivileged import unprivileged
from tftptui.server.root.root import Root
from tftptui.server.watch.patrol import Patrol
from tftptui.settings import Named


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub" / "inner").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"x")
    (tmp_path / "sub" / "a").write_bytes(b"a")
    (tmp_path / "sub" / "b").write_bytes(b"b")
    (tmp_path / "sub" / "inner" / "c").write_bytes(b"c")
    return tmp_path


@pytest.fixture
def patrol(folder: Path) -> Iterator[Patrol]:
    """One that has gone round once."""
    with contextlib.closing(Root(folder)) as root:
        patrol = Patrol(root)
        assert a_round(patrol) == []
        yield patrol


def always() -> bool:
    return True


def one_folder() -> Callable[[], bool]:
    """Return what lets a turn look at one folder."""
    answers = iter((True, False))
    return lambda: next(answers)


def a_round(patrol: Patrol) -> list[tuple[bytes, str]]:
    return a_turn(patrol, always)


def a_turn(patrol: Patrol, go_on: Callable[[], bool]) -> list[tuple[bytes, str]]:
    return sorted((one.name, one.word) for one in patrol.turn(go_on))


def test_nothing_is_told_where_nothing_changes(patrol: Patrol) -> None:
    assert a_round(patrol) == []


def test_changes_in_folders_of_any_depth_are_told(patrol: Patrol, folder: Path) -> None:
    (folder / "new").touch()
    (folder / "sub" / "a").write_bytes(b"longer")
    (folder / "sub" / "b").unlink()
    (folder / "sub" / "inner" / "d").touch()
    assert a_round(patrol) == [
        (b"new", "added"),
        (b"sub/a", "modified"),
        (b"sub/b", "deleted"),
        (b"sub/inner/d", "added"),
    ]
    assert a_round(patrol) == []


def test_a_file_of_the_same_size_and_time_in_its_place_is_another(
    patrol: Patrol, folder: Path
) -> None:
    old = (folder / "file").stat()
    (folder / "other").write_bytes(b"y")
    os.utime(folder / "other", ns=(old.st_atime_ns, old.st_mtime_ns))
    (folder / "other").rename(folder / "file")
    assert a_round(patrol) == [(b"file", "modified")]


def test_rights_are_a_change(patrol: Patrol, folder: Path) -> None:
    (folder / "file").chmod(0o600)
    assert a_round(patrol) == [(b"file", "modified")]


def test_a_new_folder_is_told_with_all_that_is_in_it(
    patrol: Patrol, folder: Path
) -> None:
    (folder / "fresh" / "deep").mkdir(parents=True)
    (folder / "fresh" / "deep" / "x").touch()
    assert a_round(patrol) == [
        (b"fresh", "added"),
        (b"fresh/deep", "added"),
        (b"fresh/deep/x", "added"),
    ]


def test_a_folder_that_is_gone_is_told_with_all_that_was_in_it(
    patrol: Patrol, folder: Path
) -> None:
    shutil.rmtree(folder / "sub")
    assert a_round(patrol) == [
        (b"sub", "deleted"),
        (b"sub/a", "deleted"),
        (b"sub/b", "deleted"),
        (b"sub/inner", "deleted"),
        (b"sub/inner/c", "deleted"),
    ]


def test_a_round_may_take_several_turns(patrol: Patrol, folder: Path) -> None:
    (folder / "new").touch()
    (folder / "sub" / "inner" / "c").unlink()
    assert a_turn(patrol, one_folder()) == [(b"new", "added")]
    assert not patrol.is_round_over
    assert a_turn(patrol, one_folder()) == []
    assert a_turn(patrol, one_folder()) == [(b"sub/inner/c", "deleted")]
    assert patrol.is_round_over


def test_what_others_told_is_not_told_again(patrol: Patrol, folder: Path) -> None:
    (folder / "new").touch()
    (folder / "sub" / "n").touch()
    patrol.heard([b"new"])
    assert a_round(patrol) == [(b"sub/n", "added")]
    assert a_round(patrol) == []
    assert a_round(patrol) == []
    (folder / "new").unlink()
    assert a_round(patrol) == [(b"new", "deleted")]


def test_what_others_told_after_its_folder_was_looked_at_is_not_told_either(
    patrol: Patrol, folder: Path
) -> None:
    patrol.turn(one_folder())
    (folder / "new").touch()
    patrol.heard([b"new"])
    assert a_round(patrol) == []  # the rest of this round
    assert a_round(patrol) == []


def test_where_names_are_too_many_those_near_the_top_are_compared(
    folder: Path,
) -> None:
    with contextlib.closing(Root(folder)) as root:
        patrol = Patrol(root, most=5)
        assert a_round(patrol) == []
        assert not patrol.is_whole
        (folder / "sub" / "a").unlink()
        (folder / "sub" / "inner" / "d").touch()
        assert a_round(patrol) == [(b"sub/a", "deleted")]


@pytest.fixture
def public_folder() -> Iterator[Path]:
    """A folder that everybody can reach."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "sub" / "inner").mkdir(parents=True)
        (Path(name) / "sub" / "a").touch()
        yield Path(name)


def test_a_folder_that_may_not_be_read_any_more_is_not_gone(
    public_folder: Path,
) -> None:
    with contextlib.closing(Root(public_folder)) as root:
        patrol = Patrol(root)
        assert a_round(patrol) == []
        (public_folder / "sub").chmod(0o700 if os.geteuid() == 0 else 0)
        with unprivileged():
            assert a_round(patrol) == [(b"sub", "modified")]
        (public_folder / "sub").chmod(0o755)
        assert a_round(patrol) == [(b"sub", "modified")]


def test_it_forgets(patrol: Patrol, folder: Path) -> None:
    (folder / "new").touch()
    patrol.forget()
    assert a_round(patrol) == []


def test_files_served_side_by_side_are_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"a")
    (tmp_path / "pxe").mkdir()
    given = [Named("fw.bin", tmp_path / "a.bin"), Named("pxe", tmp_path / "pxe")]
    with contextlib.closing(Root(tmp_path, named=given)) as root:
        patrol = Patrol(root)
        assert a_round(patrol) == []
        (tmp_path / "a.bin").write_bytes(b"longer")
        (tmp_path / "pxe" / "x").touch()
        (tmp_path / "beside").touch()
        assert a_round(patrol) == [(b"fw.bin", "modified"), (b"pxe/x", "added")]
