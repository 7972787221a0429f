"""Sources of facts for findings: transfers, this server, this host's firewall."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from tftptui.engine.host_firewall import HostFirewall
from tftptui.findings.facts import Scene
from tftptui.net.host_networks import host_networks
from tftptui.net.interfaces import Links, own_links
from tftptui.server.clock import Clock
from tftptui.server.service import Service
from tftptui.telemetry.views import HostNetwork, TransferView

_FRESH = 10.0
"""Seconds for which this host's addresses are cached."""


@dataclass(frozen=True)
class FactSources:
    """Callbacks through which the findings query the engine.

    Attributes:
        view: returns the view of an active transfer, up to date.
        living: returns the numbers of all active transfers.
        scene: returns facts about this server as seen by a client.
        rules: this host's firewall, or None if nobody reads it.
    """

    view: Callable[[int], TransferView | None]
    living: Callable[[], Iterable[int]]
    scene: Callable[[str], Scene]
    rules: HostFirewall | None = None


def fact_sources_of(service: Service, rules: HostFirewall | None) -> FactSources:
    """Return the fact sources of a service, with this host's firewall."""
    around = _OfService(service, service.recorder.clock)
    return FactSources(around.view, around.living, around.scene, rules)


@dataclass
class _OfService:
    service: Service
    clock: Clock
    _own: Links = field(default_factory=Links)
    _networks: tuple[HostNetwork, ...] = ()
    _read: float = float("-inf")

    def view(self, number: int) -> TransferView | None:
        transfer = self.service.transfers.get(number)
        return transfer.whole().view() if transfer else None

    def living(self) -> Iterable[int]:
        return self.service.transfers

    def scene(self, client: str) -> Scene:
        service, now = self.service, self.clock.now()
        if now - self._read >= _FRESH:
            self._own, self._read = own_links(), now
            self._networks = tuple(host_networks())
        settings = service.settings
        listeners = service.listeners
        return Scene(
            port=listeners[0].local.port if listeners else 0,
            first=service.pool.ports.first,
            last=service.pool.ports.last,
            single_port=settings.single_port,
            addresses=self._own.addresses,
            on_link=self._own.reach(client),
            root=str(settings.root.absolute()),
            named={one.name: str(one.path) for one in settings.named},
            networks=self._networks,
        )
