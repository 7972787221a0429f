"""Changes without events are found by polling."""

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
from tftptui.server.watch.renames import Change
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
    """Yield one that has completed a round."""
    with contextlib.closing(Root(folder)) as root:
        patrol = Patrol(root)
        assert a_round(patrol) == []
        yield patrol


def always() -> bool:
    return True


def one_folder() -> Callable[[], bool]:
    """Return a callback that lets a turn check one folder."""
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


def hinted(patrol: Patrol, *names: bytes, word: str = "modified") -> list[Change]:
    """Return the changes found for reported names."""
    return patrol.look_at(dict.fromkeys(names, word))


def test_what_a_report_led_to_is_not_told_again(patrol: Patrol, folder: Path) -> None:
    (folder / "new").touch()
    (folder / "sub" / "n").touch()
    assert hinted(patrol, b"new") == [Change(b"new", "added")]
    assert hinted(patrol, b"new") == []
    assert a_round(patrol) == [(b"sub/n", "added")]
    (folder / "new").unlink()
    assert a_round(patrol) == [(b"new", "deleted")]


def test_a_folder_reported_amid_a_round_is_not_gone_at_its_end(
    patrol: Patrol, folder: Path
) -> None:
    patrol.turn(one_folder())
    (folder / "fresh").mkdir()
    (folder / "fresh" / "x").touch()
    assert hinted(patrol, b"fresh") == [
        Change(b"fresh", "added"),
        Change(b"fresh/x", "added"),
    ]
    assert a_round(patrol) == []  # the rest of this round
    assert a_round(patrol) == []


def test_what_became_of_a_reported_name_is_read_from_the_disk(
    patrol: Patrol, folder: Path
) -> None:
    (folder / "file").unlink()
    (folder / "sub" / "a").write_bytes(b"longer")
    assert hinted(patrol, b"file", b"sub/a", b"nowhere", word="added") == [
        Change(b"file", "deleted"),
        Change(b"sub/a", "modified"),
    ]


def test_a_reported_rename_is_one_change(patrol: Patrol, folder: Path) -> None:
    (folder / "file").rename(folder / "sub" / "moved")
    assert hinted(patrol, b"file", b"sub/moved") == [
        Change(b"sub/moved", "renamed", b"file")
    ]


def test_a_renamed_folder_takes_its_files_along(patrol: Patrol, folder: Path) -> None:
    long_ago = (folder / "file").stat().st_mtime - 1_000
    for one in (folder / "sub", folder / "sub" / "inner"):
        os.utime(one, (long_ago, long_ago))
    (folder / "sub").rename(folder / "moved")
    assert hinted(patrol, b"sub", b"moved") == [
        Change(b"moved", "renamed", b"sub"),
        Change(b"moved/a", "renamed", b"sub/a"),
        Change(b"moved/b", "renamed", b"sub/b"),
        Change(b"moved/inner", "renamed", b"sub/inner"),
        Change(b"moved/inner/c", "renamed", b"sub/inner/c"),
    ]
    assert a_round(patrol) == []


def test_a_reported_folder_that_is_gone_is_told_with_all_that_was_in_it(
    patrol: Patrol, folder: Path
) -> None:
    shutil.rmtree(folder / "sub")
    assert [(one.name, one.word) for one in hinted(patrol, b"sub")] == [
        (b"sub", "deleted"),
        (b"sub/a", "deleted"),
        (b"sub/b", "deleted"),
        (b"sub/inner", "deleted"),
        (b"sub/inner/c", "deleted"),
    ]
    assert a_round(patrol) == []


def test_a_report_from_a_folder_there_was_no_room_for_is_believed(
    folder: Path,
) -> None:
    with contextlib.closing(Root(folder)) as root:
        patrol = Patrol(root, most=2)
        a_round(patrol)
        (folder / "sub" / "a").unlink()
        assert hinted(patrol, b"sub/a", word="deleted") == [Change(b"sub/a", "deleted")]


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
    """Yield a folder that every user can reach."""
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
