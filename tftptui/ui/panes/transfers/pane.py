"""The Transfers pane: who transfers which file, and its progress."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult, SystemCommand
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tftptui.engine.messages import TransferView
from tftptui.net.names import host_name
from tftptui.telemetry.records.filters.parsing import parse
from tftptui.telemetry.records.filters.terms import Filter
from tftptui.telemetry.records.filters.vocabulary import TRANSFERS as WORDS
from tftptui.ui.formats import count, endpoint
from tftptui.ui.keys import Action, bindings
from tftptui.ui.kit.filter_pane import ASKING, FilterPane
from tftptui.ui.kit.prompt import Purpose
from tftptui.ui.kit.rows import RowList
from tftptui.ui.memory import Memory
from tftptui.ui.messages import ColumnsWanted, CopyWanted, Offered
from tftptui.ui.panes.empty import invitation
from tftptui.ui.panes.files.hashes import hash_of
from tftptui.ui.panes.files.versions import version_words
from tftptui.ui.panes.transfers import words
from tftptui.ui.panes.transfers.actions import TRANSFERS, TransferCommand
from tftptui.ui.panes.transfers.columns import all_values
from tftptui.ui.panes.transfers.list import TransferList
from tftptui.ui.panes.transfers.model import AnyRow, ClientRow, Row
from tftptui.ui.panes.transfers.saving import READERS, records, save_transfers
from tftptui.ui.panes.transfers.server_addresses import may_be_nats
from tftptui.ui.store import Store

LEAST_ROWS = 2
"""Minimum rows of the list, if it has as many: the selected one and one more."""


SORT, GROUPED, COLUMNS = "transfers-sort", "transfers-by", "transfers-columns"
"""Names of remembered choices: sort order, grouping, columns."""

MOST_COPIED = 1_000
"""Limit of rows copied to the clipboard; s saves more."""

OF_A_ROW = frozenset({"copy", "copy_all", "name", "save"})
"""Actions that need a row."""

OF_ANY_ROW = frozenset({"filter", "search", "trouble"})
"""Actions that need a row, whether the filter hides it or not."""

OF_A_TRANSFER = frozenset({"open", "narrow", "locate", "abort"})
"""Actions that need a transfer under the cursor."""


class TransfersPane(FilterPane):
    """The list, and below it what no column shows about the selected transfer."""

    SCOPE = "transfers"
    VOCABULARY = WORDS
    EXAMPLE = "words, or like  client:10.0.4.0/24 state:failed resent>0 file:*.img"
    FORMATS: ClassVar[Mapping[str, str]] = READERS
    ONE = "transfer"
    HISTORY = "transfers "
    BINDINGS: ClassVar[list[BindingType]] = bindings(TRANSFERS)
    DEFAULT_CSS = """
    TransfersPane {
        & > #transfer-empty { padding: 1 2; height: 1fr; color: $muted; }
        & > #transfer-detail {
            height: 3;
            margin: 0 1 0 0;
            border-top: solid $frame;
            border-title-color: $foreground;
        }
        & > .-hidden, & > .-none { display: none; }
    }
    """

    class CommandWanted(Message):
        """A command for a transfer.

        Attributes:
            what: the command.
            number: of the transfer.
        """

        def __init__(self, what: TransferCommand, number: int) -> None:
            super().__init__()
            self.what, self.number = what, number

    def __init__(
        self, store: Store, *, now: Callable[[], float], memory: Memory | None = None
    ) -> None:
        memory = Memory() if memory is None else memory
        super().__init__("Transfers", 1, id="transfers", store=store, memory=memory)
        self._now, self._memory = now, memory
        self._list = TransferList(store, now=now)
        self._empty = Static(id="transfer-empty", markup=False)
        self._detail = Static(id="transfer-detail", markup=False)
        self._looking_up: set[str] = set()
        self._detail_shown = ("", "")
        self._invited = Text()
        self._allowed: tuple[object, bool] = (None, False)
        self._lines: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list, the text in its place while it is empty, the detail."""
        yield self.prompt
        yield self._list
        yield self._empty
        yield self._detail

    def on_mount(self) -> None:
        """Show the initial state, in the remembered sort order."""
        kept = self._memory.choice(SORT).split()
        self._list.chosen = tuple(self._memory.choice(COLUMNS).split())
        self._list.model.by_client = self._memory.choice(GROUPED) == "client"
        if kept:
            self._list.sort_by(kept[0], is_reverse=kept[1:] == ["descending"])
        self.frame_arrived()

    def list_widget(self) -> Widget:
        """Return the list."""
        return self._list

    @property
    def chosen(self) -> int | None:
        """The number of the transfer under the cursor."""
        view = self._list.current
        return None if view is None else view.number

    def frame_arrived(self) -> None:
        """Show what has changed."""
        self._list.sort()
        nothing = not self._store.transfers
        self._empty.set_class(not nothing, "-hidden")
        self._detail.set_class(nothing, "-hidden")
        self._list.styles.height = 1 + self._list.row_count() if nothing else None
        if nothing:
            self._invite()
        self._write_state()
        self.explain()
        self._tell_detail()

    def _write_state(self) -> None:
        """Show sort order and filter, and the number of rows."""
        listed, model = self._list, self._list.model
        parts = ["by client"] if model.by_client else []
        if listed.sort_key:
            way = "descending" if listed.is_reverse else "ascending"
            parts.append(f"{listed.sort_title}, {way}")
        self.state = " · ".join(parts)
        shown = f"{count(model.total)} shown"
        if model.wanted:
            shown = f"{count(model.shown)} of {count(model.total)} shown"
        found = f"found {count(model.stops())} · " if model.sought else ""
        self.summary = (
            f"{found}{model.running} running · {shown}" if model.total else ""
        )

    def _invite(self) -> None:
        """Update the text that is shown while there are no transfers."""
        words = invitation(self._store)
        if words != self._invited:
            self._invited = words
            self._empty.update(words)

    def clock_ticked(self) -> None:
        """Update the ages."""
        self._list.refresh_rows()
        self._tell_detail()

    def on_row_list_highlighted(self) -> None:
        """Describe the selected transfer."""
        self._tell_detail()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open the transfer that was clicked twice."""
        event.stop()
        self.action_open()

    def on_transfer_list_sorted(self) -> None:
        """Show the sort order and remember it."""
        listed, memory = self._list, self._memory
        way = "descending" if listed.is_reverse else "ascending"
        key = listed.sort_key
        memory.remember_choice(SORT, f"{key} {way}" if key else "")
        memory.remember_choice(GROUPED, "client" if listed.model.by_client else "none")
        self._write_state()
        self._tell_detail()

    # Keys: which are enabled, and why the others are not.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what applies to the selected row."""
        del parameters
        if action in ASKING and self.is_typing:
            return False
        if action == "widen":
            return any(self.filters)
        is_fixed = action in ("abort", "locate") and self._store.is_fixed
        return not (is_fixed or self._missing(action))

    def why_not(self, action: Action) -> str:
        """Return why an action of this pane does nothing now."""
        return self._missing(action.call.partition("(")[0])

    def _missing(self, action: str) -> str:
        """Return why an action does nothing now; "" if it works."""
        row = self._list.current_row
        why = ""
        if action == "widen" and not any(self.filters):
            why = "nothing to clear: all transfers are shown"
        elif action in OF_ANY_ROW and not self._list.model.total:
            why = "there is no transfer yet"
        elif action in OF_A_ROW and row is None:
            why = _no_transfer(row, self._store)
        elif action == "open" and isinstance(row, ClientRow):
            why = ""
        elif action in OF_A_TRANSFER:
            why = self._cannot_do(action)
        elif action in ("unfold", "fold"):
            why = self._list.cannot_fold(wide=action == "unfold")
        return why

    def _cannot_do(self, action: str) -> str:
        view = self._list.current
        if view is None:
            return _no_transfer(self._list.current_row, self._store)
        is_over = action == "abort" and not view.running
        return "this transfer has already ended" if is_over else ""

    def action_open(self) -> None:
        """Show everything about the selected transfer; open or close a client's row."""
        row = self._list.current_row
        if isinstance(row, ClientRow):
            self._list.fold(wide=not row.is_open)
        elif view := self._list.current:
            self.post_message(self.CommandWanted(TransferCommand.OPEN, view.number))

    def action_trouble(self, step: int) -> None:
        """Go to the next row in trouble, or the next match of the search."""
        listed, model = self._list, self._list.model
        place = model.next_stop(listed.cursor_index or 0, step)
        if place is not None:
            listed.move_cursor(place)
            return
        name = "match" if model.sought else "transfer with a problem"
        where = "after" if step > 0 else "before"
        self.notify(f"no {name} {where} this row", timeout=2, markup=False)

    def action_sort(self, step: int) -> None:
        """Sort by the next or the previous column."""
        self._list.sort_next(step)

    def action_columns(self) -> None:
        """Open the choice of columns."""
        shown = self._list.shown_columns()
        offered = [
            Offered(one.key, one.title.strip(), one.meaning)
            for one in self._list.every_column()
        ]
        self.post_message(ColumnsWanted("Columns of Transfers", offered, shown, self))

    def columns_chosen(self, keys: tuple[str, ...]) -> None:
        """Show these columns in this order; the default ones if empty."""
        self._list.chosen = keys
        self._memory.remember_choice(COLUMNS, " ".join(keys))
        self._list.sort()

    def action_reverse(self) -> None:
        """Reverse the sort order."""
        if self._list.sort_key:
            self._list.reverse()
        else:
            self.notify("select a column first: press < or >", timeout=4, markup=False)

    def action_copy(self) -> None:
        """Copy the row under the cursor."""
        if row := self._list.current_row:
            self.post_message(CopyWanted(self._plain(row), "1 row"))

    def action_copy_all(self) -> None:
        """Copy all rows that are shown."""
        rows = self._list.model.rows[:MOST_COPIED]
        text = "\n".join(self._plain(row) for row in rows)
        more = len(self._list.model.rows) - len(rows)
        what = f"the first {count(len(rows))} rows (s saves all)" if more else ""
        self.post_message(CopyWanted(text, what or f"{count(len(rows))} rows"))

    def _plain(self, row: AnyRow) -> str:
        return words.plain(row, self._store)

    def action_name(self) -> None:
        """Look up the host name of the client."""
        if isinstance(row := self._list.current_row, Row | ClientRow):
            view = row.newest.view if isinstance(row, ClientRow) else row.view
            if view.client not in self._looking_up:
                self._looking_up.add(view.client)
                self.run_worker(self._look_up(view.client), group="names")

    async def _look_up(self, client: str) -> None:
        self.notify(f"looking up {client}", timeout=2, markup=False)
        name = await host_name(client)
        self._looking_up.discard(client)
        message = f"DNS has no name for {client}"
        if name:
            self._list.hosts.set_name(client, name)
            message = f"{client} is {name}"
            self._list.refresh_rows()
        self.notify(message, markup=False)

    def action_narrow(self) -> None:
        """Show the packets of the selected transfer."""
        if view := self._list.current:
            self.post_message(self.CommandWanted(TransferCommand.PACKETS, view.number))

    def action_locate(self) -> None:
        """Find where packets to the selected transfer's client are dropped."""
        if view := self._list.current:
            self.post_message(self.CommandWanted(TransferCommand.LOCATE, view.number))

    def action_abort(self) -> None:
        """Abort the selected transfer."""
        if (view := self._list.current) and view.running:
            self.post_message(self.CommandWanted(TransferCommand.ABORT, view.number))

    # Overrides of FilterPane.

    @property
    def filters(self) -> tuple[Filter, Filter]:
        """The filter and the search."""
        return self._list.model.wanted, self._list.model.sought

    def show_filtered(self, wanted: Filter) -> None:
        """Show only rows that match a filter."""
        self._list.model.wanted = wanted
        self._renew()

    def look_for(self, sought: Filter) -> None:
        """Mark rows that match a filter."""
        self._list.model.sought = sought
        self._renew()

    def _renew(self) -> None:
        self._list.sort()
        self._write_state()
        self._tell_detail()
        self.refresh_bindings()

    def go_to_found(self) -> None:
        """Go to the first match from the cursor on."""
        place = self._list.model.next_stop((self._list.cursor_index or 0) - 1, 1)
        if place is not None:
            self._list.move_cursor(place)

    def count_found(self, purpose: Purpose) -> str:
        """Return how many rows match, of how many."""
        model = self._list.model
        if purpose == Purpose.SEARCH:
            return f"{count(model.stops())} of {count(len(model.rows))}"
        return f"{count(model.shown)} of {count(model.total)}"

    def count_to_save(self) -> str:
        """Return how many rows would be saved."""
        return f"{count(len(self._shown()))} rows shown"

    def writer(self) -> Callable[[Path, str], int]:
        """Return a function that saves the current rows."""
        values = all_values(self._list.shape, self._list.around)
        found = records(self._shown(), values)
        return lambda path, kind: save_transfers(path, kind, found)

    def _shown(self) -> list[Row]:
        """Return transfers and refused requests in order, including folded ones."""
        rows = self._list.model.rows
        groups = [one.rows for one in rows if isinstance(one, ClientRow)]
        if groups:
            return [one for group in groups for one in group]
        return [one for one in rows if isinstance(one, Row)]

    # The order of the transfers, for other screens.

    def show_client(self, client: str) -> None:
        """Show only the transfers of one client, with a filter that can be edited."""
        found = parse(f"client:{client}", self.VOCABULARY)
        if isinstance(found, Filter):
            self.show_filtered(found)
            self.show_what_holds()

    def sort_commands(self) -> Iterator[SystemCommand]:
        """Yield a command for each column that rows can be sorted by."""
        for key, title, meaning, largest_first in self._list.sortable():
            order = " Largest first." if largest_first else ""
            sort = partial(self._list.sort_by, key, is_reverse=largest_first)
            yield SystemCommand(
                f"Sort by {title}", f"{meaning}{order}", sort, discover=False
            )

    def numbers(self) -> list[int]:
        """Return the numbers of the shown transfers, in order."""
        return [row.view.number for row in self._shown() if not row.is_refused]

    def select(self, number: int) -> None:
        """Move the cursor to a transfer, or to the row that contains it."""
        place = self._list.model.place_of(number)
        if place is not None:
            self._list.move_cursor(place)

    # The detail.

    def _tell_detail(self) -> None:
        view, row = self._list.current, self._list.current_row
        allowed = (row.key if row else None, view is not None and view.running)
        if allowed != self._allowed:
            self._allowed = allowed
            self.refresh_bindings()
        if view is not None:
            text = self._story(view)
        elif row is not None:
            text = words.row_story(row, self._store, self._now())
        else:
            text = ("", "No transfer matches the filter. Press esc to clear it.")
        if text != self._detail_shown:
            self._detail_shown = text
            self._detail.border_title = Content(f" {text[0]} ") if text[0] else None
            self._detail.update(Text(text[1]), layout=False)  # its height is fixed
        self._make_room()

    def _story(self, view: TransferView) -> tuple[str, str]:
        """Return the title and the text of the detail about a transfer."""
        client = endpoint(view.client, view.client_tid)
        server = endpoint(view.server, view.server_tid) if view.server_tid else "?"
        kind = f" · {words.kind_words(view)}" if view.kind else ""
        return (
            f"{client} ⇄ {server}{kind} · {view.file}",
            words.story(
                view,
                self._store.ports,
                self._store.finding_of(view.number),
                hash_of(view, self._store.hashes, self._store.digests),
                version=version_words(view, self._store),
                may_be_nats=may_be_nats(self._store, view),
            ),
        )

    def _make_room(self) -> None:
        """Give the detail the lines that its text needs, as far as rows are free.

        If there is too little room for both, the list comes first.
        """
        width, height = self.content_size
        if not width or not self._store.transfers:
            return
        detail = self._detail.styles
        text = Content(self._detail_shown[1])
        needed = text.get_height({}, width - detail.margin.width)
        rows, room = self._list.row_count(), height - self._list.header_lines
        lines = max(0, min(needed + detail.gutter.height, room - rows))
        most = max(0, room - min(rows, LEAST_ROWS))
        if (lines, most) != self._lines:
            self._lines = (lines, most)
            detail.min_height, detail.max_height = lines, most
            self._detail.set_class(not most, "-none")

    def on_resize(self) -> None:
        """Divide the room after the layout is done."""
        self.call_after_refresh(self._make_room)


def _no_transfer(row: AnyRow | None, store: Store) -> str:
    """Return why there is no transfer under the cursor."""
    if isinstance(row, ClientRow):
        return "select one of its transfers: press enter to show them"
    if isinstance(row, Row):
        return "this request was refused: there is no transfer"
    is_empty = not (store.transfers or store.refusals)
    return "there is no transfer yet" if is_empty else "no transfer is shown"
