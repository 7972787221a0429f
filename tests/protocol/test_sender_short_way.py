"""settle() equals many calls of receive_ack(), for the common case."""

from copy import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.commands import SendBlocks
from tftptui.protocol.packets import Numbering
from tftptui.protocol.sender import SendSession

TRIP = 0.01

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["windows", "inside", "time", "foot"]), st.integers(1, 9)
    ),
    max_size=40,
)


def _pair(window: int, last_block: int | None) -> tuple[SendSession, SendSession]:
    pair = tuple(SendSession(window=window, last_block=last_block) for _ in range(2))
    for session in pair:
        session.start(0.0)
    return pair[0], pair[1]


def _state(session: SendSession) -> tuple[object, ...]:
    return (
        session.state,
        session.acked,
        session.sent_to,
        session.sent_at,
        session.timeouts,
        session.heard,
        session.is_plain,
    )


class Both:
    """The same transfer twice: windows at once, and one by one."""

    def __init__(self, window: int, last_block: int) -> None:
        self.short, self.long = _pair(window, last_block)
        self.now = 0.0
        self._window, self._last_block = window, last_block

    def windows(self, count: int) -> None:
        """Acknowledge up to COUNT windows, if the fast path takes them."""
        if not self.short.is_plain:
            return
        trip, acked, sent_to = 0.0, self.short.acked, self.short.sent_to
        for _ in range(count):
            if sent_to == self._last_block:
                break
            self.now += TRIP
            trip = self.now - self.long.sent_at
            acked, sent_to = sent_to, min(sent_to + self._window, self._last_block)
            commands = self.long.receive_ack(acked & 0xFFFF, self.now)
            assert commands == [SendBlocks(acked + 1, sent_to - acked, 1)]
        self.short.settle(acked, sent_to, self.now, trip)
        # Their average does not matter here, but at the limit it decides what is a gap.
        self.short.timer = copy(self.long.timer)

    def acknowledge(self, block: int) -> None:
        self.now += TRIP
        block16 = max(0, block) & 0xFFFF
        one, other = (
            session.receive_ack(block16, self.now)
            for session in (self.short, self.long)
        )
        assert one == other

    def time_out(self) -> None:
        # They measure at different times, so their deadlines differ.
        dues = [session.deadline() or 0.0 for session in (self.short, self.long)]
        self.now = max(self.now, *dues)
        assert self.short.handle_timer(self.now) == self.long.handle_timer(self.now)


@given(st.integers(1, 8), st.integers(1, 200), STEPS)
def test_it_is_the_same_as_the_long_way(
    window: int, last_block: int, steps: list[tuple[str, int]]
) -> None:
    both = Both(window, last_block)
    for what, number in steps:
        if what == "windows":
            both.windows(number)
        elif what == "time":
            both.time_out()
        else:
            foot = both.short.acked
            both.acknowledge(foot + number % window if what == "inside" else foot)
        assert _state(both.short) == _state(both.long)
        if both.short.state.value == "done":
            return


def test_it_is_not_plain_before_the_transfer_has_begun() -> None:
    assert not SendSession().is_plain
    session = SendSession(negotiated=True)
    session.start(0.0)
    assert not session.is_plain


def test_it_is_not_plain_once_the_last_block_is_out() -> None:
    session = SendSession(window=4, last_block=8)
    session.start(0.0)
    assert session.is_plain
    session.receive_ack(4, 0.1)
    assert not session.is_plain


def test_it_is_not_plain_while_something_was_sent_twice() -> None:
    session = SendSession(last_block=100)
    session.start(0.0)
    session.handle_timer(2.0)
    assert not session.is_plain
    session.receive_ack(1, 2.1)
    assert session.is_plain


def test_it_is_not_plain_while_a_window_is_answered_in_part() -> None:
    session = SendSession(window=4, last_block=100)
    session.start(0.0)
    session.receive_ack(2, 0.1)
    assert not session.is_plain


def test_it_is_not_plain_where_numbers_wrap_to_1() -> None:
    session = SendSession(last_block=100)
    session.numbering = Numbering(rollover=1)
    session.start(0.0)
    assert not session.is_plain


def test_it_crosses_the_end_of_the_numbers() -> None:
    short, long = _pair(1, 70_000)
    for block in range(1, 65_600):
        long.receive_ack(block & 0xFFFF, block * TRIP)
    short.settle(65_599, 65_600, 65_599 * TRIP, TRIP)
    assert _state(short) == _state(long)
    assert short.receive_ack(65_600 & 0xFFFF, 700.0) == [SendBlocks(65_601, 1, 1)]


def test_the_deadline_is_a_wait_after_the_last_window() -> None:
    session = SendSession(last_block=100)
    session.start(0.0)
    session.settle(50, 51, 7.0, TRIP)
    deadline = session.deadline()
    assert deadline is not None
    assert deadline == 7.0 + session.timer.timeout


def test_each_of_its_round_trips_counts() -> None:
    session = SendSession(last_block=100)
    session.start(0.0)
    session.settle(10, 11, 10 * TRIP, TRIP)
    assert session.timer.smoothed == pytest.approx(TRIP)
