"""Where this host stands in its networks, looked at now and then."""

from tftptui.net.host_networks import host_networks
from tftptui.net.interfaces import own_addresses
from tftptui.telemetry.views import HostNetwork

INTERVAL = 30.0
"""Seconds between looks."""


class Whereabouts:
    """The addresses of this host, and the networks whose length it knows.

    Attributes:
        addresses: by which others may reach it.
        networks: empty until a client was heard: they are about clients, and what
            reads them is slow to load.
    """

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.networks: list[HostNetwork] = []
        self._looked = self._counted = float("-inf")

    def look(self, now: float, *, is_asked: bool) -> None:
        """Look again if that is due at NOW, seconds of a monotonic clock."""
        if now - self._looked > INTERVAL:
            self._looked = now
            self.addresses = [str(address) for address in own_addresses()]
        if is_asked and now - self._counted > INTERVAL:
            self._counted = now
            self.networks = host_networks()
