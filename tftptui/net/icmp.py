"""ICMP errors for packets we sent, from a socket's error queue (Linux)."""

import socket
import struct
from dataclasses import dataclass, replace

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.telemetry.icmp import error_name, is_port_closed

IP_RECVERR, IPV6_RECVERR = 11, 25  # missing in Python's socket module
_ERROR = struct.Struct("=IBBBxII")  # struct sock_extended_err
_VERSIONS = {2: 4, 3: 6}  # IP version by the origins that are not local
_V4_OFFENDER = slice(20, 24)
_V6_OFFENDER = slice(24, 40)
_ROOM = 512
_HAS_QUEUE = hasattr(socket, "MSG_ERRQUEUE")
_AF_INET6 = int(socket.AF_INET6)  # integers compare faster than Enum members
_IP, _IPV6 = socket.IPPROTO_IP, socket.IPPROTO_IPV6
_MAX_DRAINED = 32


@dataclass(frozen=True, slots=True)
class IcmpError:
    """One ICMP error.

    Attributes:
        type, code: of the ICMP message.
        name: the same in words.
        sender: address that sent the error, or None.
        is_port_closed: whether it means that nobody listens on that port.
        target: destination of the packet that caused it, if known.
    """

    type: int
    code: int
    name: str
    sender: str | None
    is_port_closed: bool
    target: Endpoint | None = None


def ask_for_errors(sock: socket.SocketType, family: int | None = None) -> None:
    """Enable the queue of ICMP errors for a socket; see drain_errors().

    Pass FAMILY if it is known: reading it from the socket is slow.
    """
    if _HAS_QUEUE:
        _set_asking(sock, family or sock.family, 1)


def _set_asking(sock: socket.SocketType, family: int, value: int) -> None:
    if family == _AF_INET6:
        sock.setsockopt(_IPV6, IPV6_RECVERR, value)
    else:
        sock.setsockopt(_IP, IP_RECVERR, value)


def forget_errors(sock: socket.SocketType, family: int) -> None:
    """Disable the queue of ICMP errors, and drop pending ones."""
    if _HAS_QUEUE:
        _set_asking(sock, family, 0)


def drain_errors(sock: socket.SocketType) -> list[IcmpError]:
    """Return all queued ICMP errors; an unread queue would wake us forever."""
    found: list[IcmpError] = []
    if not _HAS_QUEUE:
        return found
    for _ in range(_MAX_DRAINED):
        try:
            _, ancillary, _, target = sock.recvmsg(0, _ROOM, socket.MSG_ERRQUEUE)
        except OSError:
            break
        found += [
            replace(error, target=endpoint_of(target) if target else None)
            for level, kind, data in ancillary
            if (level, kind)
            in ((socket.IPPROTO_IP, IP_RECVERR), (socket.IPPROTO_IPV6, IPV6_RECVERR))
            if (error := parse_error(data)) is not None
        ]
    return found


def parse_error(data: bytes) -> IcmpError | None:
    """Parse a struct sock_extended_err; None if it is not about ICMP."""
    if len(data) < _ERROR.size:
        return None
    _, origin, kind, code, _, _ = _ERROR.unpack_from(data)
    if origin not in _VERSIONS:
        return None
    return IcmpError(
        type=kind,
        code=code,
        name=error_name(_VERSIONS[origin], kind, code),
        sender=_offender(data),
        is_port_closed=is_port_closed(_VERSIONS[origin], kind, code),
    )


def _offender(data: bytes) -> str | None:
    """Return the address after the record: a struct sockaddr."""
    family = int.from_bytes(data[16:18], "little") if len(data) > 17 else 0  # noqa: PLR2004
    if family == socket.AF_INET:
        return socket.inet_ntop(socket.AF_INET, data[_V4_OFFENDER])
    if family == socket.AF_INET6:
        return socket.inet_ntop(socket.AF_INET6, data[_V6_OFFENDER])
    return None
