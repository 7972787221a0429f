"""The program on the screen: holds an engine, shows what it tells."""

import asyncio
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import ClassVar

from textual.app import App, SystemCommand
from textual.binding import BindingType
from textual.screen import Screen

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import ChangeSettings, TransferView
from tftptui.resources import packaged_folder
from tftptui.settings import Value
from tftptui.ui.actions import CHAINS, actions, bindings
from tftptui.ui.driver import lasting_driver
from tftptui.ui.farewell import farewell
from tftptui.ui.feed import PATIENCE, Feed
from tftptui.ui.messages import FrameArrived
from tftptui.ui.screens.help import HelpScreen
from tftptui.ui.screens.main import MainScreen
from tftptui.ui.screens.policy import PolicyScreen
from tftptui.ui.screens.question import Answer, Question
from tftptui.ui.store import Store
from tftptui.ui.themes import DEFAULT_THEME, SLOT_DEFAULTS, read_themes
from tftptui.ui.undo import Change, UndoList

UPLOADS = {
    "off": "Take no uploads from the next request on.",
    "new": "Take uploads of new files; those that exist stay.",
    "overwrite": "Take uploads, also of files that exist.",
}
"""Policies for uploads, and what each means."""

PACE = 0.1
"""Seconds between two drawings at least."""

CLOSING = 0.1
"""Seconds until the palette is gone from the screen."""

DRAINING = "no new requests are taken; this ends with the last transfer  ·  q y: now"
TWICE = 2.0
"""Seconds within which a second ctrl+c quits."""

MOST_NAMED = 3
"""Running transfers that the question at the end names."""

OURS = frozenset({"Keys", "Maximize", "Minimize", "Quit", "Screenshot"})
"""Textual's commands that we have a better one for."""

SIGNALS = {"SIGTERM": 143, "SIGHUP": 129}


def _names(running: Sequence[TransferView]) -> list[str]:
    """Return which transfers run: some by name, then fewer and fewer."""
    names = [f"{view.file} to {view.client}" for view in running]
    forms = [", ".join(names)] if len(names) <= MOST_NAMED else []
    most = min(MOST_NAMED, len(names) - 1)
    forms += [
        f"{', '.join(names[:named])} and {len(names) - named} more"
        for named in range(most, 0, -1)
    ]
    return forms


def wall_clock() -> float:
    """Return the wall clock, seconds since the epoch."""
    return datetime.now(UTC).timestamp()


