"""Make all pictures of README and docs: the real app, engine, packets on loopback.

Run from the checkout: ``python tools/make_screenshots.py``. It takes a
minute or two, because time-outs are real ones.
"""

import asyncio
import contextlib
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
from make_demo_pictures import main as make_demo_pictures

from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import Frame
from tftptui.protocol.packets import Mode, ReadRequest, encode_ack, encode_request
from tftptui.resources import packaged_folder
from tftptui.settings import PortRange, Settings
from tftptui.ui.app import TftpApp

IMAGES = Path(__file__).parent.parent / "docs" / "images"
PORT = 6969
SHOWN_ROOT = "/srv/images"
LARGE, SMALL = (140, 40), (80, 24)
SLOW_BLOCKS = 150


class Client:
    """A client on an address of its own that can be made to behave badly."""

    def __init__(self, host: str, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setblocking(False)  # noqa: FBT003 - the name says it
        self._socket.bind((host, port))

    def ask(self, name: str, **options: int) -> None:
        """Send a request and do not wait for anything."""
        pairs = tuple(
            (key.encode(), str(value).encode()) for key, value in options.items()
        )
        packet = encode_request(ReadRequest(name.encode(), Mode.OCTET, pairs))
        self._socket.sendto(packet, ("127.0.0.1", PORT))

    async def fetch(
        self, name: str, *, blocks: int | None = None, **options: int
    ) -> None:
        """Read NAME, or its first BLOCKS blocks; every 40th ACK is lost."""
        self.ask(name, **options)
        loop = asyncio.get_running_loop()
        size, taken, lost = options.get("blksize", 512), 0, set[int]()
        while blocks is None or taken < blocks:
            packet, server = await loop.sock_recvfrom(self._socket, 65_535)
            if packet[1] == 6:
                await loop.sock_sendto(self._socket, encode_ack(0), server)
                continue
            block = packet[2] << 8 | packet[3]
            taken += 1
            if block % 40 == 39 and block not in lost:
                lost.add(block)
                continue
            await loop.sock_sendto(self._socket, encode_ack(block), server)
            if len(packet) < size + 4:
                return

    def close(self) -> None:
        """Leave without a word."""
        self._socket.close()


async def act(app: TftpApp) -> list[Client]:
    """Let some clients fetch, one look for a wrong name and one never answer."""
    pxe = Client("127.0.4.37", 2070)
    pxe.ask("pxelinux.cfg/default", tsize=0)
    board, ipxe = Client("127.0.4.40", 2933), Client("127.0.4.21")
    await ipxe.fetch("boot.ipxe", blksize=1432, tsize=0)
    lost = Client("127.0.4.40", 2934)
    lost.ask("FIRMWARE/u-boot.img")
    slow = asyncio.create_task(board.fetch("firmware/u-boot.img", blocks=SLOW_BLOCKS))
    await slow
    switch = Client("127.0.9.2", 52_110)
    await switch.fetch("firmware/fw-2.1.bin", blocks=SLOW_BLOCKS, blksize=1428, tsize=0)
    while not app.store.transfers[1].timeouts > 1:
        await app.told.wait()
        app.told.clear()
    return [pxe, board, ipxe, switch, lost]


class NamedEngine(InlineEngine):
    """An engine that calls its folder by another name: pictures show no machine's."""

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield frames; see EngineClient."""
        async for frame in super().frames():
            if frame.status is not None:
                frame.status = msgspec.structs.replace(frame.status, root=SHOWN_ROOT)
            yield frame


class WatchedApp(TftpApp):
    """The app, and an event that tells when there was news."""

    told = asyncio.Event()

    def on_frame_arrived(self) -> None:
        """Tell, then go on as always."""
        super().on_frame_arrived()
        self.told.set()


async def main() -> None:
    """Make all pictures."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "images"
        shutil.copytree(packaged_folder("sample_root"), root)
        settings = Settings(
            root=root, listen=("127.0.0.1",), port=PORT, ports=PortRange(40_000, 40_099)
        )
        app = WatchedApp(NamedEngine(settings))
        async with app.run_test(size=LARGE) as pilot:
            clients = await act(app)
            await pilot.pause(1.2)
            await pilot.press("j", "j")  # the client that never answers
            await pilot.pause(0.3)
            save(app, "main")
            await pilot.resize_terminal(*SMALL)
            for key, name in (("1", "small-transfers"), ("4", "small-packets")):
                await pilot.press(key)
                await pilot.pause(0.3)
                save(app, name)
            for client in clients:
                client.close()
        await make_why(settings)
    await make_demo_pictures()


async def boot_rom(app: WatchedApp) -> list[Client]:
    """Let a boot ROM ask from port after port and hear nothing, as if behind a wall."""
    works = Client("127.0.4.22", 40_921)
    await works.fetch("pxelinux.0", tsize=0)
    tries: list[Client] = []
    for port, patience in ((2070, 2.0), (2071, 4.0), (2072, 2.0)):
        rom = Client("127.0.4.37", port)
        tries.append(rom)
        rom.ask("pxelinux.0", tsize=0)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await asyncio.Event().wait()
    while (found := app.store.latest_finding()) is None or "port" not in found.code:
        await app.told.wait()
        app.told.clear()
    return [works, *tries]


async def make_why(settings: Settings) -> None:
    """Make the picture that answers the founding question."""
    (settings.root / "pxelinux.0").write_bytes(bytes(42_012))
    app = WatchedApp(NamedEngine(settings))
    async with app.run_test(size=(110, 34)) as pilot:
        clients = await boot_rom(app)
        await pilot.press("w")
        await pilot.pause(0.5)
        save(app, "why")
        for client in clients:
            client.close()


def save(app: TftpApp, name: str) -> None:
    """Write what is on the screen to docs/images."""
    (IMAGES / f"{name}.svg").write_text(app.export_screenshot(title="tftptui"))


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
