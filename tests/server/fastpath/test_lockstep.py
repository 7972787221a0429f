"""Serving one client exclusively: as if the loop had delivered each packet."""

import errno
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tftptui.server.fastpath.lockstep import CAN_WAIT, STRETCH, LockStep, Steps

pytestmark = [
    pytest.mark.net,
    pytest.mark.skipif(not CAN_WAIT, reason="a socket can't wait here"),
]


def ack(block: int) -> bytes:
    return b"\0\4" + block.to_bytes(2)


def data(block: int) -> bytes:
    return b"\0\3" + block.to_bytes(2) + b"data"


def steps(first: int, count: int) -> Steps:
    """Return the ACKs from FIRST on, each with the next DATA."""
    blocks = range(first, first + count)
    windows = [memoryview(data(block + 1)) for block in blocks]
    return tuple(ack(block) for block in blocks), windows


class Clock:
    """A clock that advances a little on each call."""

    def __init__(self, step: float) -> None:
        self._now, self._step = 0.0, step

    def __call__(self) -> float:
        self._now += self._step
        return self._now


class Ends:
    """Two sockets of this host that send to each other."""

    def __init__(self) -> None:
        self.ours, self.theirs = (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)
        )
        for one in (self.ours, self.theirs):
            one.bind(("127.0.0.1", 0))
        self.ours.connect(self.theirs.getsockname())
        self.theirs.connect(self.ours.getsockname())
        self.ours.setblocking(False)  # noqa: FBT003 - the name says it
        self.theirs.settimeout(10.0)
        self.step = LockStep(self.ours, Clock(1e-6))

    def answer(self, count: int) -> list[bytes]:
        """Receive COUNT packets, acknowledge each, and return them."""
        taken = []
        for _ in range(count):
            packet = self.theirs.recv(2_000)
            taken.append(packet)
            self.theirs.send(ack(int.from_bytes(packet[2:4])))
        return taken

    def close(self) -> None:
        self.ours.close()
        self.theirs.close()


@pytest.fixture
def ends() -> Iterator[Ends]:
    ends = Ends()
    yield ends
    ends.close()


def test_each_packet_leaves_when_it_is_asked_for(ends: Ends) -> None:
    with ThreadPoolExecutor(1) as pool:
        client = pool.submit(ends.answer, 5)
        ends.theirs.send(ack(0))
        # A client that pauses ends a stretch: the next one starts where it ended.
        while (done := len(ends.step.left)) < 5:
            ends.step.keep([steps(done, 5 - done)], ends.ours.send)
        assert client.result() == [data(block) for block in range(1, 6)]
    assert ends.step.left == sorted(ends.step.left)
    assert (ends.step.other, ends.step.unsent) == (b"", None)


def test_pieces_follow_each_other(ends: Ends) -> None:
    for block in range(4):
        ends.theirs.send(ack(block))
    ends.step.keep([steps(0, 2), steps(2, 2)], ends.ours.send)
    assert [ends.theirs.recv(2_000) for _ in range(4)] == [*map(data, range(1, 5))]


def test_any_other_datagram_ends_it(ends: Ends) -> None:
    error = b"\0\5\0\0stop\0"
    ends.theirs.send(ack(0))
    ends.theirs.send(error)
    ends.theirs.send(ack(1))
    ends.step.keep([steps(0, 9)], ends.ours.send)
    assert (ends.step.other, len(ends.step.left)) == (error, 1)
    assert ends.ours.recv(2_000) == ack(1)  # it is still unread


def test_a_silent_client_is_not_waited_for(ends: Ends) -> None:
    ends.step.keep([steps(0, 9)], ends.ours.send)
    assert (ends.step.other, ends.step.left) == (b"", [])
    assert ends.ours.gettimeout() == 0.0  # as before: other calls never block


def test_others_have_their_turn_after_a_while(ends: Ends) -> None:
    for block in range(9):
        ends.theirs.send(ack(block))
    step = LockStep(ends.ours, Clock(STRETCH / 3))
    step.keep([steps(0, 9)], ends.ours.send)
    assert len(step.left) == 4  # the first time is its start


def test_what_can_not_be_sent_is_handed_back(ends: Ends) -> None:
    ends.theirs.send(ack(0))

    def send(_: memoryview) -> None:
        raise OSError(errno.EMSGSIZE, "too long")

    ends.step.keep([steps(0, 9)], send)
    assert bytes(ends.step.unsent or b"") == data(1)
    assert len(ends.step.left) == 1


def test_an_icmp_error_is_left_to_the_exact_state(ends: Ends) -> None:
    ends.theirs.close()
    ends.ours.send(data(1))
    ends.step.keep([steps(0, 9)], ends.ours.send)
    assert (ends.step.other, ends.step.left) == (b"", [])
