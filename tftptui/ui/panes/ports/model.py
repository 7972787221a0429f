"""What a choice of ports has to fit to: the range in use, the machine, the clients."""

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
"""Ports for each that was needed: more clients may boot at once the next time."""


def at_once(views: Iterable[TransferView], refused: Sequence[Refusal]) -> int:
    """Return how many ports would have been in use at the same time.

    A port that cools down is available. A request that found none would have lasted
    as long as others did; repeated from the same port it is the same one.
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
"""Seconds for which a client counts as one that may come at the same time again."""

REFUSED_RECENT = 60.0
"""Seconds for which clients that found no port are shown."""

EXHAUSTED = Reason.PORTS_EXHAUSTED


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known when a range is chosen.

    Attributes:
        now: the range in use; None while there is none.
        listener: the port that takes requests.
        host: the machine's ports, as far as known.
        findings: those that hold and are about packets that do not get through.
        refused: requests that lately found no port of the range in use.
        since_refused: seconds since the last of them.
        needed: most ports that were in use at once of late, with those that requests
            without a port would have used.
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
        """How many ports to have for as many transfers at once, and some more."""
        return ceil(self.needed * MARGIN)

    @property
    def has_room(self) -> bool:
        """Whether the next client gets a port: one is free or cools down."""
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
    """Whether a refusal is about the range in use, and not about one before."""
    return now is None or refusal.message.endswith(f" {now.first}-{now.last}")
