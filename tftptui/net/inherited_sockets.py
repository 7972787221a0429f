"""UDP sockets bound by systemd: socket activation, sd_listen_fds(3).

tftptui then needs no permission for port 69, and requests wait in the sockets while the
server restarts.
"""

import os
import socket
from collections.abc import MutableMapping

_FIRST = 3
"""The first descriptor passed; lower ones are standard streams."""


class InheritedSocketError(ValueError):
    """A socket can't be used; the text says which line of the unit to change."""


def inherited_sockets(environment: MutableMapping[str, str]) -> list[socket.socket]:
    """Return the sockets passed to this process, if any.

    The variables are removed, so that child processes do not use them.

    Raises:
        InheritedSocketError: one is not a UDP socket, or takes both IP versions.
    """
    names = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES")
    owner, count, _ = (environment.pop(name, "") for name in names)
    if owner != str(os.getpid()) or not count.isdecimal():
        return []
    taken = []
    for descriptor in range(_FIRST, _FIRST + int(count)):
        os.set_inheritable(descriptor, False)  # noqa: FBT003 - the name says it
        taken.append(socket.socket(fileno=descriptor))
    try:
        for sock in taken:
            _check(sock)
    except InheritedSocketError:
        for sock in taken:
            sock.close()
        raise
    return taken


def _check(sock: socket.socket) -> None:
    families = (socket.AF_INET, socket.AF_INET6)
    if sock.family not in families or sock.type != socket.SOCK_DGRAM:
        raise InheritedSocketError(
            "a socket from systemd is not a UDP socket: use ListenDatagram= in its unit"
        )
    if sock.family == socket.AF_INET6 and sock.getsockname()[0] == "::":
        only = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        if not only:
            port = sock.getsockname()[1]
            raise InheritedSocketError(
                f"the socket [::]:{port} from systemd takes IPv4, too: write "
                f"BindIPv6Only=ipv6-only and ListenDatagram=0.0.0.0:{port} in its unit"
            )
