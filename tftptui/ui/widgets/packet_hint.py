"""What an empty packet log says: what would be here, and how to make it come."""

import textwrap

from tftptui.ui.store import Store
from tftptui.ui.widgets.empty import ROOT, command, example_file
from tftptui.ui.widgets.packet_rows import Cell


def hint(store: Store, transfer: int | None, width: int) -> list[Cell]:
    """Return the lines, each in a slot."""
    if transfer is not None:
        return _wrapped("No packet of this transfer is kept; esc shows all.", width)
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
