"""Panes are hidden and resized, and stay so in the next run."""

from pathlib import Path

from tests.support.pictures import a_busy_server
from tests.support.screens import LARGE, Shown, shown
from tftptui.ui.memory import NAME, Memory


def sizes(screen: Shown) -> list[tuple[int, int]]:
    """Return the outer size of Transfers, Files, Ports and Packets."""
    return [
        (pane.outer_size.width, pane.outer_size.height) if pane.display else (0, 0)
        for pane in screen.main.panes
    ]


async def test_hidden_panes_and_sizes_are_remembered(tmp_path: Path) -> None:
    memory = Memory(tmp_path / NAME)
    async with shown(*a_busy_server(), memory=memory) as screen:
        await screen.press("3", "x")
        before = sizes(screen)
        assert "Ports is hidden; 3 shows it again" in screen.text()
        assert sizes(screen)[2] == (0, 0)
        assert screen.main.scope == "packets"
        await screen.press("2", "right_parenthesis", "1", "left_parenthesis")
        changed = sizes(screen)
        assert changed[1][0] > before[1][0]
        assert changed[0][1] < before[0][1]
    async with shown(*a_busy_server(), memory=Memory(tmp_path / NAME)) as screen:
        assert sizes(screen) == changed
        await screen.press("tab", "tab")
        assert screen.main.scope == "packets"  # hidden ones are left out
        await screen.press("3")
        assert screen.main.panes[2].display
        ports = sizes(screen)[2][1]
        await screen.press("right_parenthesis")
        assert sizes(screen)[2][1] == ports + 2


async def test_where_two_panes_have_room_any_of_them_is_hidden(tmp_path: Path) -> None:
    memory = Memory(tmp_path / NAME)
    async with shown(*a_busy_server(), size=(100, 30), memory=memory) as screen:
        assert [pane.digit for pane in screen.main.panes if pane.display] == [1, 4]
        await screen.press("x")
        assert [pane.digit for pane in screen.main.panes if pane.display] == [2]
        await screen.press("x", "x", "x")
        assert "the last pane stays" in screen.text()
        assert [pane.digit for pane in screen.main.panes if pane.display] == [4]
        await screen.pilot.resize_terminal(80, 24)
        await screen.press("1", "x")
        assert "x: there is room for one pane only" in screen.text()
        await screen.press("3")  # another page: messages about the first are gone
        assert "room for one pane" not in screen.text()
    async with shown(
        *a_busy_server(), size=LARGE, memory=Memory(tmp_path / NAME)
    ) as screen:
        assert [pane.digit for pane in screen.main.panes if pane.display] == [4]
        assert sizes(screen)[3][0] == LARGE[0]
