"""The list of clients for which there is something to type."""

from collections.abc import Hashable, Sequence

from rich.segment import Segment
from rich.style import Style

from tftptui.knowledge.recipes import Filled, Recipe
from tftptui.ui.kit.narrow_field import has_all
from tftptui.ui.kit.rows import RowList, fitted

_TITLE, _OS, _MORE, _WIDE = 30, 24, 8, 130
_WORKS, _DOES_NOT = "  ", "✗ "


class RecipeList(RowList[str]):
    """One recipe a row; those that can't work here are muted and say so."""

    header_lines = 0

    def __init__(self) -> None:
        super().__init__(id="recipes")
        self._all: list[tuple[Recipe, Filled]] = []
        self._shown: list[tuple[Recipe, Filled]] = []
        self._words: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[Recipe, Filled] | None:
        """The recipe under the cursor; None in an empty list."""
        index = self.cursor_index
        return None if index is None else self._shown[index]

    def show(self, filled: Sequence[tuple[Recipe, Filled]]) -> None:
        """Show other recipes."""
        self._all = [*filled]
        self._arrange()

    def narrow(self, words: tuple[str, ...]) -> None:
        """Show those in which all WORDS are."""
        self._words = words
        self._arrange()

    def _arrange(self) -> None:
        self._shown = [
            (recipe, filled)
            for recipe, filled in self._all
            if has_all(self._words, f"{recipe.id} {recipe.title} {recipe.os}")
        ]
        self.refresh_rows()
        self.post_message(self.Highlighted())

    def row_count(self) -> int:
        """Return how many rows there are."""
        return len(self._shown)

    def key_at(self, index: int) -> str:
        """Return what row INDEX stands for."""
        return self._shown[index][0].id

    def index_of(self, key: str) -> int | None:
        """Return the row that stands for KEY, or None when there is none."""
        ids = [recipe.id for recipe, _ in self._shown]
        return ids.index(key) if key in ids else None

    def stamp(self, index: int) -> Hashable:
        """Return all that row INDEX is drawn from, beside its key."""
        return self._shown[index][1]

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Return row INDEX, without a background."""
        recipe, filled = self._shown[index]
        muted = self.slots.get("muted")
        name = Style(bold=True) if filled.lines else muted
        mark = _WORKS if filled.lines else _DOES_NOT
        first = filled.lines[-1].strip() if filled.lines else filled.problem
        os = _OS + (_MORE if width >= _WIDE else 0)
        room = width - _TITLE - os - 2 - len(mark)
        return [
            Segment(mark, muted),
            Segment(fitted(recipe.title, _TITLE), name),
            Segment(fitted(recipe.os, os) + "  ", muted),
            Segment(fitted(first, max(0, room)), None if filled.lines else muted),
        ]
