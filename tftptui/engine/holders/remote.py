"""An engine at the other end of a stream."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator

import msgspec

from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.message_stream import MessageStream, MessageStreamError
from tftptui.engine.messages import (
    Answer,
    Ask,
    Command,
    Farewell,
    Frame,
    Ready,
    Reply,
)

FromEngine = Frame | Ready | Reply | Farewell

LONGEST_READ = 1 << 20
"""Buffer limit of the stream reader in bytes."""


def decoder() -> msgspec.msgpack.Decoder[FromEngine]:
    """Return the decoder for messages of an engine."""
    return msgspec.msgpack.Decoder(FromEngine)


class RemoteEngine(ABC):
    """The part of an EngineClient that only needs a stream to the engine.

    A subclass opens the stream in start(), starts _receive() as a task, and closes the
    stream in stop().
    """

    def __init__(self) -> None:
        self._forget()

    def _forget(self) -> None:
        """Reset to the initial state."""
        self._stream: MessageStream[FromEngine] | None = None
        self._replies: dict[int, asyncio.Future[Reply]] = {}
        self._frames: asyncio.Queue[Frame | None] = asyncio.Queue()
        self._asked = 0
        self._ended: str | None = None

    @abstractmethod
    async def _reason(self) -> str:
        """Return why the stream ended without a Farewell."""

    def _carried_out(self, command: Command) -> None:
        """Remember a change for a restarted engine; to be overridden."""
        del command

    def _seen(self, frame: Frame) -> None:
        """Look at a received frame; to be overridden."""
        del frame

    async def frames(self) -> AsyncIterator[Frame]:
        """Yield frames; see EngineClient."""
        while (frame := await self._frames.get()) is not None:
            yield frame
        if self._ended is not None:
            raise EngineError(self._ended)

    async def ask(self, command: Command) -> Answer | None:
        """Send a command and wait for its reply; see EngineClient."""
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
        self._carried_out(command)
        return answer.answer

    async def _receive(self, stream: MessageStream[FromEngine]) -> None:
        try:
            while not isinstance(message := await stream.receive(), Farewell):
                if message is None:
                    self._ended = await self._reason()
                    return
                self._take(message)
        except MessageStreamError as error:
            self._ended = f"invalid message from the engine: {error}"
        finally:
            self._frames.put_nowait(None)
            for reply in self._replies.values():
                reply.set_exception(EngineError(self._ended or "the engine has ended"))

    def _take(self, message: Frame | Ready | Reply) -> None:
        match message:
            case Frame():
                self._seen(message)
                self._frames.put_nowait(message)
            case Reply(number) if number in self._replies:
                self._replies.pop(number).set_result(message)
            case Reply() | Ready():
                return
