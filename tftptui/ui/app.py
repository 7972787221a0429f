"""The program on the screen: what keys do wherever one is, and how it ends."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import SystemCommand
from textual.binding import BindingType
from textual.command import Provider
from textual.notifications import SeverityLevel
from textual.screen import Screen

from tftptui.engine.messages import ChangeSettings
from tftptui.ui.disabled_keys import action_of, why_not
from tftptui.ui.engine_app import EngineApp
from tftptui.ui.exit_summary import running_forms
from tftptui.ui.keymap import bindings
from tftptui.ui.palette import (
    Everything,
    key_commands,
    pane_commands,
    policy_commands,
)
from tftptui.ui.screens.main import MainScreen
from tftptui.ui.undo import Change

if TYPE_CHECKING:  # no part of the first picture; see ui/later.py
    from tftptui.ui.screens.question import Answer

UPLOADS = {
    "off": "Take no uploads from the next request on.",
    "new": "Take uploads of new files; those that exist stay.",
    "overwrite": "Take uploads, also of files that exist.",
}
"""Policies for uploads, and what each means."""

CLOSING = 0.1
"""Seconds until the palette is gone from the screen."""

DRAINING = (
    "no new requests are taken; this ends with the last transfer  ·  q y: now  ·  "
    "q d: take requests again"
)
MOST_TOASTS = 1
"""Texts at a time in the bottom line, where they hide nothing but keys."""

TWICE = 2.0
"""Seconds within which a second ctrl+c quits."""

OURS = frozenset({"Keys", "Maximize", "Minimize", "Quit", "Screenshot"})
"""Textual's commands that we have a better one for."""


class TftpApp(EngineApp):
    """The terminal UI; see EngineApp for what it is made of."""

    TITLE: str | None = "tftptui"
    ENABLE_COMMAND_PALETTE = True
    COMMAND_PALETTE_BINDING = "ctrl+p"
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
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
        Everything
    }
    _draining = False
    _interrupted: float | None = None
    """Loop time of the latest ctrl+c."""

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

    def on_mount(self) -> None:
        """Draw everything when the program goes on after a stop (ctrl+z, fg)."""
        # What was on the screen is the shell's now, and Textual takes it for drawn.
        self.app_resume_signal.subscribe(self, lambda _: self.action_redraw())

    def on_frame_arrived(self) -> None:
        """Leave with the last transfer, where that was asked for."""
        # Textual calls that of EngineApp too, which passes the news on.
        running = (view.running for view in self.store.transfers.values())
        if self._draining and not any(running):
            self.exit()

    # What keys do.

    def get_system_commands(self, screen: Screen[None]) -> Iterable[SystemCommand]:
        """Offer what keys do by name, then what Textual brings along, then settings."""
        if isinstance(screen, MainScreen):
            yield from key_commands(screen.scope, self.simulate_key)
            for pane in screen.panes:
                press = partial(self._press_in, pane.digit)
                yield from pane_commands(pane.SCOPE, screen.scope, press)
        for command in super().get_system_commands(screen):
            if command.title not in OURS:
                yield command
        if not self.store.is_fixed:
            for policy, effect in UPLOADS.items():
                change = partial(self.change_settings, {"write": policy})
                yield SystemCommand(f"Uploads: {policy}", effect, change)
        yield from policy_commands(self.store.settings, self.show_policy)
        yield SystemCommand(
            "Picture of the screen",
            "Save what is shown as an SVG file in the current folder.",
            partial(self.set_timer, CLOSING, self.save_picture),
        )

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
            if action and (why := why_not(action, self.store, has_near=has_near)):
                self.notify(f"{event.key}: {why}", markup=False)

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
        super().notify(
            f"{mark}{message}",
            title=title,
            severity=severity,
            timeout=timeout,
            markup=markup,
        )

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
            self.notify(f"as before: {change.words}", markup=False)
            self.refresh_bindings()

    def action_restart(self) -> None:
        """Start the engine again; what it told before stays on the screen."""
        self.run_worker(self.feed.restart(), group="feed", exclusive=True)

    def action_help(self) -> None:
        """Show the keys, those of the focused pane first."""
        from tftptui.ui.screens.help import HelpScreen  # noqa: PLC0415

        if isinstance(self.screen, MainScreen):
            self.clear_notifications()  # they would stand over its frame
            self.push_screen(HelpScreen(self.screen.scope))

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
        drain = "take requests again" if self._draining else "drain"
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
