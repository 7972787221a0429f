"""The state of the server and its host, for watchers."""

import os

from tftptui import __version__
from tftptui.engine.messages import Status
from tftptui.net.host_networks import host_networks
from tftptui.net.interfaces import default_route_mtu, own_addresses
from tftptui.server.service import Service
from tftptui.server.watch.watch import Watch
from tftptui.telemetry.views import HostNetwork, Recording

INTERVAL = 30.0
"""Seconds between checks."""


class HostAddresses:
    """The addresses of this host and its networks.

    Attributes:
        addresses: by which others can reach it.
        mtu: of the default route, bytes; None if there is none, or unknown.
        networks: empty until the first request: they are about clients, and the code
            that reads them is slow to load.
    """

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.mtu: int | None = None
        self.networks: list[HostNetwork] = []
        self._looked = self._counted = float("-inf")

    def look(self, now: float, *, is_requested: bool) -> None:
        """Read them again if INTERVAL has passed at NOW (monotonic seconds)."""
        if now - self._looked > INTERVAL:
            self._looked = now
            self.addresses = [str(address) for address in own_addresses()]
            self.mtu = default_route_mtu()
        if is_requested and now - self._counted > INTERVAL:
            self._counted = now
            self.networks = host_networks()


def status_of(
    service: Service,
    watch: Watch | None,
    place: HostAddresses,
    recording: Recording | None,
    notices: list[str],
) -> Status:
    """Return the current status of a service."""
    listeners, settings = service.listeners, service.settings
    return Status(
        version=__version__,
        listeners=[str(listener.local) for listener in listeners],
        port=listeners[0].local.port if listeners else 0,
        root=str(settings.root.absolute()),
        named=[(one.name, str(one.path)) for one in settings.named],
        pid=os.getpid(),
        notices=notices,
        watch=watch.state if watch else "gone",
        watch_cure=watch.cure if watch else "",
        write=settings.write,
        addresses=place.addresses,
        mtu=place.mtu,
        networks=place.networks,
        capture=recording,
    )
