"""The line in which filters, searches, times and file names are typed."""

from collections.abc import Callable, Iterable, Mapping
from enum import Enum, StrEnum
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.suggester import Suggester
from textual.widgets import Input, Label, Static

from tftptui.telemetry.records.filters.completing import completed
from tftptui.telemetry.records.filters.vocabulary import PACKETS, Vocabulary
from tftptui.ui.actions import PROMPT
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import InOrder
from tftptui.ui.memory import Memory
from tftptui.ui.themes import slot_styles

Known = Callable[[], Mapping[str, Iterable[str]]]
"""Returns values that have been seen, by the key of a filter."""


class Purpose(Enum):
    """What is typed; the value is its name on the screen."""

    FILTER = "filter"
    SEARCH = "find"
    TIME = "go to time"
    SAVE = "save as"


LABELS: Mapping[Purpose, Mapping[str, str]] = {
    Purpose.FILTER: {},
    Purpose.SEARCH: {"prompt.enter": "find"},
    Purpose.TIME: {"prompt.enter": "go there", "prompt.leave": "back"},
    Purpose.SAVE: {
        "prompt.enter": "save",
        "prompt.complete": "other format",
        "prompt.leave": "back",
    },
}
"""What the keys do, where that is something else than to type a filter."""


class FilterSuggester(Suggester):
    """Goes on with a filter that is being typed."""

    def __init__(self, known: Known, vocabulary: Vocabulary) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known, self._vocabulary = known, vocabulary

    async def get_suggestion(self, value: str) -> str | None:
        """Return the whole text as it may become."""
        return completed(value, self._known(), self._vocabulary)


class PromptKey(StrEnum):
    """Keys of the line to type in."""

    ENTER = "enter"
    LEAVE = "leave"
    COMPLETE = "complete"
    RECALL = "recall"


