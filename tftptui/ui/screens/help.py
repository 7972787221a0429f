"""All keys, filtered while typing; Enter runs the selected one."""

from collections.abc import Hashable
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tftptui.ui.actions import HELP
from tftptui.ui.keymap import CHAINS, TITLES, actions
from tftptui.ui.keys import Action, bindings
from tftptui.ui.kit.fields import has_all
from tftptui.ui.kit.rows import RowList, fitted, fitted_words
from tftptui.ui.screens.window import Window
from tftptui.ui.themes import slot_styles

MARKS: tuple[tuple[str, str, str], ...] = (
    ("↑ ↓", "transfer-active", "Transfer running: to the client, from the client."),
    ("●", "transfer-completed", "Completed: the last block was acknowledged."),
    ("◐", "transfer-unconfirmed", "Everything sent, but no ACK for the last block."),
    ("✗ ∅ ⊘", "transfer-failed", "Failed, gave up, aborted by you."),
    ("⊗", "transfer-failed", "Refused with an ERROR: there is no transfer."),
    ("○", "muted", "The client requested only the size, which is normal."),
    ("⚠", "transfer-stalled", "Stalled: no progress for a while."),
    ("· ■ ▒ ×", "port-used", "Port free, in use, cooling down, in use elsewhere."),
    ("R2 R3", "packet-retransmit", "Packet sent by us for the second, third time."),
    ("D", "packet-duplicate", "Duplicate: the client sent this packet again."),
    ("◆ ›", "transfer-active", "Time reference mark; search match."),
    ("W ✗ !", "packet-error", "From a wrong sender (TID), malformed, ICMP error."),
    ("▶3 ↑12", "transfer-active", "File with 3 readers now; fetched 12 times."),
    ("1468→1428", "muted", "Option blksize: requested → agreed."),
    ("w16 t6", "muted", "Options windowsize and timeout (s), agreed."),
    ("tsize", "muted", "Option tsize: the client got the file size."),
    ("~", "muted", "An estimate."),
    ("atftp?", "muted", "Client program: a guess from its requests."),
)
"""Mark, style slot and meaning."""

TID = (
    "A TID (transfer identifier, RFC 1350) is the UDP port that one end chose for "
    "one transfer."
)


_SIGN = 16
"""Width of keys and marks in cells."""

PANES = ("transfers", "files", "ports", "fields", "packets", "packet-log", "prompt")


def help_order(scope: str) -> list[str]:
    """Return all scopes: those active in SCOPE, then the other panes."""
    here = list(CHAINS[scope])
    if scope == "ports":
        here.insert(1, "fields")
    if scope == "packets":
        here.insert(2, "prompt")
    return here + [pane for pane in PANES if pane not in here]


class Entry(NamedTuple):
    """A row: a heading, a key and its action, or a mark and its meaning.

    Attributes:
        name: unique among all rows.
        sign: the keys, or the mark; "" for a heading.
        words: what it does or means.
        slot: style of the sign.
        action: the action that Enter runs, if any.
    """

    name: str
    sign: str
    words: str
    slot: str = ""
    action: Action | None = None


def entries(scope: str, typed: str = "") -> list[Entry]:
    """Return the rows for SCOPE that contain all words that are TYPED.

    The name of a key works, too: then its action comes first.
    """
    words = tuple(typed.casefold().split())
    found: list[Entry] = []
    of_key: list[Entry] = []
    for part in help_order(scope):
        rows = []
        for action in actions(part):
            text = f"{action.shown_keys} {action.label} {action.effect} {TITLES[part]}"
            entry = Entry(action.id, action.shown_keys, action.effect, "", action)
            if typed and typed.strip() in action.shown_keys.split():
                of_key.append(entry)
            elif has_all(words, text):
                rows.append(entry)
        found += [Entry(part, "", TITLES[part]), *rows] if rows else []
    marks = [
        Entry(f"mark {mark}", mark, meaning, slot)
        for mark, slot, meaning in MARKS
        if has_all(words, f"{mark} {meaning}")
    ]
    if has_all(words, TID):
        marks.append(Entry("mark TID", "TID", TID.removeprefix("A TID is ")))
    found += [Entry("marks", "", "Marks"), *marks] if marks else []
    heading = [Entry("key", "", f"The key {typed.strip()}")] if of_key else []
    return [*heading, *of_key, *found]


