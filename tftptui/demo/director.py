"""Who leads through a demo: sets each step's scene, and knows when it is over."""

from collections.abc import Callable
from enum import Enum

from tftptui.demo.impairments import Impairments
from tftptui.demo.rules import Action, Way
from tftptui.demo.scenario import Step
from tftptui.demo.stage import Stage
from tftptui.demo.tracking import Tracking
from tftptui.demo.view import PlayView

_LOOK = 0.05
"""Seconds between looks at whether a step is over."""

_SETTLE = 1.0
"""Seconds after the last client for packets that are still under way."""

PLAYED_LOSS = 0.1
"""Share of packets that free play loses."""


class StepState(Enum):
    """Where a step stands."""

    READY = "ready"
    RUNNING = "running"
    OVER = "over"


class Director:
    """Leads through the steps of the scenario on a stage.

    Call begin(); when a step is over, next(). again() starts the step anew.

    Attributes:
        number: of the step, from 0; state: of it.
        began: demo time at which it began; ended: likewise, None before.
        events_from: events there were at its beginning.
        free_play: what is switched by hand.
        over: called when a step is over.
    """

    def __init__(self, stage: Stage, over: Callable[[], None] = lambda: None) -> None:
        self.stage = stage
        self.number = 0
        self.state = StepState.READY
        self.began = 0.0
        self.ended: float | None = None
        self.events_from = 0
        self.free_play = PlayView()
        self.over = over
        self._round = 0
        self._quiet_since: float | None = None

    @property
    def steps(self) -> list[Step]:
        """All steps."""
        return self.stage.scenario.steps

    @property
    def step(self) -> Step:
        """The step that is on."""
        return self.steps[self.number]

    @property
    def is_last(self) -> bool:
        """Whether no step follows."""
        return self.number == len(self.steps) - 1

    def begin(self) -> None:
        """Begin the step that is on, from what the step before left."""
        self.stage.clear()
        self.stage.network.firewall.hits.clear()
        self._change(self.step)
        self._play()
        self._mark()
        for name in self.step.start:
            self.stage.switch_on(name)
        self.state = StepState.RUNNING
        self._look_later()

    def next(self) -> None:
        """Go on to the next step; the last one stays."""
        if not self.is_last:
            self.number += 1
            self.begin()

    def again(self) -> None:
        """Begin the step anew, with the scene as its first time found it."""
        self.go_to(self.number)

    def go_to(self, number: int) -> None:
        """Begin a step as if all before it had been shown."""
        self.stage.clear()
        self.number = number
        self._reset()
        for step in self.steps[:number]:
            self._change(step)
        self.begin()

    def play(self, play: PlayView) -> None:
        """Switch something by hand; it stays so until it is switched back."""
        self.free_play = play
        self._play()

    def _reset(self) -> None:
        """Make the scene what it was before the first step."""
        stage, scenario = self.stage, self.stage.scenario
        network, wall = stage.network, stage.network.firewall
        wall.rules, wall.policy, wall.tracking = [], Action.ACCEPT, Tracking()
        wall.hits.clear()
        for way in Way:
            network.lines[way].impairments = Impairments()
            network.lines[way].faults = []
        stage.change_firewall(scenario.firewall)
        stage.change_network(scenario.network)
        stage.operator.reset()

    def open(self) -> None:
        """Set the scene in which the first step begins."""
        self._reset()

    def _change(self, step: Step) -> None:
        self.stage.change_firewall(step.firewall)
        self.stage.change_network(step.network)
        self.stage.operator.change(step.server)

    def _play(self) -> None:
        """Put what was switched by hand over the scene."""
        stage, play = self.stage, self.free_play
        stage.network.firewall.is_off = play.rules_off
        stage.network.firewall.tracking.is_helped = play.helper
        for line in stage.network.lines.values():
            line.extra_loss = PLAYED_LOSS if play.loss else 0.0
        stage.operator.force_single_port(is_forced=play.single_port)

    def _mark(self) -> None:
        stage = self.stage
        self.began, self.ended = stage.time(), None
        self.events_from = len(stage.events)
        self._round += 1
        self._quiet_since = None

    def _look_later(self) -> None:
        number = self._round

        def look() -> None:
            if number != self._round:  # another step has begun meanwhile
                return
            if self._is_over():
                self.state, self.ended = StepState.OVER, self.stage.time()
                self.over()
            else:
                self._look_later()

        self.stage.call_at(self.stage.time() + _LOOK, look)

    def _is_over(self) -> bool:
        now, step = self.stage.time(), self.step
        if now - self.began >= step.longest:
            return True
        if isinstance(step.until, float):
            return now - self.began >= step.until
        if not self._is_quiet(step):
            self._quiet_since = None
            return False
        if self._quiet_since is None:
            self._quiet_since = now
        return now - self._quiet_since >= _SETTLE

    def _is_quiet(self, step: Step) -> bool:
        started = [actor for name in step.start for actor in self.stage.cast.of(name)]
        if not all(actor.is_over for actor in started):
            return False
        return step.until == "clients" or not self.stage.engine.service.transfers
