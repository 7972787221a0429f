"""The list of the Files pane: folders as a tree, then the missing names."""

from collections.abc import Callable, Hashable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType

from tftptui.ui.keys import bindings
from tftptui.ui.kit.rows import RowList
from tftptui.ui.panes.files.actions import FILES
from tftptui.ui.panes.files.columns import cells
from tftptui.ui.panes.files.model import FileModel
from tftptui.ui.panes.files.rows import EntryRow, Key, Row

_SCROLLBAR = 1
LIST_CALLS = ("unfold_in", "fold_out")


class FileList(RowList[Key]):
    """The folders as a tree; draws visible rows only, and redraws changed ones only."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(FILES, *LIST_CALLS)
    DEFAULT_CSS = "FileList { scrollbar-gutter: stable; }"
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

    # Overrides of RowList.

    def row_count(self) -> int:
        """Return the number of rows."""
        return len(self._model.rows)

    def row_key(self, index: int) -> Key:
        """Return the key of row INDEX."""
        return self._model.rows[index].key

    def index_of(self, key: Key) -> int | None:
        """Return the row with KEY, or None if it no longer exists."""
        return self._model.place(key)

    def stamp(self, index: int) -> Hashable:
        """Return everything that row INDEX is drawn from, besides its key."""
        return tuple(self._cells(index, self.size.width))

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw row INDEX, without a background."""
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

    # Actions.

    @property
    def current(self) -> Row | None:
        """The row under the cursor; None if the list is empty."""
        index = self.cursor_index
        return None if index is None else self._model.rows[index]

    @property
    def in_view(self) -> list[Row]:
        """The visible rows."""
        top = self.scroll_offset.y
        return self._model.rows[top : top + self.rows_in_view]

    def fold(self) -> None:
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
        """Close the folder under the cursor, or go to its parent."""
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

        If the cursor's row has vanished, the cursor goes to the row next to it. AT is
        its previous index.
        """
        if at is None:
            return
        if self.cursor_key is not None and self._model.place(self.cursor_key) is None:
            moved = self._model.moved(self.cursor_key)
            is_there = moved is not None and self._model.place(moved) is not None
            self.cursor_key = moved if is_there else self._model.beside(before, at)
        top = self.scroll_offset.y
        if top <= at < top + self.rows_in_view or not 0 < top < len(before):
            return  # RowList keeps a visible cursor in view
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
