"""The prompt for filters, searches, times and file names."""

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
"""Returns values seen so far, by the key of a filter."""


class Purpose(Enum):
    """The purpose of the prompt; the value is its name on the screen."""

    FILTER = "filter"
    SEARCH = "search"
    TIME = "go to time"
    SAVE = "save as"


LABELS: Mapping[Purpose, Mapping[str, str]] = {
    Purpose.FILTER: {},
    Purpose.SEARCH: {"prompt.enter": "search"},
    Purpose.TIME: {"prompt.enter": "go there", "prompt.leave": "back"},
    Purpose.SAVE: {
        "prompt.enter": "save",
        "prompt.complete": "other format",
        "prompt.leave": "back",
    },
}
"""Labels of keys that differ from those for a filter."""


class FilterSuggester(Suggester):
    """Completes a filter while it is typed."""

    def __init__(self, known: Known, vocabulary: Vocabulary) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._known, self._vocabulary = known, vocabulary

    async def get_suggestion(self, value: str) -> str | None:
        """Return the completed text."""
        return completed(value, self._known(), self._vocabulary)


class PromptKey(StrEnum):
    """Keys of the prompt."""

    ENTER = "enter"
    LEAVE = "leave"
    COMPLETE = "complete"
    RECALL = "recall"


class PromptField(InOrder, Input):
    """A line of text whose special keys are handled by Prompt."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(PROMPT)
    labels: Mapping[str, str] = LABELS[Purpose.FILTER]

    class Key(Message):
        """A special key was pressed; ``step`` moves through the history."""

        def __init__(self, name: PromptKey, step: int = 0) -> None:
            super().__init__()
            self.name, self.step = name, step

    def action_enter(self) -> None:
        """Accept the text."""
        self.post_message(self.Key(PromptKey.ENTER))

    def action_leave(self) -> None:
        """Clear the text, or leave."""
        self.post_message(self.Key(PromptKey.LEAVE))

    def action_complete(self) -> None:
        """Complete the text."""
        self.post_message(self.Key(PromptKey.COMPLETE))

    def action_recall(self, step: int) -> None:
        """Recall a line from the history."""
        self.post_message(self.Key(PromptKey.RECALL, step))


class Prompt(Vertical):
    """A label, a field, and below it a note about the text; hidden at first.

    Call ask(); then Typed, Entered and Left messages follow. Without the focus it shows
    the filter in force.

    Args:
        known: values seen so far, by the key of a filter.
        memory: the history of lines.
        vocabulary: of the filters.
        history: prefix of the kinds of lines in MEMORY, one per pane.
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
        """The text has changed."""

        def __init__(self, purpose: Purpose, text: str) -> None:
            super().__init__()
            self.purpose, self.text = purpose, text

    class Entered(Typed):
        """Enter was pressed."""

    class Left(Message):
        """The prompt was left without a result."""

        def __init__(self, purpose: Purpose) -> None:
            super().__init__()
            self.purpose = purpose

    class Completed(Message):
        """Tab was pressed, and the text is not a filter."""

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
        self._message = Static("", markup=False)
        self._memory = memory
        self._recalled = 0

    def compose(self) -> ComposeResult:
        """Lay out label and field, and the note below them."""
        with Horizontal():
            yield self._label
            yield self._field
        yield self._message

    @property
    def is_typing(self) -> bool:
        """Whether the field has the focus."""
        return self.is_mounted and self.screen.focused is self._field

    @property
    def _kind(self) -> str:
        """The kind of its lines in the history."""
        return f"{self._history}{self.purpose.value}"

    @property
    def text(self) -> str:
        """The text in the field."""
        return self._field.value

    def ask(self, purpose: Purpose, text: str) -> None:
        """Ask for a line; TEXT is its initial text."""
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
        """Hide the prompt."""
        self.styles.display = "none"

    def fill(self, text: str) -> None:
        """Replace the text in the field."""
        self._field.value = text
        self._field.cursor_position = len(text)

    def tell(self, words: str, *, at: int | None = None) -> None:
        """Show a note below the field; for an error, AT the character it is about."""
        slots = slot_styles(self.app.theme_variables)
        if at is None:
            note = Text(words, slots["muted"])
            self._message.remove_class("-long")
            self._message.update(note, layout=False)  # always one line
            return
        head, _, more = words.partition("\n")
        place = len(self.purpose.value) + 1 + at
        room = max(0, self.size.width - len(head) - 2)
        is_long = bool(more) or len(head) + 2 > self.size.width
        self._message.set_class(is_long, "-long")
        line = Text(" " * min(place, room))
        line.append("^" if place <= room else "✗", slots["transfer-failed"])
        line.append(f" {head}", slots["transfer-failed"])
        if more:
            line.append(f"\n{more}", slots["muted"])
        self._message.update(line, layout=is_long)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Post the text."""
        event.stop()
        self.post_message(self.Typed(self.purpose, event.value))

    def on_prompt_field_key(self, event: PromptField.Key) -> None:
        """Handle a special key."""
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
