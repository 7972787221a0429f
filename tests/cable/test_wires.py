"""Forty labelled wires: who gets a reply, and what stops the cable."""

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cable_frames import (
    BOARD,
    LEASED,
    OTHER,
    OURS,
    OWN,
    WISHES,
    arp,
    chosen,
    dhcp,
    offer,
    ready,
    replies,
    requested,
    stops,
    udp,
)
from tftptui.cable.lease import CableLease, Output, Phase
from tftptui.wire.dhcp import MessageType, Option, parse
from tftptui.wire.frames import ArpOp, build_ethernet

DISCOVER = dhcp(MessageType.DISCOVER)
BOOTP = dhcp(None)
ACCEPT = dhcp(MessageType.REQUEST, requested(LEASED), chosen(OWN.ip))
PXE = (Option.VENDOR_CLASS, b"PXEClient:Arch:00007:UNDI:003016")
STP = build_ethernet(bytes.fromhex("0180c2000000"), OTHER, 38, bytes(38))
CDP = build_ethernet(bytes.fromhex("01000ccccccc"), OTHER, 38, bytes(38))
LLDP_MAC = bytes.fromhex("0180c200000e")


def architecture(number: int) -> tuple[int, bytes]:
    return Option.ARCHITECTURE, number.to_bytes(2)


def elsewhere(source: bytes) -> bytes:
    """Return a frame that only shows that its sender exists (IPv6)."""
    return build_ethernet(bytes.fromhex("333300000001"), source, 0x86DD, bytes(60))


ANSWERED: dict[str, tuple[bytes, ...]] = {
    "a board that asks by BOOTP": (BOOTP,),
    "a board that asks by DHCP": (DISCOVER,),
    "a board that takes our offer": (DISCOVER, ACCEPT),
    "a board that remembers the address of its last boot": (
        dhcp(MessageType.REQUEST, requested(LEASED)),
    ),
    "a board that renews": (dhcp(MessageType.REQUEST, ciaddr=LEASED),),
    "a board that only informs itself": (dhcp(MessageType.INFORM, ciaddr=LEASED),),
    "PXE with a BIOS": (dhcp(MessageType.DISCOVER, PXE, architecture(0)),),
    "PXE with UEFI": (dhcp(MessageType.DISCOVER, PXE, architecture(7)),),
    "PXE without option 93": (dhcp(MessageType.DISCOVER, PXE),),
    "UEFI that does both HTTP and TFTP": (
        dhcp(MessageType.DISCOVER, (Option.ARCHITECTURE, b"\0\x07\0\x10")),
    ),
    "a board that sends IPv6 first": (elsewhere(BOARD), DISCOVER),
    "a board that probes our address": (arp(str(OWN.ip)), DISCOVER),
    "a board that keeps the leased address": (
        arp(str(OWN.ip), str(LEASED), op=ArpOp.REPLY),
        DISCOVER,
    ),
    "a board with LLDP": (
        DISCOVER,
        build_ethernet(LLDP_MAC, BOARD, 0x88CC, bytes(46)),
    ),
    "flow control on the link": (
        build_ethernet(bytes.fromhex("0180c2000001"), OTHER, 0x8808, bytes(46)),
        DISCOVER,
    ),
    "a loop that brings our own frames back": (elsewhere(OURS), DISCOVER),
    "noise that is no frame": (b"\0" * 5, udp(b"noise"), DISCOVER),
}
"""Wires on which the board gets its reply."""

SILENT: dict[str, tuple[bytes, ...]] = {
    "nobody": (),
    "a board that asks for the address of another network": (
        dhcp(MessageType.REQUEST, requested("10.0.0.9")),
    ),
    "a board that renews the address of another network": (
        dhcp(MessageType.REQUEST, ciaddr=IPv4Address("10.0.0.9")),
    ),
    "a board that takes our offer with another address": (
        dhcp(MessageType.REQUEST, requested("192.168.0.99"), chosen(OWN.ip)),
    ),
    "a board that gives its address back": (dhcp(MessageType.RELEASE, ciaddr=LEASED),),
    "UEFI that boots by HTTP": (
        dhcp(MessageType.DISCOVER, (Option.VENDOR_CLASS, b"HTTPClient:Arch:00016")),
    ),
    "UEFI that is of a type for HTTP": (dhcp(MessageType.DISCOVER, architecture(16)),),
    "BOOTP for a server that it names": (dhcp(None, sname=b"bootserver"),),
    "a token ring": (dhcp(MessageType.DISCOVER, htype=6),),
    "a message of an unknown type": (dhcp(None, (Option.MESSAGE_TYPE, b"\x63")),),
    "an OFFER that says it is a request": (dhcp(MessageType.OFFER),),
    "a board on a VLAN": (DISCOVER[:12] + b"\x81\0\0\x05" + DISCOVER[12:],),
    "a cut message": (udp(b"\1\1\6\0" + bytes(50)),),
}
"""Wires that are cables, without a request for us."""

