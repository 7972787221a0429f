"""Keys that arrive together, as over a slow line, are handled in order."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from textual import events
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tftptui.ui.kit.fields import InOrder


class Field(InOrder, Input):
    pass


class Area(InOrder, TextArea):
    pass


class Fields(App[None]):
    def compose(self) -> ComposeResult:
        yield Field(id="first")
        yield Area()


@asynccontextmanager
async def fields() -> AsyncIterator[Pilot[None]]:
    app = Fields()
    async with app.run_test() as pilot:
        yield pilot


async def arrive(pilot: Pilot[None], *keys: str) -> None:
    """Send keys at once; Pilot itself waits after each."""
    for key in keys:
        pilot.app.post_message(events.Key(key, key if len(key) == 1 else None))
    await pilot.pause()
    await pilot.pause()


async def test_what_is_rubbed_out_is_what_stood_there_when_the_key_was_pressed() -> (
    None
):
    async with fields() as pilot:
        field = pilot.app.query_one(Field)
        field.focus()
        await arrive(pilot, *"41000", "backspace", "backspace", *"99")
        assert field.value == "41099"


async def test_lines_of_an_area_stay_apart() -> None:
    async with fields() as pilot:
        area = pilot.app.query_one(Area)
        area.focus()
        await arrive(pilot, *("a", "b", "backspace", "x", "enter") * 3)
        assert area.text == "ax\nax\nax\n"
