"""The requests of each kind of machine, and the replies it gets. Pure."""

import secrets
from enum import StrEnum

import msgspec

from tftptui.wire.dhcp import BROADCAST_FLAG, DhcpMessage, MessageType, Op, Option
from tftptui.wire.offers import Offer

_WANTED = bytes(
    [
        Option.SUBNET_MASK,
        Option.ROUTER,
        Option.VENDOR_SPECIFIC,
        Option.VENDOR_CLASS,
        Option.TFTP_SERVER_NAME,
        Option.BOOT_FILE,
        Option.TFTP_SERVERS,
    ]
)


class Arch(StrEnum):
    """Kinds of machines to imitate."""

    BIOS = "bios"
    X64 = "x64"
    ARM64 = "arm64"
    HTTP = "http"
    PLAIN = "plain"


TITLES = {
    Arch.BIOS: "x86 BIOS",
    Arch.X64: "x64 UEFI",
    Arch.ARM64: "ARM 64-bit UEFI",
    Arch.HTTP: "x64 UEFI HTTP Boot",
    Arch.PLAIN: "plain DHCP client (U-Boot, BusyBox)",
}

_CLASSES = {
    Arch.BIOS: (0, b"PXEClient:Arch:00000:UNDI:002001"),
    Arch.X64: (7, b"PXEClient:Arch:00007:UNDI:003016"),
    Arch.ARM64: (11, b"PXEClient:Arch:00011:UNDI:003016"),
    Arch.HTTP: (16, b"HTTPClient:Arch:00016:UNDI:003001"),
}
"""Options 93 and 60 (RFC 4578, UEFI 2.10 §24.7.3)."""


class Answers(msgspec.Struct, frozen=True):
    """The replies to one kind of machine: one offer per server."""

    arch: Arch
    offers: tuple[Offer, ...]


def synthetic_mac() -> bytes:
    """Return an unused MAC address: locally administered, unicast."""
    return b"\x02" + secrets.token_bytes(5)


def discover(arch: Arch, mac: bytes, xid: int) -> DhcpMessage:
    """Return the DISCOVER of one kind of machine, with broadcast replies."""
    options = [
        (int(Option.MESSAGE_TYPE), bytes([MessageType.DISCOVER])),
        (int(Option.PARAMETER_LIST), _WANTED),
        (int(Option.MAX_SIZE), (1_472).to_bytes(2)),
    ]
    if arch in _CLASSES:
        number, vendor_class = _CLASSES[arch]
        options += [
            (int(Option.VENDOR_CLASS), vendor_class),
            (int(Option.ARCHITECTURE), number.to_bytes(2)),
            (int(Option.NETWORK_INTERFACE), b"\1\3\x10"),
            (int(Option.MACHINE_ID), b"\0" + mac.rjust(16, b"\0")),
        ]
    return DhcpMessage(
        op=Op.REQUEST,
        xid=xid,
        chaddr=mac,
        flags=BROADCAST_FLAG,
        options=tuple(options),
    )
