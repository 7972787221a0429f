"""The lease of one cable: requests, offers and leases."""

from ipaddress import IPv4Address, IPv4Interface, IPv4Network

import msgspec
import pytest

from tests.support.cable_frames import (
    LEASED,
    OTHER,
    OWN,
    WISHES,
    arp,
    chosen,
    dhcp,
    ready,
    replies,
    requested,
    stops,
)
from tftptui.cable.lease import (
    ASK_AGAIN,
    AddAddress,
    CableLease,
    Notice,
    Output,
    Phase,
    SendFrame,
    free_networks,
)
from tftptui.wire.dhcp import DhcpMessage, MessageType, Option, parse
from tftptui.wire.frames import (
    Arp,
    ArpOp,
    parse_arp,
    parse_ethernet,
    parse_udp,
)

BARE = msgspec.structs.replace(WISHES, own=None, candidates=free_networks([]))
"""Settings for an interface without an address."""

WISH = IPv4Interface("192.168.7.66/24")
ASKS = arp("192.168.7.66", "192.168.7.86")


def sent(outputs: list[Output]) -> list[Arp | DhcpMessage]:
    """Return the packets sent, among outputs."""
    found: list[Arp | DhcpMessage] = []
    for one in outputs:
        if isinstance(one, SendFrame):
            frame = parse_ethernet(one.frame)
            assert frame is not None
            if (question := parse_arp(frame.payload)) is not None:
                found.append(question)
            elif (packet := parse_udp(frame.payload)) is not None:
                found.append(parse(packet.payload))
    return found


def notices(outputs: list[Output]) -> str:
    return "\n".join(one.text for one in outputs if isinstance(one, Notice))


def answer(frame: bytes, cable: CableLease | None = None) -> DhcpMessage:
    (payload,) = replies((cable or ready()).receive(5.0, frame))
    return parse(payload)


class TestAsking:
    def test_a_new_link_is_asked_by_discover_and_arp_before_anything_else(self) -> None:
        cable = CableLease(WISHES)
        outputs = cable.link(0.0, is_up=True)
        for tenth in range(1, 40):
            outputs += cable.tick(tenth / 10)
        asked = sent(outputs)
        messages = [one for one in asked if isinstance(one, DhcpMessage)]
        assert {one.type for one in messages} == {MessageType.DISCOVER}
        assert {one.chaddr for one in messages} == {WISHES.asker}
        probes = [one for one in asked if isinstance(one, Arp)]
        assert all(one.is_probe for one in probes)
        assert [one.target for one in probes] == [OWN.ip, LEASED] * 3
        assert cable.phase is Phase.ASKING
        assert "power the board" in notices(cable.tick(4.0))

    def test_a_link_that_stays_is_asked_again(self) -> None:
        cable, now = ready(), 4.0
        for pause in (*ASK_AGAIN, ASK_AGAIN[-1]):
            assert sent(cable.tick(now + pause - 0.1)) == []
            now += pause
            (question,) = sent(cable.tick(now))
            assert isinstance(question, DhcpMessage)

    def test_each_new_link_is_asked_and_may_bring_another_board(self) -> None:
        cable = ready()
        assert replies(cable.receive(5.0, dhcp(MessageType.DISCOVER)))
        cable.link(6.0, is_up=False)
        assert sent(cable.link(7.0, is_up=True))
        other = dhcp(MessageType.DISCOVER, source=OTHER)
        assert replies(cable.receive(8.0, other)) == []
        cable.tick(11.0)
        assert replies(cable.receive(12.0, other))


class TestOwnAddress:
    def test_it_is_added_once_the_wire_was_silent_and_only_then_answered(self) -> None:
        cable = ready(BARE)
        assert cable.phase is Phase.SETTING
        assert replies(cable.receive(4.5, dhcp(MessageType.DISCOVER))) == []
        own = IPv4Interface("192.168.69.1/24")
        cable.address_added(5.0, own)
        assert answer(dhcp(MessageType.DISCOVER), cable).siaddr == own.ip

    def test_one_that_the_board_has_is_left_to_it(self) -> None:
        cable = CableLease(BARE)
        cable.link(0.0, is_up=True)
        cable.receive(1.0, arp(str(OWN.ip), "192.168.69.1", op=ArpOp.REPLY))
        outputs = [one for now in range(2, 7) for one in cable.tick(float(now))]
        (added,) = [one for one in outputs if isinstance(one, AddAddress)]
        assert added.address == IPv4Interface("192.168.70.1/24")

    def test_one_that_can_not_be_added_ends_it_with_the_reason(self) -> None:
        cable = ready(BARE)
        (reason,) = stops(cable.address_failed(BARE.candidates[0], "no right"))
        assert reason == "eth1 has no address: no right"

    def test_networks_of_other_interfaces_are_never_taken(self) -> None:
        first, *_ = free_networks([IPv4Network("192.168.64.0/20")])
        assert first == IPv4Interface("192.168.80.1/24")


