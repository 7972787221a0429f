"""How much of the journal one address can fill with transfers and changed files."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.clock import FakeClock
from tests.support.deep_size import deep_size
from tests.support.facts import CLIENT, NOON, SERVER, completed, tried
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tftptui.engine.engine import Engine
from tftptui.engine.recording.journal_limits import (
    ALL_UNPROVEN,
    FILES,
    PROVEN,
    UNPROVEN,
    JournalLimits,
)
from tftptui.server.intake.refusal_limits import SUMMARY_INTERVAL, Summary
from tftptui.server.rate_limits import KEPT_ADDRESSES
from tftptui.telemetry.events import (
    Event,
    FileChanged,
    IcmpReceived,
    Requested,
    Suppressed,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.transfer_events import ended_event, keys_of

BEYOND = 50
NETWORK = "10.0.4.0/24"


def asked(number: int, client: str = CLIENT) -> Requested:
    keys = keys_of(tried(number, client=client))
    return Requested(time=NOON, **keys, asked={}, mode="octet")


def begun(number: int, client: str = CLIENT) -> TransferStarted:
    keys = keys_of(tried(number, client=client))
    return TransferStarted(time=NOON, **keys, asked={}, agreed={}, tsize=None)


def failed(number: int, client: str = CLIENT) -> TransferEnded:
    return ended_event(tried(number, client=client, phase="abandoned"))


def done(number: int, client: str = CLIENT) -> TransferEnded:
    return ended_event(completed(number, client=client))


def begin(limits: JournalLimits, numbers: range, now: float = 0.0) -> int:
    """Return how many of these transfers are written."""
    return sum(
        limits.passes(asked(number), now) and limits.passes(begun(number), now)
        for number in numbers
    )


@pytest.fixture
def limits() -> JournalLimits:
    return JournalLimits()


def test_an_address_that_never_replied_has_a_few_transfers(
    limits: JournalLimits,
) -> None:
    most = int(UNPROVEN.burst)
    assert begin(limits, range(most + BEYOND)) == most
    (told,) = limits.due_summaries(SUMMARY_INTERVAL)
    assert told == Summary("transfers", NETWORK, BEYOND, SUMMARY_INTERVAL)
    assert begin(limits, range(1_000_000, 1_000_002), now=11.0) == 1


def test_one_that_completed_a_transfer_has_many_more(limits: JournalLimits) -> None:
    limits.passes(asked(0), 0.0)
    limits.passes(done(0), 0.0)
    most = int(PROVEN.burst)
    # Sums of floats: one may be missing.
    assert most - 1 <= begin(limits, range(1, most + BEYOND)) <= most


def test_forged_addresses_have_a_limit_together(limits: JournalLimits) -> None:
    written = sum(
        limits.passes(asked(number, f"10.{number >> 8}.{number & 255}.9"), 0.0)
        for number in range(int(ALL_UNPROVEN.burst) + BEYOND)
    )
    assert written == ALL_UNPROVEN.burst


def test_a_transfer_is_written_whole_or_not_at_all(limits: JournalLimits) -> None:
    most = int(UNPROVEN.burst)
    begin(limits, range(most + 1))
    for number, is_written in ((most - 1, True), (most, False)):
        keys = keys_of(tried(number))
        complaint = IcmpReceived(
            time=NOON, **keys, type=3, code=3, name="port unreachable", sender=SERVER
        )
        assert limits.passes(complaint, 0.0) is is_written
        assert limits.passes(failed(number), 0.0) is is_written


def test_changed_files_have_a_limit_and_the_rest_is_counted(
    limits: JournalLimits,
) -> None:
    def written(count: int, now: float) -> int:
        return sum(
            limits.passes(FileChanged(time=NOON, file="up", change="modified"), now)
            for _ in range(count)
        )

    most = int(FILES.burst)
    assert written(most + BEYOND, 0.0) == most
    (told,) = limits.due_summaries(SUMMARY_INTERVAL)
    assert told == Summary("files", None, BEYOND, SUMMARY_INTERVAL)
    assert written(BEYOND, 10.0) == 10 * FILES.per_second
    assert limits.passes(asked(1), 10.0)


def test_what_it_remembers_stops_growing(limits: JournalLimits) -> None:
    def flood(numbers: range) -> None:
        for number in numbers:
            client = f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
            limits.passes(asked(2 * number, client), number / 100)
            limits.passes(done(2 * number, client), number / 100)
            limits.passes(asked(2 * number + 1, client), number / 100)

    flood(range(100_000, 100_000 + KEPT_ADDRESSES))
    full = deep_size(limits)
    flood(range(200_000, 200_000 + KEPT_ADDRESSES))
    assert deep_size(limits) <= 1.1 * full


@pytest.fixture
def client() -> Iterator[UdpClient]:
    with UdpClient() as client:
        yield client


async def test_requests_from_one_port_fill_no_journal(
    tmp_path: Path, client: UdpClient
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_bytes(bytes(2_000))
    events: list[Event] = []
    clock = FakeClock()
    engine = Engine(settings_for(tmp_path), events.append, clock)
    await engine.start()
    try:
        many = int(UNPROVEN.burst) + BEYOND
        for number in range(many):
            client.ask(engine.service.listeners[0].local, (b"one", b"two")[number % 2])
            await client.data()
    finally:
        await engine.stop()
    begun = [event for event in events if isinstance(event, TransferStarted)]
    ended = [event for event in events if isinstance(event, TransferEnded)]
    told = [event for event in events if isinstance(event, Suppressed)]
    requests = [event for event in events if isinstance(event, Requested)]
    assert len(requests) == len(begun) == len(ended) == UNPROVEN.burst
    assert [one.transfer for one in requests] == [one.transfer for one in begun]
    assert [(one.reason, one.count) for one in told] == [("transfers", BEYOND)]
    assert engine.recorder.counters.suppressed == BEYOND
