"""Whole transfers between a session and the model client, over a wire with faults."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.builders import BLOCK, last_block, sample_bytes, wire_for
from tests.support.wire import LOST, ON_TIME, TWICE, Direction, Path
from tftptui.protocol.commands import Outcome

LENGTHS = st.integers(0, 20 * BLOCK)
WINDOWS = st.integers(1, 6)

COPIES = st.lists(st.floats(0.0, 3.0), max_size=3).map(tuple)
FATES = st.dictionaries(st.integers(0, 40), COPIES, max_size=25)
HOPEFUL = st.builds(Path, st.builds(Direction, FATES), st.builds(Direction, FATES))
RESTS = st.sampled_from((ON_TIME, ON_TIME, TWICE, LOST))
DIRECTIONS = st.builds(Direction, FATES, RESTS)
HOPELESS = st.builds(Path, DIRECTIONS, DIRECTIONS)

LATE = st.lists(st.floats(0.0, 0.5), min_size=1, max_size=3).map(tuple)
LATE_FATES = st.dictionaries(st.integers(0, 60), LATE, max_size=30)
LOSSES = st.sets(st.integers(0, 30), max_size=2)
"""In each direction: at most four rounds, as many as a client gets before it has
acknowledged a block."""
SELDOM_LOST = st.builds(
    lambda fates, losses: Direction({**fates, **dict.fromkeys(losses, LOST)}),
    LATE_FATES,
    LOSSES,
)
LOSSY = st.builds(Path, SELDOM_LOST, SELDOM_LOST)


@settings(max_examples=100)
@given(length=LENGTHS, window=WINDOWS, eager=st.booleans(), path=HOPELESS)
def test_both_ends_agree_whatever_the_path_does(
    *, length: int, window: int, eager: bool, path: Path
) -> None:
    content = sample_bytes(length)
    wire, client = wire_for(content, window=window, eager=eager, path=path)
    wire.run()
    if client.complete:
        answered = {Outcome.COMPLETED, Outcome.UNCONFIRMED}
        assert client.content == content
        assert wire.outcome in (answered if wire.heard else {Outcome.ABANDONED})
    else:
        assert client.gave_up
        assert content.startswith(client.content)
        assert wire.outcome in {Outcome.UNCONFIRMED, Outcome.ABANDONED}


@settings(max_examples=66)
@given(length=LENGTHS, window=WINDOWS, eager=st.booleans(), path=LOSSY)
def test_few_losses_never_stop_a_transfer(
    *, length: int, window: int, eager: bool, path: Path
) -> None:
    wire, client = wire_for(sample_bytes(length), window=window, eager=eager, path=path)
    wire.run()
    assert (wire.outcome, client.content) == (Outcome.COMPLETED, sample_bytes(length))


@settings(max_examples=66)
@given(LENGTHS, WINDOWS, HOPEFUL)
def test_number_of_data_packets_is_bounded(
    length: int, window: int, path: Path
) -> None:
    wire, _ = wire_for(sample_bytes(length), window=window, path=path)
    wire.run()
    blocks = last_block(length)
    # Each place in the file is reported missing at most once from inside and once from
    # the foot of the window, and once more after each timeout; each report sends one
    # window.
    windows = 2 * (blocks + wire.timeouts)
    assert wire.data_sent <= blocks + window * (
        windows if window > 1 else wire.timeouts
    )


@settings(max_examples=50)
@given(LENGTHS, HOPELESS)
def test_in_lock_step_only_a_timeout_sends_again(length: int, path: Path) -> None:
    wire, _ = wire_for(sample_bytes(length), path=path)
    wire.run()
    assert wire.data_sent <= last_block(length) + wire.timeouts


@settings(max_examples=50)
@given(WINDOWS, st.lists(st.floats(0.0, 2.0), max_size=4))
def test_doubled_acks_never_double_data_in_a_row(
    window: int, copies: list[float]
) -> None:
    fate = (0.0, *copies)
    path = Path(to_server=Direction(rest=fate))
    wire, _ = wire_for(sample_bytes(400), window=window, path=path)
    wire.run()
    assert wire.outcome is Outcome.COMPLETED
    assert max(wire.sent.values()) <= (1 if window == 1 else 2)


@pytest.mark.parametrize("window", [2, 8, 32])
def test_path_that_doubles_everything_at_most_doubles_data(window: int) -> None:
    path = Path(Direction(rest=TWICE), Direction(rest=TWICE))
    wire, client = wire_for(sample_bytes(4_000), window=window, path=path)
    wire.run()
    assert client.content == sample_bytes(4_000)
    assert wire.data_sent <= 2 * last_block(4_000)


def test_block_numbers_cross_65535() -> None:
    content = sample_bytes(65_540 * BLOCK)
    wire, client = wire_for(content, window=8)
    wire.run(most_steps=200_000)
    assert wire.outcome is Outcome.COMPLETED
    assert client.content == content
    assert wire.data_sent == 65_541


def test_losses_around_65535_are_repaired() -> None:
    content = sample_bytes(65_540 * BLOCK)
    lost = Direction(dict.fromkeys(range(65_530, 65_539, 3), LOST))
    wire, client = wire_for(content, window=1, eager=False, path=Path(lost))
    wire.run(most_steps=200_000)
    assert wire.outcome is Outcome.COMPLETED
    assert client.content == content


@pytest.mark.parametrize("window", [1, 4])
@pytest.mark.parametrize("length", [0, 1, 7, 8, 9, 32, 33])
def test_length_need_not_be_known(window: int, length: int) -> None:
    wire, client = wire_for(sample_bytes(length), window=window, length_known=False)
    wire.run()
    assert (wire.outcome, client.content) == (Outcome.COMPLETED, sample_bytes(length))
    assert wire.data_sent == last_block(length)


@pytest.mark.parametrize("delay", [0.4, 1.2, 3.0])
def test_slow_path_does_not_get_everything_twice(delay: float) -> None:
    wire, _ = wire_for(sample_bytes(800), path=Path(delay=delay))
    wire.run()
    assert wire.outcome is Outcome.COMPLETED
    assert wire.timeouts <= 3


def test_path_that_turns_slow_does_not_get_everything_twice() -> None:
    slow = dict.fromkeys(range(50, 200), (0.7,))
    wire, _ = wire_for(sample_bytes(800), path=Path(to_server=Direction(slow)))
    wire.run()
    assert wire.outcome is Outcome.COMPLETED
    assert wire.timeouts <= 3
