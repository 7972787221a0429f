"""The engine without a screen: ``tftptui serve``."""

import asyncio
import signal
import sys

from tftptui.engine.client import EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.journal import open_journal
from tftptui.engine.rights import drop_rights_of
from tftptui.server.limits import calm_collector
from tftptui.server.loop import new_loop
from tftptui.settings import Settings


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; clients of living transfers are told.

    Raises:
        EngineError: the root, a port or the journal can't be had.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with open_journal(settings.journal) as journal:
        engine = Engine(settings, journal.record)
        await engine.start()
        calm_collector()
        try:
            drop_rights_of(engine)
            _say(engine)
            await stop.wait()
        finally:
            await engine.stop()


def run(settings: Settings) -> int:
    """Run serve(); return the exit status, after saying on stderr what went wrong."""
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(serve(settings))
    except EngineError as error:
        sys.stderr.write(f"tftptui: {error}\n")
        return 1
    return 0


def _say(engine: Engine) -> None:
    """Tell a person where requests are taken; standard output is the journal's."""
    service = engine.service
    places = ", ".join(str(listener.local) for listener in service.listeners)
    lines = [
        *service.notices,
        f"serving {service.root.path} on {places}, answering from {service.pool.ports}",
    ]
    sys.stderr.write("".join(f"tftptui: {line}\n" for line in lines))
    sys.stderr.flush()
