"""The control socket, by which any number of watchers attach to a running server.

A Unix socket that only its owner can open. A new watcher gets the whole state in one
frame, then changes. A watcher that is too slow misses frames and gets the whole state
again. Detaching leaves the server running.
"""

import asyncio
import contextlib
import errno
import os
import socket
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.control_socket import is_alive, owner_of, private_folder
from tftptui.engine.engine import Engine
from tftptui.engine.message_stream import MessageStream, MessageStreamError
from tftptui.engine.messages import (
    Ask,
    CloseFolder,
    Farewell,
    Frame,
    OpenFolder,
    Ready,
    Reply,
    Stop,
)
from tftptui.engine.snapshot import Snapshot
from tftptui.telemetry.events import Warned

FromWatcher = Ask | Stop

_PRIVATE = 0o700
_FAREWELL = 1.0
_WAITING = 25
"""Frames queued for a watcher: five seconds' worth."""


class Control:
    """Lets watchers attach to an engine between start() and stop()."""

    def __init__(self, engine: Engine, path: Path) -> None:
        self._engine, self._path = engine, path
        self._snapshot = Snapshot(engine.settings.kept_transfers, engine.recorder.ring)
        self._watchers: set[_Watcher] = set()
        self._visits: set[asyncio.Task[None]] = set()
        self._open: Counter[bytes] = Counter()
        self._server: asyncio.Server | None = None
        self._broadcast: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Accept watchers from now on.

        Raises:
            EngineError: the socket can't be created; the text says why.
        """
        try:
            folder = self._path.parent
            folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
            if (
                folder == private_folder(os.geteuid())
                and owner_of(folder) != os.geteuid()
            ):
                raise PermissionError(errno.EPERM, f"{folder} is another user's")
            _remove_stale(self._path)
            sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            sock.bind(str(self._path))
            self._path.chmod(stat.S_IRUSR | stat.S_IWUSR)
            self._server = await asyncio.start_unix_server(self._welcome, sock=sock)
        except OSError as error:
            why = error.strerror or str(error)
            raise EngineError(f"no screen can attach: {self._path}: {why}") from error

    async def stop(self) -> None:
        """Send a Farewell to all watchers, and remove the socket."""
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()
        if self._broadcast is not None:
            await self._broadcast  # it ends with the engine's frames
        await asyncio.gather(*self._visits)

    async def _tell(self) -> None:
        async for frame in self._engine.frames():
            self._snapshot.fold(frame)
            for watcher in self._watchers:
                watcher.tell(frame)
        for watcher in list(self._watchers):
            await watcher.leave()

    async def _welcome(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        visit = asyncio.current_task()
        if visit is not None:
            self._visits.add(visit)
            visit.add_done_callback(self._visits.discard)
        stream = MessageStream(reader, writer, msgspec.msgpack.Decoder(FromWatcher))
        watcher = _Watcher(stream, self._whole)
        if self._broadcast is None:
            frame = self._engine.next_frame()
            if frame is not None:
                self._snapshot.fold(frame)
            loop = asyncio.get_running_loop()
            self._broadcast = loop.create_task(self._tell())
        self._watchers.add(watcher)
        opened: set[bytes] = set()
        telling = asyncio.get_running_loop().create_task(watcher.run())
        try:
            await self._listen(stream, opened)
        except MessageStreamError as error:
            self._warn(f"rejected a connection to the control socket: {error}")
        finally:
            self._watchers.discard(watcher)
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
            for folder in opened:
                await self._close(folder)
            await stream.close()

    def _warn(self, message: str) -> None:
        recorder = self._engine.recorder
        recorder.emit(Warned(time=recorder.clock.wall(), message=message))

    def _whole(self) -> Frame:
        return self._snapshot.frame(self._engine.recorder.clock.wall())

    async def _listen(
        self, stream: MessageStream[FromWatcher], opened: set[bytes]
    ) -> None:
        while (message := await stream.receive()) is not None:
            if isinstance(message, Stop):
                return
            reply = await self._answer(message, opened)
            try:
                await stream.send(reply)
            except ConnectionError:
                return

    async def _answer(self, ask: Ask, opened: set[bytes]) -> Reply:
        command = ask.command
        try:
            match command:
                case OpenFolder(folder):
                    if folder not in opened:
                        opened.add(folder)
                        self._open[folder] += 1
                    return Reply(ask.number, answer=await self._engine.ask(command))
                case CloseFolder(folder):
                    if folder in opened:
                        opened.discard(folder)
                        await self._close(folder)
                    return Reply(ask.number)
                case _:
                    return Reply(ask.number, answer=await self._engine.ask(command))
        except CommandRefusedError as error:
            return Reply(ask.number, str(error))

    async def _close(self, folder: bytes) -> None:
        """Close a directory once no watcher shows it any more."""
        self._open[folder] -= 1
        if self._open[folder] <= 0:
            del self._open[folder]
            with contextlib.suppress(CommandRefusedError):
                await self._engine.ask(CloseFolder(folder))


class _Watcher:
    """One watcher, with a queue of frames for it."""

    def __init__(
        self, stream: MessageStream[FromWatcher], whole: Callable[[], Frame]
    ) -> None:
        self._stream, self._whole = stream, whole
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue(_WAITING)
        self._is_behind = False
        self._is_over = asyncio.Event()

    def tell(self, frame: Frame) -> None:
        """Queue a frame; if the queue is full, send the whole state later."""
        try:
            self._frames.put_nowait(frame)
        except asyncio.QueueFull:
            self._is_behind = True

    async def run(self) -> None:
        """Send the whole state, then each frame, until the connection closes."""
        with contextlib.suppress(ConnectionError):
            await self._stream.send(Ready())
            await self._stream.send(self._whole())
            while (frame := await self._frames.get()) is not None:
                if self._is_behind:
                    while not self._frames.empty():
                        self._frames.get_nowait()
                    self._is_behind = False
                    frame = self._whole()
                await self._stream.send(frame)
            await self._stream.send(Farewell())
            await self._stream.close()  # ends the visit
        self._is_over.set()

    async def leave(self) -> None:
        """Send the Farewell after all queued frames, unless the watcher is stuck."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FAREWELL):
                await self._frames.put(None)
                await self._is_over.wait()


def _remove_stale(path: Path) -> None:
    """Remove a socket on which nobody listens.

    Raises:
        OSError: a server listens on it, or it is not a socket.
    """
    if path.exists():
        if is_alive(path):
            raise OSError(errno.EADDRINUSE, "another server uses it")
        path.unlink()
