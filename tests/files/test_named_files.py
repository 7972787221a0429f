"""How paths on the command line are served."""

import os
from pathlib import Path

import pytest

from tftptui.files.named_files import folder_above, named_of
from tftptui.settings import SettingsError, words_of


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("one", "two/one"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").touch()
    (tmp_path / "a=b").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        ([], []),
        (["one"], []),
        (["."], []),
        (["one/file"], ["file"]),
        (["one", "two"], ["one", "two"]),
        (["one/file", "two", "a=b"], ["file", "two", "a=b"]),
        (["x=one"], ["x"]),
        (["one/file", "old=two/one/file"], ["file", "old"]),
        (["one/../two", "one/."], ["two", "one"]),
        (["one", "two/one/.."], ["one", "two"]),
    ],
)
def test_each_gets_its_own_name(
    place: Path, arguments: list[str], names: list[str]
) -> None:
    named = named_of([Path(one) for one in arguments])
    assert [one.name for one in named] == names
    assert all(one.path.is_relative_to(place) for one in named)
    assert ".." not in str(named)


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["one/file", "two/one/file"], r"two are named file: .*OTHER=.*two/one/file$"),
        (["one", "one"], "two are named one"),
        (["one/none"], "folder one/none does not exist; to create it: mkdir -p"),
        (["one/none.img"], "file one/none.img does not exist; ls .*/one lists"),
        (["x=none"], "folder none does not exist"),
        (["/", "one"], r"cannot serve / as ''; give it a name: NAME=/$"),
        (["..=one"], r"cannot serve .* as '\.\.'; give it a name"),
        (["a\nb=one"], "give it a name"),
        (["/dev/null"], "/dev/null is neither a file nor a folder"),
    ],
)
@pytest.mark.usefixtures("place")
def test_what_can_not_be_served_is_told(arguments: list[str], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        named_of([Path(one) for one in arguments])


def test_a_name_that_is_no_utf8_is_told(place: Path) -> None:
    path = place / os.fsdecode(b"caf\xe9")
    path.touch()
    with pytest.raises(SettingsError, match=r"caf\\udce9.* is not UTF-8; rename it"):
        named_of([path])


def test_the_folder_above_holds_all(place: Path) -> None:
    assert folder_above(named_of([Path("one/file")])) == place / "one"
    assert folder_above(named_of([Path("one/file"), Path("x=two/one")])) == place


def test_a_few_names_stand_for_many() -> None:
    assert words_of(["a", "b", "c"]) == "a, b, c"
    assert words_of([*"abcde"]) == "a, b, c, … (5)"


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3_000, "loop"])
def test_what_the_system_cannot_look_up_is_said(place: Path, name: str) -> None:
    (place / "loop").symlink_to("loop")
    with pytest.raises(SettingsError, match=r"cannot serve .*: (File|Too many)"):
        named_of([Path(name)])
