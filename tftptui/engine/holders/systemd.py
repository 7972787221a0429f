"""Notify systemd of the service state: sd_notify(3), ``Type=notify``."""

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress

from tftptui.engine.engine import Engine
from tftptui.server.clock import Ticker
from tftptui.telemetry.words import counted

INTERVAL = 1.0
"""Seconds between checks of the state."""


class Notifier:
    """Sends to systemd's notify socket; does nothing if there is none.

    Args:
        environment: has NOTIFY_SOCKET (a path, or @ and an abstract name) and
            WATCHDOG_USEC, WATCHDOG_PID, if systemd started us.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        place = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + place[1:] if place.startswith("@") else place
        owner = environment.get("WATCHDOG_PID", str(os.getpid()))
        wait = environment.get("WATCHDOG_USEC", "")
        # Twice as often as required, as sd_watchdog_enabled(3) recommends.
        self._pause = (
            int(wait) / 2e6 if wait.isdecimal() and owner == str(os.getpid()) else None
        )
        self._sent = ""
        self._alive_at = float("-inf")

    def send(self, *lines: str) -> None:
        """Send assignments; ignore errors."""
        if not self._address:
            return
        with (
            suppress(OSError),
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock,
        ):
            sock.setblocking(False)  # noqa: FBT003 - the name says it
            sock.sendto("\n".join(lines).encode(), self._address)

    @contextmanager
    def running(self, engine: Engine) -> Iterator[None]:
        """Send READY, then status and watchdog messages, and STOPPING at the end."""
        self.send("READY=1", f"STATUS={status_of(engine)}")
        pause = INTERVAL if self._pause is None else min(INTERVAL, self._pause)
        ticker = Ticker(pause, lambda: self._tick(engine))
        if self._address:
            ticker.start()
        try:
            yield
        finally:
            ticker.stop()
            self.send("STOPPING=1")

    def reloading(self, reload: Callable[[], None]) -> None:
        """Run RELOAD between the two messages that systemd expects."""
        microseconds = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1_000
        self.send("RELOADING=1", f"MONOTONIC_USEC={microseconds}")
        reload()
        self.send("READY=1")

    def _tick(self, engine: Engine) -> None:
        lines = []
        now = engine.recorder.clock.now()
        if self._pause is not None and now - self._alive_at >= self._pause * 0.9:
            self._alive_at = now
            lines.append("WATCHDOG=1")
        status = status_of(engine)
        if status != self._sent:
            self._sent = status
            lines.append(f"STATUS={status}")
        if lines:
            self.send(*lines)


def status_of(engine: Engine) -> str:
    """Return the text for ``systemctl status``: "3 transfers, 2 alarms"."""
    transfers = counted(len(engine.service.transfers), "transfer")
    return f"{transfers}, {counted(engine.findings.reporter.open_alarms, 'alarm')}"
