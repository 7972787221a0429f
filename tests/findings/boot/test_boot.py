"""Why a machine sends no request: each finding, and similar harmless cases."""

from collections.abc import Iterable
from ipaddress import IPv4Interface

import msgspec
import pytest

from tests.support.wire_events import (
    ETH,
    HTTP,
    OTHER_MAC,
    PXE,
    asked,
    heard,
    looked_for,
    plugged,
    requested,
    told,
    unplugged,
)
from tftptui.findings.boot.rules import BEFORE_REQUEST, NewFindings
from tftptui.findings.boot.wire_facts import wire_facts
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.wire.dhcp import MessageType, Option
from tftptui.wire.events import AddressSeen, ArpSeen, WireEvent
from tftptui.wire.frames import Arp, ArpOp

US = AddressSeen(
    time=0.0, interface=ETH, address=IPv4Interface("10.0.0.5/24"), is_here=True
)
NONE = "0.0.0.0"  # noqa: S104 - no address
DISCOVER, REQUEST = MessageType.DISCOVER, MessageType.REQUEST
OFFER, ACK = MessageType.OFFER, MessageType.ACK
THREE = [asked(DISCOVER, t) for t in (0.0, 4.0, 12.0)]
TO_US = {"next_server": "10.0.0.5", "file": b"ipxe.efi"}
AWAY = {"next_server": "10.0.0.9", "file": b"ipxe.efi"}


def boot(answer: WireEvent, confirmed: WireEvent) -> list[WireEvent]:
    return [
        asked(DISCOVER, 1.0),
        answer,
        asked(REQUEST, 3.0, server="10.0.0.1"),
        confirmed,
    ]


def drafts(events: Iterable[WireEvent], now: float = 20.0) -> list[Draft]:
    devices, _ = heard([US, *events])
    return [draft for _, draft in NewFindings().look(devices, now)]


def codes(events: Iterable[WireEvent], now: float = 20.0) -> list[Code]:
    return [draft.code for draft in drafts(events, now)]


TOLD_US = boot(told(OFFER, 2.0, **TO_US), told(ACK, 4.0, **TO_US))  # type: ignore[arg-type]
TOLD_AWAY = boot(told(OFFER, 2.0, **AWAY), told(ACK, 4.0, **AWAY))  # type: ignore[arg-type]
NO_FILE = boot(told(OFFER, 2.0), told(ACK, 4.0))
LOOKS = [looked_for("192.168.0.66", t) for t in (0.0, 5.0)]
PROXY = told(OFFER, 0.2, server="10.0.0.2", address=NONE, next_server="10.0.0.2")
FLAPS: list[WireEvent] = [
    plugged(),
    asked(DISCOVER, 1.0),
    *(unplugged(2.0), plugged(4.0), unplugged(6.0), plugged(9.0)),
]
PLAIN = ((int(Option.VENDOR_CLASS), b"MSFT 5.0"),)

GUILTY: list[tuple[Code, Iterable[WireEvent]]] = [
    (Code.ADDRESS_MISSING, LOOKS),
    (Code.NOBODY_ANSWERS, THREE),
    (Code.NOBODY_ANSWERS, [asked(None, float(n) * 5, xid=n) for n in range(3)]),
    (Code.PROXY_IGNORED, [THREE[0], told(time=0.1), PROXY, *THREE[1:]]),
    (Code.TWO_DHCP, [THREE[0], told(), told(server="10.0.0.9")]),
    (Code.SENT_ELSEWHERE, TOLD_AWAY),
    (Code.FILE_NOT_NAMED, NO_FILE),
    (Code.HTTP_ONLY, [asked(DISCOVER, options=HTTP)]),
    (Code.NAME_DIFFERS, [*TOLD_US, requested("10.0.0.5", b"other", 5.0)]),
    (Code.LINK_FLAPS, FLAPS),
    (Code.LATE_PORT, [plugged(-60.0), unplugged(-50.0), plugged(-40.0), THREE[0]]),
    (Code.LATE_PORT, [plugged(-90.0), asked(DISCOVER, secs=32)]),
]


@pytest.mark.parametrize(("code", "events"), GUILTY)
def test_a_finding_is_told_and_nothing_else(
    code: Code, events: Iterable[WireEvent]
) -> None:
    assert codes(events) == [code]


def windows(*, mac: bytes) -> list[WireEvent]:
    """Return a system that gets an address from a router that names itself."""
    router = {"next_server": "10.0.0.1", "mac": mac}
    return [
        asked(DISCOVER, 1.0, options=PLAIN, mac=mac),
        told(OFFER, 2.0, **router),  # type: ignore[arg-type]
        asked(REQUEST, 3.0, options=PLAIN, server="10.0.0.1", mac=mac),
        told(ACK, 4.0, **router),  # type: ignore[arg-type]
    ]


