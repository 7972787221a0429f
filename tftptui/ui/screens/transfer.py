"""One transfer as a ladder of its packets, next to the facts about it."""

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar, Literal, Protocol

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from tftptui.engine.client import EngineClient
from tftptui.engine.messages import TransferView
from tftptui.ui.bars.footer import FooterLine
from tftptui.ui.formats import age
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fitting import fitting_form
from tftptui.ui.kit.rows import RowList, fitted
from tftptui.ui.kit.saving import in_other_format, suggested_name
from tftptui.ui.ladder.actions import TRANSFER
from tftptui.ui.ladder.list import LadderList
from tftptui.ui.ladder.rows import TIME, frame
from tftptui.ui.ladder.side import TransferSide
from tftptui.ui.ladder.words import (
    client_choices,
    reading_text,
    server_choice,
)
from tftptui.ui.messages import CopyWanted, KeysWanted
from tftptui.ui.panes.packets.list import PacketList
from tftptui.ui.panes.packets.saving import FORMATS, noted, save
from tftptui.ui.panes.packets.words import plain
from tftptui.ui.panes.transfers.server_addresses import may_be_nats
from tftptui.ui.panes.transfers.words import kind_words, mark, short_host, slot
from tftptui.ui.screens.packet import PacketBody
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

Left = Literal["packets", "why"] | int
"""Where to go next; a number is a pane's."""

TICK = 1.0
WIDE, WIDEST = 100, 180
"""Minimum widths in cells for the facts, and for the packets as well."""

LONGEST, SHORTEST = 39, 15
"""Width of addresses in cells, if there is room and if not."""

NEIGHBOR = 26
"""Width in cells of a transfer in the line of neighbors."""

GAP = 2
"""Cells between the texts about the two ends."""


class TransferOrder(Protocol):
    """The order of transfers on the screen below."""

    def numbers(self) -> list[int]:
        """Return the shown transfers, in order."""

    def select(self, number: int) -> None:
        """Move the cursor to a transfer."""


