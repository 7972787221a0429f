"""advance() is receive_ack() for the common case: same state, or no change at all."""

from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.commands import SendBlocks
from tftptui.protocol.packets import Numbering
from tftptui.protocol.sender import SendSession

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ack", "late", "inside", "time", "ahead"]), st.floats(0.001, 3)
    ),
    max_size=60,
)


def _pair(window: int, last_block: int) -> tuple[SendSession, SendSession]:
    pair = tuple(SendSession(window=window, last_block=last_block) for _ in range(2))
    for session in pair:
        session.start(0.0)
    return pair[0], pair[1]


def _state(session: SendSession) -> tuple[object, ...]:
    return (
        session.state,
        session.acked,
        session.sent_to,
        session.timeouts,
        session.heard,
    )


@given(st.integers(1, 8), st.integers(1, 200), STEPS)
def test_it_is_the_same_as_the_long_way(
    window: int, last_block: int, steps: list[tuple[str, float]]
) -> None:
    short, long = _pair(window, last_block)
    now = 0.0
    for what, passed in steps:
        now += passed
        if what == "time":
            # They measure at different moments, so their deadlines differ.
            now = max(now, short.deadline() or 0.0, long.deadline() or 0.0)
            assert short.handle_timer(now) == long.handle_timer(now)
        else:
            offset = {"ack": 0, "late": -window, "inside": -1, "ahead": 1}[what]
            block16 = max(0, short.sent_to + offset) & 0xFFFF
            first = short.advance(block16, now, last_block - 1)
            expected = long.receive_ack(block16, now)
            if first:
                assert expected == [SendBlocks(first, window, 1)]
            else:
                short.receive_ack(block16, now)
        assert _state(short) == _state(long)
        if short.state.value == "done":
            return


def test_it_takes_no_part_in_the_last_window() -> None:
    session = SendSession(window=4, last_block=8)
    session.start(0.0)
    assert session.advance(4, 0.1, 7) == 0
    assert session.acked == 0


def test_it_takes_no_part_while_something_was_sent_twice() -> None:
    session = SendSession(last_block=100)
    session.start(0.0)
    session.handle_timer(2.0)
    assert session.advance(1, 2.1, 99) == 0


def test_it_takes_no_part_where_numbers_wrap_to_1() -> None:
    session = SendSession(last_block=100)
    session.numbering = Numbering(rollover=1)
    session.start(0.0)
    assert session.advance(1, 0.1, 99) == 0


def test_it_crosses_the_end_of_the_numbers() -> None:
    session = SendSession(last_block=70_000)
    session.start(0.0)
    for block in range(1, 65_600):
        assert session.advance(block & 0xFFFF, block * 0.001, 69_999) == block + 1


def test_it_keeps_the_deadline_ahead() -> None:
    session = SendSession(last_block=100)
    session.start(0.0)
    session.advance(1, 0.1, 99)
    deadline = session.deadline()
    assert deadline is not None
    assert deadline > 0.1
