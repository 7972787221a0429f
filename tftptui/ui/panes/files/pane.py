"""The Files pane: the served files, changes, and missing names."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import (
    CloseFolder,
    ExamineFiles,
    FileKinds,
    FindFiles,
    FoundFiles,
    OpenFolder,
    Status,
)
from tftptui.telemetry.escapes import visible
from tftptui.ui.formats import count
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import NarrowField
from tftptui.ui.kit.pane import Pane
from tftptui.ui.kit.rows import RowList
from tftptui.ui.panes.files.actions import FILES, FileCommand
from tftptui.ui.panes.files.columns import KINDS, foot
from tftptui.ui.panes.files.detail import as_text, detail, fetches_of
from tftptui.ui.panes.files.hashes import Line
from tftptui.ui.panes.files.list import LIST_CALLS, FileList
from tftptui.ui.panes.files.model import FileModel
from tftptui.ui.panes.files.rows import (
    EntryRow,
    MissingRow,
    NearRow,
    Row,
    name_of,
    named_file,
    own_file,
)
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

_PANE_CALLS = tuple(one.call for one in FILES if one.call not in LIST_CALLS)
ROOM_FOR_DETAIL = 13
ROOM_FOR_MORE = 17
"""Minimum height in lines: for the detail, and for its fourth line."""

LONGEST_ROOT = 24
"""Longest root, in characters, that the title shows in full."""

SHORTEST_WORD = 2
"""Minimum letters of a word for a search in closed folders."""

MOST_EXAMINED = 64
"""Limit of files whose kinds are requested at once."""


class FilesPane(Pane):
    """The Files pane; the engine lists only folders that are open."""

    SCOPE = "files"
    BINDINGS: ClassVar[list[BindingType]] = bindings(FILES, *_PANE_CALLS)
    DEFAULT_CSS = """
    FilesPane {
        & > #file-trouble {
            height: auto;
            max-height: 4;
            color: $transfer-stalled;
        }
        & > #file-detail {
            height: 4;
            margin: 0 1 0 0;
            border-top: solid $frame;
        }
    }
    """

    class CommandWanted(Message):
        """A key needs more than this pane.

        Attributes:
            what: the command.
            row: the row under the cursor.
            fetches: its latest fetches, in words.
        """

        def __init__(
            self, what: FileCommand, row: Row, fetches: Sequence[str] = ()
        ) -> None:
            super().__init__()
            self.what, self.row, self.fetches = what, row, fetches

    def __init__(
        self, store: Store, client: EngineClient, *, now: Callable[[], float]
    ) -> None:
        super().__init__("Files", 2, id="files")
        self._store, self._client, self._now = store, client, now
        self._model = FileModel(store)
        self._list = FileList(self._model, now=now, folded=self._tell_engine)
        self._field = NarrowField()
        self._trouble = Static(id="file-trouble", markup=False)
        self._detail = Static(id="file-detail", markup=False)
        self._shown_cure = ""
        self._lines = 0
        self._shown: object = None
        self._bound: object = None
        self._opened: set[bytes] = set()
        self._engine = store.engines
        self._is_telling = self._is_examining = False

    @property
    def chosen(self) -> EntryRow | None:
        """The file or folder under the cursor, if it is one."""
        row = self._list.current
        return row if isinstance(row, EntryRow) else None

    @property
    def has_near(self) -> bool:
        """Whether there is a similar file for the name under the cursor."""
        return self._fits("answer")

    def compose(self) -> ComposeResult:
        """Yield the notice of watch problems, search field, list and detail."""
        yield self._trouble
        yield self._field
        yield self._list
        yield self._detail

    def main_widget(self) -> Widget:
        """Return the list."""
        return self._list

    def on_mount(self) -> None:
        """Request the listing of the root."""
        self.frame_arrived()

    def on_resize(self) -> None:
        """Show the detail if there is room."""
        self._detail.display = self.size.height >= ROOM_FOR_DETAIL
        self._lines = 0
        self._show()

    def frame_arrived(self) -> None:
        """Update from the store; called after a change while the pane is visible."""
        before, at = self._model.rows, self._list.cursor_index
        self._model.read(self._now())
        self._list.keep_place(before, at)
        self._show()
        self._tell_engine()

    def clock_ticked(self) -> None:
        """Update the ages; called once a second while the pane is visible."""
        before, at = self._model.rows, self._list.cursor_index
        self._model.look_again(self._now())
        self._list.keep_place(before, at)
        self._show()

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Describe the row under the cursor."""
        event.stop()
        self.refresh_bindings()
        self._write_state()
        self._examine()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open or close the folder, or look into the file, that was clicked twice."""
        event.stop()
        self.action_open()

    def _show(self) -> None:
        self._list.refresh_rows()
        self._write_state()
        self._examine()

    def _write_state(self) -> None:
        status = self._store.status
        is_live = status is not None and not self._store.is_capture
        self.state = _served(status) if status and is_live else ""
        cure = status.watch_cure if status else ""
        self._trouble.display = bool(cure)
        listed = f"{count(self._model.listed)} listed" if is_live else ""
        row, now = self._list.current, self._now()
        if (doable := self._doable(row)) != self._bound:
            self._bound = doable
            self.refresh_bindings()
        is_shown = self._detail.display
        self.summary = listed if is_shown else foot(row, now) or listed
        lines = detail(row, self._model, now) if is_shown else []
        lines = lines[: self._make_room(lines)]
        if (cure, lines) != self._shown:
            if cure != self._shown_cure:
                self._shown_cure = cure
                self._trouble.update(f"⚠ {cure}")
            self._shown = (cure, lines)
            slots = slot_styles(self.app.theme_variables)
            self._detail.update(as_text(lines, slots), layout=False)

    def _make_room(self, lines_shown: list[Line]) -> int:
        """Return the lines for the detail: more than the minimum if rows are free."""
        few = 3 + (self.size.height >= ROOM_FOR_MORE)
        both = self._list.outer_size.height + self._detail.outer_size.height
        text, width = (
            "\n".join(words for words, _ in lines_shown),
            self._detail.size.width,
        )
        wanted = Content(text).get_height({}, width) if width else 0
        lines = max(few, min(wanted, both - 1 - self._list.row_count()))
        if lines != self._lines:
            self._lines = lines
            self._detail.styles.height = lines + 1  # and the border above it
        return lines

    def _doable(self, row: Row | None) -> object:
        """Return the state that decides which keys are enabled."""
        kind = row.entry.kind if isinstance(row, EntryRow) else None
        near = isinstance(row, MissingRow) and bool(row.near)
        return type(row), kind, near, self._model.words

    # Actions.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what applies to the row under the cursor."""
        del parameters
        if self._store.is_fixed and action in ("serve", "answer", "link"):
            return False
        return self._fits(action)

    def _fits(self, action: str) -> bool:
        row = self._list.current
        match action:
            case "open":
                is_folder = isinstance(row, EntryRow) and row.entry.kind == "folder"
                answer = is_folder or own_file(row) is not None
            case "commands":
                answer = named_file(row) is not None
            case "copy":
                answer = bool(name_of(row))
            case "hash":
                answer = own_file(row) is not None
            case "answer" | "link":
                answer = isinstance(row, NearRow) or (
                    isinstance(row, MissingRow) and bool(row.near)
                )
                status = self._store.status
                if action == "link":
                    answer = answer and bool(status and status.write != "off")
            case "widen":
                answer = bool(self._model.words)
            case _:
                answer = True
        return answer

    def action_open(self) -> None:
        """Open or close the folder, or look into the file."""
        row = self._list.current
        if isinstance(row, EntryRow) and row.entry.kind == "folder":
            self._list.fold()
        elif own_file(row) is not None:
            self._want(FileCommand.LOOK)

    def action_commands(self) -> None:
        """Show commands to type on a client."""
        self._want(FileCommand.COMMANDS)

    def action_copy(self) -> None:
        """Copy the name under the cursor."""
        self._want(FileCommand.COPY)

    def action_hash(self) -> None:
        """Hash the file, or stop hashing it."""
        self._want(FileCommand.HASH)

    def action_answer(self) -> None:
        """Serve the similar file for the requested name."""
        self._want(FileCommand.ANSWER)

    def action_link(self) -> None:
        """Link the requested name to the similar file."""
        self._want(FileCommand.LINK)

    def action_serve(self) -> None:
        """Serve another folder."""
        self._want(FileCommand.SERVE)

    def action_find(self) -> None:
        """Open the search field."""
        self._field.open()

    def find(self, words: str) -> None:
        """Search for words as if they were typed."""
        self._field.display = True
        self._field.value = words

    def action_widen(self) -> None:
        """Clear the search."""
        self._field.clear_words()
        self._narrow(())

    def on_narrow_field_narrowed(self, event: NarrowField.Narrowed) -> None:
        """Apply the search words."""
        event.stop()
        self._narrow(event.words)

    def on_narrow_field_left(self, event: NarrowField.Left) -> None:
        """Move the focus back to the list."""
        event.stop()
        self.focus_main()

    def _narrow(self, words: tuple[str, ...]) -> None:
        self._model.narrow(words)
        self._go_to_hit()
        self.refresh_bindings()
        if any(len(word) >= SHORTEST_WORD for word in words):
            search = self._find(words)
            self.run_worker(search, group="find", exclusive=True)

    async def _find(self, words: tuple[str, ...]) -> None:
        """Have the engine search closed folders, once typing pauses."""
        with suppress(CommandRefusedError, EngineError):
            found = await self._client.ask(FindFiles([*words]))
            if isinstance(found, FoundFiles):
                self._model.take_found(words, found)
                self._go_to_hit()

    def _go_to_hit(self) -> None:
        """Move the cursor to a hit, unless it is on one."""
        if self._model.words:
            hit = self._model.hit(self._list.cursor_index)
            if hit is not None:
                self._list.move_cursor(hit)
        self._show()

    def _want(self, what: FileCommand) -> None:
        if (row := self._list.current) is not None:
            fetches = fetches_of(row, self._model, self._now())
            self.post_message(self.CommandWanted(what, row, fetches))

    # The engine.

    def _tell_engine(self) -> None:
        if self._store.engines != self._engine:
            # Another engine does not know which folders are open, nor the search; while
            # another pane is shown, the end of the first engine goes unnoticed.
            self._engine = self._store.engines
            self._opened.clear()
            self._narrow(self._model.words)
        if self._store.engine_error:
            self._opened.clear()
        elif self._model.wanted != self._opened and not self._is_telling:
            self._is_telling = True
            self.run_worker(self._open_and_close(), group="folders")

    async def _open_and_close(self) -> None:
        try:
            while command := self._next_command():
                await self._ask(command)
        except EngineError:
            self._opened.clear()  # not ready yet, or gone: retry with the next frame
        finally:
            self._is_telling = False

    def _next_command(self) -> OpenFolder | CloseFolder | None:
        for folder in sorted(self._model.wanted - self._opened):
            self._opened.add(folder)
            return OpenFolder(folder)
        for folder in sorted(self._opened - self._model.wanted):
            self._opened.discard(folder)
            return CloseFolder(folder)
        return None

    async def _ask(self, command: OpenFolder | CloseFolder) -> None:
        try:
            await self._client.ask(command)
        except CommandRefusedError as error:
            if isinstance(command, OpenFolder):
                self._model.refuse(command.folder, str(error))
                self._show()

    def _examine(self) -> None:
        """Have the engine examine the kinds of the visible files, if they are shown."""
        if self._is_examining or self._store.engine_error:
            return
        is_wide = self._list.size.width > KINDS
        current = self._list.current
        rows = self._list.in_view if is_wide else []
        rows = [current, *rows] if current and self._detail.display else rows
        unknown = self._model.unknown(rows)[:MOST_EXAMINED]
        if unknown:
            self._is_examining = True
            self.run_worker(self._ask_kinds(unknown), group="kinds")

    async def _ask_kinds(self, rows: list[EntryRow]) -> None:
        try:
            answer = await self._client.ask(ExamineFiles([row.path for row in rows]))
        except (CommandRefusedError, EngineError):
            answer = None
        finally:
            self._is_examining = False
        kinds = answer.kinds if isinstance(answer, FileKinds) else [None] * len(rows)
        self._model.take_kinds(rows, kinds)
        self._show()


def _served(status: Status) -> str:
    """Return the name of the root, and how changes are detected."""
    names = [visible(name.encode()) for name, _ in status.named] or [status.root]
    first = names[0]
    if len(first) > LONGEST_ROOT:
        first = f"…/{PurePath(first).name}"
    more = f" +{len(names) - 1}" if len(names) > 1 else ""
    root = "" if status.source == "demo" else f"{first}{more}"  # no real root
    return " · ".join(part for part in (root, status.watch) if part)
