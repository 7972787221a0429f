"""Work in threads and in the kernel is waited for, and reported in order of calls."""

import asyncio
import os
import socket
import threading

import pytest

from tftptui.demo.simulation.demo_time import Pace, PacedLoop
from tftptui.demo.simulation.quiescence import Errands, Loopback


def test_what_was_sent_has_arrived_once_it_has_settled() -> None:
    loopback = Loopback()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(0.0)
        for number in range(500):
            sender.sendto(bytes([number % 256]), receiver.getsockname())
            loopback.settle()
            assert receiver.recv(1) == bytes([number % 256])
    loopback.close()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="Linux has it")
def test_the_thread_may_go_where_it_could_before() -> None:
    before = os.sched_getaffinity(0)
    loopback = Loopback()
    assert len(os.sched_getaffinity(0)) == 1
    loopback.close()
    assert os.sched_getaffinity(0) == before


def test_threads_are_told_in_the_order_of_asking() -> None:
    order: list[str] = []
    second_is_done = threading.Event()

    async def work() -> None:
        loop = asyncio.get_running_loop()
        first = loop.run_in_executor(None, second_is_done.wait, 30.0)
        second = loop.run_in_executor(None, second_is_done.set)
        second.add_done_callback(lambda _: order.append("second"))
        first.add_done_callback(lambda _: order.append("first"))
        await asyncio.gather(first, second)

    with asyncio.Runner(loop_factory=lambda: PacedLoop(Pace())) as runner:
        runner.run(work())
    assert order == ["first", "second"]


def test_what_fails_in_a_thread_fails_where_it_was_asked() -> None:
    async def work() -> None:
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(lambda: 1 // 0)

    with asyncio.Runner(loop_factory=lambda: PacedLoop(Pace())) as runner:
        runner.run(work())


def test_who_has_gone_is_told_nothing() -> None:
    loop = asyncio.new_event_loop()
    told: asyncio.Future[int] = loop.create_future()
    errands = Errands(lambda _: None)
    errands.send(None, lambda: 7, told)
    told.cancel()
    assert errands.bring()
    assert not errands.bring()
    errands.close()
    loop.close()