class HelpList(RowList[str]):
    """The rows."""

    header_lines = 0

    def __init__(self, scope: str) -> None:
        super().__init__(id="help-list")
        self._scope = scope
        self.entries: list[Entry] = []
        self.narrow("")

    def narrow(self, typed: str) -> None:
        """Show the matches, with the cursor on the first one."""
        self.entries = entries(self._scope, typed)
        first = next((one for one in self.entries if one.sign), None)
        self.cursor_key = first.name if first else None
        if self.is_mounted:
            self.scroll_home(animate=False)
            self.refresh_rows()
            self.post_message(self.Highlighted())

    @property
    def current(self) -> Entry | None:
        """The row under the cursor."""
        index = self.cursor_index
        return None if index is None else self.entries[index]

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self.entries)

    def row_key(self, index: int) -> str:
        """Return the key of a row."""
        return self.entries[index].name

    def index_of(self, key: str) -> int | None:
        """Return the row of a key."""
        names = [one.name for one in self.entries]
        return names.index(key) if key in names else None

    def stamp(self, index: int) -> Hashable:
        """Return everything that a row is drawn from."""
        return self.entries[index]

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw a row."""
        entry = self.entries[index]
        if not entry.sign:
            style = self.slots["transfer-active"] + Style(bold=True)
            return [Segment(fitted(entry.words, width), style)]
        sign = self.slots[entry.slot] if entry.slot else Style(bold=True)
        return [
            Segment(fitted(f"  {entry.sign}", _SIGN), sign),
            Segment(fitted_words(entry.words, max(0, width - _SIGN))),
        ]


class HelpScreen(Window[Action | None]):
    """Shows the keys of SCOPE, then all others; returns the action to run."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(HELP)
    DEFAULT_CSS = """
    HelpScreen > Vertical {
        width: 92;
        height: 100%;
        & > #help-typed { height: 1; background: $panel; padding: 0 1; }
        & > #help-words { height: 3; border-top: solid $frame; }
    }
    """

    def __init__(self, scope: str) -> None:
        super().__init__()
        self._typed = ""
        self._frame = Vertical()
        self._frame.border_title = Content(f"Keys · {TITLES[scope]}")
        self._frame.border_subtitle = Content("↑ ↓ · enter does it · esc back")
        self._field = Static(id="help-typed", markup=False)
        self._list = HelpList(scope)
        self._words = Static(id="help-words", markup=False)

    def compose(self) -> ComposeResult:
        """Lay out the typed text, the rows and the selected one in full."""
        with self._frame:
            yield self._field
            yield self._list
            yield self._words

    def on_mount(self) -> None:
        """Focus the list."""
        self._list.focus()
        self._tell()

    def on_key(self, event: events.Key) -> None:
        """Add letters to the search; digits open panes."""
        typed = self._typed
        if event.key == "backspace":
            typed = typed[:-1]
        elif event.is_printable and event.character not in (None, *"1234"):
            typed += event.character or ""
        else:
            return
        event.stop()
        self._look_for(typed)

    def _look_for(self, typed: str) -> None:
        self._typed = typed
        self._list.narrow(typed)
        self._tell()

    def _tell(self) -> None:
        muted = slot_styles(self.app.theme_variables)["muted"]
        hint = "" if self._typed else "type to filter: a word or a key"
        self._field.update(Text.assemble(self._typed, "█", (f" {hint}", muted)))
        entry = self._list.current
        self._words.update(entry.words if entry else "No key matches; esc shows all.")

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Show the full text of a row."""
        event.stop()
        self._tell()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Run the action that was clicked twice."""
        event.stop()
        self.action_run()

    def action_run(self) -> None:
        """Go back, and run the selected action."""
        entry = self._list.current
        if entry and entry.action:
            self.dismiss(entry.action)

    def action_close(self) -> None:
        """Clear the search first, then go back."""
        if self._typed:
            self._look_for("")
        else:
            self.dismiss(None)
