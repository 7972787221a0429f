from typing import ClassVar

import pytest
from textual.app import App
from textual.binding import BindingType
from textual.containers import VerticalScroll

from tftptui.ui.screens.window import Page
from tftptui.ui.themes import SLOT_DEFAULTS

LINES = 100


class Reading(App[None]):
    """An app that shows one long page."""

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Return the colors by name."""
        return dict(SLOT_DEFAULTS)

    async def on_mount(self) -> None:
        """Open the page."""
        await self.push_screen(LongPage())


class LongPage(Page[None]):
    """Shows many lines."""

    BINDINGS: ClassVar[list[BindingType]] = [("escape", "close", "back")]

    def __init__(self) -> None:
        super().__init__("Long", text="reading …")

    def on_mount(self) -> None:
        """Show the lines."""
        self.show("\n".join(f"line {number}" for number in range(LINES)))


@pytest.mark.parametrize(
    ("keys", "top"),
    [(["j"], 1), (["j", "j", "k"], 1), (["down"], 1), (["G", "g"], 0), (["end"], 82)],
)
async def test_page_scrolls_by_keys_at_once(keys: list[str], top: int) -> None:
    app = Reading()
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await pilot.press(*keys)
        await pilot.pause()
        body = app.screen.query_one(VerticalScroll)
        assert body.has_focus
        assert body.scroll_target_y == top


async def test_window_closes_without_an_answer() -> None:
    app = Reading()
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        answers: list[object] = []
        await app.push_screen(LongPage(), answers.append)
        await pilot.pause()
        await pilot.press("escape")
        await pilot.pause()
        assert answers == [None]


async def test_q_goes_back_from_a_page_as_from_a_pager() -> None:
    app = Reading()
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        assert not isinstance(app.screen, Page)
