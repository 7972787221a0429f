"""What a choice of ports has to fit to: the range in use, the machine, the clients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil
from statistics import median

from tftptui.engine.messages import (
    FREE,
    QUARANTINED,
    Finding,
    HostPorts,
    PortMap,
    Refusal,
    TransferView,
)
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.ui.panes.ports.states import blocks
from tftptui.ui.store import Store

MARGIN = 1.5
"""Ports for each that was needed: the next rush may be a greater one, and what rests
when the range is changed is taken as well."""


def at_once(
    views: Iterable[TransferView], refused: Sequence[Refusal], rest: float
) -> int:
    """Return how many ports would have been leased or resting at the same time.

    A port is taken while its transfer lasts and REST seconds after it. A request that
    found none would have lasted as long as others did; asked again from the same port
    it is the same one.
    """
    spans = [(view.started, view.ended) for view in views if not view.single_port]
    lasted = [ended - started for started, ended in spans if ended is not None]
    usual = median(lasted) if lasted else 0.0
    wanted: dict[tuple[str, int, str], float] = {}
    for one in refused:
        wanted.setdefault((one.client, one.client_tid, one.file), one.time)
    steps = [(started, 1) for started, _ in spans]
    steps += [(ended + rest, -1) for _, ended in spans if ended is not None]
    for time in wanted.values():
        steps += [(time, 1), (time + usual + rest, -1)]
    most = taken = 0
    for _, step in sorted(steps):
        taken += step
        most = max(most, taken)
    return most


def with_margin(ports: int) -> int:
    """Return how many to have where PORTS are needed."""
    return ceil(ports * MARGIN)


PORTS_PER_CLIENT = 10
"""Requests of one booting machine, each with a port of its own: a PXELINUX boot
made 12 from 12 ports, and what rests is taken as well."""

RECENT = 600.0
"""Seconds for which a client counts as one that may come at the same time again."""

REFUSED_RECENT = 60.0
"""Seconds for which clients that found no port are told."""

EXHAUSTED = Reason.PORTS_EXHAUSTED


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known when a range is chosen.

    Attributes:
        now: the range in use; None while there is none.
        listener: the port that takes requests.
        host: the machine's ports, as far as known.
        clients: addresses that transferred something lately.
        findings: those that hold and are about packets that do not get through.
        refused: requests that lately found no port of the range in use.
        since_refused: seconds since the last of them.
        needed: ports that transfers of late would have taken at once, if each had got
            one; 0 while all got theirs.
    """

    now: PortMap | None = None
    listener: int | None = None
    host: HostPorts | None = None
    clients: int = 0
    findings: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    since_refused: float = 0.0
    needed: int = 0

    @property
    def wanted(self) -> int:
        """How many ports may be needed at once: by so many clients, by such a rush."""
        return max(self.clients * PORTS_PER_CLIENT, with_margin(self.needed))

    @property
    def is_rush(self) -> bool:
        """Whether it is less how many clients there are than how fast they ask."""
        return self.wanted > self.clients * PORTS_PER_CLIENT

    @property
    def has_room(self) -> bool:
        """Whether a port is free or cools down, so that the next client gets one."""
        states = self.now.states if self.now else b""
        return FREE in states or QUARANTINED in states

    @property
    def is_exhausted(self) -> bool:
        """Whether the next client finds no port, or the last ones did not."""
        if self.now is None or self.now.single_port:
            return False
        return not self.has_room or bool(self.refused)


def scene(store: Store, now: float) -> Scene:
    """Return what STORE knows at the wall clock NOW."""
    views = [
        view
        for view in store.transfers.values()
        if view.running or now - view.started < RECENT
    ]
    recent = {view.client for view in views}
    portless = [
        refusal
        for refusal in store.refusals
        if refusal.reason == EXHAUSTED
        and now - refusal.time < RECENT
        and _names(store.ports, refusal)
    ]
    refused = [one for one in portless if now - one.time < REFUSED_RECENT]
    rest = store.ports.quarantine if store.ports else 0.0
    return Scene(
        now=store.ports,
        listener=store.status.port if store.status else None,
        host=store.host_ports,
        clients=len(recent | {refusal.client for refusal in refused}),
        findings=blocks(store),
        refused=refused,
        since_refused=now - max((one.time for one in refused), default=now),
        needed=at_once(views, portless, rest) if portless else 0,
    )


def _names(now: PortMap | None, refusal: Refusal) -> bool:
    """Whether a refusal is about the range in use, and not about one before."""
    return now is None or refusal.message.endswith(f" {now.first}-{now.last}")
