"""Each machine on the wire, from its first frame to its first request."""

from ipaddress import IPv4Address, IPv4Interface

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.support.wire_events import (
    ETH,
    HTTP,
    MAC,
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
from tftptui.telemetry.wire_views import MOST_DEVICES
from tftptui.wire.devices import (
    MOST_STEPS,
    Device,
    Devices,
    StepKind,
    journalled,
)
from tftptui.wire.dhcp import MessageType
from tftptui.wire.events import AddressSeen, ArpSeen, WireEvent
from tftptui.wire.frames import Arp, ArpOp

BOOT: list[WireEvent] = [
    asked(MessageType.DISCOVER, 1.0),
    told(MessageType.OFFER, 1.1, next_server="10.0.0.5", file=b"ipxe.efi"),
    asked(MessageType.REQUEST, 1.2, server="10.0.0.1"),
    told(MessageType.ACK, 1.3, next_server="10.0.0.5", file=b"ipxe.efi"),
    requested("10.0.0.5", time=1.4),
]


def only(devices: Devices) -> Device:
    (device,) = devices
    return device


def kinds(device: Device) -> list[StepKind]:
    return [step.kind for step in device.steps]


def test_a_boot_is_told_step_by_step() -> None:
    devices, news = heard(BOOT)
    device = only(devices)
    assert kinds(device) == [
        StepKind.DISCOVER,
        StepKind.OFFER,
        StepKind.REQUEST,
        StepKind.ACK,
        StepKind.FILE_REQUEST,
    ]
    assert [one.step.kind for one in news] == kinds(device)
    assert device.title() == "QEMU · PXE firmware · x64 UEFI"
    assert device.address == "10.0.0.77"


def test_a_request_is_explained_by_the_reply_that_named_our_address() -> None:
    device = only(heard(BOOT)[0])
    words = (
        "10.0.0.1's reply said: next-server 10.0.0.5, file ipxe.efi, arch 7 (x64 UEFI)"
    )
    assert device.why_requested("10.0.0.5") == words
    assert device.why_requested("10.0.0.6") == ""


def test_the_reply_on_port_4011_explains_more_than_the_offer() -> None:
    nobody = "0.0.0.0"  # noqa: S104 - no address
    devices, _ = heard(
        [
            *BOOT[:4],
            asked(MessageType.REQUEST, 1.5, port=4011, server="10.0.0.2"),
            told(
                MessageType.ACK,
                1.6,
                server="10.0.0.2",
                address=nobody,
                next_server="10.0.0.2",
                file=b"snp.efi",
            ),
        ]
    )
    device = only(devices)
    assert kinds(device)[-2:] == [StepKind.PXE_REQUEST, StepKind.PXE_REPLY]
    assert "file snp.efi" in device.why_requested("10.0.0.2")
    assert device.address == "10.0.0.77"


def test_what_repeats_is_one_step_with_a_count() -> None:
    devices, _ = heard([asked(MessageType.DISCOVER, t) for t in (0.0, 4.0, 12.0)])
    (step,) = only(devices).steps
    assert (step.count, step.time, step.last) == (3, 0.0, 12.0)
    assert only(devices).attempt is not None


def test_bootp_with_a_new_transaction_each_time_is_one_attempt() -> None:
    devices, _ = heard([asked(None, float(n), xid=n, options=()) for n in range(3)])
    attempt = only(devices).attempt
    assert attempt is not None
    assert attempt.bootp == [0.0, 1.0, 2.0]


def test_the_next_program_of_a_boot_begins_an_attempt_of_its_own() -> None:
    ipxe = (*PXE, (77, b"iPXE"))
    devices, _ = heard([*BOOT, asked(MessageType.DISCOVER, 9.0, options=ipxe, xid=2)])
    attempt = only(devices).attempt
    assert attempt is not None
    assert (attempt.program, attempt.offers, attempt.requested) == ("iPXE", {}, None)
    assert len(only(devices).steps) == 6


def test_an_offer_of_a_file_without_a_server_means_the_dhcp_server_itself() -> None:
    devices, _ = heard([BOOT[0], told(file=b"u-boot.img"), told(server="10.0.0.9")])
    attempt = only(devices).attempt
    assert attempt is not None
    assert attempt.offers["10.0.0.1"].boot_servers == ("10.0.0.1",)
    assert attempt.offers["10.0.0.9"].boot_servers == ()


def test_option_66_is_read_as_text_and_as_four_bytes() -> None:
    texts = (b"10.0.0.5\0", bytes([10, 0, 0, 5]), b"boot.example")
    found = []
    for text in texts:
        devices, _ = heard([BOOT[0], told(options=((66, text),))])
        attempt = only(devices).attempt
        assert attempt is not None
        found.append(attempt.offers["10.0.0.1"].server_name)
    assert found == ["10.0.0.5", "10.0.0.5", "boot.example"]


def test_arp_of_a_machine_that_does_no_more_is_news_from_the_second_time_on() -> None:
    events = [looked_for("192.168.0.66", float(t)) for t in (0, 5, 10)]
    devices, news = heard(events)
    assert [one.step.count for one in news] == [2, 3]
    device = only(devices)
    assert device.lookups["192.168.0.66"].count == 3
    assert device.address == "192.168.0.86"


def test_arp_for_our_own_address_is_news_at_once_and_our_reply_too() -> None:
    own = AddressSeen(
        time=0.0,
        interface=ETH,
        address=IPv4Interface("192.168.0.66/24"),
        is_here=True,
    )
    ask = looked_for("192.168.0.66")
    reply = Arp(
        ArpOp.REPLY, OTHER_MAC, ask.arp.target, ask.arp.sender_mac, ask.arp.sender
    )
    answer = ArpSeen(time=0.1, interface=ETH, arp=reply, is_ours=True)
    devices, news = heard([own, ask, answer])
    assert [one.step.kind for one in news] == [StepKind.ARP, StepKind.ARP_REPLY]
    assert only(devices).lookups["192.168.0.66"].is_answered


def test_an_announcement_is_no_question() -> None:
    devices, news = heard([looked_for("10.0.0.9", sender="10.0.0.9")] * 3)
    assert news == []
    assert only(devices).lookups == {}


def test_a_link_is_news_when_it_changes_not_as_it_was_found() -> None:
    devices, news = heard([plugged(), BOOT[0], plugged(), unplugged(), plugged()])
    assert [one.step.kind for one in news] == [
        StepKind.DISCOVER,
        StepKind.LINK_DOWN,
        StepKind.LINK_UP,
    ]
    assert kinds(only(devices))[1:] == [StepKind.LINK_DOWN, StepKind.LINK_UP]
    assert devices.links[ETH].heard is None


def test_a_reply_to_a_machine_that_was_never_heard_is_no_story() -> None:
    devices, news = heard([told(mac=OTHER_MAC)])
    assert (len(devices), news) == (0, [])


def test_http_machines_say_so() -> None:
    device = only(heard([asked(MessageType.DISCOVER, options=HTTP)])[0])
    assert device.title() == "QEMU · UEFI HTTP Boot · x64 UEFI HTTP"


def test_those_that_only_do_arp_are_forgotten_first_and_listed_last() -> None:
    macs = [b"\2\0\0" + number.to_bytes(3) for number in range(MOST_DEVICES)]
    events: list[WireEvent] = [looked_for("10.0.0.9", mac=mac) for mac in macs[:-1]]
    devices, _ = heard([asked(MessageType.DISCOVER), *events])
    assert next(iter(devices)).mac == MAC
    devices.take(looked_for("10.0.0.9", 1.0, mac=macs[-1]))
    assert len(devices) == MOST_DEVICES
    assert devices.by_mac(MAC) is not None
    assert devices.by_mac(macs[0]) is None


def test_a_step_is_journalled_with_what_is_known_of_its_machine() -> None:
    _, news = heard(BOOT)
    event = journalled(news[1])
    assert (event.step, event.mac, event.peer) == (
        "offer",
        "52:54:00:12:34:56",
        "10.0.0.1",
    )
    assert (event.program, event.architectures) == ("PXE firmware", [7])
    assert event.text == "address 10.0.0.77, next-server 10.0.0.5, file ipxe.efi"


TYPES = st.sampled_from([None, *MessageType])
TIMES = st.floats(0, 500)
HOSTS = st.sampled_from(["10.0.0.1", "10.0.0.5", "0.0.0.0"])  # noqa: S104
EVENTS = st.one_of(
    st.builds(
        asked, TYPES, TIMES, xid=st.integers(0, 3), port=st.sampled_from([67, 4011])
    ),
    st.builds(told, TYPES, TIMES, server=HOSTS, address=HOSTS, next_server=HOSTS),
    st.builds(looked_for, HOSTS, TIMES, sender=HOSTS),
    st.builds(requested, HOSTS, st.binary(max_size=8), TIMES),
    st.builds(plugged, TIMES),
    st.builds(unplugged, TIMES),
)


@given(st.lists(EVENTS, max_size=80))
def test_any_events_in_order_give_bounded_stories(events: list[WireEvent]) -> None:
    events.sort(key=lambda event: event.time)
    devices, news = heard(events)
    for device in devices:
        assert len(device.steps) <= MOST_STEPS
        assert [s.time for s in device.steps] == sorted(s.time for s in device.steps)
        assert all(step.count >= 1 and step.last >= step.time for step in device.steps)
        device.why_requested("10.0.0.5")
        device.title()
    for one in news:
        msgspec.json.encode(journalled(one))
        assert IPv4Address(one.step.peer or "0.0.0.0") is not None  # noqa: S104


def test_a_reply_of_another_host_is_a_step_of_the_machine_that_asked() -> None:
    ask = looked_for("10.0.0.9", 1.0).arp
    reply = Arp(ArpOp.REPLY, OTHER_MAC, ask.target, ask.sender_mac, ask.sender)
    devices, news = heard(
        [
            looked_for("10.0.0.9", 1.0),
            ArpSeen(time=1.1, interface=ETH, arp=reply),
        ]
    )
    device, other = devices.by_mac(MAC), devices.by_mac(OTHER_MAC)
    assert device is not None
    assert other is not None
    assert [one.step.kind for one in news] == [StepKind.ARP_REPLY]
    assert device.lookups["10.0.0.9"].is_answered
    assert other.address == "10.0.0.9"
