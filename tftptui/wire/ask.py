"""Sends a DHCP DISCOVER as each kind of machine, to show the replies.

DISCOVER only: a server may reserve an address for a moment, and gives no lease (RFC
2131 §3.1). Never a REQUEST, and never BOOTP, whose leases are permanent.
"""

import secrets
import select
import socket
import time
from collections.abc import Iterable
from ipaddress import IPv4Address

from tftptui.wire.dhcp import (
    CLIENT_PORT,
    NOBODY,
    SERVER_PORT,
    DhcpMessage,
    MessageType,
    Op,
    encode,
)
from tftptui.wire.events import DhcpSeen
from tftptui.wire.frames import (
    BROADCAST_MAC,
    IPV4_TYPE,
    UdpPacket,
    build_ethernet,
    build_udp,
)
from tftptui.wire.offers import Offer, offer_of
from tftptui.wire.questions import Answers, Arch, discover, synthetic_mac
from tftptui.wire.sources import PacketSource, WireError, check_interface

AGAIN_AFTER = 2.0
"""Seconds before the DISCOVER is repeated: a frame may be lost."""

PATIENCE = 5.0
"""Timeout in seconds for replies: dnsmasq checks for 3 s whether an address is free."""

_EVERYBODY = IPv4Address("255.255.255.255")


def ask(
    interface: str, kinds: Iterable[Arch], patience: float = PATIENCE
) -> list[Answers]:
    """Send a DISCOVER for each of KINDS and wait PATIENCE seconds; blocks meanwhile.

    All use one made-up hardware address, so a server that checks whether an address is
    free does so once. Ethernet frames use the interface's own, so that switches do not
    learn a new address.

    Raises:
        WireError: that is not possible here; the text says why and what to do.
    """
    check_interface(interface)
    try:
        source = PacketSource(interface, time.monotonic)
    except PermissionError as error:
        raise WireError(
            f"--ask needs root: sudo tftptui wire --ask {interface}"
        ) from error
    except (OSError, AttributeError) as error:
        raise WireError(f"cannot ask on {interface}: {error}") from error
    try:
        return _ask(source, tuple(kinds), patience)
    except OSError as error:
        raise WireError(f"{interface}: {error.strerror}") from error
    finally:
        source.close()


def _ask(
    source: PacketSource, kinds: tuple[Arch, ...], patience: float
) -> list[Answers]:
    mac, begun = synthetic_mac(), time.monotonic()
    first = secrets.randbelow(2**32 - len(Arch))  # consecutive: all differ
    by_xid = {first + number: kind for number, kind in enumerate(kinds)}
    questions = [discover(kind, mac, xid) for xid, kind in by_xid.items()]
    found: dict[Arch, dict[str, Offer]] = {kind: {} for kind in kinds}
    due = [begun, begun + AGAIN_AFTER]
    end = begun + patience
    while (now := time.monotonic()) < end:
        if due and now >= due[0]:
            del due[0]
            _send(source.socket, questions)
        select.select([source.socket], [], [], max(0.0, min([end, *due]) - now))
        for event in source.read():
            if isinstance(event, DhcpSeen) and _is_offer(event.message, mac):
                kind = by_xid.get(event.message.xid)
                offer = offer_of(event.message, event.source, event.time)
                if kind is not None:
                    found[kind][offer.server] = offer
    return [Answers(kind, tuple(offers.values())) for kind, offers in found.items()]


def _send(sock: socket.socket, questions: Iterable[DhcpMessage]) -> None:
    own_mac = sock.getsockname()[4]
    for question in questions:
        packet = UdpPacket(
            NOBODY, CLIENT_PORT, _EVERYBODY, SERVER_PORT, encode(question)
        )
        sock.send(build_ethernet(BROADCAST_MAC, own_mac, IPV4_TYPE, build_udp(packet)))


def _is_offer(message: DhcpMessage, mac: bytes) -> bool:
    """Return whether it is an OFFER for us; a BOOTP reply counts as well."""
    is_one = message.is_bootp or message.type is MessageType.OFFER
    return message.op is Op.REPLY and message.chaddr == mac and is_one
