"""The rows of an app's screen."""

from typing import Any

from textual._context import visible_screen_stack
from textual.app import App
from textual.strip import Strip


def strips_of(app: App[Any]) -> list[Strip]:
    """Return the rows, including the screens visible below.

    These must be set in a context variable before drawing; otherwise blank lines are
    drawn, and cached.
    """
    token = visible_screen_stack.set(app._background_screens)
    try:
        return app.screen._compositor.render_strips(app.size)
    finally:
        visible_screen_stack.reset(token)


def text_of(app: App[Any]) -> str:
    """Return the whole screen as text."""
    return "\n".join(strip.text for strip in strips_of(app))
