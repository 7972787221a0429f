"""A packet in full: facts, bytes with their fields, and moving to the next."""

import asyncio
from typing import Any

from tests.support.ladder_scene import a_lossy_transfer, told
from tests.support.screens import LARGE, SMALL, shown
from tests.support.scripted_engine import ScriptedEngine
from tftptui.engine.messages import FilePiece, KindView, LookAtFile
from tftptui.telemetry.versions import Version

VERSION = Version(1, 2, 172_132, 3, 4)


class WithFile(ScriptedEngine):
    """An engine with a file whose blocks are numbered."""

    version = VERSION

    async def ask(self, command: Any) -> Any:
        await super().ask(command)
        if isinstance(command, LookAtFile):
            data = b"%08d" % (command.offset // 512 + 1) * (command.length // 8)
            return FilePiece(
                name=command.name,
                size=172_132,
                modified=3.0,
                offset=command.offset,
                data=data,
                kind=KindView(key="data", words="data"),
                version=self.version,
            )
        return None


async def test_bytes_stand_beside_their_fields_and_arrows_go_on() -> None:
    engine = WithFile()
    scene = told(a_lossy_transfer(), version=VERSION)
    async with shown(*scene, size=SMALL, engine=engine) as s:
        await s.press("1", "enter", "g", "enter")
        assert s.on_top == "PacketScreen"
        assert "received at 14:13:19.990" in s.text()
        assert "0000  00 01                    ··        opcode 1 (RRQ)" in s.text()
        assert "0002  70 78 65 6c 69 6e 75 78  pxelinux  file name px" in s.text()
        await s.press("down", "down", "j", "right")
        assert "Packet · DATA" in s.text()
        assert "516 bytes (block 2, 2 of 16)" in " ".join(s.text().split())
        assert "0002  00 02                    ··        block 2" in s.text()
        assert "0004  30 30 30 30 30 30 30 32  00000002  data 512" in s.text()
        await s.press("y")
        assert "0004  30 30 30 30 30 30 30 32 30" in s.app.clipboard
        await s.press("k")
        assert "opcode 4 (ACK)" in s.text()
        engine.version = Version(1, 3, 172_132, 3, 4)
        await s.press("j")
        assert "the file has changed since" in s.text()
        await s.press("escape", "escape")
        assert s.on_top == "main"


async def test_the_log_of_packets_goes_on_below_the_page() -> None:
    async with shown(*told(a_lossy_transfer()), size=LARGE) as s:
        await s.press("4", "home", "enter", "down")
        assert "option windowsize" in s.text()
        assert "opcode 6 (OACK)" in s.text()
        await s.press("up", "up", "up", "escape")
        assert s.main.panes[3].rows.cursor == 0  # type: ignore[attr-defined]


class WithSlowFile(WithFile):
    """An engine whose reads wait for the test."""

    def __init__(self) -> None:
        super().__init__()
        self.wanted, self.may = asyncio.Event(), asyncio.Event()

    async def ask(self, command: Any) -> Any:
        if isinstance(command, LookAtFile):
            self.wanted.set()
            await self.may.wait()
        return await super().ask(command)


async def test_bytes_that_come_late_are_not_shown_under_the_next_packet() -> None:
    engine = WithSlowFile()
    scene = told(a_lossy_transfer(), version=VERSION)
    async with shown(*scene, size=SMALL, engine=engine) as s:
        await s.press("1", "enter", "g", "enter", "down", "down", "j")
        await engine.wanted.wait()
        assert "516 bytes; reading the file …" in s.text()
        await s.press("k")
        engine.may.set()
        await s.pilot.pause()
        assert "opcode 4 (ACK)" in s.text()
        assert "DATA" not in s.text()