class PromptField(InOrder, Input):
    """A line of text whose keys are ours."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(PROMPT)
    labels: Mapping[str, str] = LABELS[Purpose.FILTER]

    class Key(Message):
        """One of our keys was pressed; ``step`` is for going through old lines."""

        def __init__(self, name: PromptKey, step: int = 0) -> None:
            super().__init__()
            self.name, self.step = name, step

    def action_enter(self) -> None:
        """Take what was typed."""
        self.post_message(self.Key(PromptKey.ENTER))

    def action_leave(self) -> None:
        """Clear what was typed, or leave."""
        self.post_message(self.Key(PromptKey.LEAVE))

    def action_complete(self) -> None:
        """Go on with what was typed."""
        self.post_message(self.Key(PromptKey.COMPLETE))

    def action_recall(self, step: int) -> None:
        """Call up an old line."""
        self.post_message(self.Key(PromptKey.RECALL, step))


class Prompt(Vertical):
    """A name, a field, and under it a note about the text; hidden at first.

    Call ask(); then Typed, Entered and Left messages come. Shown without the focus it
    says what filter holds.

    Args:
        known: values that have been seen, by the field of a filter.
        memory: lines of before.
        vocabulary: of the filters that are typed.
        history: before the kind of a line in MEMORY, to tell panes apart.
    """

    DEFAULT_CSS = """
    Prompt {
        height: auto;
        display: none;
        & > Horizontal { height: 1; }
        & Label { color: $muted; padding: 0 1 0 0; }
        & Input { width: 1fr; background: $panel; }
        & > Static { height: 1; display: none; text-wrap: nowrap; }
        & > .-long { height: auto; max-height: 5; text-wrap: wrap; }
        &:focus-within > Static { display: block; }
    }
    """

    class Typed(Message):
        """The text is another one now."""

        def __init__(self, purpose: Purpose, text: str) -> None:
            super().__init__()
            self.purpose, self.text = purpose, text

    class Entered(Typed):
        """The text is done."""

    class Left(Message):
        """Nothing is wanted."""

        def __init__(self, purpose: Purpose) -> None:
            super().__init__()
            self.purpose = purpose

    class Completed(Message):
        """The text shall be gone on with, in a way that filters don't have."""

        def __init__(self, purpose: Purpose, text: str) -> None:
            super().__init__()
            self.purpose, self.text = purpose, text

    def __init__(
        self,
        known: Known,
        memory: Memory,
        vocabulary: Vocabulary = PACKETS,
        history: str = "",
    ) -> None:
        super().__init__()
        self.purpose = Purpose.FILTER
        self._known, self._vocabulary, self._history = known, vocabulary, history
        self._suggester = FilterSuggester(known, vocabulary)
        self._label = Label("", markup=False)
        self._field = PromptField(compact=True, select_on_focus=False)
        self._told = Static("", markup=False)
        self._memory = memory
        self._recalled = 0

    def compose(self) -> ComposeResult:
        """Lay out name and field, and the line under them."""
        with Horizontal():
            yield self._label
            yield self._field
        yield self._told

    @property
    def is_typing(self) -> bool:
        """Whether keys go into the field."""
        return self.is_mounted and self.screen.focused is self._field

    @property
    def _kind(self) -> str:
        """The kind of its lines in the memory."""
        return f"{self._history}{self.purpose.value}"

    @property
    def text(self) -> str:
        """What stands in the field."""
        return self._field.value

    def ask(self, purpose: Purpose, text: str) -> None:
        """Have a line typed, beginning with TEXT."""
        self.show(purpose, text)
        self._recalled = 0
        # At once, so that keys typed ahead arrive in the right place.
        self.screen.set_focus(self._field)

    def show(self, purpose: Purpose, text: str) -> None:
        """Show a line without the focus."""
        self.purpose = purpose
        self._label.update(purpose.value)
        self._field.labels = LABELS[purpose]
        with self.prevent(Input.Changed):
            self._field.value = text
        self._field.cursor_position = len(text)
        is_filter = purpose in (Purpose.FILTER, Purpose.SEARCH)
        self._field.suggester = self._suggester if is_filter else None
        self.styles.display = "block"

    def hide(self) -> None:
        """Be gone."""
        self.styles.display = "none"

    def fill(self, text: str) -> None:
        """Put another text into the field."""
        self._field.value = text
        self._field.cursor_position = len(text)

    def tell(self, words: str, *, at: int | None = None) -> None:
        """Say WORDS under the field; what is wrong, AT which character if so."""
        slots = slot_styles(self.app.theme_variables)
        if at is None:
            told = Text(words, slots["muted"])
            self._told.remove_class("-long")
            self._told.update(told, layout=False)  # one line, whatever it says
            return
        head, _, more = words.partition("\n")
        place = len(self.purpose.value) + 1 + at
        room = max(0, self.size.width - len(head) - 2)
        is_long = bool(more) or len(head) + 2 > self.size.width
        self._told.set_class(is_long, "-long")
        line = Text(" " * min(place, room))
        line.append("^" if place <= room else "✗", slots["transfer-failed"])
        line.append(f" {head}", slots["transfer-failed"])
        if more:
            line.append(f"\n{more}", slots["muted"])
        self._told.update(line, layout=is_long)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Pass on what is typed."""
        event.stop()
        self.post_message(self.Typed(self.purpose, event.value))

    def on_prompt_field_key(self, event: PromptField.Key) -> None:
        """Do what a key means."""
        event.stop()
        match event.name:
            case PromptKey.ENTER:
                self._memory.remember_line(self._kind, self.text)
                self.post_message(self.Entered(self.purpose, self.text))
            case PromptKey.RECALL:
                self._recall(event.step)
            case PromptKey.COMPLETE:
                self._complete()
            case PromptKey.LEAVE:
                if self.text and self.purpose in (Purpose.FILTER, Purpose.SEARCH):
                    self.fill("")
                else:
                    self.post_message(self.Left(self.purpose))

    def _complete(self) -> None:
        if self.purpose not in (Purpose.FILTER, Purpose.SEARCH):
            self.post_message(self.Completed(self.purpose, self.text))
        elif (
            text := completed(self.text, self._known(), self._vocabulary)
        ) is not None:
            self.fill(text)

    def _recall(self, step: int) -> None:
        lines = self._memory.lines(self._kind)
        self._recalled = max(0, min(len(lines), self._recalled + step))
        self.fill(lines[-self._recalled] if self._recalled else "")
