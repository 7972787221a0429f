"""Packets of a machine and its DHCP servers on a wire, as events."""

from collections.abc import Iterable
from ipaddress import IPv4Address

from tftptui.wire.devices import Devices, News
from tftptui.wire.dhcp import DhcpMessage, MessageType, Op, Option, Options
from tftptui.wire.events import ArpSeen, DhcpSeen, FileRequested, LinkSeen, WireEvent
from tftptui.wire.frames import Arp, ArpOp

MAC = bytes.fromhex("525400123456")
OTHER_MAC = bytes.fromhex("525400aaaaaa")
ETH = "eth1"
PXE = (
    (int(Option.VENDOR_CLASS), b"PXEClient:Arch:00007:UNDI:003016"),
    (int(Option.ARCHITECTURE), b"\0\7"),
)
HTTP = (
    (int(Option.VENDOR_CLASS), b"HTTPClient:Arch:00016:UNDI:003001"),
    (int(Option.ARCHITECTURE), b"\0\x10"),
)


def asked(  # noqa: PLR0913 - a message has many fields
    kind: MessageType | None,
    time: float = 0.0,
    *,
    options: Options = PXE,
    xid: int = 1,
    mac: bytes = MAC,
    port: int = 67,
    server: str = "",
    secs: int = 0,
) -> DhcpSeen:
    """Return a machine's request; KIND None is BOOTP, SERVER the chosen one."""
    own: Options = () if kind is None else ((53, bytes([kind])),)
    if server:
        own += ((54, IPv4Address(server).packed),)
    message = DhcpMessage(
        op=Op.REQUEST, xid=xid, chaddr=mac, secs=secs, options=own + options
    )
    return DhcpSeen(
        time=time, interface=ETH, message=message, source=IPv4Address(0), port=port
    )


def told(  # noqa: PLR0913 - a message has many fields
    kind: MessageType | None = MessageType.OFFER,
    time: float = 0.0,
    *,
    server: str = "10.0.0.1",
    address: str = "10.0.0.77",
    next_server: str = "0.0.0.0",  # noqa: S104 - none
    file: bytes = b"",
    options: Options = (),
    mac: bytes = MAC,
) -> DhcpSeen:
    """Return a server's reply; the ADDRESS of a proxy is 0.0.0.0."""
    own: Options = () if kind is None else ((53, bytes([kind])),)
    own += ((54, IPv4Address(server).packed),)
    message = DhcpMessage(
        op=Op.REPLY,
        xid=1,
        chaddr=mac,
        yiaddr=IPv4Address(address),
        siaddr=IPv4Address(next_server),
        file=file,
        options=own + options,
    )
    return DhcpSeen(
        time=time, interface=ETH, message=message, source=IPv4Address(server), port=68
    )


def looked_for(
    target: str, time: float = 0.0, *, sender: str = "192.168.0.86", mac: bytes = MAC
) -> ArpSeen:
    """Return a machine's ARP request for TARGET."""
    arp = Arp(ArpOp.REQUEST, mac, IPv4Address(sender), bytes(6), IPv4Address(target))
    return ArpSeen(time=time, interface=ETH, arp=arp)


def requested(
    server: str, file: bytes = b"ipxe.efi", time: float = 0.0, *, mac: bytes = MAC
) -> FileRequested:
    """Return a machine's TFTP request to SERVER."""
    return FileRequested(
        time=time,
        interface=ETH,
        client="10.0.0.77",
        server=server,
        file=file,
        mac=mac,
    )


def plugged(time: float = 0.0) -> LinkSeen:
    """Return the event that the link is up."""
    return LinkSeen(time=time, interface=ETH, is_up=True)


def unplugged(time: float = 0.0) -> LinkSeen:
    """Return the event that the link is down."""
    return LinkSeen(time=time, interface=ETH, is_up=False)


def heard(events: Iterable[WireEvent]) -> tuple[Devices, list[News]]:
    """Return the devices after these events, and the news about them."""
    devices = Devices()
    news = [one for event in events for one in devices.take(event)]
    return devices, news
