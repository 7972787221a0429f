"""Runs the steps of a demo: sets up each, and detects its end."""

from collections.abc import Callable
from enum import Enum
from functools import partial
from math import inf

from tftptui.demo.casting import tables_with
from tftptui.demo.scenario.tables import FirewallTable, NetworkTable, Step
from tftptui.demo.simulation.firewall_rules import Way
from tftptui.demo.simulation.impairments import Impairments
from tftptui.demo.simulation.machine import Tally
from tftptui.demo.stage import SCENE_OVER, Stage
from tftptui.demo.view import PlayView
from tftptui.protocol.commands import Outcome

_LOOK = 0.05
"""Seconds between checks whether a step is over."""

_SETTLE = 1.0
"""Seconds after the last client for packets still in flight."""

AFTER_WIRE = 0.5
"""Seconds between the last line of a wire script and the start of the clients."""

PLAYED_LOSS = 0.1
"""Packet loss of the switch for free play, 0 to 1."""


class StepState(Enum):
    """The state of a step."""

    READY = "ready"
    RUNNING = "running"
    OVER = "over"


class Director:
    """Runs the steps of the scenario on a stage.

    Call begin(); when a step is over, next(). again() restarts the step.

    Attributes:
        number: of the step, from 0.
        state: of the step.
        began: start in demo time.
        ended: end in demo time, None before.
        began_at: start in seconds since the epoch.
        events_from: number of events at its start.
        free_play: switches set by hand.
        over: called when a step is over.
    """

    def __init__(self, stage: Stage, over: Callable[[], None] = lambda: None) -> None:
        self.stage = stage
        self.number = 0
        self.state = StepState.READY
        self.began = self.began_at = 0.0
        self.ended: float | None = None
        self.events_from = 0
        self.free_play = PlayView()
        self.over = over
        self._round = self._begun = 0
        self._counts_from = 0.0
        self._by_hand: set[str] = set()
        self._first_begun: dict[int, float] = {}
        self._quiet_since: float | None = None

    @property
    def steps(self) -> list[Step]:
        """All steps."""
        return self.stage.scenario.steps

    @property
    def step(self) -> Step:
        """The current step."""
        return self.steps[self.number]

    @property
    def is_last(self) -> bool:
        """Whether it is the last step."""
        return self.number == len(self.steps) - 1

    def begin(self) -> None:
        """Start the current step, with the state left by the previous one."""
        self._first_begun[self.number] = self.stage.wall_time()
        self._begin(0.0 if self._changes_way(self.step) else self.stage.wall_time())

    def _begin(self, known_until: float) -> None:
        """Start; findings use what was known about the paths until KNOWN_UNTIL."""
        self.stage.clear()
        self.stage.engine.findings.start_over(SCENE_OVER, known_until)
        self.stage.network.firewall.hits.clear()
        self.stage.forget_wire()
        self._change(self.step)
        self._by_hand.clear()
        self._play()
        self._mark()
        for line in self.step.wire:
            self._later(line.at, partial(self.stage.hear, line))
        if self.step.wire:
            last = max(line.at for line in self.step.wire)
            self._later(last + AFTER_WIRE, self._switch_on)
        else:
            self._switch_on()
        self.state = StepState.RUNNING
        self._look_later()

    def _switch_on(self) -> None:
        for name in (*self.step.start, *self._extras):
            if name in self.stage.casting:
                self.stage.switch_on(name)

    def _later(self, seconds: float, work: Callable[[], object]) -> None:
        """Call WORK that many seconds after the step's start, if still current."""
        number = self._begun

        def do() -> None:
            if number == self._begun:
                work()

        self.stage.call_at(self.began + seconds, do)

    def next(self) -> None:
        """Go on to the next step, unless it is the last."""
        if not self.is_last:
            self.number += 1
            self.begin()

    def again(self) -> None:
        """Restart the step, with the same initial state as the first time."""
        self.go_to(self.number)

    def go_to(self, number: int) -> None:
        """Start a step as if all earlier ones had been shown."""
        self.stage.clear()
        self.number = number
        if not number:  # no earlier transfer: no port is cooling down
            self.stage.engine.service.pool.expire(inf)
        self._reset()
        for step in self.steps[:number]:
            self._change(step)
        if self._changes_way(self.step):
            self._begin(0.0)
        else:  # the same state as at its first start
            self._begin(self._first_begun.get(number, 0.0))

    def play(self, play: PlayView) -> None:
        """Apply switches set by hand; they stay until they are switched back.

        Clients that are changed or new are off until start().

        Raises:
            CastingError: one of its clients is invalid; nothing has changed.
        """
        tables_with(self.stage.scenario.clients, play.clients)
        before, self.free_play = self.free_play, play
        self._play()
        if _of_way(before) != _of_way(play):
            self.stage.engine.findings.forget_ways()
        if (*_of_way(before), before.single_port) != (*_of_way(play), play.single_port):
            self.ask_again()

    def set_rules(self, texts: list[str]) -> None:
        """Replace the firewall's rules until a step changes them.

        Raises:
            RuleError: one of them is invalid; nothing has changed.
        """
        self.stage.set_rules(texts)
        self.ask_again()

    def ask_again(self) -> None:
        """Restart the clients that failed, after a change by hand."""
        for name in (*self.step.start, *self._extras):
            tallies = [actor.tally for actor in self.stage.cast.of(name)]
            was_on = [tally for tally in tallies if tally is not None]
            if was_on and all(self._got_nothing(tally) for tally in was_on):
                self.start(name)

    def _got_nothing(self, tally: Tally) -> bool:
        """Return whether a client gave up, or still waits though the step is over."""
        if tally.outcome is None:
            return self.state is StepState.OVER and not tally.answered_by
        return tally.outcome is not Outcome.COMPLETED

    def start(self, name: str) -> None:
        """Start or restart a client by hand; not before the first step."""
        if self.state is StepState.READY or name not in self.stage.casting:
            return
        self.stage.switch_on(name)
        self._by_hand.add(name)
        self._counts_from, self._quiet_since = self.stage.time(), None
        if self.state is StepState.OVER:
            self.state, self.ended = StepState.RUNNING, None
            self._round += 1
            self._look_later()

    def _reset(self) -> None:
        """Restore the state before the first step."""
        stage, scenario = self.stage, self.stage.scenario
        for way in Way:
            stage.network.lines[way].impairments = Impairments()
            stage.network.lines[way].faults = []
        stage.reset_firewall()
        stage.change_network(scenario.network)
        stage.operator.reset()

    def open(self) -> None:
        """Prepare the first step."""
        self._reset()

    def _change(self, step: Step) -> None:
        self.stage.change_firewall(step.firewall)
        self.stage.change_network(step.network)
        self.stage.operator.change(step.server)

    @property
    def _extras(self) -> list[str]:
        """Clients added by hand."""
        own = self.stage.scenario.clients
        return [name for name in self.free_play.clients if name not in own]

    def _changes_way(self, step: Step) -> bool:
        """Return whether a step changes what happens to packets."""
        return (step.firewall, step.network) != (FirewallTable(), NetworkTable())

    def _play(self) -> None:
        """Apply the switches set by hand on top of the scene."""
        stage, play = self.stage, self.free_play
        stage.network.firewall.is_off = play.rules_off
        stage.network.firewall.tracking.is_helped = play.helper
        for line in stage.network.lines.values():
            line.extra_loss = PLAYED_LOSS if play.loss else 0.0
        stage.operator.force_single_port(is_forced=play.single_port)
        stage.recast(tables_with(stage.scenario.clients, play.clients))

    def _mark(self) -> None:
        stage = self.stage
        self.began, self.ended = stage.time(), None
        self.began_at = stage.wall_time()
        self._counts_from = self.began
        self.events_from = len(stage.events)
        self._round += 1
        self._begun += 1
        self._quiet_since = None

    def _look_later(self) -> None:
        number = self._round

        def look() -> None:
            if number != self._round:  # another step has started meanwhile
                return
            if self._is_over():
                self.state, self.ended = StepState.OVER, self.stage.time()
                self.over()
            else:
                self._look_later()

        self.stage.call_at(self.stage.time() + _LOOK, look)

    def _is_over(self) -> bool:
        now, step = self.stage.time(), self.step
        if now - self._counts_from >= step.longest:
            return True
        if isinstance(step.until, float):
            return now - self._counts_from >= step.until
        if not self._is_quiet(step):
            self._quiet_since = None
            return False
        if self._quiet_since is None:
            self._quiet_since = now
        return now - self._quiet_since >= _SETTLE

    def _is_quiet(self, step: Step) -> bool:
        names = {*step.start, *self._extras, *self._by_hand}
        started = [actor for name in names for actor in self.stage.cast.of(name)]
        if not all(actor.is_over for actor in started):
            return False
        return step.until == "clients" or not self.stage.engine.service.transfers


def _of_way(play: PlayView) -> tuple[bool, ...]:
    """Return the switches that change what happens to packets."""
    return play.rules_off, play.loss, play.helper
