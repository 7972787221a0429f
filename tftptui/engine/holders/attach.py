"""Watch a server that runs on its own: ``tftptui attach``."""

import asyncio
import contextlib
from pathlib import Path
from shlex import quote

from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.holders.remote import LONGEST_READ, RemoteEngine, decoder
from tftptui.engine.message_stream import MessageStream, MessageStreamError
from tftptui.engine.messages import (
    Answer,
    CloseFolder,
    Command,
    ExamineFiles,
    FindFiles,
    HashFile,
    LookAtFile,
    OpenFolder,
    Ready,
)

_LOOKS = OpenFolder | CloseFolder | LookAtFile | ExamineFiles | FindFiles | HashFile
"""Commands that change nothing."""


def _why(path: Path, error: OSError) -> str:
    """Return why a socket can't be opened, and what to type."""
    owner = _owner(path) if isinstance(error, PermissionError) else ""
    if owner:
        command = f"sudo -u {quote(owner)} tftptui attach {quote(str(path))}"
        return f"the server belongs to {owner}; {command}"
    return f"{error.strerror or error}; start a server with tftptui serve ROOT"


def _owner(path: Path) -> str:
    """Return the owner of a socket, or of the directory that hides it from us."""
    for place in (path, *path.parents):
        with contextlib.suppress(OSError, KeyError):
            return place.owner()
    return ""


class AttachedEngine(RemoteEngine):
    """Holds a running engine through its control socket; see EngineClient.

    Args:
        path: of the socket.
        is_read_only: whether to refuse every command that changes something.
    """

    def __init__(self, path: Path, *, is_read_only: bool = False) -> None:
        self._path, self._is_read_only = path, is_read_only
        super().__init__()

    def _forget(self) -> None:
        super()._forget()
        self._receiving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Attach; see EngineClient."""
        self._forget()
        try:
            reader, writer = await asyncio.open_unix_connection(
                str(self._path), limit=LONGEST_READ
            )
        except OSError as error:
            raise EngineError(
                f"cannot attach to {self._path}: {_why(self._path, error)}"
            ) from error
        self._stream = MessageStream(reader, writer, decoder())
        try:
            ready = await self._stream.receive()
        except MessageStreamError:
            ready = None
        if not isinstance(ready, Ready):
            await self.stop()
            raise EngineError(f"{self._path} is not the socket of a tftptui server")
        receiving = self._receive(self._stream)
        self._receiving = asyncio.get_running_loop().create_task(receiving)

    async def ask(self, command: Command) -> Answer | None:
        """Carry out a command, unless it changes something and we are read-only."""
        if self._is_read_only and not isinstance(command, _LOOKS):
            raise CommandRefusedError("attached read-only: changes are refused")
        return await super().ask(command)

    async def stop(self) -> None:
        """Detach; the server and its transfers go on."""
        if self._stream is not None:
            await self._stream.close()
            self._stream = None
        if self._receiving is not None:
            self._receiving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._receiving
            self._receiving = None

    async def _reason(self) -> str:
        return f"the server at {self._path} has stopped"
