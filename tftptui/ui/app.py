"""The Textual app: holds the engine and the store, and says what global keys do."""

import asyncio
import gc
import signal
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.notifications import SeverityLevel
from textual.screen import Screen
from textual.theme import Theme

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import ChangeSettings, Command, FindFiles, FoundFiles
from tftptui.resources import packaged_folder
from tftptui.settings import Value
from tftptui.ui.actions import APP
from tftptui.ui.clipboard import into_multiplexer, told
from tftptui.ui.deferred_imports import STEP, Later
from tftptui.ui.disabled_keys import action_of, nothing_here, why_not
from tftptui.ui.exit_summary import farewell, running_forms
from tftptui.ui.feed import PATIENCE, Feed
from tftptui.ui.keymap import CHAINS, TITLES
from tftptui.ui.keys import Action, bindings, key_name
from tftptui.ui.memory import Memory
from tftptui.ui.messages import CopyWanted, FrameArrived, KeysWanted
from tftptui.ui.palette import (
    Everything,
    Things,
    client_commands,
    file_commands,
    finding_commands,
    key_commands,
    pane_commands,
    policy_commands,
)
from tftptui.ui.panes.packets.details import PacketOpened
from tftptui.ui.screens.main import MainScreen
from tftptui.ui.store import Store
from tftptui.ui.terminal import lasting_driver, take_escape_delay
from tftptui.ui.themes import (
    DEFAULT_THEME,
    SLOT_DEFAULTS,
    ThemeError,
    read_theme,
    read_themes,
)
from tftptui.ui.undo import Change, UndoList

if TYPE_CHECKING:  # not needed for the first picture; see deferred_imports.py
    from tftptui.ui.screens.question import Answer

PACE = 0.1
"""Seconds between two drawings at least."""

SIGNALS = {"SIGTERM": 143, "SIGHUP": 129}
"""Those that end the screen in good order, and the exit status of each."""


def wall_clock() -> float:
    """Return the wall clock, seconds since the epoch."""
    return datetime.now(UTC).timestamp()


UPLOADS = {
    "off": "Refuse uploads, from the next request.",
    "new": "Allow uploads of new files; existing files stay.",
    "overwrite": "Allow uploads, also over existing files.",
}
"""Policies for uploads, and what each means."""

CLOSING = 0.1
"""Seconds until the palette is gone from the screen."""

DRAINING = (
    "draining: no new requests, quits after the last transfer  ·  q y: now  ·  "
    "q d: accept requests again"
)

MOST_TOASTS = 1
"""Texts at a time in the bottom line, where they hide nothing but keys."""

TWICE = 2.0
"""Seconds within which a second ctrl+c quits."""

OURS = frozenset({"Keys", "Maximize", "Minimize", "Quit", "Screenshot"})
"""Textual's commands that we have a better one for."""


