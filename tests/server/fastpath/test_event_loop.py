import asyncio
import os
import selectors
import socket
from collections.abc import Callable, Iterator

import pytest

from tftptui.server.fastpath.event_loop import (
    EngineLoop,
    InlineSelector,
    LoopReaders,
    new_loop,
    readers_of,
)


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    left, right = socket.socketpair(type=socket.SOCK_DGRAM)
    left.setblocking(False)  # noqa: FBT003 - the name says it
    right.setblocking(False)  # noqa: FBT003 - the name says it
    with left, right:
        yield left, right


def _must_not_fail(error: Exception) -> None:
    raise AssertionError from error


def run(work: Callable[[EngineLoop], object]) -> None:
    """Run WORK, which schedules callbacks and stops the loop, on a new loop."""
    loop = EngineLoop()
    try:
        work(loop)
        loop.run_forever()
    finally:
        loop.close()


def test_a_socket_is_served_without_a_turn_of_the_loop(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair
    taken: list[bytes] = []
    selector = InlineSelector(lambda error: taken.append(repr(error).encode()))
    selector.add(left, lambda: taken.append(left.recv(100)))
    right.send(b"one")
    right.send(b"two")
    assert selector.select(0.05) == []
    assert taken == [b"one", b"two"]
    selector.close()


def test_work_that_a_callback_schedules_is_done_at_once(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair

    def work(loop: EngineLoop) -> None:
        def serve() -> None:
            left.recv(100)
            loop.call_soon(loop.stop)

        loop.inline.add(left, serve)
        right.send(b"x")  # without the interruption the loop would wait forever

    run(work)


def test_a_timer_that_a_callback_sets_is_looked_at(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair

    def work(loop: EngineLoop) -> None:
        def serve() -> None:
            left.recv(100)
            loop.call_later(0.01, loop.stop)

        loop.inline.add(left, serve)
        right.send(b"x")

    run(work)


def test_a_flood_on_one_socket_does_not_starve_timers(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair
    served = 0

    def work(loop: EngineLoop) -> None:
        def serve() -> None:
            nonlocal served
            served += 1
            right.send(left.recv(100))
            left.send(b"again")  # so there is always more to read

        loop.inline.add(left, serve)

        def answer() -> None:
            left.send(right.recv(100))

        loop.inline.add(right, answer)
        loop.call_later(0.05, loop.stop)
        right.send(b"x")

    run(work)
    assert served > 1


def test_a_callback_that_raises_harms_nobody_else(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair
    failed: list[Exception] = []
    taken: list[bytes] = []
    selector = InlineSelector(failed.append)

    def raises() -> None:
        left.recv(100)
        raise ValueError("no")

    selector.add(left, raises)
    selector.add(right, lambda: taken.append(right.recv(100)))
    right.send(b"to left")
    left.send(b"to right")
    selector.select(0.05)
    selector.close()
    assert [str(error) for error in failed] == ["no"]
    assert taken == [b"to right"]


def test_a_removed_socket_is_served_no_more(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, right = pair
    selector = InlineSelector(_must_not_fail)
    selector.add(left, lambda: pytest.fail("served"))
    selector.remove(left)
    selector.remove(left)
    right.send(b"x")
    assert selector.select(0) == []
    selector.close()


async def _everything_asyncio_does(folder: str) -> list[bytes]:
    """Use streams, threads, a child process and a pipe on the running loop."""
    left, right = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=left)
    _, other = await asyncio.open_connection(sock=right)
    other.write(b"a line\n")
    line = await reader.readline()
    writer.close()
    other.close()
    await writer.wait_closed()
    await other.wait_closed()
    child = await asyncio.create_subprocess_exec(
        "/bin/ls", folder, stdout=asyncio.subprocess.PIPE
    )
    listed, _ = await child.communicate()
    threaded = await asyncio.to_thread(lambda: b"thread")
    return [line, listed, threaded]


def test_all_of_asyncio_works_on_it(tmp_path: os.PathLike[str]) -> None:
    with asyncio.Runner(loop_factory=EngineLoop) as runner:
        done = runner.run(_everything_asyncio_does(str(tmp_path)))
    assert done == [b"a line\n", b"", b"thread"]


def test_a_file_object_is_registered_once_and_found_both_ways(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    left, _ = pair
    selector = InlineSelector(_must_not_fail)
    key = selector.register(left, 1, "data")
    assert selector.get_map()[left] is key
    assert selector.get_map()[left.fileno()] is key
    with pytest.raises(KeyError):
        selector.register(left, 1)
    assert selector.modify(left, 3, "more").data == "more"
    assert selector.unregister(left).events == 3
    assert len(selector.get_map()) == 0
    selector.close()


def test_a_transfer_keeps_a_number_that_was_the_loops_own_before(
    pair: tuple[socket.socket, socket.socket],
) -> None:
    """A file closed before it is unregistered must not silence another."""
    left, right = pair
    taken: list[bytes] = []
    selector = InlineSelector(_must_not_fail)
    number, other = os.pipe()
    selector.register(number, selectors.EVENT_READ)
    os.close(number)
    transfer = left.dup()
    assert transfer.fileno() == number
    selector.add(transfer, lambda: taken.append(transfer.recv(100)))
    selector.unregister(number)
    right.send(b"one")
    assert selector.select(0.05) == []
    assert taken == [b"one"]
    selector.drop(transfer)
    selector.close()
    os.close(other)


def test_other_loops_have_readers_of_their_own() -> None:
    engine, plain = new_loop(), asyncio.SelectorEventLoop()
    try:
        assert isinstance(readers_of(engine), InlineSelector)
        assert isinstance(readers_of(plain), LoopReaders)
    finally:
        engine.close()
        plain.close()
