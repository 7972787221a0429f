"""Findings about views made by a test."""

import msgspec

from tests.support.clock import FakeClock
from tests.support.facts import SERVER
from tftptui.engine.fact_sources import FactSources
from tftptui.engine.findings import Findings
from tftptui.findings.facts import Scene
from tftptui.telemetry.events import Event, Found, TransferStarted
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.transfer_events import ended_event
from tftptui.telemetry.views import TransferView

OURS = "10.0.4.1"
SCENE = Scene(addresses=frozenset({SERVER, OURS}))


class Seen:
    """Findings about views made by a test."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.views: dict[int, TransferView] = {}
        self.events: list[Event] = []
        self._told: dict[int, Finding] = {}
        get = self.views.get
        around = FactSources(get, lambda: list(self.views), lambda _: SCENE)
        self.findings = Findings(self.clock, self.events.append, around)

    def begin(self, view: TransferView) -> None:
        self.views[view.number] = view
        fields = msgspec.structs.asdict(view)
        names = TransferStarted.__struct_fields__
        given = {name: fields[name] for name in names if name in fields}
        given |= {"time": view.started, "transfer": view.number, "tsize": None}
        given |= {"asked": dict(view.asked), "agreed": dict(view.agreed)}
        self.findings.take(TransferStarted(**given))

    def end(self, view: TransferView) -> None:
        del self.views[view.number]
        self.findings.take(ended_event(view))

    def standing(self) -> list[Finding]:
        """Return the latest versions of the findings in force."""
        self._told |= {one.number: one for one in self.findings.take_news()}
        return [one for one in self._told.values() if not one.withdrawn]

    def look(self, seconds: float) -> list[str]:
        """Advance the clock and return the codes in the journal so far."""
        self.clock.advance(seconds)
        self.findings.tick()
        return [event.code for event in self.events if isinstance(event, Found)]
