"""From a host's name to the addresses to ask."""

import socket

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.telemetry.escapes import visible


class ResolveError(Exception):
    """There is no such host; the text says so and why."""


def resolve(host: str, port: int) -> list[Endpoint]:
    """Return the addresses that a host's name stands for, in order.

    Raises:
        ResolveError: there are none.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
    except (OSError, UnicodeError) as error:
        why = getattr(error, "strerror", None) or "no such name can be"
        raise ResolveError(f"can't find the host {visible(host)!r}: {why}") from error
    known = (socket.AF_INET, socket.AF_INET6)
    return [
        endpoint_of((str(address[0]), *address[1:]))
        for family, _, _, _, address in found
        if family in known
    ]
