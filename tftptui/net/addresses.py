"""Socket addresses, as the system gives them and as people read them."""

import errno
import socket

import msgspec

from tftptui.telemetry.words import endpoint

_V4, _V6 = socket.AF_INET, socket.AF_INET6

SocketAddress = tuple[str, int] | tuple[str, int, int, int]


class Endpoint(msgspec.Struct, frozen=True):
    """An address and a UDP port.

    ``scope`` is the interface of a link-local IPv6 address, else 0.
    """

    host: str
    port: int
    scope: int = 0

    @property
    def family(self) -> socket.AddressFamily:
        """AF_INET or AF_INET6."""
        return _V6 if ":" in self.host else _V4

    def as_socket_address(self) -> SocketAddress:
        """Return what bind() and sendto() want."""
        if ":" in self.host:
            return (self.host, self.port, 0, self.scope)
        return (self.host, self.port)

    def __str__(self) -> str:
        return endpoint(self.host, self.port)


def endpoint_of(address: SocketAddress) -> Endpoint:
    """Return the Endpoint of what recvfrom() gave."""
    if len(address) == 2:  # noqa: PLR2004 - IPv4
        return Endpoint(*address)
    return Endpoint(address[0].partition("%")[0], address[1], address[3])


def is_taken(error: OSError) -> bool:
    """Whether bind() failed because somebody holds the port or we may not have it."""
    return error.errno in (errno.EADDRINUSE, errno.EACCES)
