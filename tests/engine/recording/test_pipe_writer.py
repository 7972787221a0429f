"""Lines for a reader that may be slow: nothing blocks, no line is torn."""

import contextlib
import os
from collections.abc import Iterator

import pytest

from tftptui.engine.recording.pipe_writer import Outlet
from tftptui.telemetry.events import Unwritten, Warned
from tftptui.telemetry.journal import Journal, journal_line

LINE = b"x" * 99 + b"\n"
ROOM = 100 * len(LINE)

Pipe = tuple[int, int]


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    reading, writing = os.pipe()
    yield reading, writing
    for end in (reading, writing):
        with contextlib.suppress(OSError):  # closed by the test
            os.close(end)


def filled(outlet: Outlet) -> int:
    """Write until the buffer is full; return how many lines were accepted."""
    taken = 0
    while outlet.write(LINE):
        taken += 1
    return taken


def read(end: int, lines: int) -> bytes:
    """Read that many lines, which come in pieces."""
    data = b""
    while data.count(b"\n") < lines:
        data += os.read(end, 1 << 16)
    return data


def test_lines_come_in_order(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1])
    lines = [b"%d\n" % number for number in range(1_000)]
    assert all(outlet.write(line) for line in lines)
    assert outlet.close() == 0
    os.close(pipe[1])
    assert read(pipe[0], 1_000) == b"".join(lines)


def choke(end: int) -> None:
    """Fill a pipe, so that the next write blocks."""
    os.set_blocking(end, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(end, LINE)
    os.set_blocking(end, True)


def test_whoever_writes_never_waits_for_whoever_reads(pipe: Pipe) -> None:
    choke(pipe[1])
    outlet = Outlet(pipe[1], room=ROOM)
    taken = filled(outlet)
    assert taken >= ROOM // len(LINE)
    assert outlet.close(patience=0.0) == taken


def test_a_reader_that_comes_back_gets_whole_lines(pipe: Pipe) -> None:
    outlet = Outlet(pipe[1], room=ROOM)
    taken = filled(outlet)
    assert set(read(pipe[0], taken).splitlines(keepends=True)) == {LINE}
    while not outlet.write(b"last\n"):
        os.sched_yield()  # the thread counts what it has written
    assert outlet.close() == 0
    assert read(pipe[0], 1) == b"last\n"


def test_a_reader_that_has_gone_is_told_to_whoever_writes(pipe: Pipe) -> None:
    os.close(pipe[0])
    outlet = Outlet(pipe[1])
    outlet.write(LINE)
    with pytest.raises(BrokenPipeError):
        outlet.close()
    with pytest.raises(BrokenPipeError):
        outlet.write(LINE)


def test_one_that_was_never_used_ends_at_once(pipe: Pipe) -> None:
    assert Outlet(pipe[1]).close() == 0


def warned(time: float) -> Warned:
    return Warned(time=time, message="mind the gap")


class Narrow:
    """Accepts lines while there is room."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.room = True

    def write(self, line: bytes) -> bool:
        if self.room:
            self.lines.append(line)
        return self.room


def test_what_found_no_room_is_told_before_the_next_line() -> None:
    narrow = Narrow()
    journal = Journal(narrow.write, pytest.fail)
    journal.record(warned(1.0))
    narrow.room = False
    for time in (2.0, 3.0, 4.0):
        journal.record(warned(time))
    narrow.room = True
    journal.record(warned(5.5))
    assert narrow.lines == [
        journal_line(warned(1.0)),
        journal_line(Unwritten(time=5.5, lines=3, seconds=3.5)),
        journal_line(warned(5.5)),
    ]


def test_what_nobody_read_in_the_end_is_counted() -> None:
    narrow = Narrow()
    narrow.room = False
    journal = Journal(narrow.write, pytest.fail)
    journal.record(warned(1.0))
    assert journal.close(lambda: 6) == 7


def test_a_gap_at_the_end_is_told_if_there_is_room_by_then() -> None:
    narrow = Narrow()
    narrow.room = False
    journal = Journal(narrow.write, pytest.fail)
    journal.record(warned(1.0))
    narrow.room = True
    assert journal.close(lambda: 0) == 0
    assert narrow.lines == [journal_line(Unwritten(time=1.0, lines=1, seconds=0.0))]


def test_a_gap_is_told_once_with_all_its_lines() -> None:
    narrow = Narrow()
    journal = Journal(narrow.write, pytest.fail)
    narrow.room = False
    journal.record(warned(1.0))
    narrow.room = True
    journal.record(warned(2.0))
    journal.record(warned(3.0))
    gaps = [line for line in narrow.lines if b"unwritten" in line]
    assert gaps == [journal_line(Unwritten(time=2.0, lines=1, seconds=1.0))]
