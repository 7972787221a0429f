"""An engine in the caller's event loop: for tests, the demo, and without a child."""

from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack

from tftptui.engine.engine import Engine
from tftptui.engine.messages import Answer, Command, Frame
from tftptui.engine.recording.journal import open_journal
from tftptui.server.clock import Clock
from tftptui.settings import Settings


class InlineEngine:
    """Holds an engine in this event loop; see EngineClient.

    Args:
        settings: settings of the server.
        clock: source of times.
        started: callback once the engine has started to serve.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        started: Callable[[Engine], object] = lambda _: None,
    ) -> None:
        self._open = ExitStack()
        self._settings, self._clock, self._started = settings, clock, started
        self._engine: Engine | None = None

    @property
    def engine(self) -> Engine:
        """The engine; only available after start()."""
        if self._engine is None:
            raise RuntimeError("the engine was not started")
        return self._engine

    async def start(self) -> None:
        """Open the listeners; see EngineClient."""
        journal = self._open.enter_context(open_journal(self._settings.journal))
        self._engine = Engine(self._settings, journal.listener, self._clock)
        await self._engine.start()
        journal.voice.tell_at(self._engine.service)
        self._started(self._engine)

    def frames(self) -> AsyncIterator[Frame]:
        """Yield frames; see EngineClient."""
        return self.engine.frames()

    async def ask(self, command: Command) -> Answer | None:
        """Carry out a command; see EngineClient."""
        return await self.engine.ask(command)

    async def stop(self) -> None:
        """Stop the engine and close the journal; see EngineClient."""
        if self._engine is not None:
            await self._engine.stop()
        self._open.close()
