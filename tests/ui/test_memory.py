"""Choices kept between runs; errors in their file do no harm."""

import json
import os
import pwd
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.packet_scene import a_blocked_boot_rom, filled
from tests.support.pane_host import hosted, packets
from tests.support.screens import LARGE
from tests.support.scripted_engine import ScriptedEngine
from tests.support.strips import text_of
from tests.support.unprivileged import unprivileged
from tests.support.why_scene import founding_case
from tftptui.ui.app import TftpApp
from tftptui.ui.memory import (
    COPY_NAME,
    KEPT_LINES,
    LARGEST,
    LONGEST_LINE,
    NAME,
    Memory,
    kept_memory,
)
from tftptui.ui.panes.packets.pane import PacketLog
from tftptui.ui.themes import DEFAULT_THEME

NOBODY = pwd.getpwnam("nobody")

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root acts for others")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tftptui" / NAME


def test_filters_searches_and_the_platform_are_known_to_the_next_run(
    place: Path,
) -> None:
    memory = Memory(place)
    for kind, line in (("filter", "retrans"), ("filter", "dup"), ("find", "oack")):
        memory.remember_line(kind, line)
    memory.remember_choice("platform", "ufw")
    memory.remember_choice("theme", "contrast")
    again = Memory(place)
    assert again.lines("filter") == ["retrans", "dup"]
    assert again.lines("find") == ["oack"]
    assert again.choice("platform") == "ufw"
    assert again.choice("theme") == "contrast"


def test_the_last_copy_is_in_a_file_of_its_own(place: Path) -> None:
    memory = Memory(place)
    for text in ("rules\n", "ticket ü"):
        kept = memory.keep_copy(text)
        assert isinstance(kept, Path)
        assert kept.read_text("utf-8") == text
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [one.name for one in place.parent.iterdir()] == [COPY_NAME]


def test_why_a_copy_is_in_no_file_is_returned(locked: Path) -> None:
    with unprivileged():
        kept = Memory(locked / "tftptui" / NAME).keep_copy("rules")
    assert isinstance(kept, PermissionError)


async def test_a_theme_that_is_chosen_is_the_theme_next_time(place: Path) -> None:
    app = TftpApp(ScriptedEngine(), memory=Memory(place))
    async with app.run_test(size=LARGE) as pilot:
        while not app.is_settled:
            await pilot.pause()
        app.theme = "contrast"
        await pilot.pause()
    assert TftpApp(ScriptedEngine(), memory=Memory(place)).theme == "contrast"


async def test_a_theme_that_an_option_names_is_not_remembered(place: Path) -> None:
    app = TftpApp(ScriptedEngine(), theme="contrast", memory=Memory(place))
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
    assert Memory(place).choice("theme") == ""


def test_a_remembered_theme_that_is_gone_is_the_default(place: Path) -> None:
    Memory(place).remember_choice("theme", "gone")
    app = TftpApp(ScriptedEngine(), memory=Memory(place))
    assert (app.theme, app.notices) == (DEFAULT_THEME, [])


def test_times_and_names_of_files_are_of_this_run(place: Path) -> None:
    memory = Memory(place)
    memory.remember_line("save as", "a.pcapng")
    assert memory.lines("save as") == ["a.pcapng"]
    assert not place.exists()


def test_a_line_that_was_there_becomes_the_latest(place: Path) -> None:
    memory = Memory(place)
    for line in ("a", "b", "a"):
        memory.remember_line("filter", line)
    Memory(place).remember_line("filter", "b")
    assert Memory(place).lines("filter") == ["a", "b"]


def test_it_is_bounded(place: Path) -> None:
    memory = Memory(place)
    for number in range(3 * KEPT_LINES):
        memory.remember_line("filter", f"block:{number}")
    memory.remember_line("filter", "x" * (LONGEST_LINE + 1))
    lines = Memory(place).lines("filter")
    assert len(lines) == KEPT_LINES
    assert lines[-1] == f"block:{3 * KEPT_LINES - 1}"


def test_two_at_once_keep_what_both_have_typed(place: Path) -> None:
    one, other = Memory(place), Memory(place)
    assert one.lines("filter") == other.lines("filter") == []
    one.remember_line("filter", "dup")
    other.remember_line("filter", "retrans")
    one.remember_choice("platform", "ufw")
    assert Memory(place).lines("filter") == ["retrans", "dup"]
    assert Memory(place).choice("platform") == "ufw"


def test_nobody_else_may_read_it(place: Path) -> None:
    Memory(place).remember_line("filter", "client:10.0.4.37")
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
    assert [one.name for one in place.parent.iterdir()] == [NAME]


