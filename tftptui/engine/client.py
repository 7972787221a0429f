"""How to hold an engine, wherever it lives."""

from collections.abc import AsyncIterator
from typing import Protocol

from tftptui.engine.messages import Answer, Command, Frame


class EngineError(Exception):
    """The engine can't start, or ended by itself; the text says why, for people."""


class CommandRefusedError(Exception):
    """A command was not carried out; the text says why, for people."""


class EngineClient(Protocol):
    """An engine that is held: in this loop, in a child process.

    Call start() once, then read frames() in one task; ask() at any time; stop()
    at the end, also after an error.
    """

    async def start(self) -> None:
        """Open the listeners.

        Raises:
            EngineError: it can't serve; the text says what to do about it.
        """

    def frames(self) -> AsyncIterator[Frame]:
        """Yield frames as they come; end when the engine was stopped.

        Raises:
            EngineError: the engine ended without being asked.
        """

    async def ask(self, command: Command) -> Answer | None:
        """Carry a command out; return what it asks for, if it asks for something.

        Raises:
            CommandRefusedError: it can't be done; nothing has changed.
            EngineError: the engine is gone.
        """

    async def stop(self) -> None:
        """End all transfers, tell their clients, close the sockets."""
