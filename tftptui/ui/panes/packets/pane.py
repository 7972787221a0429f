"""The Packets pane: filters, searches, times and file names typed over the list."""

from collections.abc import Iterable, Mapping
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.notifications import SeverityLevel
from textual.widget import Widget
from textual.widgets import Static

from tftptui.telemetry.records.filters.matching import moment_time, type_of
from tftptui.telemetry.records.filters.parsing import Problem, parse
from tftptui.telemetry.records.filters.terms import Filter, Moment, Term, Types
from tftptui.ui.formats import count, endpoint
from tftptui.ui.keys import bindings
from tftptui.ui.kit.pane import Pane
from tftptui.ui.kit.prompt import Prompt, Purpose
from tftptui.ui.memory import Memory
from tftptui.ui.panes.packets.actions import PACKET_LOG
from tftptui.ui.panes.packets.columns import heading
from tftptui.ui.panes.packets.list import PacketList
from tftptui.ui.panes.packets.minimap import PacketMap
from tftptui.ui.panes.packets.model import PacketView, Place
from tftptui.ui.panes.packets.saving import (
    FORMATS,
    READERS,
    format_of,
    in_other_format,
    noted,
    save,
    suggested_name,
)
from tftptui.ui.panes.packets.similar import SimilarFilter
from tftptui.ui.store import Store

EXAMPLE = "words, or like  client:10.0.4.37 type:ack retrans file:*.img since:5s"

TIME_HELP = "like 12:04:23, or 10s for ten seconds ago"

FILTERS = (Purpose.FILTER, Purpose.SEARCH)

ASKING = ("filter", "search", "go_to_time", "save")
"""Actions whose keys are letters while something is typed."""

TOLD = 8.0
"""Seconds for which it stands where something was saved."""


def _as_far_as_it_goes(text: str) -> Filter:
    """Return the filter that a text is, or would be without the wrong end of it."""
    while isinstance(found := parse(text), Problem):
        text = text[: min(found.at, len(text) - 1)].rpartition(" ")[0]
    return found


