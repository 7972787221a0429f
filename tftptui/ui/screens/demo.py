"""The main screen with a stage above the panes, for a demo."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from textual.app import ComposeResult
from textual.binding import BindingType

from tftptui.demo.demo_engine import DemoEngine
from tftptui.demo.view import DemoView, PlayedClient, PlayView
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.messages import SetPorts
from tftptui.settings import PortRange
from tftptui.ui.bars.tabs import TabLine
from tftptui.ui.keys import bindings
from tftptui.ui.kit.pane import Pane
from tftptui.ui.screens.demo_clients import CastScreen
from tftptui.ui.screens.demo_rules import Hands, RulesScreen
from tftptui.ui.screens.main import MainScreen
from tftptui.ui.stage.actions import DEMO
from tftptui.ui.stage.view import StageView
from tftptui.ui.store import Store
from tftptui.ui.undo import UndoList

LOOK = 0.08
"""Seconds between two frames of the stage."""

TALL, LARGE, SMALL, TINY = 36, 15, 11, 7
"""Minimum lines of the window for a large stage, and the stage's sizes."""

_SHORT = 22


@dataclass(frozen=True)
class Manner:
    """How a demo is shown.

    Attributes:
        rest: seconds between steps of a demo that runs and ends by itself; None waits
            for a presenter.
        big: whether to start with the stage alone, enlarged.
    """

    rest: float | None = None
    big: bool = False


