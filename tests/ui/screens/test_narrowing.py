"""From a transfer to its packets, and the line of panes meanwhile."""

from tests.support.pictures import frame, view
from tests.support.screens import SMALL, shown


async def test_a_transfers_packets_are_shown_alone() -> None:
    async with shown(frame(view(1, file="one"), view(2, file="two"))) as screen:
        narrowed = screen.main.panes[3]
        await screen.press("1", "equals_sign")
        assert narrowed.has_focus_within
        assert "10.0.4." in narrowed.state


async def test_escape_shows_all_packets_again() -> None:
    async with shown(frame(view(1, file="one"))) as screen:
        await screen.press("1", "equals_sign", "escape")
        assert screen.main.panes[3].state == "following"


async def test_the_line_of_panes_says_at_once_that_the_log_is_held() -> None:
    async with shown(frame(view(1, file="one")), size=SMALL) as screen:
        await screen.press("4", "space")
        assert "paused" in screen.text().splitlines()[2]
