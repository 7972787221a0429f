"""What the packet log says about itself: in its title, and at its foot."""

from tftptui.ui.formats import count, endpoint
from tftptui.ui.panes.packets.model import PacketView
from tftptui.ui.store import Store


def state(view: PacketView, store: Store) -> str:
    """Return what the title says."""
    paused = f"paused · {count(view.fresh)} new" if view.fresh else "paused"
    parts = [paused if view.is_held else "following"]
    if view.transfer is not None:
        known = store.transfers.get(view.transfer)
        name = f"transfer {view.transfer}"
        parts.insert(0, endpoint(known.client, known.client_tid) if known else name)
    return " · ".join(parts)


def summary(view: PacketView, cursor: int | None = None) -> str:
    """Return what the foot says; which trouble it is that the cursor is on."""
    kept = f"{count(view.kept)} kept"
    parts = [kept] if view.shows_all else [f"{count(view.shown)} shown", kept]
    number, total = view.stops().rank(cursor)
    if total or view.found is not None:
        name = "found" if view.found is not None else "trouble"
        which = f"{count(number)}/" if number else ""
        parts.insert(0, f"{name} {which}{count(total)}")
    return " · ".join([*parts, "searching"] if view.is_searching else parts)