class PacketLog(Pane):
    """The pane of packets: a prompt to type in, a row per packet, and a minimap.

    The title says whether the list follows the newest packet, the foot how many
    packets there are. A filter or a search acts while it is typed.

    Attributes:
        rows: the packets.
        prompt: the line to type in.
    """

    SCOPE = "packets"

    BINDINGS: ClassVar[list[BindingType]] = bindings(PACKET_LOG)

    DEFAULT_CSS = """
    PacketLog {
        & > #packet-rows { height: 1fr; }
        & > #packet-heading { height: 1; color: $muted; text-style: bold; }
    }
    """

    def __init__(self, store: Store, memory: Memory) -> None:
        super().__init__("Packets", 4, id="packets")
        self._store = store
        self.rows = PacketList(store)
        self.prompt = Prompt(self._known, memory)
        self._similar = SimilarFilter()
        self._map = PacketMap(self.rows.view)
        self._heading = Static(id="packet-heading", markup=False)
        self._headed = ""
        self._write_state()

    @property
    def is_typing(self) -> bool:
        """Whether keys go into the line to type in."""
        return self.prompt.is_typing

    def compose(self) -> ComposeResult:
        """Lay out the line to type in, the rows and the strip beside them."""
        yield self.prompt
        yield self._heading
        with Horizontal(id="packet-rows"):
            yield self.rows
            yield self._map

    def main_widget(self) -> Widget:
        """Return the rows."""
        return self.rows

    def frame_arrived(self) -> None:
        """Look at the store again; called when it has news and the pane is in view."""
        self.rows.frame_arrived()
        self._write_state()

    def show_transfer(self, number: int | None) -> None:
        """Show one transfer's packets only, or all."""
        self.rows.show_transfer(number)
        self._write_state()

    def go_to_time(self, time: float) -> None:
        """Hold still with the cursor on what was shown at a wall clock time."""
        self.rows.go_to_time(time)

    def on_packet_list_changed(self) -> None:
        """Say so in the title."""
        self._write_state()

    def on_packet_list_scrolled(self) -> None:
        """Show in the strip what is in view."""
        self._look_at_map()

    def on_packet_map_chosen(self, event: PacketMap.Chosen) -> None:
        """Go to a row."""
        self.rows.pause()
        self.rows.put_cursor(event.row)

    def on_resize(self) -> None:
        """Name the columns that there are now."""
        self.call_after_refresh(self._write_state)

    def _write_state(self) -> None:
        view = self.rows.view
        self.state = _title(view, self._store)
        self.summary = _summary(view, self.rows.cursor)
        if not self.rows.is_mounted:
            return
        if self.prompt.is_typing and self.prompt.purpose in FILTERS:
            self.explain()
        headed = heading(self.rows.columns, self.rows.mode)
        if headed != self._headed:
            self._headed = headed
            self._heading.update(Text(headed, no_wrap=True))
        self._look_at_map()

    def _look_at_map(self) -> None:
        self._map.look(self.rows.scroll_offset.y, self.rows.size.height)

    # Keys that begin to type, or change the filter.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what does something now."""
        del parameters
        view = self.rows.view
        if action == "widen":
            return bool(view.wanted or view.sought or view.transfer is not None)
        if action in ("exclude", "such"):
            return self.rows.cursor is not None
        return action not in ASKING or not self.is_typing

    def action_filter(self) -> None:
        """Type a filter."""
        self._ask(Purpose.FILTER, self.rows.view.wanted)

    def action_search(self) -> None:
        """Type what to look for."""
        self._ask(Purpose.SEARCH, self.rows.view.sought)

    def action_go_to_time(self) -> None:
        """Type a time."""
        self.prompt.ask(Purpose.TIME, "")
        self.prompt.tell(TIME_HELP)

    def action_save(self) -> None:
        """Type under which name to save what is shown."""
        self.prompt.ask(Purpose.SAVE, suggested_name(self._store.now))
        self._tell_format(self.prompt.text)

    def action_exclude(self) -> None:
        """Show no packets like the one under the cursor; the filter can be edited."""
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
        self._show_what_holds()

    def action_widen(self) -> None:
        """Take away what was looked for, then the filter, then show all transfers."""
        view = self.rows.view
        if view.sought:
            self.rows.look_for(Filter())
        elif view.wanted:
            self.rows.show_filtered(Filter())
        else:
            self.rows.show_transfer(None)
        self._show_what_holds()

    def _ask(self, purpose: Purpose, filter_: Filter) -> None:
        self.prompt.ask(purpose, str(filter_))
        self.explain()

    # While text is typed.

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Do at once what the text says, if it says something."""
        event.stop()
        if event.purpose in FILTERS:
            found = _as_far_as_it_goes(event.text)
            is_filter = event.purpose == Purpose.FILTER
            (self.rows.show_filtered if is_filter else self.rows.look_for)(found)
            self.explain()
        elif event.purpose == Purpose.TIME:
            self._find_time(event.text)
        else:
            self._tell_format(event.text)

    def on_prompt_completed(self, event: Prompt.Completed) -> None:
        """Go on to another format."""
        event.stop()
        if event.purpose == Purpose.SAVE:
            self.prompt.fill(in_other_format(event.text))

    def explain(self) -> None:
        """Say under a filter what it means, and how many packets it shows."""
        found = parse(self.prompt.text)
        if isinstance(found, Problem):
            self.prompt.tell(found.text, at=found.at)
        elif not found:
            self.prompt.tell(EXAMPLE)
        else:
            self.prompt.tell(f"{self._how_many()}: {found.words}")

    def _how_many(self) -> str:
        view = self.rows.view
        number = view.shown
        if self.prompt.purpose == Purpose.SEARCH:
            number = view.stops().rank(None)[1]
        more = "…" if view.is_searching else ""
        return f"{count(number)}{more} of {count(view.kept)}"

    def _find_time(self, text: str) -> float | None:
        found = parse(f"since:{text.strip()}") if text.strip() else Filter()
        if isinstance(found, Problem):
            self.prompt.tell(f"write it {TIME_HELP}", at=0)
            return None
        for terms in found.choices:
            if isinstance(moment := terms[0].test, Moment):
                self.prompt.tell(f"enter goes to the first packet {moment.words}")
                return moment_time(moment, self._store.now)
        self.prompt.tell(TIME_HELP)
        return None

    def _tell_format(self, name: str) -> None:
        number = count(len(self.rows.chosen_numbers()))
        which = "shown" if self.rows.range_from is None else "chosen"
        kind = format_of(name)
        if kind is None:
            self.prompt.tell(f"end the name in .{', .'.join(FORMATS)}", at=len(name))
        else:
            told = f"{number} records that are {which}, {READERS[kind]}"
            self.prompt.tell(f"{told}; tab: another format")

    # When it is entered.

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Do it, and go back to the rows; what holds stays in sight."""
        event.stop()
        if self._is_done(event.purpose, event.text):
            self._leave()

    def _is_done(self, purpose: Purpose, text: str) -> bool:
        """Do what is typed; tell whether it was right."""
        match purpose:
            case Purpose.TIME:
                time = self._find_time(text)
                found = None if time is None else self.rows.view.at_time(time)
                if found is not None:
                    self.rows.go_to(found)
                return time is not None
            case Purpose.SAVE:
                if format_of(text) is not None:
                    self._save(text)
                return format_of(text) is not None
            case _:
                if purpose == Purpose.SEARCH and self.rows.view.sought:
                    self.rows.action_trouble(1)
                return isinstance(parse(text), Filter)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Go back to the rows."""
        event.stop()
        self._leave()

    def _leave(self) -> None:
        self._show_what_holds()
        self.screen.set_focus(self.rows)

    def _show_what_holds(self) -> None:
        view = self.rows.view
        if view.sought:
            self.prompt.show(Purpose.SEARCH, str(view.sought))
        elif view.wanted:
            self.prompt.show(Purpose.FILTER, str(view.wanted))
        else:
            self.prompt.hide()

    def _save(self, name: str) -> None:
        view, app = self.rows.view, self.app
        numbers, source = self.rows.chosen_numbers(), view.copied_source()
        transfers = dict(self._store.transfers)

        def write() -> None:
            went_well, told = save(name, noted(source, numbers), transfers)
            severity: SeverityLevel = "information" if went_well else "error"
            app.call_from_thread(
                app.notify, told, severity=severity, timeout=TOLD, markup=False
            )
            if not went_well:
                app.call_from_thread(self._mend, name, told)

        self.run_worker(write, group="save", thread=True)

    def _mend(self, name: str, why: str) -> None:
        """Let a name be typed anew that nothing could be saved under."""
        if self.rows.has_focus:  # and nothing else is being done
            self.prompt.ask(Purpose.SAVE, name)
            self.prompt.tell(why, at=0)

    def _known(self) -> Mapping[str, Iterable[str]]:
        """Return what has been seen, for going on with a filter; the latest first."""
        views = [*reversed(self._store.transfers.values())]
        return {
            "client": dict.fromkeys(view.client for view in views),
            "server": dict.fromkeys(view.server for view in views),
            "file": dict.fromkeys(view.file for view in views),
            "kind": dict.fromkeys(view.kind for view in views if view.kind),
            "transfer": [str(view.number) for view in views],
        }


def _title(view: PacketView, store: Store) -> str:
    """Return what the title says."""
    paused = f"paused · {count(view.fresh)} new" if view.fresh else "paused"
    parts = [paused if view.is_held else "following"]
    if view.transfer is not None:
        known = store.transfers.get(view.transfer)
        name = f"transfer {view.transfer}"
        parts.insert(0, endpoint(known.client, known.client_tid) if known else name)
    return " · ".join(parts)


def _summary(view: PacketView, cursor: int | None = None) -> str:
    """Return what the foot says; which trouble it is that the cursor is on."""
    kept = f"{count(view.kept)} kept"
    parts = [kept] if view.shows_all else [f"{count(view.shown)} shown", kept]
    number, total = view.stops().rank(cursor)
    if total or view.found is not None:
        name = "found" if view.found is not None else "trouble"
        which = f"{count(number)}/" if number else ""
        parts.insert(0, f"{name} {which}{count(total)}")
    return " · ".join([*parts, "searching"] if view.is_searching else parts)
