"""The Textual app: holds the engine and the store, and handles global keys."""

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
from tftptui.ui.clipboard import copied_message, into_multiplexer
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

if TYPE_CHECKING:  # screens imported when first opened; see deferred_imports.py
    from tftptui.ui.screens.question import Answer

PACE = 0.1
"""Minimum seconds between two updates of the screen."""

SIGNALS = {"SIGTERM": 143, "SIGHUP": 129}
"""Signals that end the screen cleanly, each with its exit status."""


def wall_clock() -> float:
    """Return the wall clock, seconds since the epoch."""
    return datetime.now(UTC).timestamp()


UPLOADS = {
    "off": "Refuse uploads, from the next request.",
    "new": "Allow uploads of new files; existing files stay.",
    "overwrite": "Allow uploads, also over existing files.",
}
"""Policies for uploads, and the meaning of each."""

CLOSING = 0.1
"""Seconds until the palette has closed."""

DRAINING = (
    "draining: no new requests, quits after the last transfer  ·  q y: now  ·  "
    "q d: accept requests again"
)

MOST_TOASTS = 1
"""Limit of notifications in the bottom line; they cover only keys there."""

TWICE = 2.0
"""Seconds within which a second ctrl+c quits."""

OURS = frozenset({"Keys", "Maximize", "Minimize", "Quit", "Screenshot"})
"""Textual's commands that are replaced by better ones."""


