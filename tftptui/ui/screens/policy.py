"""The settings that can be changed while the server runs, and a field to edit them."""

from collections.abc import Callable, Iterator
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Label, Static

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import ChangeSettings
from tftptui.settings import Value
from tftptui.ui.actions import POLICY, POLICY_FIELD, WINDOW
from tftptui.ui.bars.footer import FooterLine
from tftptui.ui.keys import bindings
from tftptui.ui.kit.fields import InOrder
from tftptui.ui.kit.rows import RowList
from tftptui.ui.panes.ports.model import RECENT
from tftptui.ui.policy.list import PolicyList
from tftptui.ui.policy.verdict import (
    DEFAULTS,
    PolicyVerdict,
    judge_policy,
)
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.undo import UndoList

WHEN = "applies from the next request"
"""When a change takes effect."""


class PolicyField(InOrder, Input):
    """The value as text; Enter is handled by the screen."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(POLICY_FIELD, "submit")


class PolicyScreen(ModalScreen[None]):
    """Shows all settings; changes are recorded in UNDO. NOW is the wall clock.

    The cursor starts AT the setting of that name.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(WINDOW),
        *bindings(POLICY),
        *bindings(POLICY_FIELD, "choose(1)", "choose(-1)", "leave"),
    ]
    DEFAULT_CSS = """
    PolicyScreen {
        background: $background;
        color: $foreground;
        & > Vertical {
            height: 1fr;
            padding: 0 1;
            border: round $frame-focus;
            border-title-color: $foreground;
            border-title-style: bold;
            border-subtitle-color: $muted;
            & > #policy-meaning {
                height: auto;
                max-height: 3;
                border-top: solid $frame;
            }
            & > Horizontal { height: 1; }
            & Label { color: $muted; }
            & PolicyField { width: 1fr; background: $panel; padding: 0 1; }
            & PolicyField:focus { background: $cursor-row; }
            & > #policy-verdict {
                height: 1;
                text-wrap: nowrap;
                text-overflow: ellipsis;
            }
        }
    }
    """

    def __init__(
        self,
        store: Store,
        client: EngineClient,
        undo: UndoList,
        *,
        now: Callable[[], float],
        at: str | None = None,
    ) -> None:
        super().__init__(id="policy")
        self._at = at
        self._store, self._client, self._undo, self._now = store, client, undo, now
        self._body, self._list = Vertical(), PolicyList(store)
        self._meaning = Static(id="policy-meaning", markup=False)
        self._field = PolicyField(id="policy-field", compact=True)
        self._verdict = Static(id="policy-verdict", markup=False)
        self._done = ("", "")

    def compose(self) -> ComposeResult:
        """Lay out the list, the setting's meaning, the field and the check's result."""
        with self._body as body:
            when = "read-only" if self._store.looks_only else WHEN
            body.border_title = Content(f"Policy · {when}")
            yield self._list
            yield self._meaning
            with Horizontal():
                yield Label(id="policy-label", markup=False)
                yield self._field
            yield self._verdict
        yield FooterLine()

    def on_mount(self) -> None:
        """Start at the first setting, or the requested one."""
        self._list.focus()
        if self._at is not None:
            self._list.move_cursor(self._list.index_of(self._at) or 0)
        self._choose_row()

    # Display.

    def on_frame_arrived(self) -> None:
        """Show the current values, but keep what is being typed."""
        self._list.refresh_rows()
        if not self._is_typing:
            self._choose_row()

    def on_row_list_highlighted(self, event: RowList.Highlighted) -> None:
        """Describe the selected setting."""
        event.stop()
        if not self._is_typing:  # messages of earlier keys, if more was typed ahead
            self._choose_row()

    def on_row_list_opened(self, event: RowList.Opened) -> None:
        """Edit the setting that was clicked twice."""
        event.stop()
        self.action_edit()

    @property
    def _is_typing(self) -> bool:
        return self.focused is self._field

    def _choose_row(self) -> None:
        """Show the selected setting below the list."""
        legend = "● changed from default" if self._list.is_any_changed else ""
        self._body.border_subtitle = Content(legend)
        policy, now = self._list.current, self._store.settings
        slots = slot_styles(self.app.theme_variables)
        default = policy.kind.show(DEFAULTS[policy.name])
        self._meaning.update(
            Text.assemble(policy.meaning, (f"  Default: {default}.", slots["muted"]))
        )
        self.query_one("#policy-label", Label).update(f"{policy.label} ")
        with self.prevent(Input.Changed):
            self._field.value = policy.kind.field(now.get(policy.name))
        done, words = self._done
        if done == policy.name:
            self._say(words, "transfer-completed")
        else:
            self._done = ("", "")
            self._say("", "muted")

    def _say(self, text: str, slot: str) -> None:
        style = slot_styles(self.app.theme_variables)[slot]
        self._verdict.update(Text(text, style))

    def _judge(self) -> PolicyVerdict:
        return judge_policy(
            self._list.current, self._field.value, self._store.settings, self._clients()
        )

    def _clients(self) -> Iterator[str]:
        return (
            view.client
            for view in self._store.transfers.values()
            if view.running or self._now() - view.started < RECENT
        )

    def _judge_now(self) -> None:
        verdict = self._judge()
        if verdict.is_wrong:
            self._say(f"✗ {verdict.text}", "transfer-failed")
        elif verdict.is_warning:
            self._say(f"! {verdict.text}", "transfer-stalled")
        else:
            more = ", ".join(self._list.current.kind.choices)
            ways = f" · ↓ ↑ choose: {more}" if more else ""
            self._say(f"{verdict.text}{ways}", "transfer-active")

    # Actions.

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer the field's keys only while it has the focus, and vice versa."""
        del parameters
        if action == "undo":
            may = not self._is_typing and not self._store.is_fixed
            return may and len(self._undo) > 0
        if action == "choose":
            return self._is_typing and bool(self._list.current.kind.choices)
        if action in ("edit", "default"):
            may = not self._is_typing and not self._store.is_fixed
            return may and self._store.engine_error is None
        return action not in ("leave", "close") or self._is_typing == (
            action == "leave"
        )

    async def action_undo(self) -> None:
        """Undo the last change."""
        self._done = ("", "")
        await self.app.run_action("undo")

    def action_edit(self) -> None:
        """Focus the field."""
        self._choose_row()
        self.set_focus(self._field)
        if self._list.current.kind.choices:  # typing replaces the word
            self._field.action_select_all()
        self._judge_now()

    def action_default(self) -> None:
        """Focus the field, with the default in it."""
        self.action_edit()
        policy = self._list.current
        self._field.value = policy.kind.field(DEFAULTS[policy.name])

    def action_choose(self, step: int) -> None:
        """Put the next of the choices into the field."""
        words = self._list.current.kind.choices
        here = words.index(self._field.value) if self._field.value in words else -step
        self._field.value = words[(here + step) % len(words)]

    def action_leave(self) -> None:
        """Cancel the change."""
        self.set_focus(self._list)
        self._choose_row()

    def action_close(self) -> None:
        """Go back to the panes."""
        self.dismiss()

    def on_input_changed(self, event: Input.Changed) -> None:
        """Check what was typed."""
        event.stop()
        self._judge_now()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Apply the change."""
        event.stop()
        verdict, policy = self._judge(), self._list.current
        before = self._store.settings.get(policy.name)
        if verdict.is_wrong:
            self._judge_now()
        elif verdict.value == before:
            self.action_leave()
        else:
            change = self._apply(policy.name, verdict.value, before)
            self.run_worker(change, group="policy", exclusive=True)

    async def _apply(self, name: str, value: Value, before: Value) -> None:
        policy = self._list.current
        try:
            await self._client.ask(ChangeSettings({name: value}))
        except (CommandRefusedError, EngineError) as error:
            self._say(f"✗ {error}", "transfer-failed")
            return
        self._undo.did(ChangeSettings({name: before}), policy.says(before))
        message = f"✓ {policy.says(value)} · u undoes it"
        self._done = (name, message)
        self.action_leave()
