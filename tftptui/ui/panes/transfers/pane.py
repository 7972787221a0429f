"""The Transfers pane: who fetches what, and how it goes."""

from collections.abc import Callable
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tftptui.ui.formats import count, endpoint
from tftptui.ui.keys import bindings
from tftptui.ui.kit.pane import Pane
from tftptui.ui.kit.rows import RowList
from tftptui.ui.panes.empty import invitation
from tftptui.ui.panes.files.hashes import hash_of
from tftptui.ui.panes.files.versions import version_words
from tftptui.ui.panes.transfers.actions import TRANSFERS, TransferCommand
from tftptui.ui.panes.transfers.list import TransferList
from tftptui.ui.panes.transfers.server_addresses import may_be_nats
from tftptui.ui.panes.transfers.words import kind_words, story
from tftptui.ui.store import Store

LEAST_ROWS = 2
"""Rows that the list keeps, of those it has: the chosen one and one more."""


class TransfersPane(Pane):
    """The list, and under it what a column can't say about the chosen transfer."""

    SCOPE = "transfers"
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
        & > .-empty { height: 1; }
        & > .-hidden, & > .-none { display: none; }
    }
    """

    class CommandWanted(Message):
        """Something shall be done with a transfer.

        Attributes:
            what: the command.
            number: of the transfer.
        """

        def __init__(self, what: TransferCommand, number: int) -> None:
            super().__init__()
            self.what, self.number = what, number

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__("Transfers", 1, id="transfers")
        self._store = store
        self._list = TransferList(store, now=now)
        self._empty = Static(id="transfer-empty", markup=False)
        self._detail = Static(id="transfer-detail", markup=False)
        self._told = ("", "")
        self._invited = Text()
        self._allowed = (False, False)
        self._lines: tuple[int, int] | None = None

    def compose(self) -> ComposeResult:
        """Lay out the list, what stands in its place while it is empty, the detail."""
        yield self._list
        yield self._empty
        yield self._detail

    def on_mount(self) -> None:
        """Start with what is known."""
        self.frame_arrived()

    def main_widget(self) -> Widget:
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
        self._list.set_class(nothing, "-empty")
        if nothing:
            self._invite()
        running = sum(view.running for view in self._store.transfers.values())
        total = len(self._store.transfers)
        self.summary = f"{running} running · {count(total)} shown" if total else ""
        self._tell_detail()

    def _invite(self) -> None:
        """Say what to do while there is nothing, if it is something else."""
        words = invitation(self._store)
        if words != self._invited:
            self._invited = words
            self._empty.update(words)

    def clock_ticked(self) -> None:
        """Bring ages up to date."""
        self._list.refresh_rows()

    def on_row_list_highlighted(self) -> None:
        """Tell about another transfer."""
        self._tell_detail()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open the transfer that was clicked twice."""
        event.stop()
        self.action_open()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what can be done with the chosen transfer."""
        del parameters
        exists, runs = self._allowed
        is_fixed = self._store.is_fixed
        offered = {
            "abort": runs and not is_fixed,
            "open": exists,
            "narrow": exists,
            "locate": exists and not is_fixed,
        }
        return offered.get(action, True)

    def action_open(self) -> None:
        """Ask for the full view of the chosen transfer."""
        if view := self._list.current:
            self.post_message(self.CommandWanted(TransferCommand.OPEN, view.number))

    def action_narrow(self) -> None:
        """Ask for the packets of the chosen transfer."""
        if view := self._list.current:
            self.post_message(self.CommandWanted(TransferCommand.PACKETS, view.number))

    def action_locate(self) -> None:
        """Ask where packets to the chosen transfer's client are dropped."""
        if view := self._list.current:
            self.post_message(self.CommandWanted(TransferCommand.LOCATE, view.number))

    def action_abort(self) -> None:
        """Ask for the end of the chosen transfer."""
        if (view := self._list.current) and view.running:
            self.post_message(self.CommandWanted(TransferCommand.ABORT, view.number))

    def _tell_detail(self) -> None:
        view = self._list.current
        allowed = (view is not None, view is not None and view.running)
        if allowed != self._allowed:
            self._allowed = allowed
            self.refresh_bindings()
        if view is None:
            return
        client = endpoint(view.client, view.client_tid)
        server = endpoint(view.server, view.server_tid) if view.server_tid else "?"
        kind = f" · {kind_words(view)}" if view.kind else ""
        told = (
            f"{client} ⇄ {server}{kind} · {view.file}",
            story(
                view,
                self._store.ports,
                self._store.finding_of(view.number),
                hash_of(view, self._store.hashes, self._store.digests),
                version=version_words(view, self._store),
                may_be_nats=may_be_nats(self._store, view),
            ),
        )
        if told != self._told:
            self._told = told
            self._detail.border_title = Content(f" {told[0]} ")
            self._detail.update(Text(told[1]), layout=False)  # its height is given
        self._make_room()

    def _make_room(self) -> None:
        """Let the detail have the lines that its words take, where rows are free.

        Where there are too few lines for both, the list comes first.
        """
        width, height = self.content_size
        if not width or not self._store.transfers:
            return
        detail = self._detail.styles
        words = Content(self._told[1]).get_height({}, width - detail.margin.width)
        rows, room = self._list.row_count(), height - self._list.header_lines
        lines = max(0, min(words + detail.gutter.height, room - rows))
        most = max(0, room - min(rows, LEAST_ROWS))
        if (lines, most) != self._lines:
            self._lines = (lines, most)
            detail.min_height, detail.max_height = lines, most
            self._detail.set_class(not most, "-none")

    def on_resize(self) -> None:
        """Share the room anew, once all have theirs."""
        self.call_after_refresh(self._make_room)
