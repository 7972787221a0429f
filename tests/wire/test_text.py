"""Devices as lines of text."""

from ipaddress import IPv4Interface

from tests.support.wire_events import ETH, asked, heard, plugged, told, unplugged
from tftptui.wire.devices import StepKind
from tftptui.wire.dhcp import MessageType
from tftptui.wire.events import AddressSeen
from tftptui.wire.text import LABELS, StoryPrinter, finding_lines, interfaces_words

OFFERED = "address 10.0.0.77, next-server 10.0.0.5"


def test_a_machine_is_introduced_once_and_its_steps_follow() -> None:
    _, news = heard(
        [
            plugged(),
            asked(MessageType.DISCOVER, 1.0),
            asked(MessageType.DISCOVER, 5.0),
            told(time=5.5, next_server="10.0.0.5", file=b"a\n.efi"),
            unplugged(9.0),
        ]
    )
    printer = StoryPrinter()
    lines = [line[13:] for one in news for line in printer.lines(one)]
    assert lines == [
        "52:54:00:12:34:56  QEMU · PXE firmware · x64 UEFI",
        "  → DISCOVER",
        "  → DISCOVER (2 times in 4.0 s)",
        rf"  ← OFFER by 10.0.0.1: {OFFERED}, file a\x0a.efi",
        "eth1: link down",
    ]


def test_where_is_listened_is_said_with_our_addresses() -> None:
    address = IPv4Interface("10.0.0.5/24")
    own = AddressSeen(time=0.0, interface=ETH, address=address, is_here=True)
    devices, _ = heard([plugged(), own])
    assert interfaces_words(devices) == "eth1 (up, 10.0.0.5/24)"


def test_every_step_has_a_label() -> None:
    assert set(LABELS) == set(StepKind)


def test_a_finding_stands_below_its_story_with_what_to_change() -> None:
    lines = finding_lines(0.0, "two-dhcp (sure)", "Two servers.", ["this", "that"])
    assert [line[12:] for line in lines] == [
        "   ! two-dhcp (sure): Two servers.",
        "     fix: this",
        "     fix: that",
    ]