class TestWishOfTheBoard:
    def test_an_address_that_it_asks_for_twice_and_nobody_has_becomes_ours(
        self,
    ) -> None:
        cable = ready()
        outputs = cable.receive(5.0, ASKS)
        assert cable.tick(6.0) == outputs == []
        cable.receive(10.0, ASKS)
        outputs = [one for now in range(10, 14) for one in cable.tick(float(now))]
        assert [one.target for one in sent(outputs) if isinstance(one, Arp)] == [
            WISH.ip
        ] * 3
        assert outputs[-1] == AddAddress(WISH)
        cable.address_added(14.0, WISH)
        assert cable.taken == WISH

    def test_one_that_answers_a_probe_is_not_taken(self) -> None:
        cable = ready()
        for now in (5.0, 10.0):
            cable.receive(now, ASKS)
        cable.tick(10.0)
        cable.receive(10.5, arp("192.168.0.66", "192.168.7.66", op=ArpOp.REPLY))
        outputs = [one for now in range(11, 16) for one in cable.tick(float(now))]
        assert not [one for one in outputs if isinstance(one, AddAddress)]

    def test_one_of_another_interfaces_network_is_refused_with_the_reason(self) -> None:
        near = (IPv4Network("192.168.0.0/16"),)
        cable = ready(msgspec.structs.replace(WISHES, other_networks=near))
        cable.receive(5.0, ASKS)
        said = notices(cable.receive(10.0, ASKS))
        assert "192.168.0.0/16 is reached over another interface" in said
        assert cable.tick(20.0)[1:] == []


class TestReply:
    @pytest.mark.parametrize(
        ("frame", "kind"),
        [
            (dhcp(MessageType.DISCOVER), MessageType.OFFER),
            (
                dhcp(MessageType.REQUEST, requested(LEASED), chosen(OWN.ip)),
                MessageType.ACK,
            ),
        ],
    )
    def test_server_and_file_are_everywhere_and_there_is_no_way_out(
        self, frame: bytes, kind: MessageType
    ) -> None:
        reply = answer(frame)
        assert (reply.type, reply.yiaddr, reply.siaddr) == (kind, LEASED, OWN.ip)
        assert (reply.file, reply.option(Option.BOOT_FILE)) == (b"u-boot.img",) * 2
        assert reply.tftp_server_name == b"192.168.0.66"
        assert (reply.tftp_servers, reply.server_id) == ((OWN.ip,), OWN.ip)
        assert reply.lease_seconds == 600
        absent = (Option.ROUTER, Option.DNS, Option.VENDOR_CLASS)
        assert [reply.option(one) for one in absent] == [None] * 3

    def test_bootp_has_no_options_of_dhcp_and_300_bytes(self) -> None:
        (payload,) = replies(ready().receive(5.0, dhcp(None)))
        reply = parse(payload)
        assert len(payload) >= 300
        assert reply.options == ((Option.SUBNET_MASK, OWN.netmask.packed),)
        assert (reply.yiaddr, reply.file) == (LEASED, b"u-boot.img")

    @pytest.mark.parametrize(
        ("kind", "extra"), [(0, b"\x06\x01\x08"), (7, None), (None, b"\x06\x01\x08")]
    )
    def test_only_a_bios_gets_its_class_back_and_option_43(
        self, kind: int | None, extra: bytes | None
    ) -> None:
        machine = b"\0" + bytes(range(16))
        options = [
            (Option.VENDOR_CLASS, b"PXEClient:Arch"),
            (Option.MACHINE_ID, machine),
        ]
        if kind is not None:
            options.append((Option.ARCHITECTURE, kind.to_bytes(2)))
        reply = answer(dhcp(MessageType.DISCOVER, *options))
        assert reply.vendor_class == (b"PXEClient" if extra else b"")
        assert reply.machine_id == machine
        assert reply.option(Option.VENDOR_SPECIFIC) == extra

    def test_an_inform_gets_no_address_and_no_lease(self) -> None:
        reply = answer(dhcp(MessageType.INFORM, ciaddr=LEASED))
        assert (reply.yiaddr, reply.lease_seconds) == (IPv4Address(0), None)

    def test_a_name_too_long_for_the_field_is_in_the_option_alone(self) -> None:
        name = b"a" * 200
        cable = ready(msgspec.structs.replace(WISHES, file=name))
        reply = answer(dhcp(MessageType.DISCOVER), cable)
        assert reply.file == b""
        assert reply.option(Option.BOOT_FILE) == name

    def test_the_operator_is_told_once_what_the_board_was_told(self) -> None:
        cable = ready()
        said = notices(cable.receive(5.0, dhcp(MessageType.DISCOVER)))
        assert "(52:54:00:00:00:01) got: address 192.168.0.67" in said
        assert notices(cable.receive(6.0, dhcp(MessageType.DISCOVER))) == ""


def test_a_flood_gets_ten_replies() -> None:
    cable = ready()
    counts = [len(replies(cable.receive(5.0, dhcp(None)))) for _ in range(50)]
    assert sum(counts) == 10
