"""The history of each machine on the wire, up to its first TFTP request.

Pure: fed with events of ``events.py``, in order of time. Everything is bounded.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import IPv4Interface

import msgspec

from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import WireStep
from tftptui.telemetry.wire_views import MOST_DEVICES
from tftptui.telemetry.words import joined
from tftptui.wire.architectures import architecture_name
from tftptui.wire.dhcp import PXE_PORT, DhcpMessage, MessageType, Op, mac_text
from tftptui.wire.events import (
    AddressSeen,
    ArpSeen,
    DhcpSeen,
    FileRequested,
    LinkSeen,
    Seen,
    ServerLogged,
    WireEvent,
)
from tftptui.wire.frames import Arp, ArpOp
from tftptui.wire.makers import maker, program
from tftptui.wire.offers import Offer, offer_of

MOST_STEPS = 48
"""Limit of steps per device; the latest are kept."""

_MOST_TARGETS = 16
"""Limit of addresses per device that it looks up by ARP."""

_MOST_CHANGES = 16
"""Limit of times of link changes."""

QUIET = 60.0
"""Seconds without DHCP after which a new request starts a new attempt."""

REPEATED = 2
"""ARP requests for one address that are reported of a device that does only ARP."""


class StepKind(StrEnum):
    """The kind of a step; a stable interface of journal and JSON."""

    LINK_UP = "link-up"
    LINK_DOWN = "link-down"
    ARP = "arp"
    ARP_REPLY = "arp-reply"
    DISCOVER = "discover"
    OFFER = "offer"
    REQUEST = "request"
    ACK = "ack"
    NAK = "nak"
    DECLINE = "decline"
    RELEASE = "release"
    INFORM = "inform"
    BOOTP = "bootp"
    BOOTP_REPLY = "bootp-reply"
    PXE_REQUEST = "pxe-request"
    PXE_REPLY = "pxe-reply"
    FILE_REQUEST = "file-request"
    DNSMASQ = "dnsmasq"


REPLIES = frozenset(
    {
        StepKind.ARP_REPLY,
        StepKind.OFFER,
        StepKind.ACK,
        StepKind.NAK,
        StepKind.BOOTP_REPLY,
        StepKind.PXE_REPLY,
    }
)
"""Sent to the device; it sends the others itself, or they are in NEITHER."""

NEITHER = frozenset({StepKind.LINK_UP, StepKind.LINK_DOWN, StepKind.DNSMASQ})
"""Sent by nobody: about the cable, or from the log of dnsmasq."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One rung of the ladder; immediate repetitions are counted.

    Attributes:
        time: of the first occurrence.
        last: of the last one.
        count: number of occurrences.
        peer: address of the sender of a reply, or of the target; "" for all.
        text: details in words, printable.
    """

    time: float
    kind: StepKind
    peer: str = ""
    text: str = ""
    count: int = 1
    last: float = 0.0


@dataclass(slots=True)
class Lookup:
    """ARP requests of a device for one address."""

    first: float
    last: float
    count: int = 1
    is_answered: bool = False


@dataclass(slots=True, kw_only=True)
class Attempt:
    """One attempt to boot: from the first DISCOVER or BOOTP request on.

    Attributes:
        discovers: times of DISCOVERs.
        bootp: times of BOOTP requests.
        xids: their transactions.
        secs: in the first of them: seconds since the device started.
        offers: the latest of each server.
        chosen: the server named in a REQUEST; None before.
        ack: the contents of the ACK, or of BOOTP's reply.
        proxy_request_at: time of its request to port 4011; None if there was none.
        proxy_reply: the reply from there.
        requested: its first TFTP request.
    """

    begun: float
    program: str = ""
    architectures: tuple[int, ...] = ()
    discovers: list[float] = field(default_factory=list)
    bootp: list[float] = field(default_factory=list)
    xids: list[int] = field(default_factory=list)
    secs: int = 0
    last: float = 0.0
    offers: dict[str, Offer] = field(default_factory=dict)
    chosen: str | None = None
    ack: Offer | None = None
    proxy_request_at: float | None = None
    proxy_reply: Offer | None = None
    requested: FileRequested | None = None

    @property
    def boot_offer(self) -> Offer | None:
        """The reply that it follows: the proxy's, or that of the server that it chose.

        Other offers count only if its choice was not heard.
        """
        chosen = self.ack or self.offers.get(self.chosen or "")
        offers = list(self.offers.values())
        if self.chosen is not None or self.ack is not None:
            offers = [one for one in offers if one.is_proxy]
        named = [one for one in (self.proxy_reply, chosen, *offers) if one is not None]
        with_file = (one for one in named if one.file)
        return next(with_file, self.proxy_reply or chosen)


@dataclass(slots=True, eq=False)
class Device:
    """A machine, by its MAC address.

    Attributes:
        first, last: when it was seen.
        address: IPv4 address that it uses; "" before it has one.
        steps: the steps, oldest first.
        lookups: addresses that it looks up by ARP.
        attempt: its latest attempt to boot; None if it only did ARP.
    """

    mac: bytes
    interface: str
    first: float
    last: float = 0.0
    address: str = ""
    steps: deque[Step] = field(default_factory=lambda: deque(maxlen=MOST_STEPS))
    lookups: dict[str, Lookup] = field(default_factory=dict)
    attempt: Attempt | None = None

    @property
    def program(self) -> str:
        """The program that sends requests, as far as known."""
        return self.attempt.program if self.attempt is not None else ""

    @property
    def processors(self) -> str:
        """Its processor type, by option 93; "" if not given."""
        numbers = self.attempt.architectures if self.attempt is not None else ()
        return ", ".join(dict.fromkeys(map(architecture_name, numbers)))

    @property
    def is_booting(self) -> bool:
        """Whether it did more than ARP."""
        return self.attempt is not None

    def title(self) -> str:
        """Return its description: QEMU · PXE firmware · x64 UEFI; "" if not known."""
        known = (maker(self.mac), self.program, self.processors)
        return " · ".join(one for one in known if one)

    def why_requested(self, server: str) -> str:
        """Return why it sends its TFTP request to SERVER, in words; "" if unknown."""
        offer = self.attempt.boot_offer if self.attempt is not None else None
        if offer is None or server not in offer.boot_servers:
            return ""
        what = "offer" if self.attempt and offer is not self.attempt.ack else "reply"
        words = f"{offer.server}'s {what} said: next-server {server}"
        if offer.file:
            words += f", file {offer.shown_file}"
        numbers = self.attempt.architectures if self.attempt is not None else ()
        kinds = [f"{one} ({architecture_name(one)})" for one in numbers]
        return words + (f", arch {joined(kinds)}" if kinds else "")


@dataclass(slots=True)
class Link:
    """An interface of this host.

    Attributes:
        changes: when the link went up (True) or down, the latest few.
        addresses: our own on it.
        heard: when another machine was first heard since the link went up; None before.
        asked: when this host last asked other DHCP servers there; None before.
    """

    is_up: bool | None = None
    changes: deque[tuple[float, bool]] = field(
        default_factory=lambda: deque(maxlen=_MOST_CHANGES)
    )
    addresses: list[IPv4Interface] = field(default_factory=list)
    heard: float | None = None
    asked: float | None = None


class News(msgspec.Struct, frozen=True):
    """A new or repeated step, and its device; None for the cable."""

    interface: str
    device: Device | None
    step: Step


class Devices:
    """The state of the wire.

    Call take() with each event.

    Attributes:
        links: by name of the interface.
        began: time of the first event; 0 before.
    """

    def __init__(self) -> None:
        self.links: dict[str, Link] = {}
        self.began = 0.0
        self._devices: dict[bytes, Device] = {}

    def __iter__(self) -> Iterator[Device]:
        """Yield devices that boot first, then those that only do ARP; oldest first."""
        found = list(self._devices.values())
        yield from (one for one in found if one.is_booting)
        yield from (one for one in found if not one.is_booting)

    def __len__(self) -> int:
        return len(self._devices)

    def by_mac(self, mac: bytes) -> Device | None:
        """Return a device by its MAC address."""
        return self._devices.get(mac)

    def by_address(self, address: str) -> Device | None:
        """Return the device that used an address last."""
        found = [one for one in self._devices.values() if one.address == address]
        return max(found, key=lambda one: one.last, default=None)

    def own_addresses(self) -> set[str]:
        """Return the addresses of this host on all interfaces."""
        return {str(a.ip) for link in self.links.values() for a in link.addresses}

    def take(self, event: WireEvent) -> list[News]:
        """Process an event; return the news to report."""
        self.began = self.began or event.time
        news: list[News] = []
        match event:
            case LinkSeen():
                news = self._link(event)
            case AddressSeen():
                self._own_address(event)
            case ArpSeen():
                news = self._arp(event)
            case DhcpSeen():
                news = self._dhcp(event)
            case FileRequested():
                news = self._file(event)
            case ServerLogged():
                news = self._logged(event)
        return news

    def _link(self, event: LinkSeen) -> list[News]:
        link = self.links.setdefault(event.interface, Link())
        if link.is_up == event.is_up:
            return []
        is_first, link.is_up = link.is_up is None, event.is_up
        if is_first:  # the initial state, not a change
            return []
        link.heard = None
        link.changes.append((event.time, event.is_up))
        kind = StepKind.LINK_UP if event.is_up else StepKind.LINK_DOWN
        step = Step(time=event.time, last=event.time, kind=kind)
        for device in self._devices.values():
            if device.interface == event.interface:
                device.steps.append(step)
        return [News(event.interface, None, step)]

    def _own_address(self, event: AddressSeen) -> None:
        addresses = self.links.setdefault(event.interface, Link()).addresses
        if event.is_here and event.address not in addresses:
            addresses.append(event.address)
        elif not event.is_here and event.address in addresses:
            addresses.remove(event.address)

    def _arp(self, event: ArpSeen) -> list[News]:
        arp = event.arp
        if arp.op is ArpOp.REPLY:
            return self._arp_reply(event)
        if event.is_ours:
            return []
        device = self._device(arp.sender_mac, event)
        if int(arp.sender):
            device.address = str(arp.sender)
        if arp.sender == arp.target:
            return []
        lookup = _looked_up(device, arp, event.time)
        text = f"who has {arp.target}, tell {arp.sender}"
        if arp.is_probe:
            text = f"is {arp.target} free"
        step = _step(device, event.time, StepKind.ARP, str(arp.target), text)
        is_for_us = str(arp.target) in self.own_addresses()
        is_news = device.is_booting or is_for_us or lookup.count >= REPEATED
        return [News(event.interface, device, step)] if is_news else []

    def _arp_reply(self, event: ArpSeen) -> list[News]:
        if not event.is_ours:
            sender = self._device(event.arp.sender_mac, event)
            sender.address = str(event.arp.sender)
        device = self._devices.get(event.arp.target_mac)
        if device is None:
            return []
        lookup = device.lookups.get(str(event.arp.sender))
        if lookup is None:
            return []
        lookup.is_answered = True
        peer = str(event.arp.sender)
        step = _step(device, event.time, StepKind.ARP_REPLY, peer, f"{peer} is here")
        return [News(event.interface, device, step)]

    def _dhcp(self, event: DhcpSeen) -> list[News]:
        message = event.message
        if message.op is Op.REPLY:
            return self._reply(event)
        if event.is_ours:  # asked of other servers, see ask.py and --cable
            self.links.setdefault(event.interface, Link()).asked = event.time
            return []
        device = self._device(message.chaddr, event)
        attempt = _attempt(device, message, event.time)
        if int(message.ciaddr):
            device.address = str(message.ciaddr)
        kind, peer, text = _request_words(event)
        match kind:
            case StepKind.DISCOVER:
                attempt.discovers.append(event.time)
            case StepKind.BOOTP:
                attempt.bootp.append(event.time)
            case StepKind.REQUEST if message.server_id is not None:
                attempt.chosen = str(message.server_id)
            case StepKind.PXE_REQUEST:
                attempt.proxy_request_at = event.time
            case _:
                pass
        step = _step(device, event.time, kind, peer, text)
        return [News(event.interface, device, step)]

    def _reply(self, event: DhcpSeen) -> list[News]:
        message = event.message
        device = self._devices.get(message.chaddr)
        if device is None or device.attempt is None:
            return []  # a renewal: not about booting
        attempt, offer = device.attempt, offer_of(message, event.source, event.time)
        kind = _reply_kind(event, attempt)
        match kind:
            case StepKind.PXE_REPLY:
                attempt.proxy_reply = offer
            case StepKind.OFFER:
                attempt.offers[offer.server] = offer
            case StepKind.ACK | StepKind.BOOTP_REPLY:
                attempt.ack = offer
                device.address = offer.address or device.address
            case _:
                pass
        text = visible(message.option(56) or b"")
        if kind is not StepKind.NAK:
            text = offer.words()
        step = _step(device, event.time, kind, offer.server, text)
        return [News(event.interface, device, step)]

    def _file(self, event: FileRequested) -> list[News]:
        device = self._devices.get(event.mac) or self.by_address(event.client)
        if device is None:
            if not event.mac:
                return []
            device = self._device(event.mac, event)
        device.address, device.last = event.client, event.time
        if device.attempt is None:
            device.attempt = Attempt(begun=event.time)
        attempt = device.attempt
        attempt.requested = attempt.requested or event
        verb = "write" if event.is_write else "read"
        text = f"{verb} {visible(event.file)}"
        step = _step(device, event.time, StepKind.FILE_REQUEST, event.server, text)
        return [News(event.interface, device, step)]

    def _logged(self, event: ServerLogged) -> list[News]:
        """Tell what the server decided once for each attempt of a machine."""
        device = self._devices.get(event.mac)
        if device is None:
            time, text = event.time, event.text
            step = Step(time=time, last=time, kind=StepKind.DNSMASQ, text=text)
            return [] if event.mac else [News(event.interface, None, step)]
        begun = device.attempt.begun if device.attempt is not None else 0.0
        before = (one.text for one in device.steps if one.last >= begun)
        if event.text in before:
            return []
        step = _step(device, event.time, StepKind.DNSMASQ, "", event.text)
        return [News(event.interface, device, step)]

    def _device(self, mac: bytes, event: Seen) -> Device:
        """Return the device that sent something; create it if it is new."""
        link = self.links.setdefault(event.interface, Link())
        link.heard = link.heard or event.time
        device = self._devices.get(mac)
        if device is None:
            if len(self._devices) >= MOST_DEVICES:
                self._forget_one()
            device = self._devices[mac] = Device(mac, event.interface, event.time)
        device.interface, device.last = event.interface, event.time
        return device

    def _forget_one(self) -> None:
        """Drop the device silent longest, preferably one that only does ARP."""
        silent = min(self._devices.values(), key=lambda d: (d.is_booting, d.last))
        del self._devices[silent.mac]


def _attempt(device: Device, message: DhcpMessage, time: float) -> Attempt:
    """Return the attempt that a request belongs to; a new one if it starts one."""
    now, asks = device.attempt, program(message)
    is_start = message.is_bootp or message.type is MessageType.DISCOVER
    is_other = now is not None and (
        now.chosen is not None
        or now.ack is not None
        or now.requested is not None
        or time - now.last > QUIET
        or (asks != now.program and bool(now.program))
    )
    is_repeat = now is not None and message.xid in now.xids
    if now is None or (is_start and is_other and not is_repeat):
        now = Attempt(begun=time, program=asks, secs=message.secs)
        device.attempt = now
    now.last = time
    now.program = now.program or asks
    now.architectures = now.architectures or message.architectures
    if message.xid not in now.xids:
        now.xids.append(message.xid)
    for times in (now.discovers, now.bootp, now.xids):
        del times[:-MOST_STEPS]
    return now


def _looked_up(device: Device, arp: Arp, time: float) -> Lookup:
    lookup = device.lookups.get(str(arp.target))
    if lookup is not None and time - lookup.last <= QUIET:
        lookup.last, lookup.count = time, lookup.count + 1
        return lookup
    device.lookups.pop(str(arp.target), None)
    if len(device.lookups) >= _MOST_TARGETS:
        del device.lookups[next(iter(device.lookups))]
    lookup = device.lookups[str(arp.target)] = Lookup(time, time)
    return lookup


def _step(device: Device, time: float, kind: StepKind, peer: str, text: str) -> Step:
    """Add a step; a repetition of the last one is only counted."""
    step = Step(time=time, last=time, kind=kind, peer=peer, text=text)
    before = device.steps[-1] if device.steps else None
    if before is not None and (before.kind, before.peer, before.text) == (
        kind,
        peer,
        text,
    ):
        step = msgspec.structs.replace(before, count=before.count + 1, last=time)
        device.steps.pop()
    device.steps.append(step)
    return step


_REQUESTS = {
    MessageType.DISCOVER: StepKind.DISCOVER,
    MessageType.REQUEST: StepKind.REQUEST,
    MessageType.DECLINE: StepKind.DECLINE,
    MessageType.RELEASE: StepKind.RELEASE,
    MessageType.INFORM: StepKind.INFORM,
}


def _request_words(event: DhcpSeen) -> tuple[StepKind, str, str]:
    """Return kind, peer and text of a device's request."""
    message = event.message
    chosen = "" if message.server_id is None else str(message.server_id)
    if event.port == PXE_PORT:
        return StepKind.PXE_REQUEST, chosen, "which file"
    if message.is_bootp:
        file = f"wants {visible(message.file)}" if message.file else ""
        return StepKind.BOOTP, "", file
    kind = _REQUESTS.get(message.type or MessageType.INFORM, StepKind.INFORM)
    wanted = message.requested_address
    if kind is StepKind.REQUEST and not chosen:
        again = wanted or message.ciaddr
        return kind, "", f"wants {again} again"
    text = ""
    if kind is StepKind.REQUEST and wanted is not None:
        text = f"takes {wanted}"
    if kind is StepKind.DECLINE and wanted is not None:
        text = f"{wanted} is in use already"
    return kind, chosen, text


def _reply_kind(event: DhcpSeen, attempt: Attempt) -> StepKind:
    message = event.message
    if message.is_bootp:
        return StepKind.BOOTP_REPLY
    match message.type:
        case MessageType.OFFER:
            return StepKind.OFFER
        case MessageType.NAK:
            return StepKind.NAK
        case _:
            is_proxy = not int(message.yiaddr) and attempt.proxy_request_at is not None
            return StepKind.PXE_REPLY if is_proxy else StepKind.ACK


def journalled(news: News) -> WireStep:
    """Return a step for the journal, with the data about its device."""
    step, device = news.step, news.device
    attempt = None if device is None else device.attempt
    return WireStep(
        time=step.last,
        interface=news.interface,
        mac="" if device is None else mac_text(device.mac),
        maker="" if device is None else maker(device.mac),
        program="" if attempt is None else attempt.program,
        architectures=[] if attempt is None else list(attempt.architectures),
        address="" if device is None else device.address,
        step=step.kind.value,
        peer=step.peer,
        text=step.text,
        count=step.count,
    )
