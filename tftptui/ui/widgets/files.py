"""The pane of files: what is served, what has changed, what was asked for in vain."""

from collections.abc import Callable, Hashable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import CloseFolder, OpenFolder
from tftptui.ui.actions import actions, bindings
from tftptui.ui.formats import count
from tftptui.ui.store import Store
from tftptui.ui.widgets.file_labels import cells, foot
from tftptui.ui.widgets.file_model import FileModel
from tftptui.ui.widgets.file_rows import AskedRow, EntryRow, Key, Row, named_file
from tftptui.ui.widgets.pane import Pane
from tftptui.ui.widgets.rows import RowList

_SCROLLBAR = 1
_LIST_CALLS = ("fold", "unfold_in", "fold_out")
_PANE_CALLS = tuple(one.call for one in actions("files") if one.call not in _LIST_CALLS)


class FileList(RowList[Key]):
    """The folders as a tree; only rows in view are drawn, only changed ones again."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("files")
    DEFAULT_CSS: ClassVar[str] = "FileList { scrollbar-gutter: stable; }"
    header_lines = 0

    def __init__(
        self,
        model: FileModel,
        *,
        now: Callable[[], float],
        folded: Callable[[], None],
    ) -> None:
        super().__init__(id="file-list")
        self._model, self._now, self._folded = model, now, folded

    # What RowList asks for.

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._model.rows)

    def key_at(self, index: int) -> Key:
        """Return what row INDEX stands for."""
        return self._model.rows[index].key

    def index_of(self, key: Key) -> int | None:
        """Return the row that stands for KEY, or None when there is none any more."""
        return self._model.place(key)

    def stamp(self, index: int) -> Hashable:
        """Return all that row INDEX is drawn from, beside its key."""
        return tuple(self._cells(index, self.size.width))

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Return row INDEX, without a background."""
        own = {
            "folder": Style(bold=True),
            "fresh": self.slots["transfer-completed"] + Style(bold=True),
        }
        return [
            Segment(text, own.get(slot) or self.slots.get(slot))
            for text, slot in self._cells(index, width)
        ]

    def _cells(self, index: int, width: int) -> list[tuple[str, str]]:
        row = self._model.rows[index]
        return cells(row, self._model, self._now(), width - _SCROLLBAR)

    # What keys do.

    @property
    def current(self) -> Row | None:
        """The row with the cursor; None in an empty list."""
        index = self.cursor_index
        return None if index is None else self._model.rows[index]

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to open what can be opened: folders."""
        del parameters
        row = self.current
        if action == "fold":
            return isinstance(row, EntryRow) and row.entry.kind == "folder"
        return True

    def action_fold(self) -> None:
        """Open or close the folder under the cursor."""
        row = self.current
        if isinstance(row, EntryRow):
            self._fold(row, is_open=not row.is_open)

    def action_unfold_in(self) -> None:
        """Open the folder under the cursor, or go to its first entry."""
        row = self.current
        if isinstance(row, EntryRow) and row.entry.kind == "folder":
            if row.is_open:
                self.action_cursor(1)
            else:
                self._fold(row, is_open=True)

    def action_fold_out(self) -> None:
        """Close the folder under the cursor, or go to the folder it is in."""
        row, index = self.current, self.cursor_index
        if row is None or index is None:
            return
        if isinstance(row, EntryRow) and row.is_open:
            self._fold(row, is_open=False)
            return
        depth = self._model.depth_at(index)
        above = range(index - 1, -1, -1)
        parents = (one for one in above if self._model.depth_at(one) < depth)
        self.move_cursor(next(parents, index))

    def keep_place(self, before: list[Row], at: int | None) -> None:
        """Keep cursor and view where they were in the rows BEFORE.

        A cursor whose row is gone goes to the row beside it. AT is its place before.
        """
        if at is None:
            return
        if self.cursor_key is not None and self._model.place(self.cursor_key) is None:
            self.cursor_key = self._model.beside(before, at)
        top = self.scroll_offset.y
        if top <= at < top + self.rows_in_view or not 0 < top < len(before):
            return  # RowList keeps a cursor that is in view
        place = self._model.place(before[top].key)
        if place is not None and place != top:
            self._last_index = self.cursor_index or 0
            self._scroll_rows(place)

    def _fold(self, row: EntryRow, *, is_open: bool) -> None:
        if row.entry.kind == "folder":
            self.cursor_key = row.key
            self._model.fold(row.path, is_open=is_open)
            self.refresh_rows()
            self._folded()


class FilesPane(Pane):
    """The pane; the engine lists the folders that are open, and no others."""

    SCOPE = "files"
    BINDINGS: ClassVar[list[BindingType]] = bindings("files", *_PANE_CALLS)

    class Wished(Message):
        """Something is wished for that needs more than this pane.

        Attributes:
            what: the action's name.
            row: the row with the cursor.
        """

        def __init__(self, what: str, row: Row) -> None:
            super().__init__()
            self.what, self.row = what, row

    def __init__(
        self, store: Store, client: EngineClient, *, now: Callable[[], float]
    ) -> None:
        super().__init__("Files", 2, id="files")
        self._store, self._client, self._now = store, client, now
        self._model = FileModel(store)
        self._list = FileList(self._model, now=now, folded=self._tell_engine)
        self._opened: set[bytes] = set()
        self._is_telling = False

    @property
    def chosen(self) -> EntryRow | None:
        """The file or folder under the cursor, if it is one."""
        row = self._list.current
        return row if isinstance(row, EntryRow) else None

    def compose(self) -> ComposeResult:
        """Yield the list."""
        yield self._list

    def on_mount(self) -> None:
        """Have the root listed."""
        self.frame_arrived()

    def frame_arrived(self) -> None:
        """Look at the store again; called when it has news and the pane is in view."""
        before, at = self._model.rows, self._list.cursor_index
        self._model.read(self._now())
        self._list.keep_place(before, at)
        self._show()
        self._tell_engine()

    def clock_ticked(self) -> None:
        """Bring ages up to date; called once a second while the pane is in view."""
        self._model.forget(self._now())
        self._show()

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Tell about another row."""
        event.stop()
        self.refresh_bindings()
        self._write_state()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Open or close the folder that was clicked twice."""
        event.stop()
        self._list.action_fold()

    def _show(self) -> None:
        self._list.refresh_rows()
        self._write_state()

    def _write_state(self) -> None:
        self.state = self._store.status.watch if self._store.status else ""
        listed = f"{count(self._model.listed)} listed"
        self.summary = foot(self._list.current, self._now()) or listed

    # What keys do.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what can be done with the row under the cursor."""
        del parameters
        row = self._list.current
        match action:
            case "commands":
                return named_file(row) is not None
            case "copy":
                return isinstance(row, EntryRow | AskedRow) and bool(row.name)
            case _:
                return True

    def action_commands(self) -> None:
        """Show what to type on a client."""
        self._wish("commands")

    def action_copy(self) -> None:
        """Copy the name under the cursor."""
        self._wish("copy")

    def _wish(self, what: str) -> None:
        if (row := self._list.current) is not None:
            self.post_message(self.Wished(what, row))

    # The engine.

    def _tell_engine(self) -> None:
        if self._store.engine_error:
            self._opened.clear()  # another engine has to be asked anew
        elif self._model.wanted != self._opened and not self._is_telling:
            self._is_telling = True
            self.run_worker(self._open_and_close(), group="folders")

    async def _open_and_close(self) -> None:
        try:
            while command := self._next_command():
                await self._ask(command)
        except EngineError:
            self._opened.clear()  # not there yet, or no more: ask with the next frame
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
