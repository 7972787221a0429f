"""Facts about clients that are not in packets: MAC, vendor, name, path MTU."""

import time
from collections.abc import Callable
from typing import NamedTuple

from tftptui.net.neighbours import hardware_addresses
from tftptui.net.routes import mtu_towards
from tftptui.net.vendors import registry, vendor
from tftptui.ui.store import Store

FRESH = 10.0
"""Seconds for which an answer of the kernel is cached."""

MOST = 4_096
"""Limit of clients whose path MTU is cached."""

_ANY_PORT = 69


class ClientHosts:
    """Look up clients when a column needs them, never before.

    Nothing is sent: this reads the kernel's neighbor table and routes. Host names are
    those passed to set_name().

    Args:
        store: clients of a server are looked up, those of a capture or demo are not.
        neighbours, path_mtu, clock: the kernel's, or a test's.
    """

    def __init__(
        self,
        store: Store,
        *,
        neighbours: Callable[[], dict[str, str]] = hardware_addresses,
        path_mtu: Callable[[tuple[str, int]], int | None] = mtu_towards,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._clock = store, clock
        self._neighbours, self._path_mtu = neighbours, path_mtu
        self._macs = _Kept({}, -FRESH)
        self._mtus: dict[str, tuple[int | None, float]] = {}
        self._names: dict[str, str] = {}

    def mac(self, client: str) -> str:
        """Return the MAC of a client on a network of this host; "" if not known."""
        if not self._is_here():
            return ""
        now = self._clock()
        if now - self._macs.time >= FRESH:
            self._macs = _Kept(self._neighbours(), now)
        return self._macs.of.get(client.partition("%")[0], "")

    def vendor(self, client: str) -> str:
        """Return the vendor of its network card; "" if not known."""
        mac = self.mac(client)
        return vendor(mac, registry()) if mac else ""

    def mtu(self, client: str) -> int | None:
        """Return the MTU of the path in bytes, as far as the kernel knows."""
        if not self._is_here():
            return None
        now = self._clock()
        known = self._mtus.get(client)
        if known is None or now - known[1] >= FRESH:
            if len(self._mtus) >= MOST:
                self._mtus.clear()
            known = self._mtus[client] = (self._path_mtu((client, _ANY_PORT)), now)
        return known[0]

    def name(self, client: str) -> str:
        """Return its host name; "" if it was not looked up or has none."""
        return self._names.get(client, "")

    def set_name(self, client: str, name: str) -> None:
        """Keep the result of a lookup."""
        self._names[client] = name

    def _is_here(self) -> bool:
        return self._store.status is not None and self._store.status.source == "server"


class _Kept(NamedTuple):
    of: dict[str, str]
    time: float
