"""The row being read in a paused list stays in view, whatever else changes."""

from collections.abc import AsyncIterator
from functools import cache

import pytest

from tests.support.packet_scene import blocks, filled
from tests.support.pane_host import Hosted, acknowledgements, hosted, packets
from tests.ui.panes.packets.test_prompt import typed
from tftptui.engine.messages import Frame
from tftptui.ui.panes.packets.index import SLICE
from tftptui.ui.panes.packets.pane import PacketLog

MANY = 2 * SLICE + 5_000
READ = 20_000


def cursor(pane: PacketLog) -> tuple[int, int]:
    """Return the block under the cursor, and its line of the list."""
    rows = pane.rows
    assert rows.place is not None
    line = rows.view.row_of(rows.place) - rows.scroll_offset.y
    return rows.view.source.record(rows.place.sequence).block, line


async def searched(shown: Hosted) -> None:
    """Wait until the search has ended."""
    assert isinstance(shown.pane, PacketLog)
    while shown.pane.rows.view.is_searching:
        await shown.pilot.pause(0.01)
    await shown.pilot.pause()


@cache
def two_frames() -> tuple[Frame, Frame]:
    """Return packets of two transfers, and many more of the first one."""
    two = [
        *acknowledgements(range(1, READ)),
        *acknowledgements(range(1, 20), transfer=2),
    ]
    news = acknowledgements(range(READ, MANY))
    return packets(*two), packets(*news, first=len(two))


@pytest.fixture
async def reading() -> AsyncIterator[Hosted]:
    """Yield packets paused early, with far more of them after."""
    early, news = two_frames()
    pane, store = filled(early, kept=2 * MANY)
    async with hosted(pane, store) as shown:
        await shown.press("space")
        await shown.tell(news)
        # A row of the first transfer, in the middle of the view.
        await shown.press(*["k"] * 25)
        yield shown


async def test_it_stays_through_a_filter_and_back(reading: Hosted) -> None:
    pane = reading.pane
    assert isinstance(pane, PacketLog)
    before, seen = cursor(pane), blocks(reading)
    await typed(reading, "/type:ack client:10.0.4.37")
    await searched(reading)
    assert cursor(pane)[0] == before[0]
    await reading.press("enter", "escape")
    await searched(reading)
    assert cursor(pane) == before
    assert blocks(reading) == seen


async def test_it_comes_back_after_a_filter_that_hides_it(reading: Hosted) -> None:
    pane = reading.pane
    assert isinstance(pane, PacketLog)
    before = cursor(pane)
    await typed(reading, "/type:error")
    await searched(reading)
    await reading.press("enter", "escape")
    await searched(reading)
    await typed(reading, "/block:60000-60005")
    await searched(reading)
    assert cursor(pane)[0] == 60_000
    await reading.press("enter", "escape")
    await searched(reading)
    assert cursor(pane) == before


async def test_it_stays_when_one_transfer_is_shown_alone(reading: Hosted) -> None:
    pane = reading.pane
    assert isinstance(pane, PacketLog)
    before = cursor(pane)
    await reading.press("equals_sign")
    await searched(reading)
    assert pane.rows.view.transfer == 1
    assert cursor(pane) == before
    await reading.press("escape")
    await searched(reading)
    assert cursor(pane) == before


async def test_it_stays_in_windows_of_other_sizes(reading: Hosted) -> None:
    pane = reading.pane
    assert isinstance(pane, PacketLog)
    await reading.press(*["j"] * 12)
    before = cursor(pane)
    await reading.pilot.resize_terminal(140, 12)
    await reading.pilot.pause()
    assert cursor(pane)[0] == before[0]
    assert str(before[0]) in blocks(reading)
    await reading.pilot.resize_terminal(80, 24)
    await reading.pilot.pause()
    assert cursor(pane) == before


async def test_rows_that_were_scrolled_to_stay_too(reading: Hosted) -> None:
    pane = reading.pane
    assert isinstance(pane, PacketLog)
    pane.rows.scroll_to(y=10_000, animate=False, immediate=True)
    await reading.pilot.pause()
    seen = blocks(reading)
    await reading.press("equals_sign")
    await searched(reading)
    await reading.press("escape")
    await searched(reading)
    assert blocks(reading) == seen


async def test_space_holds_what_is_seen_and_not_what_came_since() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 101))))
    async with hosted(pane, store) as shown:
        seen = blocks(shown)
        store.fold(packets(*acknowledgements(range(101, 400)), first=100))
        await shown.press("space")
        assert blocks(shown) == seen
        assert cursor(pane)[0] == 100


async def test_rows_are_drawn_anew_where_columns_change() -> None:
    pane, store = filled(packets(*acknowledgements(range(1, 30))))
    async with hosted(pane, store, size=(140, 40)) as shown:
        await shown.press("k")
        named = [line for line in shown.lines if "10.0.4.37" in line]
        assert len(named) > 20
        await shown.press("equals_sign")
        assert not any("10.0.4.37" in line for line in shown.lines[1:])
