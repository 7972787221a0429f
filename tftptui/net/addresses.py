"""Socket addresses, as the system gives them and as people read them."""

import errno
import socket

import msgspec

from tftptui.telemetry.words import endpoint

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
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    def as_socket_address(self) -> SocketAddress:
        """Return what bind() and sendto() want."""
        if self.family is socket.AF_INET6:
            return (self.host, self.port, 0, self.scope)
        return (self.host, self.port)

    def __str__(self) -> str:
        return endpoint(self.host, self.port)


def endpoint_of(address: SocketAddress) -> Endpoint:
    """Return the Endpoint of what recvfrom() gave."""
    host = address[0].partition("%")[0]
    scope = address[3] if len(address) == 4 else 0  # noqa: PLR2004 - IPv6
    return Endpoint(host, address[1], scope)


def is_taken(error: OSError) -> bool:
    """Whether bind() failed because somebody holds the port or we may not have it."""
    return error.errno in (errno.EADDRINUSE, errno.EACCES)
