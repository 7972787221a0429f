"""An engine in a child process, so that drawing the screen never delays a packet.

They communicate over a socket pair. If the parent dies, the child sees the connection
close and shuts down; if the child dies, the parent reads the reason from its stderr.
"""

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from tftptui.engine.client import EngineError
from tftptui.engine.holders.held_sockets import HeldSockets
from tftptui.engine.holders.remote import (
    LONGEST_READ,
    FromEngine,
    RemoteEngine,
    decoder,
)
from tftptui.engine.live_settings import settings_after
from tftptui.engine.message_stream import MessageStream
from tftptui.engine.messages import Command, Frame, Ready, Stop
from tftptui.settings import Settings

_STOP_PATIENCE = 5.0
"""Seconds that a child may take to shut down cleanly."""

_KEPT_STDERR = 2_000


class ChildEngine(RemoteEngine):
    """Holds an engine in a child process; see EngineClient.

    Args:
        settings: settings of the child.
        started: callback for each time the child has started to serve.
    """

    def __init__(
        self, settings: Settings, started: Callable[[], object] = lambda: None
    ) -> None:
        self._settings, self._started = settings, started
        self._highest = 0
        self._held = HeldSockets()
        super().__init__()

    def _forget(self) -> None:
        super()._forget()
        self._process: asyncio.subprocess.Process | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._stderr = b""

    def _carried_out(self, command: Command) -> None:
        self._settings = settings_after(self._settings, command)

    def _seen(self, frame: Frame) -> None:
        numbers = (view.number for view in frame.transfers)
        self._highest = max(self._highest, *numbers, 0)

    async def start(self) -> None:
        """Start the child and wait until it serves; see EngineClient.

        It may be called again after stop(), as after a crash.
        """
        self._forget()
        ours, theirs = socket.socketpair()
        with theirs, self._held.keeper() as keeper:
            passed = [theirs.fileno(), keeper.fileno(), *self._held.descriptors]
            try:
                self._process = await _spawn(passed)
            except OSError as error:
                ours.close()
                raise EngineError(
                    f"cannot start a server process: {sys.executable}: {error.strerror}"
                ) from error
        reader, writer = await asyncio.open_connection(sock=ours, limit=LONGEST_READ)
        self._stream = MessageStream(reader, writer, decoder())
        loop = asyncio.get_running_loop()
        self._tasks.append(loop.create_task(self._keep_stderr()))
        with contextlib.suppress(ConnectionError):
            await self._stream.send(
                msgspec.structs.replace(self._settings, numbered_from=self._highest)
            )
        try:
            await self._await_ready(self._stream)
        finally:
            self._held.take()
        self._started()
        self._tasks.append(loop.create_task(self._receive(self._stream)))

    async def stop(self) -> None:
        """Shut down the child cleanly, or kill it; see EngineClient."""
        if self._process is None:
            return
        if self._ended is None:  # otherwise it has died, and a restart needs them
            self._held.close()
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

    async def _await_ready(self, stream: MessageStream[FromEngine]) -> None:
        message = await stream.receive()
        if isinstance(message, Ready) and message.error is None:
            return
        await self.stop()
        if isinstance(message, Ready) and message.error is not None:
            raise EngineError(message.error)
        raise EngineError(await self._reason())

    async def _keep_stderr(self) -> None:
        """Keep the end of the child's stderr."""
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


async def _spawn(descriptors: list[int]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # never import from the current directory
        "-m",
        "tftptui.engine.holders.host",
        *map(str, descriptors),
        pass_fds=descriptors,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


@contextmanager
def beside(settings: Settings) -> Iterator[list[str]]:
    """Serve with SETTINGS inside the context; yield the listeners' endpoints.

    For threads without an event loop.

    Raises:
        EngineError: it can't serve; the text says why.
    """
    engine = ChildEngine(settings)
    with asyncio.Runner() as runner:
        runner.run(engine.start())
        try:
            yield runner.run(_listeners(engine))
        finally:
            runner.run(engine.stop())


async def _listeners(engine: ChildEngine) -> list[str]:
    async for frame in engine.frames():
        if frame.status is not None:
            return frame.status.listeners
    raise EngineError("the server process sent no status")
