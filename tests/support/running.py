"""A service in the test's own event loop, and its recorded events."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from tests.support.free_ports import free_range
from tftptui.net.addresses import Endpoint
from tftptui.server.clock import Clock, SystemClock
from tftptui.server.recorder import Recorder
from tftptui.server.service import Service
from tftptui.settings import Settings
from tftptui.telemetry.events import Event
from tftptui.telemetry.records.ring import PacketRecord, PacketRing

PATIENCE = 10.0
"""Timeout in seconds for an event that must come."""

E = TypeVar("E", bound=Event)


@dataclass
class Written:
    """A Recorder and everything it received."""

    clock: Clock = field(default_factory=SystemClock)
    events: list[Event] = field(default_factory=list)
    ring: PacketRing = field(default_factory=lambda: PacketRing(10_000))

    def __post_init__(self) -> None:
        self.recorder = Recorder(self.clock, self.ring, self._keep)
        self._news = asyncio.Event()

    async def until(self, kind: type[E], count: int = 1) -> E:
        """Wait until there are COUNT events of a kind; return the last of these.

        Raises:
            TimeoutError: they did not come.
        """
        async with asyncio.timeout(PATIENCE):
            while len(found := self.of(kind)) < count:
                self._news.clear()
                await self._news.wait()
        return found[count - 1]

    def _keep(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind, in order."""
        return [event for event in self.events if isinstance(event, kind)]

    def packets(self) -> list[PacketRecord]:
        """Return all packet records, in order."""
        return records(self.ring)


@dataclass
class Running:
    """A service that takes requests on loopback."""

    service: Service
    written: Written

    @property
    def at(self) -> Endpoint:
        """The address of the (first) listener."""
        local = self.service.listeners[0].local
        return Endpoint(_reachable(local.host), local.port)

    def event(self, kind: type[E]) -> E:
        """Return the only event of a kind."""
        (found,) = self.written.of(kind)
        return found


def records(ring: PacketRing) -> list[PacketRecord]:
    """Return all records of a ring, in order."""
    return [ring.record(number) for number in range(ring.first, ring.next)]


def settings_for(root: Path, **changes: Any) -> Settings:
    """Return settings for a server on a port of loopback that the system chooses."""
    settings = Settings(root=root, listen=("127.0.0.1",), port=0, ports=free_range(10))
    return msgspec.structs.replace(settings, **changes)


@contextlib.contextmanager
def running(
    root: Path, clock: Clock | None = None, **changes: Any
) -> Iterator[Running]:
    """Run a service; CHANGES are fields of Settings."""
    written = Written() if clock is None else Written(clock)
    service = Service(settings_for(root, **changes), written.recorder)
    service.open()
    try:
        yield Running(service, written)
    finally:
        service.close()


def _reachable(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
