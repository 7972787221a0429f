"""An engine in a process of its own, so that drawing never costs a packet.

The two talk over a socket pair. When the holder dies its end closes, and the
child ends all transfers and itself; when the child dies the holder is told why.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import AsyncIterator, Callable

import msgspec

from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.live import settings_after
from tftptui.engine.messages import (
    Answer,
    Ask,
    Command,
    Farewell,
    Frame,
    Ready,
    Reply,
    Stop,
)
from tftptui.engine.wire import MessageStream, WireError
from tftptui.settings import Settings

FromChild = Frame | Ready | Reply | Farewell

_STOP_PATIENCE = 5.0
"""Seconds that a child may take to end in good order."""

_KEPT_STDERR = 2_000


class ChildEngine:
    """Holds an engine in a child process; see EngineClient.

    Args:
        settings: what the child serves and how.
        started: called whenever the child has begun to serve.
    """

    def __init__(
        self, settings: Settings, started: Callable[[], object] = lambda: None
    ) -> None:
        self._settings, self._started = settings, started
        self._highest = 0
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._stream: MessageStream[FromChild] | None = None
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._asked = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._stderr = b""
        self._ended: str | None = None

    async def start(self) -> None:
        """Start the child and wait until it serves; see EngineClient.

        After stop() it may be called again, as after a crash.
        """
        self._begin_anew()
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._process = await _spawn(theirs.fileno())
            except OSError as error:
                ours.close()
                raise EngineError(
                    f"can't start a server process: {sys.executable}: {error.strerror}"
                ) from error
        reader, writer = await asyncio.open_connection(sock=ours, limit=1 << 20)
        decoder = msgspec.msgpack.Decoder(FromChild)
        self._stream = MessageStream(reader, writer, decoder)
        loop = asyncio.get_running_loop()
        self._tasks.append(loop.create_task(self._keep_stderr()))
        with contextlib.suppress(ConnectionError):
            await self._stream.send(
                msgspec.structs.replace(self._settings, numbered_from=self._highest)
            )
        await self._await_ready(self._stream)
        self._started()
        self._tasks.append(loop.create_task(self._receive(self._stream)))

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield frames as they come; see EngineClient."""
        while (frame := await self._frames.get()) is not None:
            yield frame
        if self._ended is not None:
            raise EngineError(self._ended)

    async def ask(self, command: Command) -> Answer | None:
        """Have a command carried out; see EngineClient."""
        if self._stream is None or self._ended is not None:
            raise EngineError(self._ended or "the engine was not started")
        self._asked += 1
        number = self._asked
        reply = asyncio.get_running_loop().create_future()
        self._replies[number] = reply
        try:
            await self._stream.send(Ask(number, command))
            answer: Reply = await reply
        except ConnectionError as error:
            raise EngineError("the engine has ended") from error
        finally:
            self._replies.pop(number, None)
        if answer.error is not None:
            raise CommandRefusedError(answer.error)
        self._settings = settings_after(self._settings, command)
        return answer.answer

    async def stop(self) -> None:
        """End the child in good order, or else by force; see EngineClient."""
        if self._process is None:
            return
        if self._stream is not None:
            with contextlib.suppress(ConnectionError):
                await self._stream.send(Stop())
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_PATIENCE)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        await asyncio.gather(*self._tasks)
        if self._stream is not None:
            await self._stream.close()
            self._stream = None

    async def _await_ready(self, stream: MessageStream[FromChild]) -> None:
        message = await stream.receive()
        if isinstance(message, Ready) and message.error is None:
            return
        await self.stop()
        if isinstance(message, Ready) and message.error is not None:
            raise EngineError(message.error)
        raise EngineError(await self._reason())

    async def _receive(self, stream: MessageStream[FromChild]) -> None:
        try:
            while not isinstance(message := await stream.receive(), Farewell):
                if message is None:
                    self._ended = await self._reason()
                    return
                self._take(message)
        except WireError as error:
            self._ended = f"the engine said something unintelligible: {error}"
        finally:
            self._frames.put_nowait(None)
            for reply in self._replies.values():
                reply.set_exception(EngineError(self._ended or "the engine has ended"))

    def _take(self, message: Frame | Ready | Reply) -> None:
        match message:
            case Frame():
                numbers = (view.number for view in message.transfers)
                self._highest = max(self._highest, *numbers, 0)
                self._frames.put_nowait(message)
            case Reply(number) if number in self._replies:
                self._replies.pop(number).set_result(message)
            case Reply() | Ready():
                return

    async def _keep_stderr(self) -> None:
        """Keep the end of what the child says before it dies."""
        if self._process is None or self._process.stderr is None:
            return
        while piece := await self._process.stderr.read(_KEPT_STDERR):
            self._stderr = (self._stderr + piece)[-_KEPT_STDERR:]

    async def _reason(self) -> str:
        if self._process is None:
            return "the engine was not started"
        code = await self._process.wait()
        await self._tasks[0]
        said = self._stderr.decode("utf-8", "replace").strip().splitlines()
        how = (
            f"was killed by signal {-code}" if code < 0 else f"ended with status {code}"
        )
        return f"the engine {how}" + (f": {said[-1]}" if said else "")


async def _spawn(descriptor: int) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # never import from the folder we happen to stand in
        "-m",
        "tftptui.engine.host",
        str(descriptor),
        pass_fds=[descriptor],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