class TftpApp(App[None]):
    """The terminal UI: holds the engine, shows its frames, carries out what keys ask.

    Args:
        client: the engine; it is started on mount and stopped at the end.
        store: what has been received so far, for tests and replays.
        theme: name of a theme, an unknown one is reported in a notice; None for the one
            that was chosen last, or the default.
        now: wall clock for ages.
        pace: seconds between two drawings at least.
        memory: what is known from runs before; nothing outlives this one without.

    Attributes:
        is_settled: whether nothing is left to be imported; see deferred_imports.py.

    After run(), return_code is what the process should exit with and
    farewell_lines() what it should print.
    """

    TITLE: str | None = "tftptui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = bindings(APP)
    CSS = """
    MainScreen { background: $background; color: $foreground; }
    ToastRack { margin: 0; align: left bottom; overflow-y: hidden; }
    ToastHolder { align-horizontal: left; }
    Toast {
        width: 100%;
        max-width: 100%;
        padding: 0 1;
        margin: 0;
        background: $panel;
        border: none;
        text-style: bold;
        &.-warning, &.-error { border: none; }
        &.-error { color: $transfer-failed; }
    }
    """
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {
        Everything,
        Things,
    }

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
        take_escape_delay()
        super().__init__(driver_class=lasting_driver())
        self.client, self.now, self.undo = client, now, UndoList()
        self.store = Store() if store is None else store
        self.feed = Feed(client, self.store, told=self._told, returned=self.undo.forget)
        self.memory = Memory() if memory is None else memory
        self._pace, self._pausing, self._behind = pace, False, False
        self._farewell: list[str] = []
        self._later, self.is_settled = Later(), False
        self._draining = False
        self._notified_on: Screen[object] | None = None
        self._interrupted: float | None = None  # loop time of the latest ctrl+c
        self._take_theme(
            theme or self.memory.choice("theme"), is_asked=theme is not None
        )

    def get_default_screen(self) -> MainScreen:
        """Return the main screen."""
        return MainScreen(
            self.store,
            self.client,
            now=self.now,
            notices=self.notices,
            undo=self.undo,
            memory=self.memory,
        )

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Let themes that don't know our slots work as well."""
        return dict(SLOT_DEFAULTS)

    def farewell_lines(self) -> list[str]:
        """Return what is worth knowing after the screen is gone."""
        return self._farewell or farewell(self.store, goes_on=self.store.comes_back)

    # Start and end.

    def on_mount(self) -> None:
        """Start the engine, and handle signals of the system."""
        self._catch_signals()
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        self.screen_change_signal.subscribe(self, self._page_changed)
        # After ctrl+z and fg the shell's text is on the screen; Textual does not know.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
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
        """Pass the news on; quit after the last transfer, where that was asked for."""
        running = (view.running for view in self.store.transfers.values())
        if self._draining and not any(running):
            self.exit()
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

        One that is asked for now, not remembered, is reported where there is none.
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
            self.memory.remember_choice("theme", theme.name)

    def _take_other_themes(self) -> None:
        themes, problems = read_themes(packaged_folder("themes"), but=self._theme_read)
        for theme in themes:
            self.register_theme(theme)
        self.notices.extend(problems)

    def on_packet_opened(self, event: PacketOpened) -> None:
        """Show a packet in full."""
        from tftptui.ui.screens.packet import PacketScreen  # noqa: PLC0415

        is_capture = self.store.is_capture
        self.push_screen(
            PacketScreen(event.line, event.step, self.client, is_capture=is_capture)
        )

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
        # What is no policy shows itself: draining does so under the top line.
        told = [
            BY_NAME[name].says(changes[name]) for name in changes if name in BY_NAME
        ]
        if told:
            words = ", ".join(told)
            self.notify(f"{words}, from the next request", markup=False)

    # What keys do.

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Offer what keys do by name, then what Textual brings along, then settings."""
        if isinstance(screen, MainScreen):
            yield from key_commands(screen.scope, self.simulate_key)
            for pane in screen.panes:
                press = partial(self._press_in, pane.digit)
                yield from pane_commands(pane.SCOPE, screen.scope, press)
            yield from screen.sort_commands()
        for command in super().get_system_commands(screen):
            if command.title not in OURS:
                yield command
        if not self.store.is_fixed:
            for policy, effect in UPLOADS.items():
                change = partial(self.change_settings, {"write": policy})
                yield SystemCommand(f"Uploads: {policy}", effect, change)
        yield from policy_commands(self.store.settings, self.show_policy)
        yield SystemCommand(
            "Screenshot",
            "Save the screen as an SVG file in the current folder.",
            partial(self.set_timer, CLOSING, self.save_picture),
        )

    async def things(self, words: Sequence[str]) -> Sequence[SystemCommand]:
        """Return what leads to findings, clients and files with all WORDS."""
        main = self.screen_stack[0]
        if not isinstance(main, MainScreen):
            return []
        names: list[str] = []
        with suppress(CommandRefusedError, EngineError):  # as in a capture
            found = await self.client.ask(FindFiles([*words]))
            if isinstance(found, FoundFiles):
                names = [one.text for one in found.files]
        return [
            *finding_commands(self.store, words, main.explain),
            *client_commands(self.store, words, main.show_client),
            *file_commands(names, main.show_file),
        ]

    def _press_in(self, digit: int, key: str) -> None:
        """Go to the pane of that number, and press KEY there."""
        self.action_show_pane(digit)
        self.simulate_key(key)

    def action_capture(self) -> None:
        """Write every packet to a file from now on, or no more."""
        self.run_worker(self._switch_capture(), group="capture")

    async def _switch_capture(self) -> None:
        status = self.store.status
        running = None if status is None else status.capture
        time = datetime.fromtimestamp(self.now()).astimezone()
        path = Path.cwd() / f"tftptui-{time:%Y%m%d-%H%M%S}.pcapng"
        wanted = str(path) if running is None else None
        if not await self.carry_out(ChangeSettings({"capture": wanted})):
            return
        told = f"capturing to {path}; p stops it"
        if running is not None:
            told = f"capture stopped: {running.path}"
        self.notify(told, markup=False)

    def save_picture(self) -> None:
        """Save the screen in the current folder, and tell where, or why not."""
        time = datetime.fromtimestamp(self.now()).astimezone()
        path = Path.cwd() / f"tftptui-{time:%H%M%S}.svg"
        try:
            path.write_text(self.export_screenshot(), encoding="utf-8")
        except OSError as error:
            self.notify(
                f"screenshot not saved: {path}: {error.strerror}",
                severity="error",
                markup=False,
            )
        else:
            self.notify(f"screenshot saved: {path}", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to restart only what has ended, to undo only what was done."""
        del parameters
        store = self.store
        offered = {
            "undo": len(self.undo) > 0 and store.engine_error is None,
            "policy": not store.is_capture,
            "doctor": store.status is not None and not store.is_capture,
            "capture": store.status is not None and not store.is_fixed,
            "restart": store.engine_error is not None and not store.comes_back,
        }
        return offered.get(action, True)

    def on_key(self, event: events.Key) -> None:
        """Say why a key that is known does nothing just now."""
        active = self.screen.active_bindings.get(event.key)
        if isinstance(self.screen, MainScreen) and not (active and active.enabled):
            action = action_of(self.screen.scope, event.key)
            has_near = self.screen.has_near
            why = nothing_here(self.screen.scope, event.key)
            if action is not None:
                told = self.screen.why_not(action)
                why = why_not(action, self.store, has_near=has_near, told=told)
            if why:
                name = key_name(event.key)
                if event.is_printable and event.character and event.character != " ":
                    name = event.character
                self.notify(f"{name}: {why}", markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """Show a text in the bottom line for a while; trouble has a mark."""
        mark = "✗ " if severity == "error" else ""
        self._notified_on = self.screen if self.screen_stack else None
        super().notify(
            f"{mark}{message}",
            title=title,
            severity=severity,
            timeout=timeout,
            markup=markup,
        )

    def _page_changed(self, page: Screen[object]) -> None:
        """Let a text go that belongs to another page."""
        if self._notified_on is not None and page is not self._notified_on:
            self.clear_notifications()

    def action_policy(self) -> None:
        """Show what may be changed while the server runs."""
        self.show_policy(None)

    def show_policy(self, at: str | None) -> None:
        """Show the settings, with the cursor at one of them."""
        from tftptui.ui.screens.policy import PolicyScreen  # noqa: PLC0415

        if isinstance(self.screen, MainScreen):
            self.push_screen(
                PolicyScreen(self.store, self.client, self.undo, now=self.now, at=at)
            )

    def action_show_pane(self, digit: int) -> None:
        """Go back to the panes, to the one of that number."""
        main = self.screen_stack[0]
        if isinstance(main, MainScreen):
            while len(self.screen_stack) > 1:
                self.pop_screen()
            main.show_digit(digit)

    def action_undo(self) -> None:
        """Take the last change back."""
        if change := self.undo.take():
            self.run_worker(self._take_back(change), group="undo")

    async def _take_back(self, change: Change) -> None:
        if await self.carry_out(change.back):
            self.notify(f"undone: {change.words}", markup=False)
            self.refresh_bindings()

    def action_restart(self) -> None:
        """Start the engine again; what it told before stays on the screen."""
        self.run_worker(self.feed.restart(), group="feed", exclusive=True)

    def action_help(self) -> None:
        """Show the keys, those of the focused pane first."""
        if isinstance(self.screen, MainScreen):
            self.post_message(KeysWanted(self.screen.scope))

    def on_keys_wanted(self, event: KeysWanted) -> None:
        """Show the keys of a page; do what is chosen there."""
        from tftptui.ui.screens.help import HelpScreen  # noqa: PLC0415

        self.push_screen(HelpScreen(event.scope), partial(self._run, event.scope))

    def _run(self, scope: str, action: Action | None) -> None:
        """Do what a key does: here, or in the pane where it works."""
        main = self.screen_stack[0]
        if action is None or not isinstance(main, MainScreen):
            return
        if action.scope in CHAINS[scope]:
            self.simulate_key(action.keys[0])
            return
        for pane in main.panes:
            if action.scope in CHAINS[pane.SCOPE]:
                self._press_in(pane.digit, action.keys[0])
                return
        where = TITLES[action.scope]
        self.notify(f"{action.shown_key} works only here: {where}", markup=False)

    def action_doctor(self) -> None:
        """Look at this machine, and fetch something from ourselves."""
        from tftptui.ui.screens.doctor import DoctorScreen  # noqa: PLC0415

        if isinstance(self.screen, MainScreen):
            self.push_screen(DoctorScreen(self.store, self.client.ask))

    def action_leave(self) -> None:
        """Quit, after a question while transfers run that would end with us."""
        running = [view for view in self.store.transfers.values() if view.running]
        goes_on = self.store.comes_back or self.store.is_capture
        if not running or goes_on or self.store.engine_error:
            self.exit(return_code=1 if self.store.engine_error else 0)
            return
        from tftptui.ui.screens.question import Question  # noqa: PLC0415

        matter, names = f"{len(running)} running", running_forms(running)
        drain = "accept requests again" if self._draining else "drain"
        question = Question([matter], "stop", "stay", names, drain=drain)
        self.push_screen(question, self._leave_if)

    def _leave_if(self, answer: "Answer | None") -> None:
        if answer == "yes":
            self.exit()
        elif answer == "drain":
            self._draining = not self._draining
            self.notices[:] = [one for one in self.notices if one != DRAINING]
            self.notices += [DRAINING] if self._draining else []
            self._told()
            self.change_settings({"drain": self._draining})

    def action_leave_now(self) -> None:
        """Quit without a question."""
        self.exit()

    def action_interrupt(self) -> None:
        """Quit at the second time within two seconds."""
        now = asyncio.get_running_loop().time()
        if self._interrupted is not None and now - self._interrupted < TWICE:
            self.exit()
            return
        self._interrupted = now
        self.notify("ctrl+c again quits at once", timeout=TWICE, markup=False)

    def on_notify(self) -> None:
        """Let the oldest texts in the corner go: they lie over what is worked with."""
        oldest = len(self._notifications) - MOST_TOASTS + 1
        for one in list(self._notifications)[: max(0, oldest)]:
            self._unnotify(one, refresh=False)  # Textual's own handler draws

    async def on_event(self, event: events.Event) -> None:
        """Let the texts in the corner go with esc, whatever else the key does."""
        # A binding would take the key's place in the bottom line.
        if isinstance(event, events.Key) and event.key == "escape":
            self.clear_notifications()
        await super().on_event(event)

    def action_redraw(self) -> None:
        """Draw everything again, after something else wrote on the screen."""
        self.refresh(layout=True, repaint=True)
        self.screen.refresh(layout=True, repaint=True)
