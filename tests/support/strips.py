"""What stands on an app's screen, row by row."""

from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.strip import Strip


def strips_of(app: App[Any]) -> list[Strip]:
    """Return the rows, with the screens that show through from below.

    Who draws has to say which these are; what is drawn without is kept, and is blank.
    """
    token = visible_screen_stack.set(app._background_screens)
    try:
        return app.screen._compositor.render_strips(app.size)
    finally:
        visible_screen_stack.reset(token)


def text_of(app: App[Any]) -> str:
    """Return all of it as text."""
    return "\n".join(strip.text for strip in strips_of(app))
