"""Rows that come and go in a view, without laying the whole screen out for each."""

from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.widget import Widget


def take_size(view: ScrollView, size: Size) -> None:
    """Have VIEW scroll over SIZE from now on.

    Textual lays the screen out whenever that changes, which is a tenth of a second of
    work a second while packets come in. Nothing moves for it unless the scroll bar
    appears or goes, or the rows below what is in view are gone.
    """
    before = view.virtual_size
    if size == before:
        return
    fits = size.height <= view.size.height
    if (
        size.width != before.width
        or not view.is_mounted
        or fits != (before.height <= view.size.height)
        or view.scroll_offset.y > max(0, size.height - view.size.height)
    ):
        view.virtual_size = size
        return
    view.set_reactive(Widget.virtual_size, size)
    if view.show_vertical_scrollbar:
        view.vertical_scrollbar.window_virtual_size = size.height
