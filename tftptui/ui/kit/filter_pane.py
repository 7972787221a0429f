"""A pane whose list can be filtered, searched and saved."""

from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from textual.notifications import SeverityLevel
from textual.widget import Widget

from tftptui.telemetry.records.filters.parsing import Problem, parse
from tftptui.telemetry.records.filters.terms import Filter
from tftptui.telemetry.records.filters.vocabulary import Vocabulary
from tftptui.telemetry.views import TransferView
from tftptui.ui.kit.pane import Pane
from tftptui.ui.kit.prompt import Prompt, Purpose
from tftptui.ui.kit.saving import format_of, in_other_format, save_as, suggested_name
from tftptui.ui.memory import Memory
from tftptui.ui.store import Store

FILTERS = (Purpose.FILTER, Purpose.SEARCH)

ASKING = ("filter", "search", "go_to_time", "save")
"""Actions whose keys are plain letters while the user types."""

NOTICE_SECONDS = 8.0
"""Seconds for which the path of a saved file is shown."""


class FilterPane(Pane):
    """A pane with a prompt above its list; filters and searches apply while typed.

    Attributes:
        prompt: the prompt.
    """

    VOCABULARY: ClassVar[Vocabulary]
    EXAMPLE: ClassVar[str]
    """A filter shown as an example while nothing is typed."""
    FORMATS: ClassVar[Mapping[str, str]]
    """File name extension and purpose of each format; the first is suggested."""
    ONE: ClassVar[str]
    """Name of a row, in the singular."""
    HISTORY: ClassVar[str] = ""
    """Prefix of the kinds of remembered lines; see Prompt."""

    def __init__(
        self,
        name_shown: str,
        digit: int,
        *,
        id: str,  # noqa: A002 - Textual's name
        store: Store,
        memory: Memory,
    ) -> None:
        super().__init__(name_shown, digit, id=id)
        self._store = store
        self.prompt = Prompt(self._known, memory, self.VOCABULARY, self.HISTORY)

    # Overridden by subclasses.

    @property
    @abstractmethod
    def filters(self) -> tuple[Filter, Filter]:
        """The filter and the search."""

    @abstractmethod
    def show_filtered(self, wanted: Filter) -> None:
        """Show only rows that match a filter."""

    @abstractmethod
    def look_for(self, sought: Filter) -> None:
        """Mark rows that match a filter."""

    @abstractmethod
    def go_to_found(self) -> None:
        """Go to the first match."""

    @abstractmethod
    def count_found(self, purpose: Purpose) -> str:
        """Return how many rows match, of how many."""

    @abstractmethod
    def count_to_save(self) -> str:
        """Return how many rows would be saved, and which."""

    @abstractmethod
    def writer(self) -> Callable[[Path, str], int]:
        """Return a function that writes the current rows to a path in a format."""

    @abstractmethod
    def list_widget(self) -> Widget:
        """Return the list."""

    # Public methods.

    @property
    def is_typing(self) -> bool:
        """Whether the prompt has the focus."""
        return self.prompt.is_typing

    def main_widget(self) -> Widget:
        """Return the list."""
        return self.list_widget()

    # Keys.

    def action_filter(self) -> None:
        """Open the prompt for a filter."""
        self._ask(Purpose.FILTER, self.filters[0])

    def action_search(self) -> None:
        """Open the prompt for a search."""
        self._ask(Purpose.SEARCH, self.filters[1])

    def action_save(self) -> None:
        """Open the prompt for the name of a file to save to."""
        end, now = next(iter(self.FORMATS)), self._store.now
        self.prompt.ask(Purpose.SAVE, suggested_name(f"{self.ONE}s", end, now))
        self._tell_format(self.prompt.text)

    def action_widen(self) -> None:
        """Clear the search, then the filter."""
        if self.filters[1]:
            self.look_for(Filter())
        else:
            self.show_filtered(Filter())
        self.show_what_holds()

    def _ask(self, purpose: Purpose, filter_: Filter) -> None:
        self.prompt.ask(purpose, str(filter_))
        self.explain()

    # While text is typed.

    def on_prompt_typed(self, event: Prompt.Typed) -> None:
        """Apply the text at once, as far as it is valid."""
        event.stop()
        if event.purpose in FILTERS:
            found = _as_far_as_it_goes(event.text, self.VOCABULARY)
            is_filter = event.purpose == Purpose.FILTER
            (self.show_filtered if is_filter else self.look_for)(found)
            self.explain()
        elif event.purpose == Purpose.SAVE:
            self._tell_format(event.text)

    def on_prompt_completed(self, event: Prompt.Completed) -> None:
        """Switch to the next format."""
        event.stop()
        if event.purpose == Purpose.SAVE:
            self.prompt.fill(in_other_format(event.text, [*self.FORMATS]))

    def explain(self) -> None:
        """Show below the prompt the meaning of the filter, and how many rows match."""
        if not self.is_typing or self.prompt.purpose not in FILTERS:
            return
        found = parse(self.prompt.text, self.VOCABULARY)
        if isinstance(found, Problem):
            self.prompt.tell(found.text, at=found.at)
        elif not found:
            self.prompt.tell(self.EXAMPLE)
        else:
            self.prompt.tell(f"{self.count_found(self.prompt.purpose)}: {found.words}")

    def _tell_format(self, name: str) -> None:
        kind = format_of(name, [*self.FORMATS])
        if kind is None:
            ends = ", .".join(self.FORMATS)
            self.prompt.tell(f"end the name in .{ends}", at=len(name))
        else:
            text = f"{self.count_to_save()}, {self.FORMATS[kind]}"
            self.prompt.tell(f"{text}; tab: another format")

    # After enter.

    def on_prompt_entered(self, event: Prompt.Entered) -> None:
        """Carry out the text and focus the rows; the filter stays visible."""
        event.stop()
        if self.carry_out(event.purpose, event.text):
            self._leave()

    def carry_out(self, purpose: Purpose, text: str) -> bool:
        """Carry out what was typed; return whether it was valid."""
        if purpose == Purpose.SAVE:
            if format_of(text, [*self.FORMATS]) is None:
                return False
            self._save(text)
            return True
        if purpose == Purpose.SEARCH and self.filters[1]:
            self.go_to_found()
        return isinstance(parse(text, self.VOCABULARY), Filter)

    def on_prompt_left(self, event: Prompt.Left) -> None:
        """Focus the rows."""
        event.stop()
        self._leave()

    def _leave(self) -> None:
        self.show_what_holds()
        self.screen.set_focus(self.list_widget())

    def show_what_holds(self) -> None:
        """Show the search, or else the filter, without focus."""
        wanted, sought = self.filters
        if sought:
            self.prompt.show(Purpose.SEARCH, str(sought))
        elif wanted:
            self.prompt.show(Purpose.FILTER, str(wanted))
        else:
            self.prompt.hide()

    def _save(self, name: str) -> None:
        app, write = self.app, self.writer()
        kind = format_of(name, [*self.FORMATS]) or ""

        def save() -> None:
            went_well, message = save_as(name, lambda path: write(path, kind), self.ONE)
            severity: SeverityLevel = "information" if went_well else "error"
            app.call_from_thread(
                app.notify,
                message,
                severity=severity,
                timeout=NOTICE_SECONDS,
                markup=False,
            )
            if not went_well:
                app.call_from_thread(self._mend, name, message)

        self.run_worker(save, group="save", thread=True)

    def _mend(self, name: str, why: str) -> None:
        """Ask for the name again if saving failed."""
        if self.list_widget().has_focus:  # the user has not moved on
            self.prompt.ask(Purpose.SAVE, name)
            self.prompt.tell(why, at=0)

    def _known(self) -> Mapping[str, Iterable[str]]:
        """Return the values seen so far, for completing a filter; the latest first."""
        views: list[TransferView] = [*reversed(self._store.transfers.values())]
        return {
            "client": dict.fromkeys(view.client for view in views),
            "server": dict.fromkeys(view.server for view in views),
            "file": dict.fromkeys(view.file for view in views),
            "kind": dict.fromkeys(view.kind for view in views if view.kind),
            "transfer": [str(view.number) for view in views],
        }


def _as_far_as_it_goes(text: str, vocabulary: Vocabulary) -> Filter:
    """Return the filter in TEXT, without its invalid end."""
    while isinstance(found := parse(text, vocabulary), Problem):
        text = text[: min(found.at, len(text) - 1)].rpartition(" ")[0]
    return found
