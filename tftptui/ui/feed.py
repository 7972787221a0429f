"""The task that reads the engine's frames into the store."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

from tftptui.engine.client import EngineClient, EngineError
from tftptui.ui.store import Store

AGAIN = 2.0
"""Seconds between two attempts to reconnect to an engine."""

PATIENCE = 5.0
"""Timeout in seconds for a clean stop of the engine."""

ENDED = "the server has ended"


class Feed:
    """Starts an engine and keeps a store up to date with its frames.

    WAKE is called after each update, RETURNED when another engine sends them.

    Call run() in one task, and restart() after it has returned; always call stop() at
    the end.
    """

    def __init__(
        self,
        client: EngineClient,
        store: Store,
        *,
        wake: Callable[[], None],
        returned: Callable[[], None] = lambda: None,
        again: float = AGAIN,
    ) -> None:
        self._client, self._store, self._wake = client, store, wake
        self._returned, self._again = returned, again
        self._stopping = asyncio.Event()

    @property
    def _stopped(self) -> bool:
        return self._stopping.is_set()

    async def run(self) -> None:
        """Apply frames until the engine ends; the reason is in the store.

        An engine that comes back by itself, such as a server managed elsewhere, is
        reconnected to. It sends its full state, and all earlier state is dropped.
        """
        await self._run()
        while self._store.comes_back and not await self._is_stopped_within(self._again):
            with suppress(EngineError):
                await self._client.stop()
                await self._client.start()
                self._store.forget()
                self._returned()
                self._wake()
                await self._run(is_started=True)

    async def _is_stopped_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stopping.wait(), seconds)
        return self._stopped

    async def _run(self, *, is_started: bool = False) -> None:
        try:
            if not is_started:
                await self._client.start()
            async for frame in self._client.frames():
                self._store.fold(frame)
                self._wake()
            if not self._stopped:
                self._store.end(ENDED)
        except EngineError as error:
            self._store.end(str(error))
        self._wake()

    async def restart(self) -> None:
        """Run again after the engine has ended; earlier contents are kept."""
        if self._stopped:
            return
        self._store.start_over()
        self._wake()
        with suppress(EngineError):
            await self._client.stop()
        await self.run()

    async def stop(self) -> None:
        """Stop the engine; clients get an ERROR. A second call does nothing."""
        if self._stopped:
            return
        self._stopping.set()
        with suppress(EngineError):
            await self._client.stop()