def written(place: Path, data: bytes) -> Memory:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(data)
    return Memory(place)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"null",
        b"[1]",
        b'{"lines": 3, "platform": 4}',
        b'{"lines": {"filter": "dup"}}',
        b'{"platform": ""}',
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"lines": {"filter": ["dup"]}}' + b" " * LARGEST,
    ],
    ids=repr,
)
def test_a_damaged_file_is_none_and_is_written_anew(place: Path, data: bytes) -> None:
    memory = written(place, data)
    assert (memory.lines("filter"), memory.choice("platform")) == ([], "")
    memory.remember_line("filter", "dup")
    assert Memory(place).lines("filter") == ["dup"]


def test_what_is_sound_in_a_damaged_file_is_used(place: Path) -> None:
    lines = [1, "a\x1b[2J", "x" * 501, None, "dup", "", {}]
    kept = {"lines": {"filter": lines, "other": ["a"]}, "platform": "\0", "more": 1}
    memory = written(place, json.dumps(kept).encode())
    assert (memory.lines("filter"), memory.choice("platform")) == (["dup"], "")


@given(st.binary(max_size=200) | st.text(max_size=50).map(str.encode))
def test_any_bytes_are_read_without_an_error(data: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        memory = written(Path(folder) / NAME, data)
        assert all(line.isprintable() for line in memory.lines("filter"))
        assert isinstance(memory.choice("platform"), str)


@pytest.fixture(params=["folder", "pipe", "endless", "lost"])
def strange(request: pytest.FixtureRequest, place: Path) -> Path:
    """Return something else in place of the file."""
    place.parent.mkdir(parents=True)
    match request.param:
        case "folder":
            place.mkdir()
        case "pipe":
            os.mkfifo(place)
        case "endless":
            place.symlink_to("/dev/zero")
        case _:
            place.symlink_to(place)
    return place


def test_what_is_no_file_holds_nobody_up(strange: Path) -> None:
    memory = Memory(strange)
    assert (memory.lines("filter"), memory.choice("platform")) == ([], "")
    memory.remember_line("filter", "dup")
    assert memory.lines("filter") == ["dup"]


@pytest.fixture
def locked() -> Iterator[Path]:
    """Yield a home folder without write permission."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        yield Path(name)


def test_a_home_that_may_not_be_written_forgets_in_silence(locked: Path) -> None:
    with unprivileged():
        memory = Memory(locked / "tftptui" / NAME)
        memory.remember_line("filter", "dup")
        memory.remember_choice("platform", "ufw")
    assert (memory.lines("filter"), memory.choice("platform")) == (["dup"], "ufw")
    assert list(locked.iterdir()) == []


def test_it_lies_where_such_things_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    for name in ("SUDO_UID", "PKEXEC_UID", "DOAS_USER"):
        monkeypatch.delenv(name, raising=False)
    kept_memory().remember_choice("platform", "ufw")
    assert json.loads((tmp_path / "tftptui" / NAME).read_text())["platform"] == "ufw"


@root_only
def test_behind_sudo_it_is_the_user_s_and_root_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_UID", str(NOBODY.pw_uid))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    memory = kept_memory()
    assert memory._place is not None
    assert memory._place.is_relative_to(NOBODY.pw_dir)
    assert memory._owner == NOBODY.pw_uid
    memory.remember_choice("platform", "ufw")
    assert list(tmp_path.iterdir()) == []


@root_only
def test_what_is_another_s_is_written_by_them_alone(
    locked: Path,
) -> None:
    locked.chmod(0o777)
    place = locked / NAME
    memory = Memory(place, NOBODY.pw_uid)
    memory.remember_line("filter", "dup")
    assert not place.exists()
    with unprivileged():
        memory.remember_line("filter", "retrans")
    assert Memory(place).lines("filter") == ["dup", "retrans"]


async def test_filters_of_the_last_run_can_be_called_up(place: Path) -> None:
    _, store = filled(packets(*a_blocked_boot_rom()))
    async with hosted(PacketLog(store, Memory(place)), store) as shown:
        await shown.press("slash", *"dup", "enter")
    pane = PacketLog(store, Memory(place))
    async with hosted(pane, store) as shown:
        await shown.press("slash", "up")
        assert pane.prompt.text == "dup"


async def test_the_platform_of_the_last_run_is_shown_first(place: Path) -> None:
    told = []
    for keys in (("w", "right"), ("w",)):
        engine = ScriptedEngine(founding_case())
        app = TftpApp(engine, pace=0, memory=Memory(place))
        async with app.run_test(size=LARGE) as pilot:
            while not app.store.findings:
                await pilot.pause()
            await pilot.press(*keys)
            await pilot.pause()
            told.append(Memory(place).choice("platform"))
            assert told[-1] in text_of(app)
    assert told[0] == told[1] != ""
