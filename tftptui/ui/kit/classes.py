"""Setting several CSS classes at once: styles are worked out again once, not for each.

Textual restyles a widget and everything below it for every class that changes, which
takes longer than all else that follows a key.
"""

from collections.abc import Mapping

from textual.widget import Widget


def set_classes(widget: Widget, classes: Mapping[str, bool]) -> None:
    """Set or remove CLASSES that the styles of a widget and its children depend on."""
    if _are_other(widget, classes):
        widget.update_node_styles()


def set_own_classes(widget: Widget, classes: Mapping[str, bool]) -> None:
    """Set or remove CLASSES that styles of the widget alone depend on."""
    if _are_other(widget, classes) and widget.is_attached:
        widget.app.stylesheet.update_nodes([widget], animate=True)


def _are_other(widget: Widget, classes: Mapping[str, bool]) -> bool:
    before = widget.classes
    for name, is_set in classes.items():
        widget.set_class(is_set, name, update=False)
    return widget.classes != before
