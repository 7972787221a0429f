"""advance() equals many calls of receive_data(), for the common case."""

from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.packets import Numbering
from tftptui.protocol.receiver import ReceiveSession

SIZE, TICK = 512, 0.01

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["blocks", "ahead", "again", "time"]), st.integers(1, 20)
    ),
    max_size=30,
)


def _state(session: ReceiveSession) -> tuple[object, ...]:
    return (
        session.state,
        session.received,
        session.acked,
        session.sent_at,
        session.timeouts,
        session.heard,
        session.is_plain,
    )


class Both:
    """The same transfer twice: blocks at once, and one by one."""

    def __init__(self, window: int) -> None:
        self.short, self.long = (
            ReceiveSession(block_size=SIZE, window=window) for _ in range(2)
        )
        self.now = 0.0
        for session in (self.short, self.long):
            session.start(0.0)

    def blocks(self, count: int) -> None:
        """Receive COUNT full blocks in order, if the fast path takes them."""
        if not self.short.is_plain:
            return
        for _ in range(count):
            self.now += TICK
            self.long.receive_data((self.long.received + 1) & 0xFFFF, SIZE, self.now)
        times = (self.long.sent_at, self.now)
        self.short.advance(self.long.received, self.long.acked, times)

    def block(self, number: int) -> None:
        self.now += TICK
        one, other = (
            session.receive_data(max(0, number) & 0xFFFF, SIZE, self.now)
            for session in (self.short, self.long)
        )
        assert one == other

    def time_out(self) -> None:
        # They measure at different times, so their deadlines differ.
        dues = [session.deadline() or 0.0 for session in (self.short, self.long)]
        self.now = max(self.now, *dues)
        assert self.short.handle_timer(self.now) == self.long.handle_timer(self.now)


@given(st.integers(1, 8), STEPS)
def test_it_is_the_same_as_the_long_way(
    window: int, steps: list[tuple[str, int]]
) -> None:
    both = Both(window)
    for what, number in steps:
        if what == "blocks":
            both.blocks(number)
        elif what == "time":
            both.time_out()
        else:
            at = both.short.received
            both.block(at + number if what == "ahead" else at)
        assert _state(both.short) == _state(both.long)
        if both.short.state.value == "done":
            return


def test_it_is_plain_while_the_next_block_is_awaited() -> None:
    session = ReceiveSession(block_size=SIZE, window=4)
    session.start(0.0)
    session.receive_data(1, SIZE, 0.1)
    assert session.is_plain


def test_it_is_not_plain_before_it_begins() -> None:
    assert not ReceiveSession(block_size=SIZE).is_plain


def test_it_is_not_plain_once_a_gap_was_reported() -> None:
    session = ReceiveSession(block_size=SIZE, window=4)
    session.start(0.0)
    session.receive_data(2, SIZE, 0.1)
    assert not session.is_plain


def test_it_is_not_plain_before_options_are_answered_or_after_the_last_block() -> None:
    session = ReceiveSession(block_size=SIZE, negotiated=True)
    session.start(0.0)
    assert not session.is_plain
    session.receive_data(1, 5, 0.1)
    assert not session.is_plain


def test_it_is_not_plain_where_numbers_wrap_to_1() -> None:
    session = ReceiveSession(block_size=SIZE)
    session.numbering = Numbering(rollover=1)
    session.start(0.0)
    assert not session.is_plain


def test_the_deadline_is_a_wait_after_the_last_block() -> None:
    session = ReceiveSession(block_size=SIZE, window=8)
    session.start(0.0)
    session.advance(11, 8, (5.0, 7.0))
    assert session.deadline() == 7.0 + session.timer.timeout
