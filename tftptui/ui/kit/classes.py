"""Sets several CSS classes at once, so that styles are computed only once.

Textual restyles a widget and its descendants for every class that changes, which takes
longer than everything else after a key press.
"""

from collections.abc import Mapping

from textual.widget import Widget


def set_classes(widget: Widget, classes: Mapping[str, bool]) -> None:
    """Set or remove CLASSES that affect a widget and its children."""
    if _are_other(widget, classes):
        widget.update_node_styles()


def set_own_classes(widget: Widget, classes: Mapping[str, bool]) -> None:
    """Set or remove CLASSES that affect only the widget itself."""
    if _are_other(widget, classes) and widget.is_attached:
        widget.app.stylesheet.update_nodes([widget], animate=True)


def _are_other(widget: Widget, classes: Mapping[str, bool]) -> bool:
    before = widget.classes
    for name, is_set in classes.items():
        widget.set_class(is_set, name, update=False)
    return widget.classes != before
