"""What an empty packet log says: what would be here, and how to make it come."""

import textwrap

from tftptui.ui.formats import count
from tftptui.ui.panes.empty import ROOT, command, example_file
from tftptui.ui.panes.packets.columns import Cell
from tftptui.ui.panes.packets.model import PacketView
from tftptui.ui.store import Store


def hint(store: Store, view: PacketView, width: int) -> list[Cell]:
    """Return the lines, each in a slot."""
    if view.is_searching:
        return _wrapped("Looking through the packets that are kept …", width)
    if view.wanted:
        words = f"Of {count(view.kept)} packets none is meant by: {view.wanted.words}."
        return _wrapped(f"{words} esc takes the filter away.", width)
    if view.transfer is not None:
        return _wrapped("No packet of this transfer is kept; esc shows all.", width)
    return _of_none(store, width)


def _of_none(store: Store, width: int) -> list[Cell]:
    if store.status is not None and store.status.source == "demo":
        return _wrapped("No packets yet: press . to begin.", width)
    lines = _wrapped(
        "No packets yet. Each request, block and answer will be one line here.", width
    )
    name = example_file(store.listings.get(ROOT))
    if store.status is None or name is None:
        return lines
    lines += [("", ""), *_wrapped("To see some, type in another terminal:", width)]
    return [*lines, ("", ""), (f"  {command(store.status, name)}", "")]


def _wrapped(words: str, width: int) -> list[Cell]:
    return [(text, "muted") for text in textwrap.wrap(words, max(1, width))]
