"""Exactly the lost packets are resent, as journal and packet log show."""

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.support.builders import sample_bytes
from tests.support.real_clients import (
    ALL,
    ATFTP,
    ATFTP_WINDOWS,
    BUSYBOX,
    CURL_IN_HASTE,
    HPA,
    RealClient,
)
from tests.support.relay import Loss, Relay
from tests.support.running import settings_for
from tests.support.watcher import Watcher, watching
from tftptui.engine.holders.inline import InlineEngine
from tftptui.protocol.packets import Opcode
from tftptui.protocol.timing import SHORTEST
from tftptui.telemetry.records.ring import Flag, Kind, PacketRecord

pytestmark = pytest.mark.net

CONTENT = sample_bytes(3_000)
BLOCKS = 6
RETRIES = 3

Sent = tuple[int, int]  # block, attempt

UNDISTURBED: list[Sent] = [(block, 1) for block in range(1, BLOCKS + 1)]

each_client = pytest.mark.parametrize("client", ALL, ids=str)
patient_client = pytest.mark.parametrize("client", [CURL_IN_HASTE, HPA, ATFTP], ids=str)
"""Clients that wait a second or more before they repeat an ACK."""


def sent_with(block: int, *attempts: int) -> list[Sent]:
    """Return all blocks in lock-step, one of them resent."""
    again = [(block, attempt) for attempt in attempts]
    return UNDISTURBED[:block] + again + UNDISTURBED[block:]


@dataclass
class Story:
    """The results of one fetch over a path with losses."""

    status: int
    content: bytes
    lost: list[Loss]
    packets: list[PacketRecord]
    journal: list[dict[str, Any]]
    sent: list[Sent] = field(init=False)
    oacks: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.sent = [
            (record.block + step, record.attempt)
            for record in self.packets
            if record.kind == Kind.DATA
            for step in range(record.count)
        ]
        self.oacks = [r.attempt for r in self.packets if r.kind == Kind.OACK]

    @property
    def ended(self) -> dict[str, Any]:
        (line,) = [line for line in self.journal if line["event"] == "transfer_ended"]
        return line

    def wait_for_second(self, block: int) -> float:
        """Return the seconds between the first two attempts of a block."""
        data = [record for record in self.packets if record.kind == Kind.DATA]
        first, second, *_ = [record.time for record in data if record.block == block]
        return second - first

    @property
    def duplicates(self) -> int:
        """Packets of the client that the log marks as resent."""
        return sum(bool(record.flags & Flag.DUPLICATE) for record in self.packets)


async def story_of(client: RealClient, folder: Path, *losses: Loss) -> Story:
    """Fetch a file through a relay that loses packets."""
    client.require()
    (folder / "file").write_bytes(CONTENT)
    place, journal = folder / "fetched", folder / "journal"
    settings = msgspec.structs.replace(
        settings_for(folder), journal=str(journal), retries=RETRIES
    )
    async with watching(InlineEngine(settings)) as seen:
        with Relay(seen.at, losses) as relay:
            status = await asyncio.to_thread(client.fetch, relay.at, "file", place)
            await seen.until(lambda: has_ended(seen))
    lines = [json.loads(line) for line in journal.read_text().splitlines()]
    packets = seen.packets(*Kind)
    return Story(status, place.read_bytes(), relay.lost, packets, lines)


def has_ended(seen: Watcher) -> bool:
    return bool(seen.transfers) and not seen.transfers[1].running


@each_client
async def test_without_losses_nothing_is_sent_again(
    client: RealClient, tmp_path: Path
) -> None:
    story = await story_of(client, tmp_path)
    assert (story.status, story.content) == (0, CONTENT)
    assert (story.sent, story.duplicates) == (UNDISTURBED, 0)
    assert (story.ended["outcome"], story.ended["retransmits"]) == ("completed", 0)


@pytest.mark.parametrize(
    "loss", [Loss(Opcode.DATA, 3), Loss(Opcode.ACK, 3)], ids=["data", "ack"]
)
@patient_client
async def test_a_lost_packet_costs_one_retransmission_of_its_block(
    client: RealClient, loss: Loss, tmp_path: Path
) -> None:
    story = await story_of(client, tmp_path, loss)
    assert (story.status, story.content, story.lost) == (0, CONTENT, [loss])
    assert (story.sent, story.duplicates) == (sent_with(3, 2), 0)
    assert (story.ended["outcome"], story.ended["retransmits"]) == ("completed", 1)


