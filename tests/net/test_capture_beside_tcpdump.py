"""Our captures compared with tcpdump's, and as read by tshark."""

import subprocess
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.namespaces import Routed
from tests.support.real_clients import ATFTP, ATFTP_WINDOWS, CURL, CURL_PLAIN
from tests.support.serve import Serve
from tests.support.tcpdump import captured
from tests.support.tshark import dissect, require_tshark, troubles
from tftptui.replay.reading import Reading
from tftptui.telemetry.views import TransferView

pytestmark = [pytest.mark.net, pytest.mark.netns]

CONTENT = sample_bytes(50_000)
CLIENTS = (CURL, CURL_PLAIN, ATFTP, ATFTP_WINDOWS)
LOSE_DATA = "udp length 524 numgen inc mod 200 == 7 counter drop"
TOLD = (
    "client",
    "client_tid",
    "server",
    "server_tid",
    "asked",
    "agreed",
    "phase",
    "acked_bytes",
    "acked_blocks",
    "retransmits",
    "duplicates",
)


@pytest.fixture(scope="module")
def captures(
    network: Routed, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Path, int]:
    """Return our capture, tcpdump's of the same transfers, and the number of losses."""
    require_tshark()
    folder = tmp_path_factory.mktemp("captures")
    (folder / "root").mkdir()
    (folder / "root" / "file").write_bytes(CONTENT)
    ours, other = folder / "ours.pcapng", folder / "other.pcap"
    with ExitStack() as stack:
        options = ("--capture", str(ours))
        server = stack.enter_context(
            Serve(folder / "root", *options, listen=None, within=network.server)
        )
        stack.enter_context(network.rules(LOSE_DATA, "forward"))
        port = server.at.port
        stack.enter_context(captured(other, Routed.NEAR, network.server))
        for client in CLIENTS:
            client.require()
            at = type(server.at)(Routed.SERVER, port)
            got = folder / "got"
            command = [*network.client, *client.command(at, "file", got)]
            subprocess.run(command, capture_output=True, check=True, timeout=60)
            assert got.read_bytes() == CONTENT
        server.until("transfer_ended", len(CLIENTS))
        lost = network.counted()
        assert server.stop() == 0
    return ours, other, lost


def transfers(capture: Path) -> list[TransferView]:
    with Reading(capture) as reading:
        reading.step()
        assert reading.troubles() == []
        return reading.rebuilding.take_changed()


def test_tshark_finds_nothing_wrong(captures: tuple[Path, Path, int]) -> None:
    ours, _, _ = captures
    assert troubles(ours) == []


def test_tshark_takes_every_packet_for_tftp(captures: tuple[Path, Path, int]) -> None:
    ours, _, _ = captures
    assert dissect(ours, "not tftp", "frame.number") == []


def test_tshark_puts_the_files_together(
    captures: tuple[Path, Path, int], tmp_path: Path
) -> None:
    ours, _, _ = captures
    command = ["tshark", "-n", "-r", str(ours), "-q"]
    command += ["--export-objects", f"tftp,{tmp_path / 'files'}"]
    subprocess.run(command, capture_output=True, check=True)
    found = list((tmp_path / "files").iterdir())
    assert len(found) == len(CLIENTS)
    assert {each.read_bytes() for each in found} == {CONTENT}


def test_every_loss_has_its_comment(captures: tuple[Path, Path, int]) -> None:
    ours, _, lost = captures
    assert lost > 0
    told = dissect(ours, "frame.comment contains retransmission", "frame.comment")
    blocks = dissect(ours, "tftp.opcode == 3", "ip.dst", "udp.dstport", "tftp.block")
    repeats = len(blocks) - len({tuple(block) for block in blocks})
    assert len(told) == repeats >= lost


def test_both_captures_tell_the_same(captures: tuple[Path, Path, int]) -> None:
    ours, other, _ = captures
    mine, theirs = transfers(ours), transfers(other)
    assert len(mine) == len(CLIENTS)
    for one, two in zip(mine, theirs, strict=True):
        assert [getattr(one, name) for name in TOLD] == [
            getattr(two, name) for name in TOLD
        ]