class TftpApp(App[None]):
    """The terminal UI: holds the engine, shows its frames, handles keys.

    Args:
        client: the engine; it is started on mount and stopped at the end.
        store: initial contents, for tests and replays.
        theme: name of a theme, an unknown one is reported in a notice; None for the
            last one chosen, or the default.
        now: wall clock for ages.
        pace: minimum seconds between two updates of the screen.
        memory: choices kept between runs; by default nothing is kept.

    Attributes:
        is_settled: whether all deferred imports are done; see deferred_imports.py.

    After run(), return_code is the exit status of the process and farewell_lines() is
    what to print.
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
        self.feed = Feed(client, self.store, wake=self._wake, returned=self.undo.forget)
        self.memory = Memory() if memory is None else memory
        self._pace, self._pausing, self._behind = pace, False, False
        self._farewell: list[str] = []
        self._later, self.is_settled = Later(), False
        self._draining = False
        self._notified_on: Screen[object] | None = None
        self._interrupted: float | None = None  # loop time of the latest ctrl+c
        self._take_theme(
            theme or self.memory.choice("theme"), is_requested=theme is not None
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
        """Return defaults for themes that do not define our slots."""
        return dict(SLOT_DEFAULTS)

    def farewell_lines(self) -> list[str]:
        """Return the summary to print after the screen has closed."""
        return self._farewell or farewell(self.store, goes_on=self.store.comes_back)

    # Start and end.

    def on_mount(self) -> None:
        """Start the engine, and handle signals."""
        self._catch_signals()
        self.theme_changed_signal.subscribe(self, self._theme_changed)
        self.screen_change_signal.subscribe(self, self._page_changed)
        # After ctrl+z and fg the shell's text is on the screen; Textual does not
        # notice.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())
        self.run_worker(self.feed.run(), group="feed", exclusive=True)

    def on_ready(self) -> None:
        """Continue initialization after the first frame is drawn."""
        self._get_ready()

    def _get_ready(self) -> None:
        if self._later.import_next():
            self.set_timer(STEP, self._get_ready)
            return
        self._take_other_themes()
        self.is_settled = True
        if not self.is_headless:  # tests are headless, with many apps in a process
            # Exempt what is loaded now from garbage collection: scanning it would block
            # the UI.
            gc.freeze()

    async def on_unmount(self) -> None:
        """Stop the engine, no matter how the screen ended."""
        self._farewell = farewell(self.store, goes_on=self.store.comes_back)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.feed.stop(), PATIENCE)

    def _catch_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for name, code in SIGNALS.items():
            number = getattr(signal, name, None)
            # Windows has neither SIGHUP nor signal handlers in the loop.
            with suppress(NotImplementedError, RuntimeError, ValueError):
                if number is not None:
                    loop.add_signal_handler(number, self._exit_with, code)

    def _exit_with(self, code: int) -> None:
        self.exit(return_code=code)

    # Updates.

    def _wake(self) -> None:
        self.post_message(FrameArrived())

    def on_frame_arrived(self) -> None:
        """Pass the message on; quit after the last transfer if draining."""
        running = (view.running for view in self.store.transfers.values())
        if self._draining and not any(running):
            self.exit()
        self._pass_on()

    def _pass_on(self) -> None:
        """Notify all screens, at a limited rate."""
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

    def _take_theme(self, wanted: str, *, is_requested: bool) -> None:
        """Use the theme WANTED; of our own themes, only that one is read at first.

        An unknown theme is reported if the user asked for it now, not if it was
        remembered.
        """
        folder = packaged_folder("themes")
        names = {file.stem for file in folder.glob("*.toml")}
        if f"tftptui-{wanted}" in names:  # "dark", "light"
            wanted = f"tftptui-{wanted}"
        if wanted not in names and wanted not in self.available_themes:
            known = ", ".join(sorted(names))
            if is_requested:
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
        """Remember a theme that was chosen in this run."""
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
        """Copy the text of the message."""
        self.run_worker(self._copy(event.text, event.what), group="copy")

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text selected in a field; called by Textual."""
        self.run_worker(self._copy(text, "the selection"), group="copy")

    async def _copy(self, text: str, what: str) -> None:
        """Copy TEXT to all available clipboards, and show which."""
        self._clipboard = text  # for Textual's own fields
        kept = self.memory.keep_copy(text)
        file = kept if isinstance(kept, Path) else None
        multiplexer = await into_multiplexer(text, file)
        if multiplexer is None:
            super().copy_to_clipboard(text)
        severity: SeverityLevel = "warning" if file is None else "information"
        words = copied_message(what, multiplexer, kept)
        self.notify(words, severity=severity, markup=False)

    # Commands to the engine.

    async def carry_out(self, command: Command) -> bool:
        """Send a command to the engine; return whether it succeeded; show errors."""
        try:
            await self.client.ask(command)
        except (CommandRefusedError, EngineError) as error:
            self.notify(str(error), severity="error", markup=False)
            return False
        return True

    def change_settings(self, changes: dict[str, Value]) -> None:
        """Change settings while the server runs; show the result."""
        self.run_worker(self._change(changes), group="settings")

    async def _change(self, changes: dict[str, Value]) -> None:
        from tftptui.ui.policy.table import BY_NAME  # noqa: PLC0415

        if not await self.carry_out(ChangeSettings(changes)):
            return
        # Draining is no policy; the line under the header shows it.
        parts = [
            BY_NAME[name].says(changes[name]) for name in changes if name in BY_NAME
        ]
        if parts:
            words = ", ".join(parts)
            self.notify(f"{words}, from the next request", markup=False)

    # Actions.

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Yield commands for our keys, then Textual's, then settings."""
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
        """Return commands for findings, clients and files that contain all WORDS."""
        main = self.screen_stack[0]
        if not isinstance(main, MainScreen):
            return []
        names: list[str] = []
        with suppress(CommandRefusedError, EngineError):  # refused for a capture
            found = await self.client.ask(FindFiles([*words]))
            if isinstance(found, FoundFiles):
                names = [one.text for one in found.files]
        return [
            *finding_commands(self.store, words, main.explain),
            *client_commands(self.store, words, main.show_client),
            *file_commands(names, main.show_file),
        ]

    def _press_in(self, digit: int, key: str) -> None:
        """Focus the pane of that digit, and press KEY there."""
        self.action_show_pane(digit)
        self.simulate_key(key)

    def action_capture(self) -> None:
        """Start or stop writing all packets to a file."""
        self.run_worker(self._switch_capture(), group="capture")

    async def _switch_capture(self) -> None:
        status = self.store.status
        running = None if status is None else status.capture
        time = datetime.fromtimestamp(self.now()).astimezone()
        path = Path.cwd() / f"tftptui-{time:%Y%m%d-%H%M%S}.pcapng"
        wanted = str(path) if running is None else None
        if not await self.carry_out(ChangeSettings({"capture": wanted})):
            return
        message = f"capturing to {path}; p stops it"
        if running is not None:
            message = f"capture stopped: {running.path}"
        self.notify(message, markup=False)

    def save_picture(self) -> None:
        """Save a screenshot in the current folder, and show where, or the error."""
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
        """Offer to restart only an engine that ended, and undo only after a change."""
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
        """Show why a known key does nothing now."""
        active = self.screen.active_bindings.get(event.key)
        if isinstance(self.screen, MainScreen) and not (active and active.enabled):
            action = action_of(self.screen.scope, event.key)
            has_near = self.screen.has_near
            why = nothing_here(self.screen.scope, event.key)
            if action is not None:
                reason = self.screen.why_not(action)
                why = why_not(action, self.store, has_near=has_near, reason=reason)
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
        """Show a text in the bottom line for a while; errors are marked."""
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
        """Remove a notification that belongs to another screen."""
        if self._notified_on is not None and page is not self._notified_on:
            self.clear_notifications()

    def action_policy(self) -> None:
        """Show the settings that can be changed while the server runs."""
        self.show_policy(None)

    def show_policy(self, at: str | None) -> None:
        """Show the settings, with the cursor on one of them."""
        from tftptui.ui.screens.policy import PolicyScreen  # noqa: PLC0415

        if isinstance(self.screen, MainScreen):
            self.push_screen(
                PolicyScreen(self.store, self.client, self.undo, now=self.now, at=at)
            )

    def action_show_pane(self, digit: int) -> None:
        """Close other screens and show the pane of that digit."""
        main = self.screen_stack[0]
        if isinstance(main, MainScreen):
            while len(self.screen_stack) > 1:
                self.pop_screen()
            main.show_digit(digit)

    def action_undo(self) -> None:
        """Undo the last change."""
        if change := self.undo.take():
            self.run_worker(self._take_back(change), group="undo")

    async def _take_back(self, change: Change) -> None:
        if await self.carry_out(change.back):
            self.notify(f"undone: {change.words}", markup=False)
            self.refresh_bindings()

    def action_restart(self) -> None:
        """Restart the engine; earlier contents stay on the screen."""
        self.run_worker(self.feed.restart(), group="feed", exclusive=True)

    def action_help(self) -> None:
        """Show the keys, those of the focused pane first."""
        if isinstance(self.screen, MainScreen):
            self.post_message(KeysWanted(self.screen.scope))

    def on_keys_wanted(self, event: KeysWanted) -> None:
        """Show the keys of a page; run the one that is chosen there."""
        from tftptui.ui.screens.help import HelpScreen  # noqa: PLC0415

        self.push_screen(HelpScreen(event.scope), partial(self._run, event.scope))

    def _run(self, scope: str, action: Action | None) -> None:
        """Run the action of a key: here, or in the pane where it works."""
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
        """Check this host, and fetch a file from this server."""
        from tftptui.ui.screens.doctor import DoctorScreen  # noqa: PLC0415

        if isinstance(self.screen, MainScreen):
            self.push_screen(DoctorScreen(self.store, self.client.ask))

    def action_leave(self) -> None:
        """Quit; ask first if that would end running transfers."""
        running = [view for view in self.store.transfers.values() if view.running]
        goes_on = self.store.comes_back or self.store.is_capture
        if not running or goes_on or self.store.engine_error:
            self.exit(return_code=1 if self.store.engine_error else 0)
            return
        from tftptui.ui.screens.question import Question  # noqa: PLC0415

        matter, names = f"{len(running)} running", running_forms(running)
        drain = "accept requests again" if self._draining else "drain"
        question = Question([matter], "quit", "stay", names, drain=drain)
        self.push_screen(question, self._leave_if)

    def _leave_if(self, answer: "Answer | None") -> None:
        if answer == "yes":
            self.exit()
        elif answer == "drain":
            self._draining = not self._draining
            self.notices[:] = [one for one in self.notices if one != DRAINING]
            self.notices += [DRAINING] if self._draining else []
            self._wake()
            self.change_settings({"drain": self._draining})

    def action_leave_now(self) -> None:
        """Quit without a question."""
        self.exit()

    def action_interrupt(self) -> None:
        """Quit if pressed twice within two seconds."""
        now = asyncio.get_running_loop().time()
        if self._interrupted is not None and now - self._interrupted < TWICE:
            self.exit()
            return
        self._interrupted = now
        self.notify("ctrl+c again quits at once", timeout=TWICE, markup=False)

    def on_notify(self) -> None:
        """Remove the oldest notifications: they cover the contents."""
        oldest = len(self._notifications) - MOST_TOASTS + 1
        for one in list(self._notifications)[: max(0, oldest)]:
            self._unnotify(one, refresh=False)  # Textual's own handler draws

    async def on_event(self, event: events.Event) -> None:
        """Remove notifications on esc, no matter what else the key does."""
        # A binding would replace the key in the bottom line.
        if isinstance(event, events.Key) and event.key == "escape":
            self.clear_notifications()
        await super().on_event(event)

    def action_redraw(self) -> None:
        """Redraw everything, after another program wrote on the screen."""
        self.refresh(layout=True, repaint=True)
        self.screen.refresh(layout=True, repaint=True)
