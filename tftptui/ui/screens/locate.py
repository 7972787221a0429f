"""Where packets to a client's port are dropped: two walks, shown hop by hop."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.binding import BindingType

from tftptui.engine.messages import Location
from tftptui.telemetry.ttl_walks import Hop, PortTrial, Walk
from tftptui.ui.actions import LOCATE, PAGE
from tftptui.ui.keys import bindings
from tftptui.ui.messages import CopyWanted
from tftptui.ui.screens.window import Page
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

Slots = Mapping[str, Style]

_MARKS = {"passed": "→", "reached": "●", "refused": "✗", "silent": "·"}
_SLOTS = {
    "passed": "transfer-active",
    "reached": "transfer-completed",
    "refused": "transfer-failed",
    "silent": "muted",
}


class LocateScreen(Page[None]):
    """Follows the path search of transfer NUMBER."""

    SCOPE = "locate"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*LOCATE, *PAGE))
    DEFAULT_CSS = "LocateScreen > VerticalScroll { width: 96; padding: 0 2; }"

    def __init__(self, store: Store, number: int) -> None:
        super().__init__(
            "Where is it dropped?", foot="esc back · y copy", text="probing …"
        )
        self._store, self._number = store, number
        self._shown: Location | None = None

    def on_mount(self) -> None:
        """Show the current state."""
        self.on_frame_arrived()

    def on_frame_arrived(self) -> None:
        """Show new results."""
        location = self._store.locations.get(self._number)
        if location is not None and location != self._shown:
            self._shown = location
            slots = slot_styles(self.app.theme_variables)
            self.show(_body(location, slots))

    def action_copy(self) -> None:
        """Copy the walks and their meaning as text."""
        if self._shown is not None:
            self.post_message(CopyWanted(as_text(self._shown), "the search"))


def as_text(location: Location) -> str:
    """Return the search as plain text, for the clipboard."""
    lines = []
    for walk in (location.suspect, location.other):
        lines.append(f"towards UDP port {walk.port} of {location.client}:")
        lines += [f"  {hop.ttl:>2}  {hop_words(hop)}" for hop in walk.hops]
    lines += [
        f"from port {one.server_tid} to port {one.client_tid}: "
        + ("reached" if one.reached else "no reply")
        for one in location.trials
    ]
    return "\n".join([*lines, location.verdict])


def hop_words(hop: Hop) -> str:
    """Return the result of one datagram."""
    if hop.answer == "silent":
        return "no reply"
    states = {
        "passed": "replies: TTL expired",
        "reached": "reached",
        "refused": hop.name,
    }
    return f"{hop.sender or 'unknown'} {states[hop.answer]}"


def _body(location: Location, slots: Slots) -> Group:
    suspect, other = location.suspect, location.other
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=3, justify="right", no_wrap=True)
    table.add_column(ratio=1)
    table.add_column(ratio=1)
    table.add_row(
        Text("hop", slots["muted"]),
        Text(f"to port {suspect.port}, which the client chose", "bold"),
        Text(f"to port {other.port}, to compare", "bold"),
    )
    for row in range(max(len(suspect.hops), len(other.hops))):
        table.add_row(
            Text(str(row + 1), slots["muted"]),
            _cell(suspect, row, slots),
            _cell(other, row, slots),
        )
    parts: list[RenderableType] = [
        Text(f"Probing {location.client} hop by hop with 2-byte UDP packets."),
        Text(),
        table,
        Text(),
    ]
    if location.trials:
        parts += [_trials(location.trials, slots), Text()]
    if location.is_done:
        parts.append(Text(location.verdict, "bold"))
    else:
        parts.append(Text("… a silent hop takes two seconds", slots["muted"]))
    return Group(*parts)


def _trials(trials: Sequence[PortTrial], slots: Slots) -> Table:
    """Return which of several server ports reach which client ports."""
    ours = list(dict.fromkeys(one.server_tid for one in trials))
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_row(
        Text("to port", slots["muted"]),
        *(Text(f"from {tid}", slots["muted"]) for tid in ours),
    )
    for port in dict.fromkeys(one.client_tid for one in trials):
        row = [one for one in trials if one.client_tid == port]
        table.add_row(Text(str(port), "bold"), *(_reached(one, slots) for one in row))
    return table


def _reached(trial: PortTrial, slots: Slots) -> Text:
    how = "reached" if trial.reached else "silent"
    word = "reached" if trial.reached else "no reply"
    return Text.assemble((f"{_MARKS[how]} ", slots[_SLOTS[how]]), word)


def _cell(walk: Walk, row: int, slots: Slots) -> Text:
    if row >= len(walk.hops):
        return Text()
    hop = walk.hops[row]
    style = slots[_SLOTS[hop.answer]]
    return Text.assemble((f"{_MARKS[hop.answer]} ", style), hop_words(hop))