def answered() -> list[WireEvent]:
    """Return an ARP lookup that this host has replied to."""
    ask = LOOKS[0].arp
    reply = Arp(ArpOp.REPLY, OTHER_MAC, ask.target, ask.sender_mac, ask.sender)
    return [*LOOKS, ArpSeen(time=6.0, interface=ETH, arp=reply, is_ours=True)]


INNOCENT: dict[str, Iterable[WireEvent]] = {
    "one ARP request": LOOKS[:1],
    "ARP that was answered": answered(),
    "ARP beside another machine": [*LOOKS, looked_for("10.0.0.5", mac=OTHER_MAC)],
    "a DHCP server that checks the address it will offer us": [
        msgspec.structs.replace(asked(DISCOVER, -1.0), is_ours=True),
        *LOOKS,
    ],
    "ARP for an address of ours": [looked_for("10.0.0.5", t) for t in (0.0, 5.0)],
    "two questions": THREE[:2],
    "three questions in a row": [asked(DISCOVER, t) for t in (0.0, 1.0, 2.0)],
    "questions that led to a lease": [*THREE, *TOLD_US],
    "an offer that was taken late": [THREE[0], told(), PROXY, *THREE[1:], TOLD_US[2]],
    "a proxy that was asked": [
        *(THREE[0], told(), PROXY, *THREE[1:]),
        asked(REQUEST, 13.0, port=4011),
    ],
    "two offers of one server": [THREE[0], told(), told(time=1.0)],
    "an address and a proxy": [THREE[0], told(), PROXY],
    "sent here": TOLD_US,
    "sent here by another field": boot(
        told(OFFER, 2.0, options=((66, b"10.0.0.5"),), file=b"a"),
        told(ACK, 4.0, options=((66, b"10.0.0.5"),), file=b"a"),
    ),
    "an offer that names another server and was not taken": [
        THREE[0],
        told(OFFER, 2.0, **AWAY),  # type: ignore[arg-type]
    ],
    "a system that is no boot program": windows(mac=OTHER_MAC),
    "a file that a proxy may tell": [*NO_FILE[:2], PROXY, *NO_FILE[2:]],
    "PXE firmware": [asked(DISCOVER, options=PXE)],
    "the file that was named": [*TOLD_US, requested("10.0.0.5", time=5.0)],
    "the same with a slash": [*TOLD_US, requested("10.0.0.5", b"/ipxe.efi", 5.0)],
    "one reset": FLAPS[:4],
    "a link that was silent for 20 s": [
        *(plugged(-60.0), unplugged(-50.0), plugged(-20.0), THREE[0])
    ],
    "a machine that was heard before": [
        *(plugged(-90.0), looked_for("10.0.0.5", -10.0), asked(DISCOVER, secs=32))
    ],
    "a wire that was not watched when it began": [asked(DISCOVER, secs=32)],
    "seconds in the wrong byte order": [plugged(-3_000.0), asked(DISCOVER, secs=768)],
}


@pytest.mark.parametrize("name", INNOCENT)
def test_what_looks_alike_is_no_finding(name: str) -> None:
    assert codes(INNOCENT[name]) == []


def test_an_offer_that_was_not_taken_sends_it_nowhere() -> None:
    other = told(OFFER, 1.5, server="10.0.0.2", **AWAY)  # type: ignore[arg-type]
    found = codes([NO_FILE[0], other, *NO_FILE[1:]])
    assert found == [Code.TWO_DHCP]


def test_changes_of_the_link_that_are_long_ago_are_no_finding() -> None:
    assert codes(FLAPS, now=70.0) == []


def test_each_finding_is_told_once_for_each_try_to_boot() -> None:
    devices, _ = heard([US, *THREE])
    findings = NewFindings()
    assert len(findings.look(devices, 20.0)) == 1
    assert findings.look(devices, 21.0) == []
    for time in (200.0, 204.0, 212.0):
        devices.take(asked(DISCOVER, time, xid=9))
    assert len(findings.look(devices, 213.0)) == 1


@pytest.mark.parametrize(("code", "events"), GUILTY)
def test_no_setting_of_tftp_would_help_and_something_else_does(
    code: Code, events: Iterable[WireEvent]
) -> None:
    (draft,) = drafts(events)
    assert draft.code is code
    assert {one.verdict for one in draft.helps} == {"no"}
    assert len(draft.helps) == 6
    assert draft.remedies
    assert draft.evidence
    assert draft.headline.endswith(".")


def test_no_rule_needs_more_than_a_first_frame() -> None:
    devices, _ = heard([looked_for("10.0.0.9")])
    (facts,) = wire_facts(devices, 0.0)
    assert [rule(facts) for rule in BEFORE_REQUEST] == [None] * len(BEFORE_REQUEST)
