"""A demo in its own thread, used like any engine."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tftptui.demo.demo_engine import DemoEngine
from tftptui.demo.scenario.files import parse_scenario
from tftptui.demo.simulation.firewall_rules import RuleError
from tftptui.demo.view import DemoView, PlayView
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.messages import AbortTransfer, Frame, SetPorts

pytestmark = pytest.mark.net

TEXT = """
title = "Two steps"
about = "What for"
files = [{ name = "x", octets = 3000 }]
[network]
delay = 0.05
[clients.pc]
kind = "tftp-hpa"
at = "4.22"
file = "x"
[[steps]]
caption = "One"
start = ["pc"]
[[steps]]
caption = "Two"
start = ["pc"]
firewall.rules = ["drop server -> client"]
longest = 5.0
"""


@asynccontextmanager
async def held(text: str = TEXT) -> AsyncIterator[DemoEngine]:
    demo = DemoEngine(parse_scenario(text), seed=1, speed=100.0)
    await demo.start()
    try:
        yield demo
    finally:
        await demo.stop()


async def seen(demo: DemoEngine, is_so: Callable[[DemoView], bool]) -> DemoView:
    """Poll until a condition is true."""
    async with asyncio.timeout(30):
        while not is_so(view := await demo.look()):
            pass
    return view


def is_over(view: DemoView) -> bool:
    return view.state == "over"


async def test_a_presenter_leads_through_the_steps() -> None:
    async with held() as demo:
        assert (await demo.look()).state == "ready"
        await demo.next()
        assert (await seen(demo, is_over)).step == 1
        await demo.next()
        view = await seen(demo, is_over)
        assert (view.step, view.caption) == (2, "Two")
        assert view.last_stop == "drop server -> client"
        await demo.next()
        assert (await demo.look()).step == 2
        await demo.again()
        assert (await demo.look()).state == "running"


async def test_it_tells_frames_like_any_engine() -> None:
    async with held() as demo:
        await demo.next()
        await seen(demo, is_over)
        frames: list[Frame] = []
        async for frame in demo.frames():
            frames.append(frame)
            if any(view.phase == "completed" for view in frame.transfers):
                break
        assert frames[0].status is not None


async def test_frames_end_when_it_is_stopped() -> None:
    async with held() as demo:
        frames = demo.frames()
        assert (await anext(frames)).status is not None
        await demo.stop()
        assert [frame async for frame in frames] == []


async def test_commands_are_carried_out_and_refused() -> None:
    async with held() as demo:
        ports = SetPorts(first=41_000, last=41_009, order="random", quarantine=0.0)
        await demo.ask(ports)
        with pytest.raises(CommandRefusedError):
            await demo.ask(AbortTransfer(99))


async def test_time_stands_still_in_a_pause() -> None:
    async with held() as demo:
        await demo.next()
        await demo.pause()
        view, before = await demo.look(), demo.pace.now
        assert view.is_paused
        async with asyncio.timeout(30):
            for _ in range(200):
                assert await demo.look() == view
        assert demo.pace.now == before
        await demo.pause()
        await seen(demo, is_over)


async def test_going_on_ends_a_pause() -> None:
    async with held() as demo:
        await demo.pause()
        await demo.next()
        assert not (await seen(demo, is_over)).is_paused


async def test_speed_goes_up_and_down_in_steps() -> None:
    async with held() as demo:
        demo.pace.speed = 1.0
        await demo.faster(1)
        assert (await demo.look()).speed == 2.0
        await demo.faster(-2)
        assert (await demo.look()).speed == 0.5
        await demo.faster(-50)
        assert (await demo.look()).speed == 0.01


async def test_switches_and_rules_are_followed() -> None:
    async with held() as demo:
        await demo.play(PlayView(single_port=True))
        await demo.set_rules(["accept client -> server", "drop"])
        view = await demo.look()
        assert view.play.single_port
        assert [rule.text for rule in view.rules[:2]] == [
            "accept client -> server",
            "drop",
        ]
        with pytest.raises(RuleError):
            await demo.set_rules(["nonsense"])
        assert await demo.look() == view


async def test_after_the_end_it_says_so() -> None:
    async with held() as demo:
        await demo.stop()
        with pytest.raises(EngineError):
            await demo.look()
        await demo.stop()
