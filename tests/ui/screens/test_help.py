"""The keys: filtered while typing, and run from there."""

from tests.support.pictures import frame, view
from tests.support.screens import SMALL, shown
from tftptui.ui.panes.transfers.actions import TRANSFERS


async def test_keys_are_filtered_while_one_types_and_done_by_enter() -> None:
    async with shown(frame(view(1)), size=SMALL) as screen:
        await screen.press("question_mark")
        assert "Keys · Transfers" in screen.text()
        assert "TID" not in screen.text()
        await screen.press("end")
        assert "UDP port that one end chose" in screen.text()
        await screen.press(*"hop by", "space", *"hop")
        assert "Probe hop by hop where packets" in screen.text()
        assert "Restart the server" not in screen.text()
        await screen.press("escape")
        assert "Restart the server" not in screen.text()  # far below
        assert TRANSFERS[0].effect[:30] in screen.text()
        await screen.press("V")
        assert screen.text().splitlines()[2].strip("│ ").startswith("The key V")
        await screen.press("enter")
        assert screen.on_top == "ColumnScreen"


async def test_what_another_pane_does_is_done_there_from_the_keys_too() -> None:
    async with shown(frame(view(1)), size=SMALL) as screen:
        await screen.press("question_mark", *"sha-256", "enter")
        assert screen.main.scope == "files"
        await screen.press("question_mark", *"nothing of the kind")
        assert "No key matches; esc shows all." in screen.text()
        await screen.press("enter", "escape", "escape")
        assert screen.on_top == "main"
        await screen.press("question_mark", *"Recall earlier lines", "enter")
        assert "works only here: Editing a filter" in screen.text()
