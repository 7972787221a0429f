"""A port for requests that another program has: what to say of it."""

import socket
from collections.abc import Sequence

from tftptui.engine.client import EngineError
from tftptui.server.binding import BindError, bind_listeners
from tftptui.settings import Settings


def require_port(settings: Settings, held: Sequence[socket.socket]) -> None:
    """Look whether requests could be taken, and take none.

    Raises:
        EngineError: they could not. With HELD sockets they can in any case.
    """
    if held:
        return
    try:
        for listener in bind_listeners(settings)[0]:
            listener.close()
    except BindError as error:
        raise taken(error, settings) from error


def taken(error: BindError, settings: Settings) -> EngineError:
    """Return what to tell of a listener that could not be opened."""
    from tftptui.engine.holders.attach import instead  # noqa: PLC0415 - it needs the engine

    return EngineError(f"{error}{instead(settings.port)}")