class TftpApp(App[None]):
    """The terminal UI.

    Args:
        client: the engine; it is started on mount and stopped at the end.
        store: what has been told so far, for tests and replays.
        theme: name of a theme; an unknown one is told in a notice.
        now: wall clock for ages.
        pace: seconds between two drawings at least.
        goes_on: whether the server outlives this screen, as one attached to does.

    After run(), return_code is what the process should exit with and
    farewell_lines() what it should print.
    """

    TITLE: str | None = "tftptui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    CSS = """
    MainScreen { background: $background; color: $foreground; }
    Toast { background: $panel; }
    """

    def __init__(
        self,
        client: EngineClient,
        *,
        store: Store | None = None,
        theme: str = DEFAULT_THEME,
        now: Callable[[], float] = wall_clock,
        pace: float = PACE,
        goes_on: bool = False,
    ) -> None:
        self.notices: list[str] = []
        super().__init__(driver_class=lasting_driver())
        self.client, self.now, self.undo = client, now, UndoList()
        self.store = Store() if store is None else store
        self.feed = Feed(client, self.store, told=self._told)
        self._goes_on, self._draining = goes_on, False
        self._pace, self._pausing, self._behind = pace, False, False
        self._farewell: list[str] = []
        self._interrupted: float | None = None
        self._take_themes(theme)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Let themes that don't know our slots work as well."""
        return dict(SLOT_DEFAULTS)

    def get_default_screen(self) -> MainScreen:
        """Return the main screen."""
        return MainScreen(
            self.store,
            self.client,
            now=self.now,
            notices=self.notices,
            undo=self.undo,
        )

    def farewell_lines(self) -> list[str]:
        """Return what is worth knowing after the screen is gone."""
        return self._farewell or farewell(self.store, goes_on=self._goes_on)

    # Life and death.

    def on_mount(self) -> None:
        """Start the engine and listen to the system."""
        self._catch_signals()
        self.run_worker(self.feed.run(), group="feed", exclusive=True)

    async def on_unmount(self) -> None:
        """Stop the engine, however the screen ended."""
        self._farewell = farewell(self.store, goes_on=self._goes_on)
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
        """Pass the news on, at a pace that can be read."""
        if self._pausing:
            self._behind = True
            return
        self._pass_on()
        self._leave_when_drained()
        if self._pace:
            self._pausing = True
            self.set_timer(self._pace, self._catch_up)

    def _catch_up(self) -> None:
        self._pausing = False
        if self._behind:
            self._behind = False
            self.on_frame_arrived()

    def _pass_on(self) -> None:
        for screen in self.screen_stack:
            screen.post_message(FrameArrived())

    # Themes.

    def _take_themes(self, wanted: str) -> None:
        themes, problems = read_themes(packaged_folder("themes"))
        for theme in themes:
            self.register_theme(theme)
        self.notices.extend(problems)
        if wanted not in self.available_themes:
            known = ", ".join(theme.name for theme in themes)
            self.notices.append(f"there is no theme {wanted!r}; there are {known}")
            wanted = DEFAULT_THEME
        if wanted in self.available_themes:
            self.theme = wanted

    # What keys do.

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Offer what keys do by name, then what Textual brings along."""
        if isinstance(screen, MainScreen):
            yield from self._key_commands(screen)
        for command in super().get_system_commands(screen):
            if command.title not in OURS:
                yield command
        for policy, effect in UPLOADS.items():
            change = partial(self.change_settings, {"write": policy})
            yield SystemCommand(f"Uploads: {policy}", effect, change)
        yield SystemCommand(
            "Capture  (p)",
            "Write every packet to a pcapng file in the current folder, or no more.",
            self.action_capture,
        )
        yield SystemCommand(
            "Picture of the screen",
            "Save what is shown as an SVG file in the current folder.",
            partial(self.set_timer, CLOSING, self.save_picture),
        )

    def _key_commands(self, screen: MainScreen) -> Iterator[SystemCommand]:
        """Yield what keys do now, and the screens that the bottom line leaves out."""
        for scope in CHAINS[screen.scope]:
            for action in actions(scope):
                if action.shown and action.call != "command_palette":
                    yield SystemCommand(
                        f"{action.label.capitalize()}  ({action.shown_key})",
                        action.effect,
                        partial(self.simulate_key, action.keys[0]),
                    )
        effect = "What is allowed and how much: uploads, networks, limits, names."
        yield SystemCommand("Policy  (P)", effect, self.action_policy)

    def change_settings(self, changes: dict[str, Value]) -> None:
        """Have settings changed while the server runs; tell how that went."""
        self.run_worker(self._change(changes), group="settings")

    async def _change(self, changes: dict[str, Value]) -> None:
        try:
            await self.client.ask(ChangeSettings(changes))
        except (CommandRefusedError, EngineError) as error:
            self.notify(str(error), severity="error", markup=False)
            return
        told = ", ".join(f"{name}: {value}" for name, value in changes.items())
        self.notify(f"from the next request on, {told}", markup=False)

    def action_capture(self) -> None:
        """Write every packet to a file from now on, or no more."""
        self.run_worker(self._switch_capture(), group="capture")

    async def _switch_capture(self) -> None:
        status = self.store.status
        running = None if status is None else status.capture
        time = datetime.fromtimestamp(self.now()).astimezone()
        path = Path.cwd() / f"tftptui-{time:%Y%m%d-%H%M%S}.pcapng"
        wanted = str(path) if running is None else None
        try:
            await self.client.ask(ChangeSettings({"capture": wanted}))
        except (CommandRefusedError, EngineError) as error:
            self.notify(str(error), severity="error", markup=False)
            return
        told = f"every packet goes to {path}; p ends it"
        if running is not None:
            told = f"capture ended: {running.path}"
        self.notify(told, markup=False)

    def save_picture(self) -> None:
        """Save the screen in the current folder, and tell where, or why not."""
        time = datetime.fromtimestamp(self.now()).astimezone()
        path = Path.cwd() / f"tftptui-{time:%H%M%S}.svg"
        try:
            path.write_text(self.export_screenshot(), encoding="utf-8")
        except OSError as error:
            self.notify(
                f"no picture: {path}: {error.strerror}",
                severity="error",
                markup=False,
            )
        else:
            self.notify(f"picture saved: {path}", markup=False)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer to restart only what has ended, to undo only what was done."""
        del parameters
        if action == "undo":
            return len(self.undo) > 0 and self.store.engine_error is None
        if action == "doctor":  # this machine is none of a capture's
            status = self.store.status
            return status is not None and status.source == "server"
        return action != "restart" or self.store.engine_error is not None

    def action_policy(self) -> None:
        """Show what may be changed while the server runs."""
        if isinstance(self.screen, MainScreen):
            self.push_screen(
                PolicyScreen(self.store, self.client, self.undo, now=self.now)
            )

    def action_undo(self) -> None:
        """Take the last change back."""
        if change := self.undo.take():
            self.run_worker(self._take_back(change), group="undo")

    async def _take_back(self, change: Change) -> None:
        try:
            await self.client.ask(change.back)
        except (CommandRefusedError, EngineError) as error:
            self.notify(str(error), severity="error", markup=False)
            return
        self.notify(f"as before: {change.words}", markup=False)
        self.refresh_bindings()

    def action_restart(self) -> None:
        """Start the engine again; what it told before stays on the screen."""
        self.run_worker(self.feed.restart(), group="feed", exclusive=True)

    def action_help(self) -> None:
        """Show the keys, those of the focused pane first."""
        if isinstance(self.screen, MainScreen):
            self.push_screen(HelpScreen(self.screen.scope))

    def action_doctor(self) -> None:
        """Look at this machine, and fetch something from ourselves."""
        from tftptui.ui.screens.doctor import DoctorScreen  # noqa: PLC0415 - slow

        if isinstance(self.screen, MainScreen):
            self.push_screen(DoctorScreen(self.store))

    def action_leave(self) -> None:
        """Quit, after a question while transfers run that would end with us."""
        running = [view for view in self.store.transfers.values() if view.running]
        if not running or self._goes_on or self.store.engine_error:
            self.exit(return_code=1 if self.store.engine_error else 0)
            return
        matter, names = f"{len(running)} running", _names(running)
        question = Question([matter], "stop", "stay", names, drain="drain")
        self.push_screen(question, self._leave_if)

    def _leave_if(self, answer: Answer | None) -> None:
        if answer == "yes":
            self.exit()
        elif answer == "drain":
            self._draining = True
            self.notices.append(DRAINING)
            self._told()
            self.change_settings({"drain": True})

    def _leave_when_drained(self) -> None:
        running = any(view.running for view in self.store.transfers.values())
        if self._draining and not running:
            self.exit()

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

    def action_redraw(self) -> None:
        """Draw everything again, after something else wrote on the screen."""
        self.refresh(layout=True, repaint=True)
        self.screen.refresh(layout=True, repaint=True)
