"""The Files pane on a real engine, while the disk changes by the thousand."""

import asyncio
import shutil
from pathlib import Path

import pytest

from tests.server.watch.test_storms import MANY, checkout, git
from tests.support.udp_client import UdpClient
from tests.ui.test_real_engine import Live, live
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import ExamineFiles, FileKinds
from tftptui.ui.panes.files.list import FileList
from tftptui.ui.panes.files.model import MOST_CHILDREN
from tftptui.ui.panes.files.rows import EntryRow, NoteRow

__all__ = ["checkout"]  # a fixture

pytestmark = pytest.mark.net


def rows(shown: Live) -> list[bytes]:
    """Return the paths in the pane, in order."""
    listed = shown.main.query_one(FileList)._model.rows
    return [row.path for row in listed if isinstance(row, EntryRow)]


def notes(shown: Live) -> list[str]:
    """Return the sentences in the pane."""
    listed = shown.main.query_one(FileList)._model.rows
    return [row.text for row in listed if isinstance(row, NoteRow)]


def cursor(shown: Live) -> object:
    return shown.main.query_one(FileList).current_key


async def test_a_checkout_of_thousands_of_files_is_followed(checkout: Path) -> None:
    async with live(checkout) as shown:
        await shown.until(lambda: b"board" in rows(shown))
        await shown.pilot.press("2", "z")
        while cursor(shown) != ("entry", b"board"):
            await shown.pilot.press("j")
        await shown.pilot.press("l")
        await shown.until(lambda: b"board/two-00000.bin" in rows(shown))
        await asyncio.to_thread(git, checkout, "checkout", "-q", "one")
        await shown.until(lambda: b"board/one-00000.bin" in rows(shown))
        await shown.until(lambda: b"board/two-00000.bin" not in rows(shown))
        assert cursor(shown) == ("entry", b"board")
        more = f"… {MANY - MOST_CHILDREN:,} more"
        await shown.until(lambda: any(one.startswith(more) for one in notes(shown)))


async def test_the_open_folder_is_deleted_under_the_cursor(tmp_path: Path) -> None:
    for number in range(50):
        path = tmp_path / "pxe" / f"f{number:02}"
        path.parent.mkdir(exist_ok=True)
        path.touch()
    (tmp_path / "z").touch()
    async with live(tmp_path) as shown:
        await shown.until(lambda: b"pxe" in rows(shown))
        await shown.pilot.press("2", "z", "l")
        await shown.until(lambda: b"pxe/f49" in rows(shown))
        await shown.pilot.press(*["j"] * 10)
        shutil.rmtree(tmp_path / "pxe")
        await shown.until(lambda: rows(shown) == [b"z"])
        assert cursor(shown) == ("entry", b"z")
        (tmp_path / "pxe").mkdir()
        await shown.until(lambda: rows(shown) == [b"pxe", b"z"])
        assert cursor(shown) == ("entry", b"z")


async def test_names_swap_while_the_cursor_is_on_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").write_bytes(b"22")
    async with live(tmp_path) as shown:
        await shown.until(lambda: rows(shown) == [b"a", b"b"])
        await shown.pilot.press("2", "j")
        for _ in range(20):
            (tmp_path / "a").rename(tmp_path / "c")
            (tmp_path / "b").rename(tmp_path / "a")
            (tmp_path / "c").rename(tmp_path / "b")
        (tmp_path / "d").touch()
        await shown.until(lambda: rows(shown) == [b"a", b"b", b"d"])
        assert cursor(shown) == ("entry", b"b")


async def test_a_miss_is_told_with_the_name_that_is_near(tmp_path: Path) -> None:
    (tmp_path / "Boot").mkdir()
    (tmp_path / "Boot" / "BCD").write_bytes(b"bcd")
    async with live(tmp_path) as shown:
        with UdpClient() as client:
            client.ask(shown.at, b"boot/bcd")
            assert (await client.error()).code == 1
            await shown.until_shown("requested, not found", "↳ Boot/BCD")
            await shown.pilot.press("2", "G", "a", "y")
            engine = shown.app.client
            assert isinstance(engine, InlineEngine)
            await shown.until(lambda: bool(engine.engine.service.settings.rewrite))
        with UdpClient() as client:
            client.ask(shown.at, b"boot/bcd")
            data = await client.data()
            client.ack(data.block16)
        assert bytes(data.payload) == b"bcd"
        await shown.until(lambda: "↳ Boot/BCD" not in shown.text())


async def test_what_a_file_is_stands_under_the_list(tmp_path: Path) -> None:
    (tmp_path / "menu").write_text("DEFAULT linux\n")
    async with live(tmp_path) as shown:
        await shown.pilot.press("2", "z")
        await shown.until_shown("PXELINUX menu · 14 bytes")
        answer = await shown.app.client.ask(ExamineFiles([b"menu"]))
        assert isinstance(answer, FileKinds)


async def test_words_find_files_in_folders_that_are_not_open(tmp_path: Path) -> None:
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "fw-2.bin").write_bytes(b"12345")
    (tmp_path / "fw-1.bin").touch()
    async with live(tmp_path) as shown:
        await shown.until(lambda: b"fw-1.bin" in rows(shown))
        await shown.pilot.press("2", "slash", *"fw bin")
        await shown.until(lambda: rows(shown) == [b"fw-1.bin", b"deep/er/fw-2.bin"])
        assert notes(shown) == ["in other folders"]
        await shown.pilot.press("enter", "escape")
        await shown.until(lambda: rows(shown) == [b"deep", b"fw-1.bin"])
