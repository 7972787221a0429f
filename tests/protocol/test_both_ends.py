"""Our client against our server, over any faulty path."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.both_ends import BothEnds, Job
from tests.support.builders import BLOCK, sample_bytes
from tests.support.sides import Receiving, Sending, Side
from tests.support.wire import LOST, ON_TIME, TWICE, Direction, Path
from tftptui.protocol.commands import Outcome
from tftptui.protocol.offer import Offer

COPIES = st.lists(st.floats(0.0, 3.0), max_size=3).map(tuple)
FATES = st.dictionaries(st.integers(0, 40), COPIES, max_size=25)
RESTS = st.sampled_from((ON_TIME, ON_TIME, TWICE, LOST))
DIRECTIONS = st.builds(Direction, FATES, RESTS)
HOPELESS = st.builds(Path, DIRECTIONS, DIRECTIONS)

LATE = st.lists(st.floats(0.0, 0.5), min_size=1, max_size=3).map(tuple)
LATE_FATES = st.dictionaries(st.integers(0, 60), LATE, max_size=30)
LOSSES = st.sets(st.integers(0, 30), max_size=3)
SELDOM_LOST = st.builds(
    lambda fates, losses: Direction({**fates, **dict.fromkeys(losses, LOST)}),
    LATE_FATES,
    LOSSES,
)
LOSSY = st.builds(Path, SELDOM_LOST, SELDOM_LOST)

WINDOWS = st.integers(1, 6)
PLAIN = st.builds(
    Job, st.integers(0, 6 * 512).map(sample_bytes), is_write=st.booleans()
)
AGREED = st.builds(
    Job,
    st.integers(0, 20 * BLOCK).map(sample_bytes),
    st.builds(Offer, st.none(), st.just(BLOCK), WINDOWS),
    is_write=st.booleans(),
)
JOBS = PLAIN | AGREED


def receiving(both: BothEnds) -> list[Receiving]:
    """Return the sides that receive the file; one, if all went well."""
    return [side for side in sides(both) if isinstance(side, Receiving)]


def sending(both: BothEnds) -> list[Sending]:
    """Return the sides that send it."""
    return [side for side in sides(both) if isinstance(side, Sending)]


def sides(both: BothEnds) -> list[Side]:
    mine = [both.client.side] if both.client.side else []
    return mine + both.server.sides


def is_completed(some: list[Receiving] | list[Sending]) -> bool:
    return any(side.outcome is Outcome.COMPLETED for side in some)


@settings(max_examples=133)
@given(job=JOBS, path=HOPELESS)
def test_whoever_claims_success_is_right(job: Job, path: Path) -> None:
    both = BothEnds(job, path)
    both.run()
    for side in receiving(both):
        assert job.content.startswith(side.content)
        assert side.outcome is not Outcome.COMPLETED or side.content == job.content
    assert is_completed(receiving(both)) or not is_completed(sending(both))


@settings(max_examples=66)
@given(job=JOBS, path=HOPELESS)
def test_everybody_comes_to_an_end(job: Job, path: Path) -> None:
    both = BothEnds(job, path)
    both.run()
    assert both.client.is_over
    assert [side.is_over for side in both.server.sides] == [True] * len(
        both.server.sides
    )


@settings(max_examples=100)
@given(job=JOBS, path=LOSSY)
def test_few_losses_never_stop_a_transfer(job: Job, path: Path) -> None:
    both = BothEnds(job, path)
    both.run()
    assert is_completed(receiving(both))
    mine = both.client.side
    assert mine is not None
    # Dallying covers one loss of the last ACK, not also that of the repeated block.
    assert mine.outcome in {Outcome.COMPLETED, Outcome.UNCONFIRMED}


@settings(max_examples=66)
@given(job=PLAIN, path=HOPELESS)
def test_in_lock_step_only_a_timeout_sends_data_again(job: Job, path: Path) -> None:
    both = BothEnds(job, path)
    both.run()
    for side in sending(both):
        blocks = len(job.content) // 512 + 1
        assert side.sent.total() <= blocks + side.timeouts + both.server.requests


@settings(max_examples=66)
@given(job=AGREED, path=HOPELESS)
def test_number_of_data_packets_is_bounded(job: Job, path: Path) -> None:
    both = BothEnds(job, path)
    both.run()
    window = job.offer.window or 1
    blocks = len(job.content) // BLOCK + 1
    for side in sending(both):
        # As in test_sender_on_wire: each place is reported missing at most twice.
        windows = blocks + 2 * (blocks + side.timeouts + both.server.requests)
        assert side.sent.total() <= window * windows


@pytest.mark.parametrize(("window", "is_write"), [(8, False), (1, True)])
def test_block_numbers_cross_65535(window: int, *, is_write: bool) -> None:
    offer = Offer(block_size=BLOCK, window=window)
    job = Job(sample_bytes(65_540 * BLOCK), offer, is_write=is_write)
    both = BothEnds(job)
    both.run(most_steps=200_000)
    (receiver,), (sender,) = receiving(both), sending(both)
    assert receiver.content == job.content
    assert (sender.outcome, sender.sent.total()) == (Outcome.COMPLETED, 65_541)


@pytest.mark.parametrize(("window", "is_write"), [(1, False), (8, True)])
def test_losses_around_65535_are_repaired(window: int, *, is_write: bool) -> None:
    offer = Offer(block_size=BLOCK, window=window)
    job = Job(sample_bytes(65_540 * BLOCK), offer, is_write=is_write)
    lost = Direction(dict.fromkeys(range(65_530, 65_541, 3), LOST))
    both = BothEnds(job, Path(lost, lost))
    both.run(most_steps=200_000)
    (receiver,), (sender,) = receiving(both), sending(both)
    assert (receiver.content, sender.outcome) == (job.content, Outcome.COMPLETED)


@pytest.mark.parametrize("is_write", [False, True])
@pytest.mark.parametrize("window", [2, 8, 32])
def test_path_that_doubles_everything_at_most_doubles_data(
    window: int, *, is_write: bool
) -> None:
    job = Job(
        sample_bytes(4_000), Offer(block_size=BLOCK, window=window), is_write=is_write
    )
    both = BothEnds(job, Path(Direction(rest=TWICE), Direction(rest=TWICE)))
    both.run()
    (receiver,), (sender,) = receiving(both), sending(both)
    assert receiver.content == job.content
    assert sender.sent.total() <= 2 * (4_000 // BLOCK + 1)


@pytest.mark.parametrize("delay", [0.4, 1.2, 3.0])
@pytest.mark.parametrize("is_write", [False, True])
def test_slow_path_does_not_get_everything_twice(
    delay: float, *, is_write: bool
) -> None:
    job = Job(sample_bytes(800), Offer(block_size=BLOCK), is_write=is_write)
    both = BothEnds(job, Path(delay=delay))
    both.run()
    (sender,) = sending(both)
    assert sender.outcome is Outcome.COMPLETED
    assert sender.timeouts <= 4


@pytest.mark.parametrize("lost", range(12))
@pytest.mark.parametrize("is_write", [False, True])
def test_gap_inside_a_window_costs_no_timeout(lost: int, *, is_write: bool) -> None:
    job = Job(sample_bytes(95), Offer(block_size=BLOCK, window=4), is_write=is_write)
    gone = {lost + 1 + is_write: LOST}
    path = Path(Direction() if is_write else Direction(gone))
    both = BothEnds(job, Path(path.to_client, Direction(gone if is_write else {})))
    both.run()
    (receiver,), (sender,) = receiving(both), sending(both)
    assert (receiver.content, sender.outcome) == (job.content, Outcome.COMPLETED)


@pytest.mark.parametrize("is_write", [False, True])
def test_lost_last_ack_does_no_harm(*, is_write: bool) -> None:
    # Block 3 is the last; its ACK is the receiving side's 4th packet, or the 5th if the
    # request is one of them.
    gone = Direction({4 if not is_write else 3: LOST})
    path = Path(to_client=gone) if is_write else Path(to_server=gone)
    job = Job(sample_bytes(20), Offer(block_size=BLOCK), is_write=is_write)
    both = BothEnds(job, path)
    both.run()
    (sender,), (receiver,) = sending(both), receiving(both)
    assert (sender.outcome, sender.sent[3]) == (Outcome.COMPLETED, 2)
    assert receiver.outcome is Outcome.COMPLETED
