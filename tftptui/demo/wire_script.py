"""Packets of machines and DHCP servers before TFTP, as events for the engine."""

from collections.abc import Callable
from ipaddress import IPv4Address

from tftptui.demo.scenario.tables import WireTable
from tftptui.wire.dhcp import DhcpMessage, MessageType, Op, Option, Options
from tftptui.wire.events import ArpSeen, DhcpSeen, LinkSeen, WireEvent
from tftptui.wire.frames import Arp, ArpOp

INTERFACE = "eth1"
"""The name of the server's interface."""

SERVER_MAC = bytes.fromhex("525400000105")

_NOBODY = "0.0.0.0"  # noqa: S104 - no address
_REQUESTS = {
    "discover": MessageType.DISCOVER,
    "request": MessageType.REQUEST,
    "bootp": None,
}
_REPLIES = {"offer": MessageType.OFFER, "ack": MessageType.ACK, "bootp-reply": None}
_PROGRAMS: dict[str, Options] = {
    "intel-rom": (
        (Option.VENDOR_CLASS, b"PXEClient:Arch:00000:UNDI:002001"),
        (Option.ARCHITECTURE, b"\0\0"),
    ),
    "uefi": (
        (Option.VENDOR_CLASS, b"PXEClient:Arch:00007:UNDI:003016"),
        (Option.ARCHITECTURE, b"\0\7"),
    ),
    "ipxe": ((Option.USER_CLASS, b"iPXE"),),
    "u-boot": ((Option.VENDOR_CLASS, b"U-Boot.armv8"),),
    "busybox": ((Option.VENDOR_CLASS, b"udhcp 1.36.1"),),
}
"""DHCP options of each kind of client, as real ones send them."""


def mac_of(address: str) -> bytes:
    """Return the hardware address of a machine of the demo."""
    return b"\x52\x54\0\0" + IPv4Address(address).packed[2:]


def wire_event(
    line: WireTable,
    time: float,
    kind: str,
    address: str,
    place: Callable[[str], str],
) -> WireEvent:
    """Return the event for one line of a script.

    Args:
        line: of the script.
        time: wall clock, seconds.
        kind: of the client that the line is about; "" for the link.
        address: of that client.
        place: returns an address from its end.
    """
    says = line.says
    if says in ("link-up", "link-down"):
        return LinkSeen(time=time, interface=INTERFACE, is_up=says == "link-up")
    mac, target = mac_of(address), IPv4Address(place(line.target or "1.5"))
    if says == "arp":
        arp = Arp(ArpOp.REQUEST, mac, IPv4Address(address), bytes(6), target)
        return ArpSeen(time=time, interface=INTERFACE, arp=arp)
    if says == "arp-reply":
        arp = Arp(ArpOp.REPLY, SERVER_MAC, target, mac, IPv4Address(address))
        return ArpSeen(time=time, interface=INTERFACE, arp=arp, is_ours=True)
    by = place(line.by) if line.by else ""
    if says in _REQUESTS:
        options = _named(_REQUESTS[says], by) + _PROGRAMS.get(kind, ())
        request = DhcpMessage(op=Op.REQUEST, xid=1, chaddr=mac, options=options)
        nobody = IPv4Address(_NOBODY)
        return DhcpSeen(
            time=time, interface=INTERFACE, message=request, source=nobody, port=67
        )
    message = DhcpMessage(
        op=Op.REPLY,
        xid=1,
        chaddr=mac,
        yiaddr=IPv4Address(address),
        siaddr=IPv4Address(place(line.next_server) if line.next_server else _NOBODY),
        file=line.file.encode(),
        options=_named(_REPLIES[says], by),
    )
    source = IPv4Address(by)
    return DhcpSeen(
        time=time, interface=INTERFACE, message=message, source=source, port=68
    )


def _named(kind: MessageType | None, server: str) -> Options:
    options: Options = () if kind is None else ((Option.MESSAGE_TYPE, bytes([kind])),)
    if server:
        options += ((Option.SERVER_ID, IPv4Address(server).packed),)
    return options
