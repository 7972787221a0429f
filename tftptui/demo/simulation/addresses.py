"""Addresses and real sockets for simulated machines.

On Linux all of 127.0.0.0/8 is this host, so every machine has its own address, which
the engine really sees. Elsewhere machines differ only by port.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Collection, Iterable

from tftptui.demo.simulation.firewall import Datagram
from tftptui.net.addresses import Endpoint, endpoint_of

LOOPBACK = "127.0.0.1"

_NETWORKS = range(256)
_CLAIM_PORT = 20_069
_BUFFER = 4 << 20
_LONGEST = 65_535
_BATCH = 64
_NEIGHBOURS, _HIGHEST = 20, 65_535


class Places:
    """A /16 of the loopback network, reserved for this run.

    A socket on its first address reserves it, so that two runs on one host never
    interfere. Close it at the end.

    Args:
        networks: second parts of addresses to choose from; if empty, as on systems with
            a single loopback address, all machines share that one.
    """

    def __init__(self, networks: Iterable[int] = _NETWORKS) -> None:
        self._claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._network: int | None = None
        for network in networks:
            # With a single loopback address nothing can be reserved.
            with contextlib.suppress(OSError):
                self._claim.bind((f"127.{network}.255.254", _CLAIM_PORT))
                self._network = network
                return

    @property
    def is_one_address(self) -> bool:
        """Whether all machines share one address."""
        return self._network is None

    def address(self, ending: str) -> str:
        """Return the address with this end ("4.37"), or the only one."""
        if self._network is None:
            return LOOPBACK
        return f"127.{self._network}.{ending}"

    def ending(self, address: str) -> str:
        """Return the last two parts of an address."""
        return ".".join(address.split(".")[2:])

    def close(self) -> None:
        """Release it."""
        self._claim.close()


class Sockets:
    """Real sockets, one for each external endpoint of the clients.

    Args:
        arrived: called with datagrams from the engine.

    Attributes:
        trouble: why sending the last datagram failed, or None.
    """

    def __init__(
        self, loop: asyncio.AbstractEventLoop, arrived: Callable[[Datagram], None]
    ) -> None:
        self.trouble: OSError | None = None
        self._loop, self._arrived = loop, arrived
        self._open: dict[Endpoint, socket.socket] = {}

    def send(self, datagram: Datagram) -> None:
        """Send to the engine; the source port's socket is created on first use."""
        try:
            sock = self._open.get(datagram.source) or self._bind(datagram.source)
            sock.sendto(datagram.payload, datagram.target.as_socket_address())
        except OSError as error:
            self.trouble = error

    def free_port(self, host: str, port: int) -> int:
        """Return PORT, or the next one that no other program uses."""
        for candidate in range(port, min(port + _NEIGHBOURS, _HIGHEST) + 1):
            endpoint = Endpoint(host, candidate)
            with contextlib.suppress(OSError):
                if endpoint not in self._open:
                    self._bind(endpoint)
                return candidate
        return port

    def discard(self, ports: Collection[int] | None = None) -> None:
        """Discard unread datagrams, for all ports or for PORTS."""
        for endpoint, sock in self._open.items():
            if ports is not None and endpoint.port not in ports:
                continue
            with contextlib.suppress(OSError):
                while True:
                    sock.recv(_LONGEST)

    def close(self) -> None:
        """Close all sockets."""
        for sock in self._open.values():
            self._loop.remove_reader(sock)
            sock.close()
        self._open.clear()

    def _bind(self, endpoint: Endpoint) -> socket.socket:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.setblocking(False)  # noqa: FBT003 - the name says it
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            sock.bind(endpoint.as_socket_address())
        except OSError:
            sock.close()
            raise
        self._loop.add_reader(sock, self._read, endpoint)
        self._open[endpoint] = sock
        return sock

    def _read(self, endpoint: Endpoint) -> None:
        sock = self._open[endpoint]
        for _ in range(_BATCH):
            with contextlib.suppress(ConnectionError):
                try:
                    payload, address = sock.recvfrom(_LONGEST)
                except BlockingIOError:
                    return
                self._arrived(Datagram(endpoint_of(address), endpoint, payload))
