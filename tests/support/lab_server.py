"""An engine in its own thread, inside a namespace, and its findings."""

import asyncio
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from tests.support.lab import Inside, Lab
from tftptui.engine.engine import Engine
from tftptui.engine.host_firewall import HostFirewall
from tftptui.engine.messages import ActionCommand, ChangeSettings, Locate
from tftptui.server.clock import SystemClock
from tftptui.server.fastpath.event_loop import new_loop
from tftptui.settings import PortRange, Settings, Value
from tftptui.telemetry.events import (
    Event,
    Found,
    Requested,
    TransferEnded,
    TransferStarted,
)

PORTS = PortRange(50_000, 50_019)


@dataclass
class LabServer:
    """A server that runs between start() and stop().

    Attributes:
        events: everything for the journal.
        walks: when a walk hop by hop was started, wall clock.
    """

    lab: Lab
    root: Path
    changes: dict[str, Any] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)
    walks: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it and wait until it serves."""
        self._ready, self._end = threading.Event(), asyncio.Event()
        self._thread = Inside(self.lab.names["server"], self._run)
        self._thread.start()
        if not self._ready.wait(20.0):
            self._thread.result()
            raise AssertionError("the server did not start")

    def stop(self) -> None:
        """Stop it and wait."""
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.result()

    def change(self, **changes: Value) -> None:
        """Change settings while it runs, and wait until that is done."""
        self._do(ChangeSettings(dict(changes)))

    def locate(self) -> None:
        """Find where packets to the client of the latest transfer are dropped."""
        self.walks.append(SystemClock().wall())
        started = [one for one in self.events if isinstance(one, TransferStarted)][-1]
        self._do(
            Locate(
                transfer=started.transfer or 0,
                client=started.client,
                client_tid=started.client_tid,
                server=started.server,
            )
        )

    def _do(self, command: ActionCommand) -> None:
        done = threading.Event()

        def carry_out() -> None:
            self._engine.carry_out(command)
            done.set()

        self._loop.call_soon_threadsafe(carry_out)
        assert done.wait(5.0), f"it was not done: {command}"

    @property
    def found(self) -> list[Found]:
        """All reported findings, including revised and withdrawn versions."""
        return [event for event in list(self.events) if isinstance(event, Found)]

    @property
    def standing(self) -> list[Found]:
        """The findings in force."""
        latest = {event.number: event for event in self.found}
        return [event for event in latest.values() if not event.withdrawn]

    @property
    def alarms(self) -> set[str]:
        """Codes of the alarms in force."""
        return {event.code for event in self.standing if event.is_alarm}

    @property
    def codes(self) -> set[str]:
        """Codes of all findings ever reported."""
        return {event.code for event in self.found}

    def delay(self, code: str) -> float:
        """Return the seconds from the first request, if any arrived, to the finding."""
        asked = [one.time for one in self.events if isinstance(one, Requested)]
        found = min(one.time for one in self.found if one.code == code)
        return found - min(asked, default=found)

    def decided(self, code: str) -> float:
        """Return the seconds to the finding from the last transfer or walk before it.

        A comparison of tries can't be told before the last of them was made.
        """
        found = min(one.time for one in self.found if one.code == code)
        begun = [one.time for one in self.events if isinstance(one, TransferStarted)]
        before = [at for at in (*begun, *self.walks) if at <= found]
        return found - max(before, default=found)

    @property
    def started(self) -> int:
        """The number of transfers started."""
        return sum(isinstance(one, TransferStarted) for one in list(self.events))

    def outcomes(self) -> list[str]:
        """Return how its transfers ended, in order."""
        ended = [one for one in list(self.events) if isinstance(one, TransferEnded)]
        return [one.outcome for one in ended]

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=new_loop) as runner:
            runner.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        plain = Settings(root=self.root, port=69, ports=PORTS)
        settings = msgspec.structs.replace(plain, **self.changes)
        engine = Engine(settings, self.events.append, rules=HostFirewall())
        self._engine = engine
        await engine.start()
        self._ready.set()
        try:
            await self._end.wait()
        finally:
            await engine.stop()
