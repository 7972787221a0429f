"""Socket addresses."""

import errno
import socket

import msgspec

from tftptui.telemetry.words import endpoint

_V4, _V6 = socket.AF_INET, socket.AF_INET6

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


class Endpoint(msgspec.Struct, frozen=True):
    """An address and a UDP port.

    ``scope`` is the interface index for a link-local IPv6 address, else 0.
    """

    host: str
    port: int
    scope: int = 0

    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return _V6 if ":" in self.host else _V4

    def as_socket_address(self) -> SocketAddress:
        """Return the tuple for bind() and sendto()."""
        if ":" in self.host:
            return (self.host, self.port, 0, self.scope)
        return (self.host, self.port)

    def __str__(self) -> str:
        return endpoint(self.host, self.port)


def endpoint_of(address: SocketAddress) -> Endpoint:
    """Return the Endpoint for an address tuple of recvfrom()."""
    if len(address) == 2:  # noqa: PLR2004 - IPv4
        return Endpoint(*address)
    return Endpoint(address[0].partition("%")[0], address[1], address[3])


def is_taken(error: OSError) -> bool:
    """Return whether bind() failed because the port is in use or not permitted."""
    return error.errno in (errno.EADDRINUSE, errno.EACCES)
