"""Ethernet frames on a cable: of boards, servers and switches."""

from ipaddress import IPv4Address, IPv4Interface

from tftptui.cable.lease import CableLease, Output, SendReply, Stop, Wishes
from tftptui.wire.dhcp import DhcpMessage, MessageType, Op, Option, encode
from tftptui.wire.frames import (
    ARP_TYPE,
    BROADCAST_MAC,
    IPV4_TYPE,
    Arp,
    ArpOp,
    UdpPacket,
    build_arp,
    build_ethernet,
    build_udp,
)

OURS = bytes.fromhex("020000000010")
BOARD, OTHER = bytes.fromhex("525400000001"), bytes.fromhex("525400000002")
OWN = IPv4Interface("192.168.0.66/24")
LEASED = IPv4Address("192.168.0.67")
NOBODY = IPv4Address(0)
EVERYBODY = IPv4Address("255.255.255.255")

WISHES = Wishes(interface="eth1", mac=OURS, own=OWN, file=b"u-boot.img")


def ready(wishes: Wishes = WISHES) -> CableLease:
    """Return a cable whose probes of the wire had no reply; the time is 4."""
    cable = CableLease(wishes)
    cable.link(0.0, is_up=True)
    for moment in range(1, 5):
        cable.tick(float(moment))
    return cable


def udp(
    payload: bytes,
    source: bytes = BOARD,
    *,
    host: IPv4Address = NOBODY,
    ports: tuple[int, int] = (68, 67),
) -> bytes:
    """Return a broadcast datagram in a frame."""
    packet = UdpPacket(host, ports[0], EVERYBODY, ports[1], payload)
    return build_ethernet(BROADCAST_MAC, source, IPV4_TYPE, build_udp(packet))


def dhcp(
    kind: MessageType | None,
    *options: tuple[int, bytes],
    source: bytes = BOARD,
    **fields: object,
) -> bytes:
    """Return a board's message; without a KIND it is BOOTP."""
    first = () if kind is None else ((Option.MESSAGE_TYPE, bytes([kind])),)
    known: dict[str, object] = {"op": Op.REQUEST, "xid": 7, "chaddr": source}
    known |= {"options": (*first, *options), **fields}
    return udp(encode(DhcpMessage(**known)), source)  # type: ignore[arg-type]


def offer(server: str = "10.0.0.1", source: bytes = OTHER) -> bytes:
    """Return another server's OFFER."""
    host = IPv4Address(server)
    options = (
        (Option.MESSAGE_TYPE, bytes([MessageType.OFFER])),
        (Option.SERVER_ID, host.packed),
    )
    message = DhcpMessage(op=Op.REPLY, xid=7, chaddr=BOARD, options=options)
    return udp(encode(message), source, host=host, ports=(67, 68))


def arp(
    target: str,
    sender: str = "0.0.0.0",  # noqa: S104 - a probe
    *,
    source: bytes = BOARD,
    op: ArpOp = ArpOp.REQUEST,
) -> bytes:
    """Return an ARP request, or a reply from SENDER."""
    to = BROADCAST_MAC if op is ArpOp.REQUEST else OURS
    packet = Arp(op, source, IPv4Address(sender), bytes(6), IPv4Address(target))
    return build_ethernet(to, source, ARP_TYPE, build_arp(packet))


def requested(address: IPv4Address | str) -> tuple[int, bytes]:
    """Return option 50."""
    return Option.REQUESTED_ADDRESS, IPv4Address(address).packed


def chosen(server: IPv4Address | str) -> tuple[int, bytes]:
    """Return option 54."""
    return Option.SERVER_ID, IPv4Address(server).packed


def replies(outputs: list[Output]) -> list[bytes]:
    """Return the payloads of the replies among them."""
    return [one.payload for one in outputs if isinstance(one, SendReply)]


def stops(outputs: list[Output]) -> list[str]:
    """Return why it stopped, if it did."""
    return [one.reason for one in outputs if isinstance(one, Stop)]
