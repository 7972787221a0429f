"""The interface for holding an engine, wherever it runs."""

from collections.abc import AsyncIterator
from typing import Protocol

from tftptui.engine.messages import Answer, Command, Frame


class EngineError(Exception):
    """The engine can't start, or has died; the text says why."""


class CommandRefusedError(Exception):
    """A command was not carried out; the text says why."""


class EngineClient(Protocol):
    """An engine held in this event loop or in a child process.

    Call start() once, then read frames() in one task; ask() at any time; stop() at the
    end, also after an error.
    """

    async def start(self) -> None:
        """Open the listeners.

        Raises:
            EngineError: it can't serve; the text says what to do.
        """

    def frames(self) -> AsyncIterator[Frame]:
        """Yield frames until the engine is stopped.

        Raises:
            EngineError: the engine ended unexpectedly.
        """

    async def ask(self, command: Command) -> Answer | None:
        """Carry out a command; return its answer, if it has one.

        Raises:
            CommandRefusedError: it can't be done; nothing has changed.
            EngineError: the engine has ended.
        """

    async def stop(self) -> None:
        """End all transfers with an ERROR, and close the sockets."""
