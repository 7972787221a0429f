"""From a datagram to a pixel: the screen on a real engine."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.running import settings_for
from tests.support.strips import text_of
from tests.support.udp_client import UdpClient
from tftptui.engine.holders.inline import InlineEngine
from tftptui.net.addresses import Endpoint
from tftptui.settings import PortRange
from tftptui.ui.app import TftpApp
from tftptui.ui.screens.main import MainScreen

pytestmark = pytest.mark.net

PATIENCE = 20.0
"""Timeout in seconds for what must appear on the screen."""


@dataclass
class Live:
    """The running program and its screen."""

    app: TftpApp
    pilot: Pilot[None]

    @property
    def main(self) -> MainScreen:
        screen = self.app.screen_stack[0]
        assert isinstance(screen, MainScreen)
        return screen

    @property
    def at(self) -> Endpoint:
        """The request address."""
        status = self.app.store.status
        assert status is not None
        return Endpoint("127.0.0.1", status.port)

    def text(self) -> str:
        return text_of(self.app)

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Run the program until a condition is true."""
        async with asyncio.timeout(PATIENCE):
            while not is_so():
                await self.pilot.pause()

    async def until_shown(self, *words: str) -> None:
        await self.until(lambda: all(word in self.text() for word in words))


@asynccontextmanager
async def live(folder: Path) -> AsyncIterator[Live]:
    app = TftpApp(InlineEngine(settings_for(folder)), pace=0)
    async with app.run_test(size=(140, 40)) as pilot:
        shown = Live(app, pilot)
        await shown.until(lambda: app.store.status is not None)
        yield shown


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "fw.bin").write_bytes(sample_bytes(5_000))
    (tmp_path / "pxe").mkdir()
    (tmp_path / "pxe" / "boot.cfg").write_text("boot")
    return tmp_path


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def test_a_transfer_is_seen_in_all_panes(folder: Path, client: UdpClient) -> None:
    async with live(folder) as shown:
        assert await client.read(shown.at, b"fw.bin") == sample_bytes(5_000)
        await shown.until_shown(
            "10/10", "done", "↑1", "10     392  last", "1 cooling down"
        )
        view = shown.app.store.transfers[1]
        assert f"{view.client_tid} ⇄ {view.server_tid}" in shown.text()


async def test_a_block_sent_again_is_marked(folder: Path, client: UdpClient) -> None:
    async with live(folder) as shown:
        client.ask(shown.at, b"fw.bin", options=((b"timeout", b"1"),))
        await client.oack()
        client.ack(0)
        await client.data()
        await shown.until_shown("R2")


async def test_the_range_is_changed_while_a_transfer_runs(
    folder: Path, client: UdpClient
) -> None:
    ports = free_range(5)
    with UdpClient() as second:
        async with live(folder) as shown:
            await _change_the_range(shown, client, second, ports)


async def _change_the_range(
    shown: Live, client: UdpClient, second: UdpClient, ports: PortRange
) -> None:
    client.ask(shown.at, b"fw.bin")
    await client.data()
    kept = client.peer
    await shown.pilot.press("r", *str(ports.first), "tab", *str(ports.last), "enter")
    await shown.until_shown(f"{ports.first}–{ports.last}")
    second.ask(shown.at, b"pxe/boot.cfg")  # another file: otherwise it may be a retry
    await second.data()
    assert second.peer is not None
    assert second.peer.port in ports
    client.ack(1)
    await client.data()
    assert client.peer == kept


async def test_the_tree_follows_the_disk(folder: Path) -> None:
    async with live(folder) as shown:
        await shown.until_shown("pxe/", "fw.bin")
        await shown.pilot.press("2", "enter")
        await shown.until_shown("boot.cfg")
        (folder / "added.bin").write_bytes(b"new")
        (folder / "pxe" / "boot.cfg").rename(folder / "pxe" / "menu.cfg")
        await shown.until_shown("added.bin", "menu.cfg")
        await shown.until(lambda: "boot.cfg" not in shown.text())
        (folder / "fw.bin").unlink()
        await shown.until(lambda: "fw.bin" not in shown.text())
        assert "menu.cfg" in shown.text()  # open folders are still open
