"""One DHCP lease on one cable, sans-I/O: frames and times in, frames and notices out.

It replies only while everything indicates a direct cable. Silence is always safe; a
reply on a network with another DHCP server is not. So another server, a second machine,
a relay or a switch stops it for good, and each new link is probed before the first
reply.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import msgspec

from tftptui.cable.replies import Lease, boots_by_http, reply_to
from tftptui.wire.dhcp import (
    BROADCAST_FLAG,
    CLIENT_PORT,
    SERVER_PORT,
    DhcpMessage,
    MalformedDhcpError,
    MessageType,
    Op,
    Option,
    encode,
    mac_text,
    parse,
)
from tftptui.wire.frames import (
    ARP_TYPE,
    BROADCAST_MAC,
    IPV4_TYPE,
    Arp,
    ArpOp,
    Ethernet,
    UdpPacket,
    build_arp,
    build_ethernet,
    build_udp,
    parse_arp,
    parse_ethernet,
    parse_udp,
)

ASKING_SECONDS = 4.0
"""Time to probe a link: dnsmasq pings for 3.0 s before its first OFFER."""

ASK_AGAIN = (10.0, 25.0, 300.0)
"""Seconds until the next probes on a link that stays up; the last is repeated. A switch
may forward nothing for up to 30 s after link up."""

PROBE_INTERVAL, PROBES = 1.0, 3
"""Seconds between ARP probes, and after the last one; number of probes (RFC 5227
§1.1)."""

DISCOVERS = 2
"""DISCOVERs sent on a new link, as one may be lost."""

MOST_REPLIES = 10
"""Maximum replies per second, and burst size."""

ASKED_BEFORE_TAKEN = 2
"""ARP requests of the board for an address before we add it."""

_STP, _CDP = bytes.fromhex("0180c2000000"), bytes.fromhex("01000ccccccc")
_LLDP_TYPE, _PAUSE_TYPE = 0x88CC, 0x8808
_NETWORK_MAC = 6
_LONGEST_PREFIX, _SHORTEST_PREFIX = 24, 8


class Phase(StrEnum):
    """Current phase."""

    NO_LINK = "no-link"
    ASKING = "asking"
    SETTING = "setting"
    READY = "ready"
    STOPPED = "stopped"


class SendFrame(msgspec.Struct, frozen=True):
    """Send an Ethernet frame: a probe, never a reply."""

    frame: bytes


class SendReply(msgspec.Struct, frozen=True):
    """Send a DHCP or BOOTP reply from port 67 to 255.255.255.255, port 68."""

    payload: bytes


class AddAddress(msgspec.Struct, frozen=True):
    """Add an address to the interface; call address_added() or address_failed()."""

    address: IPv4Interface


class Notice(msgspec.Struct, frozen=True):
    """Inform the operator."""

    text: str


class Stop(msgspec.Struct, frozen=True):
    """Replies have stopped; undo all changes."""

    reason: str


Output = SendFrame | SendReply | AddAddress | Notice | Stop


class Wishes(msgspec.Struct, frozen=True, kw_only=True):
    """The parameters of a lease.

    Attributes:
        interface: its name, for notices.
        mac: of the interface, 6 bytes.
        own: its IPv4 address, if it has one.
        candidates: addresses to choose from if it has none.
        other_networks: networks of other interfaces; no address of these is used.
        file: the boot file name; empty for none.
        asker: a made-up MAC for DISCOVERs, unknown to any server; 6 bytes.
    """

    interface: str
    mac: bytes
    own: IPv4Interface | None = None
    candidates: tuple[IPv4Interface, ...] = ()
    other_networks: tuple[IPv4Network, ...] = ()
    file: bytes = b""
    asker: bytes = b"\x02\x00\x00\x00\x00\x01"


class _Stopped(Exception):  # noqa: N818 - not an error
    """Something indicates that this is not a cable."""


class CableLease:
    """The state of a cable; pass it link changes, frames and times.

    Times are seconds of a monotonic clock. Each method returns what to do, in order.

    Attributes:
        phase: current phase.
        reason: why it stopped; empty before.
        board: MAC of the only machine heard since the link came up.
        server: our address, or None until it is set.
        taken: an address the board looked for that was added to this machine.
    """

    def __init__(self, wishes: Wishes) -> None:
        self.phase, self.reason = Phase.NO_LINK, ""
        self.board: bytes | None = None
        self.server = wishes.own
        self.taken: IPv4Interface | None = None
        self._wishes = wishes
        self._candidates = list(wishes.candidates)
        self._number = 0
        self._asked_at = self._probed_at = float("-inf")
        self._questions = 0
        self._probes = 0
        self._wanted: dict[IPv4Address, int] = {}
        self._probing: IPv4Interface | None = None
        self._is_adding = False
        self._tokens, self._refilled = float(MOST_REPLIES), float("-inf")
        self._reported: set[str] = set()

    @property
    def lease(self) -> Lease | None:
        """The lease; None while we have no address."""
        if self.server is None:
            return None
        return Lease(self.server, _beside(self.server), self._wishes.file)

    # Events

    def link(self, now: float, *, is_up: bool) -> list[Output]:
        """Handle a change of the link."""
        if self.phase is Phase.STOPPED:
            return []
        # It may be another cable: forget everything.
        self.board, self._probing = None, None
        self._wanted.clear()
        self._reported.clear()
        if not is_up:
            self.phase = Phase.NO_LINK
            return [Notice(f"{self._wishes.interface} has no link: plug the cable in")]
        self.phase, self._asked_at = Phase.ASKING, now
        self._probes, self._probed_at = 0, float("-inf")
        asking = f"asking {self._wishes.interface} for other DHCP servers"
        return [Notice(f"{asking} for {ASKING_SECONDS:.0f} s"), *self.tick(now)]

    def tick(self, now: float) -> list[Output]:
        """Do what is due."""
        match self.phase:
            case Phase.ASKING:
                return list(self._go_on_asking(now))
            case Phase.READY:
                return list(self._go_on_serving(now))
            case Phase.NO_LINK | Phase.SETTING | Phase.STOPPED:
                return []

    def receive(self, now: float, frame: bytes) -> list[Output]:
        """Handle a received frame, for any destination."""
        ethernet = parse_ethernet(frame)
        if self.phase is Phase.STOPPED or ethernet is None:
            return []
        try:
            return list(self._received(now, ethernet))
        except _Stopped as stopped:
            return self._stop(str(stopped))

    def address_added(self, now: float, address: IPv4Interface) -> list[Output]:
        """Record that an address requested by AddAddress was added."""
        if self.phase is Phase.SETTING:
            self.server = address
            return list(self._begin_serving(now))
        self._is_adding = False
        if self.phase is not Phase.STOPPED:
            self.taken = address
        return []

    def address_failed(self, address: IPv4Interface, why: str) -> list[Output]:
        """Record that it could not be added."""
        if self.phase is Phase.SETTING:
            return self._stop(f"{self._wishes.interface} has no address: {why}")
        self._is_adding = False
        return [Notice(f"{address.ip}, wanted by the board, was not added: {why}")]

    # Probing

    def _go_on_asking(self, now: float) -> Iterator[Output]:
        if now - self._asked_at >= ASKING_SECONDS:
            if self.server is not None:
                yield from self._begin_serving(now)
            elif self._candidates:
                self.phase = Phase.SETTING
                yield AddAddress(self._candidates[0])
            else:
                yield from self._stop("no address is free for this machine")
            return
        if self._probes < PROBES and now - self._probed_at >= PROBE_INTERVAL:
            if self._probes < DISCOVERS:
                yield self._discover()
            self._probes, self._probed_at = self._probes + 1, now
            own = self.server or next(iter(self._candidates), None)
            if own is not None:
                yield self._probe(own.ip)
                yield self._probe(_beside(own))

    def _begin_serving(self, now: float) -> Iterator[Output]:
        self.phase, self._asked_at, self._questions = Phase.READY, now, 0
        lease = self.lease
        if lease is not None:
            yield Notice(
                f"{self._wishes.interface} is ready: power the board. It gets "
                f"{lease.board}, this machine is {lease.server.ip}"
            )

    def _go_on_serving(self, now: float) -> Iterator[Output]:
        if now - self._asked_at >= ASK_AGAIN[min(self._questions, len(ASK_AGAIN) - 1)]:
            self._asked_at, self._questions = now, self._questions + 1
            yield self._discover()
        wish = self._probing
        if wish is None or now - self._probed_at < PROBE_INTERVAL:
            return
        if self._probes < PROBES:
            self._probes, self._probed_at = self._probes + 1, now
            yield self._probe(wish.ip)
        else:
            self._probing, self._is_adding = None, True
            yield Notice(f"the board asks for {wish.ip}: adding it to this machine")
            yield AddAddress(wish)

    def _discover(self) -> SendFrame:
        """Return the only safe probe: a DISCOVER causes no lease anywhere."""
        self._number += 1
        asker = self._wishes.asker
        message = DhcpMessage(
            op=Op.REQUEST,
            xid=int.from_bytes(asker[-2:]) << 16 | self._number & 0xFFFF,
            chaddr=asker,
            flags=BROADCAST_FLAG,
            options=((Option.MESSAGE_TYPE, bytes([MessageType.DISCOVER])),),
        )
        nobody, everybody = IPv4Address(0), IPv4Address("255.255.255.255")
        packet = UdpPacket(nobody, CLIENT_PORT, everybody, SERVER_PORT, encode(message))
        content = build_udp(packet)
        return SendFrame(build_ethernet(BROADCAST_MAC, asker, IPV4_TYPE, content))

    def _probe(self, address: IPv4Address) -> SendFrame:
        mac = self._wishes.mac
        arp = Arp(ArpOp.REQUEST, mac, IPv4Address(0), bytes(6), address)
        content = build_arp(arp)
        return SendFrame(build_ethernet(BROADCAST_MAC, mac, ARP_TYPE, content))

    # Receiving

    def _received(self, now: float, frame: Ethernet) -> Iterator[Output]:
        if frame.source in (self._wishes.mac, self._wishes.asker):
            return  # our own frame, returned by a loop
        if frame.type == _PAUSE_TYPE:  # flow control of the link itself
            return
        self._check_sender(frame)
        if frame.vlan:
            return
        if frame.type == ARP_TYPE and (arp := parse_arp(frame.payload)) is not None:
            yield from self._heard_arp(now, frame, arp)
        elif frame.type == IPV4_TYPE:
            packet = parse_udp(frame.payload)
            if packet is not None and packet.destination_port in (
                SERVER_PORT,
                CLIENT_PORT,
            ):
                yield from self._heard_dhcp(now, frame, packet)

    def _check_sender(self, frame: Ethernet) -> None:
        """Stop on frames that only a network has, and on a second machine."""
        name, who = self._wishes.interface, mac_text(frame.source)
        if frame.destination in (_STP, _CDP):
            what = "spanning tree" if frame.destination == _STP else "CDP"
            raise _Stopped(f"{who} sends {what}: {name} leads to a switch, not a board")
        if frame.type == _LLDP_TYPE and frame.source != self.board:
            raise _Stopped(f"{who} sends LLDP: {name} leads to a switch, not a board")
        self._check_mac(frame.source)

    def _check_mac(self, mac: bytes) -> None:
        if mac in (self._wishes.mac, self._wishes.asker):
            return
        if self.board is None:
            self.board = mac
        elif mac != self.board:
            both = f"{mac_text(self.board)} and {mac_text(mac)}"
            name = self._wishes.interface
            raise _Stopped(f"{both} are on {name}: this is a network, not a cable")

    def _heard_arp(self, now: float, frame: Ethernet, arp: Arp) -> Iterator[Output]:
        self._check_mac(arp.sender_mac)
        claimed = arp.target if arp.is_probe else arp.sender
        ours = [self.server, self.taken]
        if any(one is not None and claimed == one.ip for one in ours):
            if arp.is_probe:
                return  # the kernel defends it
            who = mac_text(frame.source)
            raise _Stopped(f"{who} uses {claimed}, the address of this machine")
        first = None if self.server else next(iter(self._candidates), None)
        if first is not None and claimed == first.ip:
            del self._candidates[0]
            self._asked_at, self._probes = now, 0  # start over with the next one
            yield Notice(f"the board has {claimed}: trying another address")
            return
        if self._probing is not None and claimed == self._probing.ip:
            self._probing = None
            return
        if arp.op is ArpOp.REQUEST and frame.destination == BROADCAST_MAC:
            yield from self._wish_heard(arp)

    def _wish_heard(self, arp: Arp) -> Iterator[Output]:
        """Count the board's ARP requests for an address that nobody has."""
        board, wish, lease = arp.sender, arp.target, self.lease
        is_settled = self.taken is not None or self._probing is not None
        if lease is None or is_settled or self._is_adding or arp.is_probe:
            return
        if wish in (board, lease.server.ip) or board == lease.board:
            return
        if wish in self._wanted or len(self._wanted) < MOST_REPLIES:
            self._wanted[wish] = self._wanted.get(wish, 0) + 1
        address = _with_prefix(wish, board)
        is_due = self._wanted.get(wish, 0) >= ASKED_BEFORE_TAKEN
        if self.phase is Phase.READY and is_due and address is not None:
            yield from self._try_wish(board, address)

    def _try_wish(self, board: IPv4Address, address: IPv4Interface) -> Iterator[Output]:
        """Probe an address before we add it."""
        for other in self._wishes.other_networks:
            if address.network.overlaps(other):
                yield from self._once(
                    f"the board ({board}) asks for {address.ip}, but {other} is "
                    "reached over another interface: give the board another address"
                )
                return
        self._probing, self._probes, self._probed_at = address, 0, float("-inf")

    def _heard_dhcp(
        self, now: float, frame: Ethernet, packet: UdpPacket
    ) -> Iterator[Output]:
        try:
            message = parse(packet.payload)
        except MalformedDhcpError:
            return
        name = self._wishes.interface
        if message.op is Op.REPLY:
            who = message.server_id or packet.source
            mac = mac_text(frame.source)
            raise _Stopped(f"{who} ({mac}) is a DHCP server on {name}")
        if packet.destination_port != SERVER_PORT:
            return
        if int(message.giaddr) or message.hops:
            who = message.giaddr
            raise _Stopped(
                f"a relay ({who}) is on {name}: this is a network, not a cable"
            )
        if message.htype != 1 or len(message.chaddr) != _NETWORK_MAC:
            return
        self._check_mac(message.chaddr)
        self._check_choice(message)
        if self.phase is Phase.READY:
            yield from self._answer(now, message)
        elif message.chaddr != self._wishes.mac:
            yield from self._once(
                "the board is asking; first checking for other DHCP servers"
            )

    def _check_choice(self, message: DhcpMessage) -> None:
        """Stop if the board has chosen another server, or declines our address."""
        if message.type is MessageType.DECLINE:
            address = message.requested_address or "its address"
            raise _Stopped(f"the board says that {address} is in use")
        chosen = message.server_id if message.type is MessageType.REQUEST else None
        if chosen is not None and (self.server is None or chosen != self.server.ip):
            raise _Stopped(
                f"the board took the offer of {chosen}: there is another DHCP server "
                f"on {self._wishes.interface}"
            )

    def _answer(self, now: float, message: DhcpMessage) -> Iterator[Output]:
        lease = self.lease
        if lease is None:
            return
        kind, is_due = self._kind_of_reply(message, lease)
        who = f"the board ({mac_text(message.chaddr)})"
        if not is_due:
            if message.type is MessageType.REQUEST:
                wish = message.requested_address or message.ciaddr
                yield from self._once(
                    f"{who} asks for its old address {wish}: no reply"
                )
            return
        if boots_by_http(message):
            yield from self._once(
                f"{who} boots by HTTP and would not use TFTP: no reply"
            )
            return
        if not self._has_token(now):
            yield from self._once(
                f"{who} asks too often: limited to {MOST_REPLIES} replies/s"
            )
            return
        yield SendReply(reply_to(message, kind, lease))
        named = lease.file.decode("utf-8", "replace")
        text = f"{who} got: address {lease.board}, server {lease.server.ip}"
        yield from self._once(f"{text}, file {named}" if named else f"{text}, no file")

    def _kind_of_reply(
        self, message: DhcpMessage, lease: Lease
    ) -> tuple[MessageType | None, bool]:
        """Return the type of the reply, and whether to send one: never a NAK."""
        if message.is_bootp:
            return None, not message.sname
        if message.type is MessageType.DISCOVER:
            return MessageType.OFFER, True
        if message.type is MessageType.INFORM:
            return MessageType.ACK, True
        if message.type is not MessageType.REQUEST:
            return None, False
        wish = message.requested_address or message.ciaddr
        return MessageType.ACK, wish == lease.board

    def _has_token(self, now: float) -> bool:
        passed = now - self._refilled if self._refilled > float("-inf") else 0.0
        self._refilled = now
        self._tokens = min(MOST_REPLIES, self._tokens + passed * MOST_REPLIES)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _once(self, text: str) -> Iterator[Output]:
        if text not in self._reported and len(self._reported) <= MOST_REPLIES * 10:
            self._reported.add(text)
            yield Notice(text)

    def _stop(self, reason: str) -> list[Output]:
        self.phase, self.reason = Phase.STOPPED, reason
        return [Stop(reason)]


def free_networks(
    others: Sequence[IPv4Network], most: int = 3
) -> tuple[IPv4Interface, ...]:
    """Return addresses for this machine in networks not used elsewhere."""
    wanted = (IPv4Interface(f"192.168.{number}.1/24") for number in range(69, 200))
    free = [one for one in wanted if not any(one.network.overlaps(o) for o in others)]
    return tuple(free[:most])


def _beside(own: IPv4Interface) -> IPv4Address:
    """Return the board's address: the next one in the network, or the previous."""
    after = own.ip + 1
    return after if after < own.network.broadcast_address else own.ip - 1


def _with_prefix(wish: IPv4Address, board: IPv4Address) -> IPv4Interface | None:
    """Return WISH in the smallest usual network that includes the board."""
    if wish.is_loopback or wish.is_multicast or wish.is_unspecified or wish.is_reserved:
        return None
    common = 32 - (int(wish) ^ int(board)).bit_length()
    length = min(_LONGEST_PREFIX, common)
    return IPv4Interface((wish, length)) if length >= _SHORTEST_PREFIX else None
