"""Real ICMP errors on behalf of simulated firewalls, if permitted.

They need a raw socket, and so root. Without one a rejected packet is just dropped, as
by most firewalls anyway.
"""

import socket
import struct

from tftptui.demo.simulation.firewall import IP_HEADERS, Datagram
from tftptui.net.addresses import Endpoint

PORT_UNREACHABLE, PROHIBITED = 3, 13
"""Codes of ICMP type 3 (RFC 792; RFC 1812 §5.2.7.1)."""

_UNREACHABLE, _UDP, _TTL = 3, 17, 64
_IP = struct.Struct("!BBHHHBBH4s4s")
_UDP_HEADER = struct.Struct("!HHHH")
_ICMP = struct.Struct("!BBHI")


def refuse(datagram: Datagram, code: int, by: str) -> bool:
    """Send an ICMP error to the sender of a datagram.

    Args:
        datagram: the rejected datagram, as its sender sent it.
        code: of the ICMP error.
        by: address of the host that rejects it.

    Returns:
        Whether it was sent.
    """
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as raw:
            raw.bind((by, 0))
            raw.sendto(icmp_error(datagram, code), (datagram.source.host, 0))
    except OSError:
        return False
    return True


def icmp_error(datagram: Datagram, code: int) -> bytes:
    """Return an ICMP error; it quotes both headers of the datagram (RFC 792)."""
    nbytes = min(datagram.nbytes, 0xFFFF)
    source, target = (_packed(end) for end in (datagram.source, datagram.target))
    header = _IP.pack(0x45, 0, nbytes, 0, 0, _TTL, _UDP, 0, source, target)
    header = _with_checksum(header, 10)
    udp = _UDP_HEADER.pack(
        datagram.source.port,
        datagram.target.port,
        nbytes - IP_HEADERS + _UDP_HEADER.size,
        0,
    )
    return _with_checksum(_ICMP.pack(_UNREACHABLE, code, 0, 0) + header + udp, 2)


def _packed(endpoint: Endpoint) -> bytes:
    return socket.inet_aton(endpoint.host)


def _with_checksum(data: bytes, place: int) -> bytes:
    """Return bytes with their Internet checksum (RFC 1071) at PLACE, which is 0."""
    words = struct.unpack(f"!{len(data) // 2}H", data)
    total = sum(words)
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    checksum = struct.pack("!H", ~total & 0xFFFF)
    return data[:place] + checksum + data[place + 2 :]
