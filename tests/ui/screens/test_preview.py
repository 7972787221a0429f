"""The preview of real files, read by a real engine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.running import settings_for
from tests.support.screens import SMALL
from tests.support.serve import PATIENCE
from tests.support.strips import text_of
from tests.support.udp_client import UdpClient
from tftptui.engine.holders.inline import InlineEngine
from tftptui.net.addresses import Endpoint
from tftptui.ui.app import TftpApp
from tftptui.ui.screens.preview import PreviewScreen


class Looking:
    """A preview of one file."""

    def __init__(self, app: TftpApp, screen: PreviewScreen, pilot: object) -> None:
        self.app, self.screen, self.pilot = app, screen, pilot

    def text(self) -> str:
        return text_of(self.app)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)  # type: ignore[attr-defined]
        await self.pilot.pause()  # type: ignore[attr-defined]

    async def until(self, words: str) -> None:
        """Wait until WORDS are on the screen."""
        async with asyncio.timeout(PATIENCE):
            while words not in self.text():
                await self.pilot.pause()  # type: ignore[attr-defined]


@asynccontextmanager
async def looking(folder: Path, name: bytes) -> AsyncIterator[Looking]:
    engine = InlineEngine(settings_for(folder))
    app = TftpApp(engine, pace=0)
    async with app.run_test(size=SMALL) as pilot:
        while app.store.status is None:
            await pilot.pause()
        screen = PreviewScreen(engine, name)
        await app.push_screen(screen)
        yield Looking(app, screen, pilot)


async def test_text_is_shown_as_text(tmp_path: Path) -> None:
    (tmp_path / "menu").write_text("DEFAULT linux\n\tKERNEL vmlinuz\n")
    async with looking(tmp_path, b"menu") as look:
        await look.until("PXELINUX menu · 30 bytes")
        await look.until("    KERNEL vmlinuz")
        await look.press("x")
        await look.until("00000000  44 45 46 41 55 4c 54 20  6c 69")
        assert "DEFAULT linux··K" in look.text()
        await look.press("x")
        assert "    KERNEL vmlinuz" in look.text()


async def test_bytes_are_shown_with_their_offsets(tmp_path: Path) -> None:
    (tmp_path / "fw").write_bytes(bytes(range(256)) * 4)
    async with looking(tmp_path, b"fw") as look:
        await look.until("00000010  10 11 12 13 14 15 16 17  18 19 1a 1b")
        await look.press("x")
        assert "00000010" in look.text()  # it has no text


async def test_the_end_of_a_huge_file_is_as_near_as_its_beginning(
    tmp_path: Path,
) -> None:
    with (tmp_path / "huge").open("wb") as huge:
        huge.truncate(1 << 36)
        huge.seek((1 << 36) - 16)
        huge.write(b"the end is here.")
    async with looking(tmp_path, b"huge") as look:
        await look.until("0000000000  00 00 00")
        await look.press("G")
        await look.until("the end is he")
        assert "ffffffff0  74 68 65" in look.text()


async def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.gz").write_bytes(b"\x1f\x3f\x08" + b"\xff" * 50)
    async with looking(tmp_path, b"a.gz") as look:
        await look.until("⚠ not gzip, as its name says")


@pytest.mark.parametrize("name", [b"missing", b"../outside", b"folder"])
async def test_what_is_not_served_is_not_shown(tmp_path: Path, name: bytes) -> None:
    (tmp_path / "outside").write_text("secret")
    root = tmp_path / "root"
    (root / "folder").mkdir(parents=True)
    async with looking(root, name) as look:
        await look.until("✗ ")
        assert "secret" not in look.text()


async def test_hostile_text_does_not_drive_the_terminal(tmp_path: Path) -> None:
    (tmp_path / "evil").write_text("\x1b]0;evil\x07 [bold]x[/b] \u202e\n")
    async with looking(tmp_path, b"evil") as look:
        await look.until("\\x1b]0;evil\\x07 [bold]x[/b] \\u202e")
        assert "\x1b" not in look.text()


async def test_it_tells_the_latest_fetches(tmp_path: Path) -> None:
    (tmp_path / "menu").write_text("DEFAULT linux\n")
    engine = InlineEngine(settings_for(tmp_path))
    app = TftpApp(engine, pace=0)
    async with app.run_test(size=SMALL) as pilot, asyncio.timeout(PATIENCE):
        with UdpClient() as client:
            while app.store.status is None:
                await pilot.pause()
            host, _, port = app.store.status.listeners[0].rpartition(":")
            await client.read(Endpoint(host, int(port)), b"menu")
            told = f"127.0.0.1:{client.local.port} · this version"
        await pilot.press("2")
        while not any(view.ended for view in app.store.transfers.values()):
            await pilot.pause()
        while not isinstance(screen := app.screen, PreviewScreen):
            await pilot.press("enter")  # until its row appears
        look = Looking(app, screen, pilot)
        await look.until("fetched ")
        assert told in look.text()