STOPPED: dict[str, tuple[tuple[bytes, ...], str]] = {
    "another DHCP server": ((offer(),), "10.0.0.1 (52:54:00:00:00:02) is a DHCP"),
    "a board that is a DHCP server": (
        (offer(source=BOARD),),
        "10.0.0.1 (52:54:00:00:00:01) is a DHCP server on eth1",
    ),
    "a board that took another server's offer": (
        (dhcp(MessageType.REQUEST, requested("10.0.0.9"), chosen("10.0.0.1")),),
        "the board took the offer of 10.0.0.1",
    ),
    "a second board": (
        (elsewhere(BOARD), dhcp(MessageType.DISCOVER, source=OTHER)),
        "52:54:00:00:00:01 and 52:54:00:00:00:02 are on eth1",
    ),
    "another host's ARP": (
        (elsewhere(BOARD), arp("192.168.0.1", "192.168.0.9", source=OTHER)),
        "this is a network, not a cable",
    ),
    "another host's IPv6": ((elsewhere(OTHER), elsewhere(BOARD)), "not a cable"),
    "a relay": (
        (dhcp(MessageType.DISCOVER, giaddr=LEASED),),
        "a relay (192.168.0.67) is on eth1",
    ),
    "a relay that counts hops": (
        (dhcp(MessageType.DISCOVER, hops=1),),
        "a relay (0.0.0.0) is on eth1",
    ),
    "a message for another machine": (
        (dhcp(MessageType.DISCOVER, chaddr=OTHER),),
        "this is a network, not a cable",
    ),
    "spanning tree": ((STP,), "leads to a switch"),
    "CDP": ((CDP,), "leads to a switch"),
    "LLDP of a switch": (
        (build_ethernet(LLDP_MAC, OTHER, 0x88CC, bytes(46)),),
        "leads to a switch",
    ),
    "a board that has our address": (
        (arp("192.168.0.1", str(OWN.ip)),),
        "uses 192.168.0.66",
    ),
    "a board that declines": ((dhcp(MessageType.DECLINE),), "is in use"),
}
"""Wires that stop the cable, and why; check that there is no reply after."""


def played(cable: CableLease, frames: tuple[bytes, ...]) -> list[Output]:
    outputs: list[Output] = []
    for number, frame in enumerate(frames):
        outputs += cable.receive(5.0 + number, frame)
    return outputs


def test_there_are_forty_wires() -> None:
    assert len(ANSWERED) + len(SILENT) + len(STOPPED) >= 40


@pytest.mark.parametrize("wire", ANSWERED)
def test_a_cable_is_answered(wire: str) -> None:
    outputs = played(ready(), ANSWERED[wire])
    assert replies(outputs)
    assert stops(outputs) == []


@pytest.mark.parametrize("wire", SILENT)
def test_what_is_not_for_us_gets_no_reply(wire: str) -> None:
    cable = ready()
    assert replies(played(cable, SILENT[wire])) == []
    assert cable.phase is Phase.READY


@pytest.mark.parametrize("wire", STOPPED)
def test_a_network_is_never_answered(wire: str) -> None:
    frames, reason = STOPPED[wire]
    cable = ready()
    outputs = played(cable, (*frames, DISCOVER, BOOTP, ACCEPT))
    assert replies(outputs) == []
    (said,) = stops(outputs)
    assert reason in said
    assert cable.link(20.0, is_up=True) == []  # permanently
    assert cable.tick(400.0) == []


@pytest.mark.parametrize("wire", [*ANSWERED, *SILENT])
def test_nothing_is_answered_while_the_wire_is_asked(wire: str) -> None:
    cable = CableLease(WISHES)
    outputs = cable.link(0.0, is_up=True)
    for frame in {**ANSWERED, **SILENT}[wire]:
        outputs += cable.receive(3.9, frame) + cable.tick(3.9)
    assert replies(outputs) == []


@pytest.mark.parametrize("wire", [*ANSWERED, *SILENT])
def test_no_reply_is_a_nak(wire: str) -> None:
    sent = replies(played(ready(), (*{**ANSWERED, **SILENT}[wire], DISCOVER)))
    assert {parse(one).type for one in sent} <= {
        None,  # BOOTP
        MessageType.OFFER,
        MessageType.ACK,
    }


FRAMES = st.sampled_from(
    [frame for frames in (*ANSWERED.values(), *SILENT.values()) for frame in frames]
)
BAD = st.sampled_from([frames for frames, _ in STOPPED.values()])
STEP = st.one_of(FRAMES, st.floats(0.0, 200.0), st.booleans(), st.binary(max_size=80))


@given(st.lists(STEP, max_size=25), BAD, st.lists(STEP, max_size=25))
def test_never_a_reply_after_a_server_a_second_machine_or_a_relay_was_seen(
    before: list[object], bad: tuple[bytes, ...], after: list[object]
) -> None:
    cable, now = CableLease(WISHES), 0.0
    cable.link(now, is_up=True)
    stopped = False
    for step in (*before, *bad, *after):
        outputs: list[Output] = []
        if isinstance(step, bool):
            outputs = cable.link(now, is_up=step)
        elif isinstance(step, float):
            now += step
            outputs = cable.tick(now)
        elif isinstance(step, bytes):
            outputs = cable.receive(now, step)
        assert not (stopped and outputs)
        stopped |= bool(stops(outputs))
        assert not (stops(outputs) and replies(outputs))
    assert stopped


@given(st.lists(st.tuples(st.floats(0.0, 0.3), FRAMES), min_size=20, max_size=80))
def test_never_more_than_ten_replies_a_second_after_the_first_ten(
    steps: list[tuple[float, bytes]],
) -> None:
    cable, now, count = ready(), 4.0, 0
    for pause, frame in steps:
        now += pause
        count += len(replies(cable.receive(now, frame)))
    assert count <= 10 + 10 * (now - 4.0)


@given(st.binary(max_size=400))
def test_any_bytes_are_taken(noise: bytes) -> None:
    cable = ready()
    cable.receive(5.0, noise)
    cable.receive(5.0, udp(noise))
    assert cable.reason == "" or "eth1" in cable.reason
