"""The path search on the screen, while it runs."""

import asyncio

import pytest

from tests.support.pictures import NOW
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.why_scene import founding_case
from tftptui.engine.messages import Frame, Locate, Location
from tftptui.telemetry.ttl_walks import Hop, Walk

SIZES = pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])

PASSED = Hop(ttl=1, answer="passed", sender="10.2.0.1", name="time to live exceeded")
SILENT = Hop(ttl=2, answer="silent")
REACHED = Hop(ttl=2, answer="reached", sender="10.0.4.37")
TITLE = "Where is it dropped?"
VERDICT = "Packets to UDP port 2072 are dropped at 10.2.0.1 or just behind it."


def told(*, is_done: bool) -> Frame:
    location = Location(
        transfer=4,
        client="10.0.4.37",
        suspect=Walk(port=2072, hops=[PASSED, SILENT] if is_done else [PASSED]),
        other=Walk(port=49_200, hops=[PASSED, REACHED]),
        is_done=is_done,
        verdict=VERDICT if is_done else "",
    )
    return Frame(time=NOW, locations=[location])


async def asked(screen: Shown, *keys: str, then: str) -> None:
    """Press KEYS and wait until THEN is on the screen."""
    await screen.press(*keys)
    async with asyncio.timeout(20):
        while then not in screen.text():
            await screen.pilot.pause()


@pytest.mark.parametrize("keys", ["o", "w o"])
async def test_it_begins_from_the_list_and_from_the_finding(keys: str) -> None:
    async with shown(*founding_case()) as screen:
        await asked(screen, *keys.split(), then=TITLE)
        assert screen.wishes == [
            Locate(transfer=4, client="10.0.4.37", client_tid=2072, server="10.0.1.5")
        ]
        assert screen.on_top == "LocateScreen"


@SIZES
async def test_hops_come_one_by_one_and_then_the_verdict(size: tuple[int, int]) -> None:
    async with shown(*founding_case(), size=size) as screen:
        await asked(screen, "o", then=TITLE)
        await screen.tell(told(is_done=False))
        assert "→ 10.2.0.1 replies: TTL expired" in screen.text()
        assert "● 10.0.4.37 reached" in screen.text()
        assert VERDICT[:30] not in screen.text()
        await screen.tell(told(is_done=True))
        assert "· no reply" in screen.text()
        assert VERDICT[:30] in screen.text()
        await screen.press("y")
        assert VERDICT in screen.app.clipboard
        assert "2  no reply" in screen.app.clipboard


async def test_a_refusal_of_the_engine_is_told_in_words() -> None:
    async with shown(*founding_case()) as screen:
        screen.engine.refuse = "cannot locate: no free port"
        await asked(screen, "o", then="cannot locate")
        assert screen.on_top == "main"
