"""Demo time: it waits for sockets and threads, and for nothing else."""

import asyncio
import socket
import time
from collections.abc import Awaitable, Callable

import pytest

from tftptui.demo.simulation.demo_time import Pace, PaceClock, PacedLoop


def run(pace: Pace, work: Callable[[], Awaitable[None]]) -> None:
    async def do() -> None:
        await work()

    with asyncio.Runner(loop_factory=lambda: PacedLoop(pace)) as runner:
        runner.run(do())


def test_waiting_costs_no_real_time() -> None:
    pace = Pace()

    async def work() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 3_600.0)

    began = time.monotonic()
    run(pace, work)
    assert pace.now == pytest.approx(3_600.0)
    assert time.monotonic() - began < 60.0


def test_with_a_speed_it_costs_its_share() -> None:
    pace = Pace(10.0)

    async def work() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(asyncio.Event().wait(), 0.5)

    began = time.monotonic()
    run(pace, work)
    assert pace.now == pytest.approx(0.5)
    assert time.monotonic() - began >= 0.05


def test_a_datagram_on_its_way_stops_the_time() -> None:
    pace = Pace()

    async def work() -> None:
        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
        ):
            receiver.bind(("127.0.0.1", 0))
            loop.add_reader(receiver, arrived.set)
            loop.call_later(5.0, lambda: None)
            sender.sendto(b"x", receiver.getsockname())
            await arrived.wait()
            assert loop.time() == 0.0
            loop.remove_reader(receiver)

    run(pace, work)


def test_a_thread_at_work_stops_the_time() -> None:
    pace = Pace()

    async def work() -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(5.0, lambda: None)
        assert await asyncio.to_thread(sum, [1, 2]) == 3
        assert loop.time() == 0.0

    run(pace, work)


def test_a_pause_lets_no_time_pass() -> None:
    pace = Pace()

    async def work() -> None:
        loop = asyncio.get_running_loop()
        pace.is_paused = True
        loop.call_later(5.0, lambda: None)
        assert await asyncio.get_running_loop().run_in_executor(None, lambda: 7) == 7
        assert loop.time() == 0.0
        pace.is_paused = False

    run(pace, work)


def test_the_wall_goes_by_demo_time() -> None:
    pace = Pace()
    clock = PaceClock(pace, start=1_000.0)
    pace.now = 12.5
    assert (clock.now(), clock.wall()) == (12.5, 1_012.5)