class DemoScreen(MainScreen):
    """The stage, and the panes of the server on it."""

    BINDINGS: ClassVar[list[BindingType]] = bindings(DEMO)
    DEFAULT_CSS = """
    DemoScreen.-big {
        & > #panes, & > TabLine { display: none; }
    }
    """

    def __init__(
        self,
        store: Store,
        demo: DemoEngine,
        *,
        now: Callable[[], float],
        notices: list[str],
        undo: UndoList,
        manner: Manner,
    ) -> None:
        super().__init__(store, demo, now=now, notices=notices, undo=undo)
        self._demo = demo
        self._view: DemoView | None = None
        self._play = PlayView()  # kept here: keys may come faster than frames
        self._stage = StageView()
        self._rest = manner.rest
        self._begins_big = manner.big
        self._left = (False, False)  # stage: had focus, was big
        self._rests_for = ""

    def rows(self) -> tuple[int, int, int]:
        """Return the same shares at every height: the stage takes the rest."""
        return 5, 4, 7

    def compose(self) -> ComposeResult:
        """Lay out the stage above the panes."""
        for widget in super().compose():
            if isinstance(widget, TabLine):
                yield self._stage
            yield widget

    def on_mount(self) -> None:
        """Read the demo at a short interval."""
        self.set_interval(LOOK, self._look)
        # Textual calls the base class's on_mount after this one; it shows a pane.
        self.call_next(self._begin)

    def _begin(self) -> None:
        self._stage.focus()
        self._enlarge(is_big=self._begins_big)

    @property
    def scope(self) -> str:
        """The scope of the active keys in the list of actions."""
        scope = super().scope
        return scope if scope == "fields" else "stage"

    def on_resize(self) -> None:
        """Resize the stage with the window."""
        self._share()

    def _share(self) -> None:
        height = self.app.size.height
        small = SMALL if height >= _SHORT else TINY
        share = LARGE if height >= TALL else small
        self._stage.styles.height = "1fr" if self.is_big else share

    @property
    def is_big(self) -> bool:
        """Whether the stage is shown alone, enlarged."""
        return self.has_class("-big")

    def _enlarge(self, *, is_big: bool) -> None:
        """Show the stage alone and enlarged, or with the panes."""
        self.set_class(is_big, "-big")
        self._stage.is_big = is_big
        self._share()
        self._stage.draw()

    def action_big(self) -> None:
        """Switch the enlarged stage on or off."""
        self._enlarge(is_big=not self.is_big)
        self._stage.focus()

    def show_pane(self, pane: Pane) -> None:
        """Show a pane; an enlarged stage makes room for it."""
        if self.is_big:
            self._enlarge(is_big=False)
        super().show_pane(pane)

    def action_range(self) -> None:
        """Go to the fields of the port range, and remember the stage's state."""
        self._left = (self._stage.has_focus, self.is_big)
        if self.is_big:
            self._enlarge(is_big=False)
        super().action_range()

    def _back(self) -> None:
        """Return from the fields: to the stage, if it had the focus."""
        super()._back()
        was_on_stage, was_big = self._left
        if was_on_stage:
            self._enlarge(is_big=was_big)
            self._stage.focus()

    async def _look(self) -> None:
        try:
            view = await self._demo.look()
        except EngineError:  # it has not started, or is over
            return
        self._view = view
        self._store.scene_since = view.began
        if view.nat:
            self._store.nats.add(view.nat)
        self._stage.show(view)
        if self._rest is not None:
            self._go_by_itself(view, self._rest)

    def _go_by_itself(self, view: DemoView, rest: float) -> None:
        """Go on after a step, and before the first, once there was time to read."""
        rests_for = view.caption if view.state != "running" else ""
        if rests_for == self._rests_for:
            return
        self._rests_for = rests_for
        if rests_for:
            is_end = view.step == view.steps
            go_on = self.app.exit if is_end else self.action_onward
            self.set_timer(rest, go_on)

    # Actions.

    def action_onward(self) -> None:
        """Begin, or go on to the next step; after the last, show a notice."""
        view = self._view
        if view is not None and view.step == view.steps:
            was = "was" if view.state == "over" else "is"
            message = f"that {was} the last step: , shows it again, q quits"
            self.app.notify(message, markup=False)
            return
        self._tell(self._demo.next())

    def action_again(self) -> None:
        """Repeat the step."""
        self._tell(self._demo.again())

    def on_stage_view_wished(self, event: StageView.Wished) -> None:
        """Carry out a key of the stage."""
        if event.wish == "onward":
            self.action_onward()
            return
        wishes = {"pause": self._demo.pause, "again": self._demo.again}
        self._tell(wishes[event.wish]())

    def action_pace(self, steps: int) -> None:
        """Speed time up or slow it down."""
        self._tell(self._demo.faster(steps))

    def action_play(self, name: str) -> None:
        """Switch a fault on or off by hand."""
        change = {name: not getattr(self._play, name)}
        self._play = msgspec.structs.replace(self._play, **change)
        self._tell(self._demo.play(self._play))

    def action_stage(self) -> None:
        """Focus the stage."""
        self._stage.focus()

    def action_clients(self) -> None:
        """Open the window of the clients."""
        if self._view is not None:
            self.app.push_screen(
                CastScreen(self._view.clients, self._play.clients, self._recast)
            )

    def _recast(self, clients: dict[str, PlayedClient], who: str) -> None:
        self._play = msgspec.structs.replace(self._play, clients=clients)
        self._tell(self._demo.recast(self._play, who))

    def action_rules(self) -> None:
        """Open the window of the firewall's rules and the server's range."""
        if self._view is None:
            return
        rules = [rule.text for rule in self._view.rules[:-1]]
        ports = self._store.ports
        range_ = "" if ports is None else f"{ports.first}-{ports.last}"
        hands = Hands(
            self._follow_rules, self._turn_rules, self.action_play, self._narrow
        )
        is_off = self._play.rules_off
        status = self._store.status
        single = 0
        if ports is not None and ports.single_port and status is not None:
            single = status.port
        self.app.push_screen(
            RulesScreen(rules, range_, hands, is_off=is_off, single=single)
        )

    def _follow_rules(self, texts: list[str]) -> None:
        self._tell(self._demo.set_rules(texts))

    def _turn_rules(self) -> bool:
        self.action_play("rules_off")
        return self._play.rules_off

    async def _narrow(self, ports: PortRange) -> str:
        """Change the server's range; return why that is refused, or ""."""
        now = self._store.ports
        if now is None:
            return "the server has not started yet"
        wish = SetPorts(
            first=ports.first,
            last=ports.last,
            order="sequential" if now.order == "sequential" else "random",
            quarantine=now.quarantine,
            single_port=now.single_port,
        )
        try:
            await self._demo.ask(wish)
        except (CommandRefusedError, EngineError) as error:
            return str(error)
        return ""

    def _tell(self, wish: Awaitable[None]) -> None:
        self.run_worker(self._ask(wish), group="demo")

    async def _ask(self, wish: Awaitable[None]) -> None:
        try:
            await wish
        except (CommandRefusedError, EngineError) as error:
            self.app.notify(str(error), severity="error", markup=False)
            return
        await self._look()
