"""The Packets pane: filters, searches, times and file names in a prompt."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Static

from tftptui.telemetry.records.export import save_packets
from tftptui.telemetry.records.filters.matching import moment_time, type_of
from tftptui.telemetry.records.filters.parsing import Problem, parse
from tftptui.telemetry.records.filters.terms import Filter, Moment, Term, Types
from tftptui.telemetry.records.filters.vocabulary import PACKETS
from tftptui.ui.formats import count, endpoint
from tftptui.ui.keys import Action, bindings
from tftptui.ui.kit.filter_pane import ASKING, FilterPane
from tftptui.ui.kit.prompt import Prompt, Purpose
from tftptui.ui.memory import Memory
from tftptui.ui.panes.packets.actions import PACKET_LOG
from tftptui.ui.panes.packets.columns import heading
from tftptui.ui.panes.packets.list import PacketList
from tftptui.ui.panes.packets.minimap import PacketMap
from tftptui.ui.panes.packets.model import PacketView, Place
from tftptui.ui.panes.packets.saving import READERS, as_format, noted
from tftptui.ui.panes.packets.similar import SimilarFilter
from tftptui.ui.store import Store

NEED_A_ROW = frozenset(
    {"narrow", "open", "mark", "range", "unfold", "fold", "exclude", "such"}
)
"""Actions about the packet under the cursor."""

NOTHING_TO_OPEN = {
    "unfold": "this row is a single packet",
    "fold": "nothing to close",
}

TIME_HELP = "like 12:04:23, or 10s for 10 seconds ago"


class PacketLog(FilterPane):
    """A prompt, a row per packet, and a minimap.

    The title shows whether the list follows the newest packet, the footer the number of
    packets. A filter or a search applies while it is typed.

    Attributes:
        rows: the packets.
    """

    SCOPE = "packets"
    VOCABULARY = PACKETS
    EXAMPLE = "words, or like  client:10.0.4.37 type:ack retrans file:*.img since:5s"
    FORMATS: ClassVar[Mapping[str, str]] = READERS
    ONE = "packet"

    BINDINGS: ClassVar[list[BindingType]] = bindings(PACKET_LOG)

    DEFAULT_CSS = """
    PacketLog {
        & > #packet-rows { height: 1fr; }
        & > #packet-heading { height: 1; color: $muted; text-style: bold; }
    }
    """

    def __init__(self, store: Store, memory: Memory) -> None:
        super().__init__("Packets", 4, id="packets", store=store, memory=memory)
        self.rows = PacketList(store)
        self._similar = SimilarFilter()
        self._map = PacketMap(self.rows.view)
        self._heading = Static(id="packet-heading", markup=False)
        self._headed = ""
        self._write_state()

    def compose(self) -> ComposeResult:
        """Lay out the prompt, the rows and the minimap next to them."""
        yield self.prompt
        yield self._heading
        with Horizontal(id="packet-rows"):
            yield self.rows
            yield self._map

    def list_widget(self) -> Widget:
        """Return the rows."""
        return self.rows

    def frame_arrived(self) -> None:
        """Update from the store; called after a change while the pane is visible."""
        self.rows.frame_arrived()
        self._write_state()

    def show_transfer(self, number: int | None) -> None:
        """Show only one transfer's packets, or all."""
        self.rows.show_transfer(number)
        self._write_state()

    def go_to_time(self, time: float) -> None:
        """Pause with the cursor on what was shown at a wall-clock time."""
        self.rows.go_to_time(time)

    def on_packet_list_changed(self) -> None:
        """Update the title."""
        self._write_state()

    def on_packet_list_scrolled(self) -> None:
        """Update the visible part in the minimap."""
        self._look_at_map()

    def on_packet_map_chosen(self, event: PacketMap.Chosen) -> None:
        """Go to the row that was clicked in the minimap."""
        self.rows.pause()
        self.rows.put_cursor(event.row)

    def on_resize(self) -> None:
        """Update the column titles."""
        self.call_after_refresh(self._write_state)

    def _write_state(self) -> None:
        view = self.rows.view
        self.state = _title(view, self._store)
        self.summary = _summary(view, self.rows.cursor)
        if not self.rows.is_mounted:
            return
        self.explain()
        headed = heading(self.rows.columns, self.rows.mode)
        if headed != self._headed:
            self._headed = headed
            self._heading.update(Text(headed, no_wrap=True))
        self._look_at_map()

    def _look_at_map(self) -> None:
        self._map.look(self.rows.scroll_offset.y, self.rows.size.height)

    # Keys that open the prompt or change the filter.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that do something now."""
        del parameters
        view = self.rows.view
        if action == "widen":
            return bool(view.wanted or view.sought or view.transfer is not None)
        if action in ("exclude", "such"):
            return self.rows.cursor is not None
        return action not in ASKING or not self.is_typing

    def why_not(self, action: Action) -> str:
        """Return why an action among the packets does nothing now."""
        call, rows = action.call.partition("(")[0], self.rows
        if call == "widen":
            return "nothing to clear: all packets are shown"
        if call in ("copy", "copy_all"):
            return "there is no packet yet"
        if call in NEED_A_ROW and rows.cursor is None:
            return "select a packet first: press ↑ or space, or click one"
        return NOTHING_TO_OPEN.get(call, "")

    def action_go_to_time(self) -> None:
        """Open the prompt for a time."""
        self.prompt.ask(Purpose.TIME, "")
        self.prompt.tell(TIME_HELP)

    def action_exclude(self) -> None:
        """Hide packets like the one under the cursor; the filter can be edited."""
        if self.rows.cursor is None:
            return
        record = self.rows.view.source.record(self.rows.cursor)
        others = Term(Types((type_of(record.kind),)), negated=True)
        self.rows.show_filtered(self.rows.view.wanted.with_term(others))
        self.action_filter()

    def action_such(self) -> None:
        """Show only packets of the same client; again: file, type, ports, then all."""
        cursor, view = self.rows.cursor, self.rows.view
        line = None if cursor is None else view.line(Place(cursor))
        if cursor is None or line is None:
            return
        self.rows.show_filtered(self._similar.another(view.wanted, cursor, line))
        self.show_what_holds()

    def action_widen(self) -> None:
        """Clear the search, then the filter, then show all transfers."""
        if any(self.filters):
            super().action_widen()
        else:
            self.rows.show_transfer(None)

    # Overrides of FilterPane.

    @property
    def filters(self) -> tuple[Filter, Filter]:
        """The filter and the search."""
        return self.rows.view.wanted, self.rows.view.sought

    def show_filtered(self, wanted: Filter) -> None:
        """Show only packets that match a filter."""
        self.rows.show_filtered(wanted)

    def look_for(self, sought: Filter) -> None:
        """Mark the packets that match a filter."""
        self.rows.look_for(sought)

    def go_to_found(self) -> None:
        """Go to the next match of the search."""
        self.rows.action_trouble(1)

    def count_found(self, purpose: Purpose) -> str:
        """Return how many packets match, of how many."""
        view = self.rows.view
        number = view.shown
        if purpose == Purpose.SEARCH:
            number = view.stops().rank(None)[1]
        more = "…" if view.is_searching else ""
        return f"{count(number)}{more} of {count(view.kept)}"

    def count_to_save(self) -> str:
        """Return how many packets would be saved, and which."""
        number = count(len(self.rows.chosen_numbers()))
        which = "shown" if self.rows.range_from is None else "selected"
        return f"{number} packets {which}"

    def writer(self) -> Callable[[Path, str], int]:
        """Return a function that saves the selected packets, or those shown."""
        numbers, source = self.rows.chosen_numbers(), self.rows.view.copied_source()
        transfers = dict(self._store.transfers)

        def write(path: Path, kind: str) -> int:
            return save_packets(
                path, as_format(kind), noted(source, numbers), transfers
            )

        return write

    # Times.

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Show which time is meant; FilterPane handles everything else."""
        if event.purpose == Purpose.TIME:
            self._find_time(event.text)

    def _find_time(self, text: str) -> float | None:
        found = parse(f"since:{text.strip()}") if text.strip() else Filter()
        if isinstance(found, Problem):
            self.prompt.tell(f"write it {TIME_HELP}", at=0)
            return None
        for terms in found.choices:
            if isinstance(moment := terms[0].test, Moment):
                self.prompt.tell(f"enter: first packet {moment.words}")
                return moment_time(moment, self._store.now)
        self.prompt.tell(TIME_HELP)
        return None

    def carry_out(self, purpose: Purpose, text: str) -> bool:
        """Carry out what was typed; return whether it was valid."""
        if purpose != Purpose.TIME:
            return super().carry_out(purpose, text)
        time = self._find_time(text)
        found = None if time is None else self.rows.view.at_time(time)
        if found is not None:
            self.rows.go_to(found)
        return time is not None


def _title(view: PacketView, store: Store) -> str:
    """Return the title."""
    paused = f"paused · {count(view.fresh)} new" if view.fresh else "paused"
    parts = [paused if view.is_held else "following"]
    if view.transfer is not None:
        known = store.transfers.get(view.transfer)
        name = f"transfer {view.transfer}"
        parts.insert(0, endpoint(known.client, known.client_tid) if known else name)
    return " · ".join(parts)


def _summary(view: PacketView, cursor: int | None = None) -> str:
    """Return the footer, with the index of the trouble under the cursor."""
    kept = f"{count(view.kept)} kept"
    parts = [kept] if view.shows_all else [f"{count(view.shown)} shown", kept]
    number, total = view.stops().rank(cursor)
    if total or view.found is not None:
        name = "found" if view.found is not None else "problem"
        which = f"{count(number)}/" if number else ""
        parts.insert(0, f"{name} {which}{count(total)}")
    return " · ".join([*parts, "searching"] if view.is_searching else parts)
