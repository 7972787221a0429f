"""Link state and addresses of this machine, now and as the kernel reports changes.

rtnetlink needs no permission.
"""

import socket
import struct
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface

import msgspec

from tftptui.net.interfaces import interface_addresses
from tftptui.net.neighbours import attributes_in, messages_in

# linux/rtnetlink.h, linux/if_link.h, linux/if_addr.h
_LINK, _ADDRESS = struct.Struct("=BxHiII"), struct.Struct("=BBBBi")
_NEW_LINK, _DELETED_LINK, _NEW_ADDRESS, _DELETED_ADDRESS = 16, 17, 20, 21
_LINK_NAME, _LABEL, _LOCAL = 3, 3, 2
_CARRIER = 0x10000  # IFF_LOWER_UP
_GROUPS = 0x1 | 0x10  # RTMGRP_LINK, RTMGRP_IPV4_IFADDR
_ROOM = 1 << 16


class LinkChange(msgspec.Struct, frozen=True):
    """Whether an interface has a carrier: a cable with a live other end."""

    interface: str
    is_up: bool


class AddressChange(msgspec.Struct, frozen=True):
    """An IPv4 address that an interface has got or lost."""

    interface: str
    address: IPv4Interface
    is_here: bool


Change = LinkChange | AddressChange


def links_now() -> list[Change]:
    """Return the current state of all interfaces."""
    import psutil  # noqa: PLC0415 - it is slow

    found: list[Change] = [
        LinkChange(name, stats.isup) for name, stats in psutil.net_if_stats().items()
    ]
    for name, addresses in interface_addresses().items():
        v4 = (one for one in addresses if isinstance(one, IPv4Interface))
        found += (AddressChange(name, one, is_here=True) for one in v4)
    return found


def open_link_events() -> socket.socket:
    """Return a non-blocking socket whose datagrams changes_in() parses.

    Raises:
        OSError: the system has no rtnetlink (Linux only).
    """
    kernel = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    try:
        kernel.bind((0, _GROUPS))
        kernel.settimeout(0)
    except OSError:
        kernel.close()
        raise
    return kernel


def changes_in(data: bytes) -> Iterator[Change]:
    """Yield the changes in a datagram of the kernel."""
    for kind, body in messages_in(data):
        if kind in (_NEW_LINK, _DELETED_LINK) and len(body) >= _LINK.size:
            *_, flags, _ = _LINK.unpack_from(body)
            name = dict(attributes_in(body[_LINK.size :])).get(_LINK_NAME, b"")
            is_up = kind == _NEW_LINK and bool(flags & _CARRIER)
            yield LinkChange(name.rstrip(b"\0").decode("utf-8", "replace"), is_up)
        elif kind in (_NEW_ADDRESS, _DELETED_ADDRESS) and len(body) >= _ADDRESS.size:
            yield from _address(kind, body)


def _address(kind: int, body: bytes) -> Iterator[AddressChange]:
    _, length, *_ = _ADDRESS.unpack_from(body)
    attributes = dict(attributes_in(body[_ADDRESS.size :]))
    # A label is the interface's name; for an alias, a colon follows.
    label = attributes.get(_LABEL, b"").partition(b":")[0].rstrip(b"\0")
    with suppress(ValueError):  # not an IPv4 address
        address = IPv4Interface((IPv4Address(attributes.get(_LOCAL, b"")), length))
        name = label.decode("utf-8", "replace")
        yield AddressChange(name, address, kind == _NEW_ADDRESS)
