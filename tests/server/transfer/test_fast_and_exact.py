"""The fast state and the exact one have the same results, whatever a client does.

Each case runs twice: normally, and with the transfer settled before each step, so that
all of it goes through the session.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import sample_bytes
from tests.support.office import CLIENT, Office, office
from tftptui.protocol.packets import Ack, Options
from tftptui.server.transfer.receive import Receiver
from tftptui.server.transfer.send import Sender
from tftptui.telemetry.events import Event
from tftptui.telemetry.views import TransferView

BLOCKS = 40
FILE = sample_bytes(512 * (BLOCKS - 1) + 100)
ESTIMATED = ("round_trip", "least_round_trip", "lost", "gaps", "late")
"""Fields of views that depend on each round trip, or on many together."""

LEFT_OUT = ("server_tid", *ESTIMATED)  # the port always differs

Step = Callable[[Office], None]

windows = st.sampled_from([1, 4])


def asked(window: int) -> Options:
    return ((b"windowsize", str(window).encode()),) if window > 1 else ()


def plain(one: TransferView | Event) -> dict[str, Any]:
    fields = msgspec.structs.asdict(one)
    return {name: value for name, value in fields.items() if name not in LEFT_OUT}


def seen(desk: Office) -> dict[str, Any]:
    """Return everything that a client and an operator can see."""
    ring = desk.written.ring
    living = [one.whole() for one in desk.reception.transfers.values()]
    return {
        "sent": desk.listener.sent,
        "views": [plain(one.view()) for one in [*desk.ended, *living]],
        "packets": [replace(r, server_tid=0) for r in desk.written.packets()],
        "notes": [ring.note(number) for number in range(ring.first, ring.next)],
        "events": [plain(event) for event in desk.written.events],
        "counters": msgspec.to_builtins(desk.written.recorder.counters),
    }


async def played(
    root: Path, begin: Callable[[Office], None], steps: Sequence[Step], *, exactly: bool
) -> dict[str, Any]:
    with office(root, write="new") as desk:
        begin(desk)
        for step in steps:
            living = desk.reception.transfers.get(CLIENT)
            if living is None:
                break
            if exactly:
                side = living.whole().side
                side.settle()
                assert isinstance(side, Sender | Receiver)
                assert not side._fast.is_open
            step(desk)
            desk.clock.advance(0.001)
        return seen(desk)


def highest(desk: Office) -> int:
    return max(desk.blocks(), default=0)


def acknowledge(desk: Office) -> None:
    """Acknowledge everything received."""
    desk.ack(highest(desk))


def acknowledge_a_part(desk: Office) -> None:
    """Report a gap: the last block but one is the last in order."""
    desk.ack(max(0, highest(desk) - 1))


def acknowledge_again(desk: Office) -> None:
    """Duplicate the ACK of the first block."""
    desk.ack(1)


def wait(desk: Office) -> None:
    desk.clock.advance(0.06)
    desk.tick()


def lose(desk: Office) -> None:
    """Send nothing until a retransmission."""
    desk.clock.advance(10.0)
    desk.tick()


def look(desk: Office) -> None:
    desk.transfer().view()


def babble(desk: Office) -> None:
    desk.take(b"\0\7what?")


def quit_it(desk: Office) -> None:
    desk.take(b"\0\5\0\0enough\0")


READING = [
    *[acknowledge] * 12,
    acknowledge_a_part,
    acknowledge_again,
    wait,
    lose,
    look,
    babble,
    quit_it,
]


@given(
    window=windows,
    heard=st.booleans(),
    steps=st.lists(st.sampled_from(READING), max_size=60),
)
def test_a_read_is_the_same_in_both_states(
    *, window: int, heard: bool, steps: Sequence[Step]
) -> None:
    def begin(desk: Office) -> None:
        desk.written.recorder.is_heard = heard
        desk.ask(b"file", options=asked(window))

    with TemporaryDirectory() as folder:
        (Path(folder) / "file").write_bytes(FILE)
        fast, exact = (
            asyncio.run(played(Path(folder), begin, steps, exactly=exactly))
            for exactly in (False, True)
        )
    assert fast == exact


class Writer:
    """A client that uploads endlessly; BLOCK is the last that it has sent."""

    def __init__(self) -> None:
        self.block = 0

    def send(self, desk: Office, block: int) -> None:
        self.block = max(self.block, block)
        desk.data(block, bytes([block]) * 512)

    def next(self, desk: Office) -> None:
        self.send(desk, self.block + 1)

    def skip(self, desk: Office) -> None:
        self.send(desk, self.block + 2)

    def again(self, desk: Office) -> None:
        self.send(desk, max(1, self.block))

    def back(self, desk: Office) -> None:
        """Continue after the last acknowledged block."""
        acked = [p.block16 for p in desk.sent() if isinstance(p, Ack)]
        self.block = max(acked, default=0)
        self.next(desk)

    def too_long(self, desk: Office) -> None:
        desk.data(self.block + 1, bytes(513))


WRITING = ["next"] * 12 + ["skip", "again", "back", "back", "too_long"]
OTHER = [wait, lose, look, babble, quit_it]


@given(
    window=windows,
    heard=st.booleans(),
    steps=st.lists(st.sampled_from([*WRITING, *OTHER]), max_size=60),
)
def test_a_write_is_the_same_in_both_states(
    *, window: int, heard: bool, steps: list[str | Step]
) -> None:
    def play(root: Path, *, exactly: bool) -> dict[str, Any]:
        writer = Writer()

        def begin(desk: Office) -> None:
            desk.written.recorder.is_heard = heard
            desk.offer(b"new", options=asked(window))

        does = [getattr(writer, s) if isinstance(s, str) else s for s in steps]
        return asyncio.run(played(root, begin, does, exactly=exactly))

    with TemporaryDirectory() as folder:
        fast = play(Path(folder), exactly=False)
        assert fast == play(Path(folder), exactly=True)
        assert not [*Path(folder).iterdir()]