class TransferScreen(ModalScreen[Left | None]):
    """The ladder of a transfer, live and afterwards; returns where to go next.

    Attributes:
        number: of the transfer; j and k move in the ORDER.
    """

    HORIZONTAL_BREAKPOINTS: list[tuple[int, str]] | None = [  # noqa: RUF012 - as Textual has it
        (0, "-narrow"),
        (WIDE, "-wide"),
        (WIDEST, "-widest"),
    ]
    scope = "ladder"
    BINDINGS: ClassVar[list[BindingType]] = bindings(TRANSFER)
    DEFAULT_CSS = """
    TransferScreen {
        background: $background;
        & > #transfer-title { height: 1; padding: 0 1; background: $panel; }
        & > #transfer-strip { height: 1; padding: 0 1; }
        & > #transfer-because { height: auto; padding: 0 1; color: $muted; }
        & #ladder-ends { height: 2; }
        & > Horizontal { height: 1fr; }
        & #ladder-side { width: 1fr; }
        & TransferSide { width: 44; border-left: solid $frame; }
        & #transfer-packets { display: none; width: 74; border-left: solid $frame; }
        &.-widest #transfer-packets { display: block; }
        & #packet-below {
            height: 24;
            padding: 0 1;
            border-top: solid $frame;
            scrollbar-size-vertical: 1;
        }
        &.-narrow TransferSide { width: 1fr; display: none; border-left: none; }
        &.-narrow.-facts TransferSide { display: block; }
        &.-narrow.-facts #ladder-side { display: none; }
    }
    """

    def __init__(
        self,
        store: Store,
        number: int,
        *,
        now: Callable[[], float],
        client: EngineClient,
        order: TransferOrder | None = None,
    ) -> None:
        super().__init__()
        self.number = number
        self._store, self._now, self._order = store, now, order
        self._title = Static(id="transfer-title", markup=False)
        self._strip = Static(id="transfer-strip", markup=False)
        self._because = Static(id="transfer-because", markup=False)
        self._because.display = False
        self._ends = Static(id="ladder-ends", markup=False)
        self._ladder = LadderList(store, number)
        self._side = TransferSide(store)
        self._rows = PacketList(store)
        self._body = PacketBody(client, is_capture=store.is_capture)
        self._view: TransferView | None = None

    def compose(self) -> ComposeResult:
        """Lay out title, ladder, facts and keys."""
        yield self._title
        yield self._strip
        yield self._because
        with Horizontal():
            with Vertical(id="ladder-side"):
                yield self._ends
                yield self._ladder
            with Vertical(id="transfer-packets"):
                yield self._rows
                with VerticalScroll(id="packet-below", can_focus=False):
                    yield self._body
            yield self._side
        yield FooterLine()

    def on_mount(self) -> None:
        """Show the initial state and keep it up to date."""
        self._ladder.focus()
        self.call_after_refresh(self.on_frame_arrived)
        self.set_interval(TICK, self._look)

    def on_frame_arrived(self) -> None:
        """Show what has changed."""
        self._ladder.look()
        if self.has_class("-widest"):
            self._rows.frame_arrived()
        self._look()

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Show the packet under the cursor next to the ladder."""
        event.stop()
        self._look_beside()

    def _look_beside(self) -> None:
        """Show the packets next to the ladder, if they fit."""
        index = self._ladder.cursor_index
        if not self.has_class("-widest") or index is None:
            return
        self._rows.show_transfer(self.number)
        self._rows.frame_arrived()
        number = self._ladder.number_at(index)
        if number is None or self._ladder.follows:
            self._rows.action_last()
        else:
            self._rows.go_to(number)
        self._body.look(self._ladder.line_at(index))

    def on_ladder_list_changed(self) -> None:
        """Update the facts after packets were added."""
        self._look()

    def on_resize(self) -> None:
        """Redraw for the new size."""
        self.call_after_refresh(self._look)
        self.call_after_refresh(self._look_beside)

    def _look(self) -> None:
        """Show the current state; of a forgotten transfer, the last known one."""
        self._view = self._store.transfers.get(self.number) or self._view
        view = self._view
        if view is None:
            return
        self._title.update(self._titled(view))
        self._strip.update(self._neighbors())
        why = self._store.why_requested(view)
        self._because.display = bool(why)
        self._because.update(f"Requested here because {why}")
        self._ends.update(self._lifelines(view))
        self._side.look(view, self._ladder.feed.series)
        self.refresh_bindings()

    def _titled(self, view: TransferView) -> Text:
        slots = slot_styles(self.app.theme_variables)
        kind = f" · {kind_words(view)}" if view.kind else ""
        began = age(self._now() - view.started)
        way = " · upload" if view.direction == "write" else ""
        words = f"{view.file}{kind}{way} · {view.phase} · started {began}"
        share = self._ladder.feed.read_so_far
        if share is not None:  # first, because it matters most if a ladder is short
            words = f"{reading_text(share)} · {words}"
        title = Text(f"{mark(view)} ", slots[slot(view)], no_wrap=True)
        title.append(words, "bold")
        title.truncate(max(1, self.size.width - 2), overflow="ellipsis")
        return title

    def _numbers(self) -> tuple[list[int], int]:
        """Return the transfers to move through, and the index of this one."""
        numbers = self._order.numbers() if self._order else []
        tries = {self.number, *self._store.tries_of(self.number)}
        place = next((n for n, one in enumerate(numbers) if one in tries), None)
        if place is None:  # it is not shown below
            return [self.number], 0
        numbers[place] = self.number
        return numbers, place

    def _neighbors(self) -> Text:
        """Return the line of the previous and next transfers."""
        numbers, place = self._numbers()
        slots = slot_styles(self.app.theme_variables)
        count = f" {place + 1} of {len(numbers)}"
        room = self.size.width - 2 - len(count)
        fits = max(1, room // (NEIGHBOR + 1))
        first = max(0, min(place - fits // 2, len(numbers) - fits))
        text = Text(no_wrap=True)
        for at, number in enumerate(numbers[first : first + fits], first):
            if view := self._store.transfers.get(number) or self._view:
                style = slots[slot(view)]
                text.append(_named(view), style + Style(reverse=at == place))
                text.append(" ")
        text.append(" " * max(0, room - text.cell_len))
        return text.append(count, slots["muted"])

    def action_flip(self, step: int) -> None:
        """Show the next or previous transfer."""
        numbers, place = self._numbers()
        if not 0 <= place + step < len(numbers):
            where = "last" if step > 0 else "first"
            self.notify(f"this is the {where} transfer", timeout=2, markup=False)
            return
        self.number, self._view = numbers[place + step], None
        if self._order:
            self._order.select(self.number)
        self._ladder.show(self.number)
        self._look()
        self._look_beside()

    def _lifelines(self, view: TransferView) -> Text:
        """Return the two ends above their lifelines, and who chose their ports."""
        muted = slot_styles(self.app.theme_variables)["muted"]
        width = self._ladder.size.width or self.size.width  # not laid out yet
        room, most = frame(width).between + 2, width - TIME
        ends = _ends(view, LONGEST)
        if sum(map(len, ends)) + GAP > most:
            ends = _ends(view, SHORTEST)
        ours = server_choice(view, self._store.ports)
        theirs = client_choices(view, may_be_nats=may_be_nats(self._store, view))
        chosen = (fitting_form(theirs, most - GAP - len(ours)), ours)
        text = Text(no_wrap=True)
        text.append(" " * TIME + _apart(ends, room, most) + "\n", "bold")
        return text.append(" " * TIME + _apart(chosen, room, most), muted)

    # Actions.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only keys that do something now."""
        del parameters
        if action == "side":
            return self.has_class("-narrow")
        if action == "why":
            return self._store.finding_of(self.number) is not None
        return True

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)

    def action_packets(self) -> None:
        """Show only the packets of this transfer."""
        self.dismiss("packets")

    def action_why(self) -> None:
        """Show the finding."""
        self.dismiss("why")

    def action_pane(self, digit: int) -> None:
        """Go to a pane."""
        self.dismiss(digit)

    def action_side(self) -> None:
        """Switch between the facts and the ladder."""
        self.toggle_class("-facts")
        (self._side if self.has_class("-facts") else self._ladder).focus()
        self.call_after_refresh(self._look)

    def action_help(self) -> None:
        """Show the keys."""
        self.post_message(KeysWanted(self.scope))

    def action_copy(self) -> None:
        """Copy the packet under the cursor."""
        index = self._ladder.cursor_index
        line = None if index is None else self._ladder.line_at(index)
        if line is not None:
            self.post_message(CopyWanted(plain(line), "1 packet"))

    def action_save(self) -> None:
        """Save the packets of this transfer, for Wireshark and as a table."""
        numbers = list(self._ladder.ladder.numbers)
        records = list(noted(self._store.packets, numbers))
        transfers = {self.number: self._view} if self._view else {}
        name = suggested_name("packets", FORMATS[0], self._now())
        while Path(name).exists():
            name = f"{Path(name).stem}-again{Path(name).suffix}"

        def write() -> None:
            for one in (name, in_other_format(name, FORMATS)):
                went_well, message = save(one, records, transfers)
                self.app.call_from_thread(
                    self.app.notify,
                    message,
                    severity="information" if went_well else "error",
                    timeout=8,
                    markup=False,
                )

        self.run_worker(write, group="save", thread=True)


def _named(view: TransferView) -> str:
    """Return the text of a transfer in the line of neighbors."""
    name = view.file.rpartition("/")[2]
    return fitted(f" {mark(view)} {short_host(view.client, 15)} {name}", NEIGHBOR)


def _ends(view: TransferView, width: int) -> tuple[str, str]:
    client, server = (short_host(one, width) for one in (view.client, view.server))
    return (
        f"client {client} · {view.client_tid}",
        f"{view.server_tid or '–'} · {server} server",
    )


def _apart(ends: tuple[str, str], room: int, most: int) -> str:
    """Return one text at the left and one at the right of ROOM cells.

    Texts too long for that take up to MOST; then the longer one is cut.
    """
    left, right = ends
    room = max(room, min(most, len(left) + GAP + len(right)))
    if len(left) + GAP + len(right) > room:
        half = (room - GAP) // 2
        right = fitted(right, min(len(right), max(half, room - GAP - len(left))))
        left = fitted(left, min(len(left), max(0, room - GAP - len(right))))
    return left + " " * max(0, room - len(left) - len(right)) + right
