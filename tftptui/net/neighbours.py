"""MAC addresses of hosts on our own segment, from the kernel's neighbor tables.

Hosts behind a router are not in them.
"""

import socket
import struct
from collections.abc import Iterator
from pathlib import Path

ARP_TABLE = Path("/proc/net/arp")
"""IPv4 only; IPv6 neighbors are read through rtnetlink."""

_COMPLETE = 0x2
_ETHERNET = "0x1"
_MAC_BYTES = 6

# linux/netlink.h, linux/rtnetlink.h, linux/neighbour.h
_HEADER = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_NEIGHBOUR = struct.Struct("=BxxxiHBB")  # family, interface, state, flags, type
_ATTRIBUTE = struct.Struct("=HH")  # length, type
_ERROR, _DONE, _NEIGHBOUR_IS, _GET_NEIGHBOURS = 2, 3, 28, 30
_DUMP = 0x1 | 0x300  # NLM_F_REQUEST, NLM_F_DUMP
_DESTINATION, _LINK_ADDRESS = 1, 2
_KNOWN = 0x02 | 0x04 | 0x08 | 0x10 | 0x80  # reachable, stale, delay, probe, permanent
_ROOM = 1 << 16
_PATIENCE = 0.5
"""Seconds; the kernel replies at once."""


def hardware_address(host: str, table: Path = ARP_TABLE) -> str | None:
    """Return the MAC of HOST like ``01-02-03-0a-0b-0c``, or None."""
    if ":" in host:
        return _of_ipv6().get(host.partition("%")[0])
    return _of_ipv4(table).get(host)


def hardware_addresses(table: Path = ARP_TABLE) -> dict[str, str]:
    """Return the MAC of each neighbor, by its address without a zone."""
    return _of_ipv4(table) | _of_ipv6()


def _of_ipv4(table: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    try:
        lines = table.read_text("ascii", "replace").splitlines()
    except OSError:  # not Linux, or permission denied
        return found
    for line in lines:
        match line.split():
            case [address, kind, flags, mac, *_] if kind == _ETHERNET:
                if int(flags, 16) & _COMPLETE:
                    found.setdefault(address, mac.lower().replace(":", "-"))
    return found


def _of_ipv6() -> dict[str, str]:
    """Query the kernel; skip addresses with different MACs on two links."""
    found: dict[str, set[bytes]] = {}
    try:
        for address, mac in _dump():
            host = socket.inet_ntop(socket.AF_INET6, address)
            found.setdefault(host, set()).add(mac)
    except (OSError, AttributeError, ValueError):  # not Linux
        return {}
    return {host: macs.pop().hex("-") for host, macs in found.items() if len(macs) == 1}


def _dump() -> Iterator[tuple[bytes, bytes]]:
    """Yield address and MAC of each IPv6 neighbor."""
    length = _HEADER.size + _NEIGHBOUR.size
    request = _HEADER.pack(length, _GET_NEIGHBOURS, _DUMP, 1, 0)
    request += _NEIGHBOUR.pack(socket.AF_INET6, 0, 0, 0, 0)
    with socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE
    ) as kernel:
        kernel.settimeout(_PATIENCE)
        kernel.sendto(request, (0, 0))
        is_over = False
        while not is_over:
            messages = list(messages_in(kernel.recv(_ROOM)))
            for kind, body in messages:
                yield from neighbours_in(kind, body)
            is_over = not messages or messages[-1][0] in (_ERROR, _DONE)


def messages_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and body of each message of a datagram."""
    while len(data) >= _HEADER.size:
        length, kind, *_ = _HEADER.unpack_from(data)
        if length < _HEADER.size:
            return
        yield kind, data[_HEADER.size : length]
        data = data[_aligned(length) :]


def neighbours_in(kind: int, body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield address and MAC of a neighbor if it is a valid Ethernet entry."""
    if kind != _NEIGHBOUR_IS or len(body) < _NEIGHBOUR.size:
        return
    _, _, state, _, _ = _NEIGHBOUR.unpack_from(body)
    attributes = dict(attributes_in(body[_NEIGHBOUR.size :]))
    mac = attributes.get(_LINK_ADDRESS, b"")
    if state & _KNOWN and _DESTINATION in attributes and len(mac) == _MAC_BYTES:
        yield attributes[_DESTINATION], mac


def attributes_in(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield type and value of each attribute of a message."""
    while len(data) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(data)
        if length < _ATTRIBUTE.size:
            return
        yield kind, data[_ATTRIBUTE.size : length]
        data = data[_aligned(length) :]


def _aligned(length: int) -> int:
    return length + 3 & ~3
