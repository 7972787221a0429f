"""An app that holds an engine: starts it, takes its news, has it do things."""

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from textual.app import App
from textual.notifications import SeverityLevel
from textual.theme import Theme

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import ChangeSettings, Command
from tftptui.resources import packaged_folder
from tftptui.settings import Value
from tftptui.ui.clipboard import into_multiplexer, told
from tftptui.ui.deferred_imports import STEP, Later
from tftptui.ui.driver import lasting_driver
from tftptui.ui.exit_summary import farewell
from tftptui.ui.feed import PATIENCE, Feed
from tftptui.ui.memory import Memory
from tftptui.ui.messages import CopyWanted, FrameArrived
from tftptui.ui.store import Store
from tftptui.ui.themes import (
    DEFAULT_THEME,
    SLOT_DEFAULTS,
    ThemeError,
    read_theme,
    read_themes,
)
from tftptui.ui.undo import UndoList

PACE = 0.1
"""Seconds between two drawings at least."""

SIGNALS = {"SIGTERM": 143, "SIGHUP": 129}
"""Those that end the screen in good order, and the exit status of each."""


def wall_clock() -> float:
    """Return the wall clock, seconds since the epoch."""
    return datetime.now(UTC).timestamp()


class EngineApp(App[None]):
    """What the screens stand on.

    Args:
        client: the engine; it is started on mount and stopped at the end.
        store: what has been told so far, for tests and replays.
        theme: name of a theme, an unknown one is told in a notice; None for the one
            that was chosen last, or the default.
        now: wall clock for ages.
        pace: seconds between two drawings at least.
        memory: what is known from runs before; nothing outlives this one without.

    Attributes:
        is_settled: whether nothing is left to be imported; see ui/later.py.

    After run(), return_code is what the process should exit with and
    farewell_lines() what it should print.
    """

    def __init__(
        self,
        client: EngineClient,
        *,
        store: Store | None = None,
        theme: str | None = None,
        now: Callable[[], float] = wall_clock,
        pace: float = PACE,
        memory: Memory | None = None,
    ) -> None:
        self.notices: list[str] = []
        super().__init__(driver_class=lasting_driver())
        self.client, self.now, self.undo = client, now, UndoList()
        self.store = Store() if store is None else store
        self.feed = Feed(client, self.store, told=self._told, returned=self.undo.forget)
        self.memory = Memory() if memory is None else memory
        self._pace, self._pausing, self._behind = pace, False, False
        self._farewell: list[str] = []
        self._later, self.is_settled = Later(), False
        self._take_theme(theme or self.memory.theme, is_asked=theme is not None)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Let themes that don't know our slots work as well."""
        return dict(SLOT_DEFAULTS)

    def farewell_lines(self) -> list[str]:
        """Return what is worth knowing after the screen is gone."""
        return self._farewell or farewell(self.store, goes_on=self.store.comes_back)

    # Life and death.

    def on_mount(self) -> None:
        """Start the engine and listen to the system."""
        self._catch_signals()
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        self.run_worker(self.feed.run(), group="feed", exclusive=True)

    def on_ready(self) -> None:
        """Go on getting ready now that the first picture stands."""
        self._get_ready()

    def _get_ready(self) -> None:
        if self._later.import_next():
            self.set_timer(STEP, self._get_ready)
            return
        self._take_other_themes()
        self.is_settled = True
        if not self.is_headless:  # as tests are, of which there are many in a process
            # What is here now stays: to look for garbage in it would stop the screen.
            gc.freeze()

    async def on_unmount(self) -> None:
        """Stop the engine, however the screen ended."""
        self._farewell = farewell(self.store, goes_on=self.store.comes_back)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.feed.stop(), PATIENCE)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name, code in SIGNALS.items():
            number = getattr(signal, name, None)
            # Windows has neither SIGHUP nor handlers in the loop.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                if number is not None:
                    loop.add_signal_handler(number, self._exit_with, code)

    def _exit_with(self, code: int) -> None:
        self.exit(return_code=code)

    # News.

    def _told(self) -> None:
        self.post_message(FrameArrived())

    def on_frame_arrived(self) -> None:
        """Pass the news on."""
        self._pass_on()

    def _pass_on(self) -> None:
        """Tell all screens that there is news, at a pace that can be read."""
        if self._pausing:
            self._behind = True
            return
        for screen in self.screen_stack:
            screen.post_message(FrameArrived())
        if self._pace:
            self._pausing = True
            self.set_timer(self._pace, self._catch_up)

    def _catch_up(self) -> None:
        self._pausing = False
        if self._behind:
            self._behind = False
            self._pass_on()

    # Themes.

    def _take_theme(self, wanted: str, *, is_asked: bool) -> None:
        """Use the theme WANTED; if it is ours it is the only one that is read yet.

        One that is asked for now, not remembered, is told where there is none.
        """
        folder = packaged_folder("themes")
        names = {file.stem for file in folder.glob("*.toml")}
        if f"tftptui-{wanted}" in names:  # "dark", "light"
            wanted = f"tftptui-{wanted}"
        if wanted not in names and wanted not in self.available_themes:
            known = ", ".join(sorted(names))
            if is_asked:
                self.notices.append(f"there is no theme {wanted!r}; there are {known}")
            wanted = DEFAULT_THEME
        if wanted in names:
            try:
                self.register_theme(read_theme(folder / f"{wanted}.toml"))
            except ThemeError as error:
                self.notices.append(str(error))
        self._theme_read = wanted
        if wanted in self.available_themes:
            self.theme = wanted
        self._theme_shown = self.theme

    def _theme_changed(self, theme: Theme) -> None:
        """Remember a theme that was chosen; the first one was not, here."""
        if theme.name != self._theme_shown:
            self._theme_shown = theme.name
            self.memory.remember_theme(theme.name)

    def _take_other_themes(self) -> None:
        themes, problems = read_themes(packaged_folder("themes"), but=self._theme_read)
        for theme in themes:
            self.register_theme(theme)
        self.notices.extend(problems)

    # Copying.

    def on_copy_wanted(self, event: CopyWanted) -> None:
        """Copy what somebody wants copied."""
        self.run_worker(self._copy(event.text, event.what), group="copy")

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text that was selected in a field, which Textual asks for."""
        self.run_worker(self._copy(text, "the selection"), group="copy")

    async def _copy(self, text: str, what: str) -> None:
        """Copy TEXT to all that takes it, and say where it is."""
        self._clipboard = text  # of Textual's own fields
        kept = self.memory.keep_copy(text)
        file = kept if isinstance(kept, Path) else None
        multiplexer = await into_multiplexer(text, file)
        if multiplexer is None:
            super().copy_to_clipboard(text)
        severity: SeverityLevel = "warning" if file is None else "information"
        words = told(what, multiplexer, kept)
        self.notify(words, severity=severity, markup=False)

    # What the engine is asked to do.

    async def carry_out(self, command: Command) -> bool:
        """Have the engine do something; return whether it did, and tell why not."""
        try:
            await self.client.ask(command)
        except (CommandRefusedError, EngineError) as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        return True

    def change_settings(self, changes: dict[str, Value]) -> None:
        """Have settings changed while the server runs; tell how that went."""
        self.run_worker(self._change(changes), group="settings")

    async def _change(self, changes: dict[str, Value]) -> None:
        from tftptui.ui.policy.table import BY_NAME  # noqa: PLC0415

        if not await self.carry_out(ChangeSettings(changes)):
            return
        # What is no policy tells of itself: draining does so under the top line.
        told = [
            BY_NAME[name].says(changes[name]) for name in changes if name in BY_NAME
        ]
        if told:
            words = ", ".join(told)
            self.notify(f"from the next request on, {words}", markup=False)
