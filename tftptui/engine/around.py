"""What knowledge/ is told of a running service, and the service of knowledge/."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from tftptui.engine.fact_sources import Surroundings
from tftptui.engine.host_firewall import OwnRules
from tftptui.findings.facts import Scene
from tftptui.knowledge.signatures import recognise, unknown_kind
from tftptui.net.host_networks import host_networks
from tftptui.net.interfaces import Links, own_links
from tftptui.protocol.packets import Request
from tftptui.server.clock import Clock
from tftptui.server.recorder import option_texts
from tftptui.server.service import Service
from tftptui.settings import Settings, SettingsError
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Signature
from tftptui.telemetry.views import HostNetwork, TransferView

_FRESH = 10.0
"""Seconds for which this host's addresses are taken to be the same."""


def recognise_request(request: Request, client_tid: int) -> Signature | None:
    """Return the program that a request comes from, or None."""
    client = recognise(
        option_texts(request.options), client_tid, visible(request.filename)
    )
    return Signature(client.kind, client.sure) if client else None


def require_known_clients(settings: Settings) -> None:
    """Look whether options are refused to programs that are known.

    Raises:
        SettingsError: one is not.
    """
    trouble = unknown_kind(settings.refuse)
    if trouble:
        raise SettingsError(trouble)


def surroundings_of(service: Service, rules: OwnRules | None) -> Surroundings:
    """Return what the findings ask of a service, and of this host's own RULES."""
    around = _Around(service, service.recorder.clock)
    return Surroundings(around.view, around.living, around.scene, rules)


@dataclass
class _Around:
    service: Service
    clock: Clock
    _own: Links = field(default_factory=Links)
    _networks: tuple[HostNetwork, ...] = ()
    _read: float = float("-inf")

    def view(self, number: int) -> TransferView | None:
        transfer = self.service.transfers.get(number)
        return transfer.view() if transfer else None

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
