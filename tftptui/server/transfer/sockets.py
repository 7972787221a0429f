"""Create, configure and bind the sockets of a TID."""

import socket

from tftptui.net.addresses import Endpoint, SocketAddress, is_taken
from tftptui.net.icmp import ask_for_errors
from tftptui.net.routes import allow_fragments
from tftptui.server.ports import PortTakenError

Socket = socket.SocketType
"""The C socket class: creating one takes half the time."""

LONGEST = 479
"""Maximum bytes read of a datagram: a reading client sends ACK and ERROR only, and
Python allocates less than 512 bytes faster, including 33 of its own."""

_NOT_BLOCKING = getattr(socket, "SOCK_NONBLOCK", 0)  # on Linux this saves a system call
_DATAGRAMS = socket.SOCK_DGRAM | _NOT_BLOCKING


class NoWayError(OSError):
    """This host has no usable route to the client; nothing can be sent."""


def connected(family: int, address: SocketAddress, client: Endpoint) -> Socket:
    """Return a socket bound to a shared address and connected to one client.

    Raises:
        NoWayError: there is no route to the client.
        OSError: anything else.
    """
    sock = datagram_socket(family)
    try:
        share(sock)
        allow_fragments(sock, family)
        bind(sock, address)
        try:
            sock.connect(client.as_socket_address())
        except OSError as error:
            raise NoWayError(error.errno, error.strerror) from error
        ask_for_errors(sock, family)
    except BaseException:
        sock.close()
        raise
    return sock


def datagram_socket(family: int) -> Socket:
    """Return a non-blocking UDP socket."""
    sock = Socket(family, _DATAGRAMS, 0)
    if not _NOT_BLOCKING:
        sock.setblocking(False)  # noqa: FBT003 - the name says it
    return sock


def bind(sock: Socket, address: SocketAddress) -> None:
    """Bind a socket.

    Raises:
        PortTakenError: another program holds the port.
        OSError: anything else.
    """
    try:
        sock.bind(address)
    except OSError as error:
        if is_taken(error):
            raise PortTakenError(str(address)) from error
        raise


def share(sock: Socket) -> None:
    """Allow another of our sockets to bind the same address."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
