"""The values for a metrics scrape, read from where they are kept."""

from collections import Counter

from tftptui import __version__
from tftptui.engine.ports import port_map
from tftptui.findings.reporting import Reporter
from tftptui.server.service import Service
from tftptui.telemetry.metrics import Measures
from tftptui.telemetry.views import (
    FOREIGN,
    FREE,
    QUARANTINED,
    USED,
    HostPorts,
)

_STATES = {
    FREE: "free",
    USED: "used",
    QUARANTINED: "quarantined",
    FOREIGN: "foreign",
}


def measures_of(
    service: Service, reporter: Reporter, host: HostPorts | None, began: float
) -> Measures:
    """Return the measures of a service started at wall clock BEGAN."""
    states = Counter(port_map(service, host).states)
    return Measures(
        version=__version__,
        began=began,
        counters=service.recorder.counters,
        stalled=sum(one.whole().is_stalled for one in service.transfers.values()),
        ports={name: states[state] for state, name in _STATES.items()},
        alarms=reporter.alarms,
        alarms_open=reporter.open_alarms,
        findings=dict(reporter.reported),
    )
