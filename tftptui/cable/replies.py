"""The DHCP reply: one address, one server, one file (RFC 951, 2131, 2132, 4578).

Boot programs look for file and server in different fields, so all are set. It never has
a router or a name server: the board must stay on its cable.
"""

import struct
from ipaddress import IPv4Address, IPv4Interface

import msgspec

from tftptui.wire.architectures import is_http
from tftptui.wire.dhcp import DhcpMessage, MessageType, Op, Option, Options, encode

LEASE_SECONDS = 600

_LONGEST_FILE = 127
"""Bytes in the field ``file``, before its NUL; a longer name goes only into option
67."""

_BIOS = 0
_NO_DISCOVERY = b"\x06\x01\x08"
"""Option 43 of PXE: use the file named here (PXE 2.1, option 6, bit 3)."""


class Lease(msgspec.Struct, frozen=True):
    """The only lease of a cable.

    Attributes:
        server: our address, with the network of the cable.
        board: the board's address.
        file: the boot file name; empty for none.
    """

    server: IPv4Interface
    board: IPv4Address
    file: bytes = b""


def boots_by_http(request: DhcpMessage) -> bool:
    """Return whether the client wants a URL: it never uses TFTP."""
    kinds = request.architectures
    is_only_http = bool(kinds) and all(map(is_http, kinds))
    return request.vendor_class.startswith(b"HTTPClient") or is_only_http


def reply_to(request: DhcpMessage, kind: MessageType | None, lease: Lease) -> bytes:
    """Return the payload of the reply.

    Args:
        request: message of the board.
        kind: OFFER or ACK; None for a BOOTP reply, which has no DHCP options.
        lease: the lease.
    """
    is_inform = request.type is MessageType.INFORM
    reply = DhcpMessage(
        op=Op.REPLY,
        xid=request.xid,
        flags=request.flags,
        chaddr=request.chaddr,
        ciaddr=request.ciaddr if kind is MessageType.ACK else IPv4Address(0),
        yiaddr=IPv4Address(0) if is_inform else lease.board,
        siaddr=lease.server.ip,
        file=lease.file if len(lease.file) <= _LONGEST_FILE else b"",
        options=_options(request, kind, lease),
    )
    return encode(reply)


def _options(request: DhcpMessage, kind: MessageType | None, lease: Lease) -> Options:
    own, mask = lease.server.ip.packed, lease.server.netmask.packed
    if kind is None:
        return ((Option.SUBNET_MASK, mask),)
    options: list[tuple[int, bytes]] = [
        (Option.MESSAGE_TYPE, bytes([kind])),
        (Option.SERVER_ID, own),
    ]
    if request.type is not MessageType.INFORM:
        options.append((Option.LEASE_TIME, struct.pack("!I", LEASE_SECONDS)))
    options.append((Option.SUBNET_MASK, mask))
    options.append((Option.TFTP_SERVER_NAME, str(lease.server.ip).encode()))
    if lease.file:
        options.append((Option.BOOT_FILE, lease.file))
    options.append((Option.TFTP_SERVERS, own))
    if request.vendor_class.startswith(b"PXEClient"):
        if request.machine_id:
            options.append((Option.MACHINE_ID, request.machine_id))
        # BIOS needs both. UEFI may ignore an offer that disables its discovery, and
        # with option 60 alone edk2 asks port 4011 for the file, though it is named.
        if _BIOS in (request.architectures or (_BIOS,)):
            options.append((Option.VENDOR_CLASS, b"PXEClient"))
            options.append((Option.VENDOR_SPECIFIC, _NO_DISCOVERY))
    return tuple(options)
