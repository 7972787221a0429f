"""Whether a UDP port could be bound now: tried, and given back at once."""

import socket

from tftptui.net.addresses import Endpoint


def bind_trouble(endpoint: Endpoint) -> int | None:
    """Return the errno that bind() ends with, or None if it can be had.

    Nothing is received meanwhile that a server would have: the socket is gone before
    anybody could answer.
    """
    try:
        with socket.socket(endpoint.family, socket.SOCK_DGRAM) as sock:
            if endpoint.family is socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind(endpoint.as_socket_address())
    except OSError as error:
        return error.errno
    return None