async def test_acks_that_busybox_repeats_in_its_haste_make_no_data(
    tmp_path: Path,
) -> None:
    story = await story_of(BUSYBOX, tmp_path, Loss(Opcode.DATA, 3))
    assert (story.content, story.sent) == (CONTENT, sent_with(3, 2))
    assert story.ended["duplicates"] == story.duplicates > 0
    assert story.wait_for_second(3) >= SHORTEST  # by our timer, not by its ACKs


async def test_a_lost_ack_that_the_client_repeats_costs_nothing(
    tmp_path: Path,
) -> None:
    loss = Loss(Opcode.ACK, 3)
    story = await story_of(BUSYBOX, tmp_path, loss)
    assert (story.content, story.lost) == (CONTENT, [loss])
    assert (story.sent, story.duplicates) == (UNDISTURBED, 0)


async def test_a_block_lost_twice_is_sent_three_times(tmp_path: Path) -> None:
    losses = [Loss(Opcode.DATA, 3, occurrence) for occurrence in (1, 2)]
    story = await story_of(HPA, tmp_path, *losses)
    assert (story.content, story.lost) == (CONTENT, losses)
    assert (story.sent, story.ended["retransmits"]) == (sent_with(3, 2, 3), 2)


async def test_a_lost_first_block_is_sent_again(tmp_path: Path) -> None:
    story = await story_of(HPA, tmp_path, Loss(Opcode.DATA, 1))
    assert (story.content, story.sent) == (CONTENT, sent_with(1, 2))


async def test_a_lost_last_block_is_sent_again(tmp_path: Path) -> None:
    story = await story_of(HPA, tmp_path, Loss(Opcode.DATA, BLOCKS))
    assert (story.content, story.sent) == (CONTENT, sent_with(BLOCKS, 2))
    assert story.ended["outcome"] == "completed"


async def test_a_lost_last_ack_is_no_completion(tmp_path: Path) -> None:
    losses = [Loss(Opcode.ACK, BLOCKS, n) for n in range(1, RETRIES + 2)]
    story = await story_of(HPA, tmp_path, *losses)
    assert (story.status, story.content) == (0, CONTENT)
    assert story.ended["outcome"] == "unconfirmed"
    assert story.ended["acked_blocks"] == BLOCKS - 1
    assert story.sent == sent_with(BLOCKS, 2, 3, 4)


@pytest.mark.parametrize("client", [CURL_IN_HASTE, ATFTP_WINDOWS], ids=str)
async def test_a_lost_oack_is_sent_again_and_no_data(
    client: RealClient, tmp_path: Path
) -> None:
    story = await story_of(client, tmp_path, Loss(Opcode.OACK))
    assert (story.status, story.content) == (0, CONTENT)
    assert story.oacks == [1, 2]
    assert story.sent == UNDISTURBED
    assert story.ended["retransmits"] == 1


async def test_a_lost_ack_of_the_oack_is_answered_by_the_oack_again(
    tmp_path: Path,
) -> None:
    story = await story_of(CURL_IN_HASTE, tmp_path, Loss(Opcode.ACK, 0))
    assert (story.content, story.oacks, story.sent) == (CONTENT, [1, 2], UNDISTURBED)


async def test_a_block_lost_within_a_window_is_sent_again_at_once(
    tmp_path: Path,
) -> None:
    story = await story_of(ATFTP_WINDOWS, tmp_path, Loss(Opcode.DATA, 3))
    assert (story.status, story.content) == (0, CONTENT)
    assert story.sent == [*UNDISTURBED[:4], (3, 2), (4, 2), *UNDISTURBED[4:]]
    assert story.ended["seconds"] < 1.0  # by the client's report, not by a timer


async def test_each_record_of_the_log_names_both_ports(tmp_path: Path) -> None:
    story = await story_of(HPA, tmp_path, Loss(Opcode.DATA, 3))
    (started,) = [e for e in story.journal if e["event"] == "transfer_started"]
    pair = (started["client_tid"], started["server_tid"])
    kinds = (Kind.DATA, Kind.ACK)
    pairs = {(r.client_tid, r.server_tid) for r in story.packets if r.kind in kinds}
    assert pairs == {pair}


async def test_the_second_attempt_comes_after_the_measured_wait(
    tmp_path: Path,
) -> None:
    story = await story_of(HPA, tmp_path, Loss(Opcode.DATA, 3))
    assert SHORTEST <= story.wait_for_second(3) < 1.0
