"""From the engine into the store: the one task that reads frames."""

from collections.abc import Callable
from contextlib import suppress

from tftptui.engine.client import EngineClient, EngineError
from tftptui.ui.store import Store

PATIENCE = 5.0
"""Seconds that an engine gets to end in good order."""

ENDED = "the engine has ended"


class Feed:
    """Starts an engine and keeps a store up to date with what it tells.

    Run run() in one task, and restart() after it has returned; call stop() at the
    end, in any case.
    """

    def __init__(
        self, client: EngineClient, store: Store, *, told: Callable[[], None]
    ) -> None:
        self._client, self._store, self._told = client, store, told
        self._stopped = False

    async def run(self) -> None:
        """Fold frames until the engine ends; why it did stands in the store."""
        try:
            await self._client.start()
            async for frame in self._client.frames():
                self._store.fold(frame)
                self._told()
            if not self._stopped:
                self._store.end(ENDED)
        except EngineError as error:
            self._store.end(str(error))
        self._told()

    async def restart(self) -> None:
        """Run again after the engine has ended by itself; what it told is kept."""
        if self._stopped:
            return
        self._store.begin_anew()
        self._told()
        with suppress(EngineError):
            await self._client.stop()
        await self.run()

    async def stop(self) -> None:
        """End the engine; clients are told. The second time it does nothing."""
        if self._stopped:
            return
        self._stopped = True
        with suppress(EngineError):
            await self._client.stop()
