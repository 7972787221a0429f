"""Commands to type on a client to fetch a file from here, or to upload it."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import ClassVar

from rich.console import Group
from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.widgets import Static

from tftptui.knowledge.recipes import (
    CHECKED,
    Filled,
    Order,
    Recipe,
    RecipeError,
    fill,
    parse_recipes,
)
from tftptui.resources import packaged_folder
from tftptui.telemetry.escapes import visible
from tftptui.ui.actions import COMMANDS, PAGE
from tftptui.ui.formats import endpoint
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import NarrowField, has_all
from tftptui.ui.kit.rows import RowList, fitted
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.transfers.server_addresses import is_loopback
from tftptui.ui.preferences import Taste
from tftptui.ui.screens.window import Window
from tftptui.ui.themes import slot_styles

_TITLE, _OS, _MORE, _WIDE = 30, 24, 8, 130
_WORKS, _DOES_NOT = "  ", "✗ "


class RecipeList(RowList[str]):
    """One recipe per row; those that can't work here are muted and say why."""

    header_lines = 0

    def __init__(self) -> None:
        super().__init__(id="recipes")
        self._all: list[tuple[Recipe, Filled]] = []
        self._shown: list[tuple[Recipe, Filled]] = []
        self._words: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[Recipe, Filled] | None:
        """The recipe under the cursor; None if the list is empty."""
        index = self.cursor_index
        return None if index is None else self._shown[index]

    def show(self, filled: Sequence[tuple[Recipe, Filled]]) -> None:
        """Replace the recipes."""
        self._all = [*filled]
        self._arrange()

    def narrow(self, words: tuple[str, ...]) -> None:
        """Show only recipes that contain all WORDS."""
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
        """Return the number of rows."""
        return len(self._shown)

    def row_key(self, index: int) -> str:
        """Return the key of row INDEX."""
        return self._shown[index][0].id

    def index_of(self, key: str) -> int | None:
        """Return the row with KEY, or None."""
        ids = [recipe.id for recipe, _ in self._shown]
        return ids.index(key) if key in ids else None

    def stamp(self, index: int) -> Hashable:
        """Return everything that row INDEX is drawn from, besides its key."""
        return self._shown[index][1]

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw row INDEX, without a background."""
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


def read_recipes() -> tuple[list[Recipe], list[str]]:
    """Return the packaged recipes, and errors in some of them."""
    recipes: list[Recipe] = []
    problems: list[str] = []
    for path in sorted(packaged_folder("recipes").glob("*.toml")):
        try:
            recipes += parse_recipes(path.read_text("utf-8"), source=path.name)
        except (OSError, RecipeError) as error:
            problems.append(str(error))
    return recipes, problems


class CommandsScreen(Window[None]):
    """Shows commands for one file.

    Args:
        order: the file, and the address of this server.
        servers: addresses of this server, the best first.
        taste: the recipe chosen here before.
        kind: of client that fetched the file last; its commands come first.
    """

    SCOPE = "commands"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*COMMANDS, *PAGE))
    DEFAULT_CSS = """
    CommandsScreen > Vertical {
        width: 160;
        height: 100%;
        max-height: 40;
        & > RecipeList { height: 1fr; }
        & > #recipe {
            height: auto;
            max-height: 60%;
            border-top: solid $frame;
        }
    }
    """

    def __init__(
        self, order: Order, servers: Sequence[str], *, taste: Taste, kind: str = ""
    ) -> None:
        super().__init__()
        self._kind = kind
        self._order, self._servers, self._taste = order, [*servers], taste
        self._recipes, self._problems = read_recipes()
        self._list, self._field = RecipeList(), NarrowField()
        self._list.cursor_key = taste.recipe or None

    def compose(self) -> ComposeResult:
        """Lay out the list and the commands."""
        with Vertical() as body:
            body.border_subtitle = Content(
                "y copy · u upload · a address · / find · esc"
            )
            yield self._field
            yield self._list
            yield Static(id="recipe", markup=False)

    def on_mount(self) -> None:
        """Focus the list and fill in the commands."""
        self._list.focus()
        self._fill()
        for problem in self._problems:
            self.app.notify(problem, severity="error", markup=False)

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Show the selected recipe in full."""
        event.stop()
        if (chosen := self._list.chosen) is not None:
            self._taste.recipe = chosen[0].id
        self._show()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Copy the commands that were clicked twice."""
        event.stop()
        self.action_copy()

    def on_narrow_field_narrowed(self, event: NarrowField.Narrowed) -> None:
        """Apply the search words."""
        event.stop()
        self._list.narrow(event.words)

    def on_narrow_field_left(self, event: NarrowField.Left) -> None:
        """Focus the list; its cursor stays on the match."""
        event.stop()
        self._list.focus()
        self._list.move_cursor(self._list.cursor_index or 0)

    def action_close(self) -> None:
        """Clear the search first, then go back."""
        if self._field.clear_words():
            self._list.narrow(())
        else:
            self.dismiss()

    def action_find(self) -> None:
        """Open the search field."""
        self._field.open()

    def action_direction(self) -> None:
        """Switch between fetching and uploading the file."""
        self._order = replace(self._order, is_put=not self._order.is_put)
        self._fill()

    def action_address(self) -> None:
        """Use the next address of this server."""
        here = self._servers.index(self._order.server)
        server = self._servers[(here + 1) % len(self._servers)]
        self._order = replace(self._order, server=server)
        self._fill()

    def action_copy(self) -> None:
        """Copy the commands."""
        chosen = self._list.chosen
        if chosen is None:
            return
        recipe, filled = chosen
        if not filled.lines:
            problem = f"{recipe.title} {filled.problem}"
            self.app.notify(problem, severity="warning", markup=False)
            return
        self.post_message(CopyWanted("\n".join(filled.lines), recipe.title))

    def _fill(self) -> None:
        order = self._order
        what = "Send" if order.is_put else "Fetch"
        where = endpoint(order.server, order.port)
        body = self.query_one(Vertical)
        body.border_title = Content(f"{what} {visible(order.file)} · {where}")
        filled = [(one, fill(one, order)) for one in self._recipes]
        self._list.show(sorted(filled, key=self._rank))
        self._show()

    def _rank(self, pair: tuple[Recipe, Filled]) -> tuple[bool, bool]:
        """Return a sort key: the client that fetched the file, then what works."""
        recipe, filled = pair
        title = recipe.title.casefold()
        kinds = [one for one in self._kind.casefold().split(" or ") if one]
        return not any(title.startswith(one) for one in kinds), not filled.lines

    def _only_here(self) -> str:
        """Return a warning that other hosts can't use the address, and what to do."""
        warning = (
            f"{self._order.server} is a loopback address: no other host can use it"
        )
        if any(not is_loopback(one) for one in self._servers):
            return f"{warning}; press a for another address."
        return f"{warning}; start without --listen, or with a network address."

    def _show(self) -> None:
        self.query_one("#recipe", Static).update(self._whole())

    def _whole(self) -> Group | Text:
        slots = slot_styles(self.app.theme_variables)
        chosen = self._list.chosen
        if chosen is None:
            return Text("No client matches; esc shows all.", slots["muted"])
        recipe, filled = chosen
        parts = [Text(line, "bold", overflow="fold") for line in filled.lines]
        if is_loopback(self._order.server):
            parts.append(Text(f"▲ {self._only_here()}", slots["transfer-stalled"]))
        if filled.problem:
            problem = f"✗ {recipe.title} {filled.problem}."
            parts.append(Text(problem, slots["transfer-failed"]))
        if filled.cure:
            parts.append(Text(filled.cure))
        parts += [Text(f"· {note}", slots["muted"]) for note in filled.notes]
        source = f", {recipe.reference}" if recipe.reference else ""
        mark = "?" if recipe.checked == "known" else "✓"
        known = Text(f"{mark} {CHECKED[recipe.checked]}{source}")
        known.stylize(slots["transfer-stalled" if mark == "?" else "muted"])
        return Group(*parts, known)
