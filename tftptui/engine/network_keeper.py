"""The server's side of the process that changes interfaces and undoes that at the end.

The process itself is ``holders/network_keeper.py``.
"""

import asyncio
import os
import sys
from contextlib import suppress

import msgspec

from tftptui.cable.host_changes import Change, ChangeError

_MODULE = "tftptui.engine.holders.network_keeper"

_PATIENCE = 5.0
"""Seconds that undoing everything may take."""


class KeeperReply(msgspec.Struct):
    """The reply to a change: the error, or ""; at the end the changes undone."""

    error: str = ""
    undone: list[str] = []


class NetworkKeeper:
    """The server's side: start() it as root, make() changes, stop() undoes them."""

    def __init__(self, interface: str) -> None:
        self._interface = interface
        self._process: asyncio.subprocess.Process | None = None

    @property
    def is_running(self) -> bool:
        """True if changes can be made."""
        return self._process is not None

    async def start(self) -> None:
        """Start the process; does nothing unless we are root.

        Raises:
            OSError: it can't be started.
        """
        if os.geteuid() == 0:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-m", _MODULE, self._interface),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )

    async def make(self, change: Change) -> None:
        """Make a change.

        Raises:
            ChangeError: it was not made; the text says why.
        """
        reply = await self._ask(msgspec.json.encode(change) + b"\n")
        if reply.error:
            raise ChangeError(reply.error)

    async def stop(self) -> list[str]:
        """Undo all changes; return a sentence for each."""
        process, self._process = self._process, None
        if process is None or process.stdin is None or process.stdout is None:
            return []
        process.stdin.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                line = await process.stdout.readline()
                await process.wait()
                return (
                    msgspec.json.decode(line, type=KeeperReply).undone if line else []
                )
        return ["what was changed is still being undone: see tftptui doctor --undo"]

    async def _ask(self, line: bytes) -> KeeperReply:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ChangeError("only root may do that")
        with suppress(ConnectionError):
            process.stdin.write(line)
            await process.stdin.drain()
            if answer := await process.stdout.readline():
                return msgspec.json.decode(answer, type=KeeperReply)
        raise ChangeError("the process that changes interfaces has ended")
