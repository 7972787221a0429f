"""The engine without a screen: ``tftptui serve``."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from shlex import quote

from tftptui.engine.client import EngineError
from tftptui.engine.control_socket import runtime_folder, usual_place
from tftptui.engine.engine import Engine
from tftptui.engine.holders.confinement import confine
from tftptui.engine.holders.control import Control
from tftptui.engine.holders.rights import drop_rights_of
from tftptui.engine.holders.systemd import Notifier
from tftptui.engine.host_firewall import HostFirewall, read_first
from tftptui.engine.recording.journal import open_journal
from tftptui.engine.recording.metrics import url_of
from tftptui.net.inherited_sockets import InheritedSocketError, inherited_sockets
from tftptui.server.fastpath.event_loop import new_loop
from tftptui.server.process_limits import calm_collector, give_short_turns
from tftptui.settings import NO_CONTROL, Settings


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; active transfers end with an ERROR.

    SIGHUP reopens the journal file; with the journal on a terminal, it stops the
    server. Sockets passed by systemd replace those of --listen and --port, and systemd
    is notified of the state.

    Raises:
        EngineError: the root, a port or the journal is not available.
    """
    confined = confine(settings) if settings.landlock else None
    held, notifier = _held(), Notifier(os.environ)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with open_journal(settings.journal) as journal:
        reopen = partial(notifier.reloading, journal.reopen)
        hung_up = stop.set if journal.is_on_terminal else reopen
        loop.add_signal_handler(signal.SIGHUP, hung_up)
        rules = HostFirewall()
        engine = Engine(settings, journal.listener, rules=rules)
        await engine.start(held)
        _warn(engine, confined, is_passed=bool(held))
        calm_collector()
        give_short_turns()
        await read_first(rules)
        try:
            drop_rights_of(engine)
            async with _control(engine) as place:
                _say(engine, place)
                journal.voice.tell_at(engine.service)
                with notifier.running(engine):
                    await stop.wait()
                await engine.stop()
        finally:
            await engine.stop()


def _warn(engine: Engine, confined: str | None, *, is_passed: bool) -> None:
    settings = engine.settings
    if is_passed and (settings.listen or settings.port is not None):
        engine.service.warn("listening on systemd's sockets, not --listen or --port")
    if confined is not None:
        engine.service.warn(confined)


def _held() -> list[socket.socket]:
    try:
        return inherited_sockets(os.environ)
    except InheritedSocketError as error:
        raise EngineError(str(error)) from error


@contextlib.asynccontextmanager
async def _control(engine: Engine) -> AsyncIterator[Path | None]:
    """Accept watchers inside the context; yield the socket's path.

    Without a socket the server runs anyway, and None is given.
    """
    wanted = engine.settings.control
    if wanted == NO_CONTROL:
        yield None
        return
    port = engine.service.listeners[0].local.port
    path = usual_place(port) if wanted is None else Path(wanted)
    if wanted is None and path.parent != (theirs := runtime_folder()):
        engine.service.warn(f"{theirs} is another user's: attach with its path, {path}")
    control = Control(engine, path)
    try:
        await control.start()
    except EngineError as error:
        engine.service.warn(str(error))
        yield None
        return
    try:
        yield path
    finally:
        await control.stop()


def run(settings: Settings) -> int:
    """Run serve(); return the exit status, with errors on stderr."""
    try:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(serve(settings))
    except EngineError as error:
        sys.stderr.write(f"tftptui: {error}\n")
        return 1
    return 0


def _say(engine: Engine, control: Path | None) -> None:
    """Print where the server listens on stderr; stdout is for the journal."""
    service = engine.service
    places = ", ".join(str(listener.local) for listener in service.listeners)
    lines = [
        *engine.notices(),
        f"serving {service.root.path} on {places}, replies from {service.pool.ports}",
    ]
    journal = engine.settings.journal
    if journal not in (None, "-"):  # otherwise the journal shows what happens
        lines.append(f"the journal goes to {journal}")
        if control is not None:
            lines.append(f"to watch it: tftptui attach {quote(str(control))}")
    if engine.settings.metrics is not None:
        lines.append(f"metrics for Prometheus at {url_of(engine.settings.metrics)}")
    _write(*lines)
    service.announce = _write


def _write(*lines: str) -> None:
    sys.stderr.write("".join(f"tftptui: {line}\n" for line in lines))
    sys.stderr.flush()
