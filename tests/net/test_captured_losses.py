"""Captures of other servers, with losses that a firewall counted."""

import subprocess
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.namespaces import Routed
from tests.support.other_servers import OTHERS, serving_within
from tests.support.tcpdump import captured
from tests.support.tshark import dissect, require_tshark
from tftptui.replay.reading import Reading
from tftptui.telemetry.records.ring import LAYOUT, Flag, Kind, PacketRecord
from tftptui.telemetry.views import TransferView

pytestmark = [pytest.mark.net, pytest.mark.netns]

CONTENT = sample_bytes(30_000)
BLOCKS = 59
LOSE_DATA = "udp length 524 numgen inc mod 30 == 7 counter drop"
LOSE_ACKS = (
    f"ip saddr {Routed.CLIENT} udp length 12 numgen inc mod 30 == 7 counter drop"
)
PATIENCE = 60.0


@dataclass
class Sight:
    """The contents of a capture at one end."""

    transfers: list[TransferView]
    records: list[PacketRecord]
    repeats: int
    """Blocks seen more than once, as counted by tshark."""

    @property
    def sent_again(self) -> int:
        return sum(one.attempt > 1 for one in self.records)

    @property
    def acknowledged_again(self) -> int:
        again = (one.flags & Flag.DUPLICATE for one in self.records)
        kinds = (one.kind == Kind.ACK for one in self.records)
        return sum(map(all, zip(kinds, again, strict=True)))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "file").write_bytes(CONTENT)
    return tmp_path / "root"


def fetch(network: Routed, place: Path) -> None:
    """Fetch the file with atftp, which retries every second."""
    command = [*network.client, "atftp", "--option", "timeout 1", "--get"]
    command += ["-r", "file", "-l", str(place), Routed.SERVER, "69"]
    subprocess.run(command, capture_output=True, check=True, timeout=PATIENCE)
    assert place.read_bytes() == CONTENT


def rebuilt_records(reading: Reading) -> list[PacketRecord]:
    """Return the records of transfers in the capture, without ICMP errors."""
    packed = LAYOUT.iter_unpack(reading.rebuilding.recorder.ring.packed(0))
    found = [PacketRecord(*fields) for fields in packed]
    return [one for one in found if one.kind != Kind.ICMP]


def sight(place: Path) -> Sight:
    """Return the contents of a capture."""
    with Reading(place) as reading:
        assert not reading.step()
        assert reading.troubles() == []
        rebuilding = reading.rebuilding
        blocks = dissect(place, "tftp.opcode == 3", "tftp.block.full")
        counts = Counter(block for (block,) in blocks)
        return Sight(
            rebuilding.take_changed(),
            rebuilt_records(reading),
            sum(count - 1 for count in counts.values()),
        )


def seen_at_both_ends(
    network: Routed, server: str, root: Path, rule: str
) -> tuple[int, Sight, Sight]:
    """Fetch a file with losses; return their number and both captures."""
    require_tshark()
    folder = root.parent
    near, far = folder / "server.pcap", folder / "client.pcap"
    with ExitStack() as stack:
        stack.enter_context(serving_within(server, root, Routed.SERVER, network.server))
        await_server(network)
        stack.enter_context(network.rules(rule, "forward"))
        stack.enter_context(captured(near, Routed.NEAR, network.server))
        stack.enter_context(captured(far, Routed.FAR, network.client))
        fetch(network, folder / "got")
        lost = network.counted()
    return lost, sight(near), sight(far)


def await_server(network: Routed) -> None:
    """Wait until port 69 is in use."""
    command = [*network.server, "sh", "-c", "until ss -Hlun | grep -q :69; do :; done"]
    subprocess.run(command, check=True, timeout=PATIENCE)


@pytest.mark.parametrize("server", OTHERS)
def test_lost_data_are_repeats_before_the_loss_and_gaps_of_time_behind(
    network: Routed, root: Path, server: str
) -> None:
    lost, near, far = seen_at_both_ends(network, server, root, LOSE_DATA)
    assert lost > 0
    (view,) = near.transfers
    assert (view.phase, view.acked_bytes) == ("completed", len(CONTENT))
    assert near.sent_again == view.retransmits == near.repeats == lost
    assert (view.lost_to_client, view.lost_to_server) == (lost, 0)
    assert far.sent_again == far.repeats == 0
    assert far.transfers[0].phase == "completed"


@pytest.mark.parametrize("server", ["tftpd-hpa"])
def test_lost_acks_are_repeats_at_both_ends(
    network: Routed, root: Path, server: str
) -> None:
    lost, near, far = seen_at_both_ends(network, server, root, LOSE_ACKS)
    assert lost > 0
    assert near.sent_again == near.repeats
    assert far.sent_again == far.repeats
    acks = [one for one in far.records if one.kind == Kind.ACK]
    assert len(acks) == BLOCKS + 1 + far.acknowledged_again
    arrived = [one for one in near.records if one.kind == Kind.ACK]
    assert len(acks) - len(arrived) == lost
    sides = [(one.lost_to_client, one.lost_to_server) for one in far.transfers]
    assert sides == [(0, lost)]


def test_capture_of_all_devices_counts_every_packet_once(
    network: Routed, root: Path
) -> None:
    place = root.parent / "any.pcap"
    with ExitStack() as stack:
        stack.enter_context(
            serving_within("tftpd-hpa", root, Routed.SERVER, network.server)
        )
        await_server(network)
        stack.enter_context(
            captured(place, Routed.CLIENT, network.router, device="any")
        )
        fetch(network, root.parent / "got")
    with Reading(place) as reading:
        reading.step()
        (view,) = reading.rebuilding.take_changed()
        assert (view.phase, view.retransmits, view.duplicates) == ("completed", 0, 0)
        assert any(
            "captured twice, counted once" in aside for aside in reading.asides()
        )
        assert len(rebuilt_records(reading)) == 2 * BLOCKS + 3
