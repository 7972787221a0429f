"""The facts a range is checked against: range in use, host, clients."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
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
"""Ports to offer per port needed: more clients may boot at once next time."""


def at_once(views: Iterable[TransferView], refused: Sequence[Refusal]) -> int:
    """Return the largest number of ports needed at the same time.

    A port that cools down counts as available. A request that found no port is counted
    for the usual time of a transfer; a repetition from the same port is the same
    request.
    """
    spans = [(view.started, view.ended) for view in views if not view.single_port]
    lasted = [ended - started for started, ended in spans if ended is not None]
    usual = median(lasted) if lasted else 0.0
    wanted: dict[tuple[str, int, str], float] = {}
    for one in refused:
        wanted.setdefault((one.client, one.client_tid, one.file), one.time)
    spans += [(time, time + usual) for time in wanted.values()]
    steps = [(started, 1) for started, _ in spans]
    steps += [(ended, -1) for _, ended in spans if ended is not None]
    in_order = sorted(steps, key=lambda one: (one[0], -one[1]))
    return max(accumulate(step for _, step in in_order), default=0)


RECENT = 600.0
"""Seconds for which a client is expected to return at the same time as others."""

REFUSED_RECENT = 60.0
"""Seconds for which clients that found no port are shown."""

EXHAUSTED = Reason.PORTS_EXHAUSTED


@dataclass(frozen=True, slots=True)
class Scene:
    """The facts when a range is chosen.

    Attributes:
        now: the range in use; None while there is none.
        listener: the port that takes requests.
        host: the ports of this host, as far as known.
        findings: those in force about packets that do not get through.
        refused: recent requests that found no port of the range in use.
        since_refused: seconds since the last of them.
        needed: most ports recently needed at once, including for requests that found no
            port.
    """

    now: PortMap | None = None
    listener: int | None = None
    host: HostPorts | None = None
    findings: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    since_refused: float = 0.0
    needed: int = 0

    @property
    def wanted(self) -> int:
        """The number of ports to offer for that many transfers, with a margin."""
        return ceil(self.needed * MARGIN)

    @property
    def has_room(self) -> bool:
        """Whether the next client gets a port: one is free or cools down."""
        states = self.now.states if self.now else b""
        return FREE in states or QUARANTINED in states

    @property
    def is_exhausted(self) -> bool:
        """Whether the next client would find no port, or recent ones found none."""
        if self.now is None or self.now.single_port:
            return False
        return not self.has_room or bool(self.refused)


def scene(store: Store, now: float) -> Scene:
    """Collect the facts from STORE at wall-clock time NOW."""
    views = [
        view
        for view in store.transfers.values()
        if view.running or now - view.started < RECENT
    ]
    portless = [
        refusal
        for refusal in store.refusals
        if refusal.reason == EXHAUSTED
        and now - refusal.time < RECENT
        and refusal.time >= store.scene_since
        and _names(store.ports, refusal)
    ]
    refused = [one for one in portless if now - one.time < REFUSED_RECENT]
    return Scene(
        now=store.ports,
        listener=store.status.port if store.status else None,
        host=store.host_ports,
        findings=blocks(store),
        refused=refused,
        since_refused=now - max((one.time for one in refused), default=now),
        needed=at_once(views, portless),
    )


def _names(now: PortMap | None, refusal: Refusal) -> bool:
    """Return whether a refusal is about the range in use, not an earlier one."""
    return now is None or refusal.message.endswith(f" {now.first}-{now.last}")
