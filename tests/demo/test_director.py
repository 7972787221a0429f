"""Leading through a demo: steps, the same step again, and switching by hand."""

import pytest

from tests.support.staging import Over, on_stage
from tftptui.demo.director import Director, StepState
from tftptui.demo.rules import Action, Way
from tftptui.demo.view import PlayView
from tftptui.protocol.commands import Outcome

pytestmark = pytest.mark.net

TEXT = """
title = "Blocked, then not"
about = "Small"
files = [{ name = "x", octets = 3000 }]
[server]
ports = "40000-40009"
[network]
delay = 0.05
[firewall]
policy = "drop"
rules = ["accept established", "accept client -> server:69"]
[clients.pc]
kind = "tftp-hpa"
at = "4.22"
file = "x"
[[steps]]
caption = "Blocked"
start = ["pc"]
longest = 6.0
[[steps]]
caption = "Open"
start = ["pc"]
server = { ports = "41000-41009", max_window = 8 }
network.loss = 0.0
firewall.policy = "accept"
"""


def outcome(director: Director) -> Outcome | None:
    (actor,) = director.stage.cast
    return None if actor.tally is None else actor.tally.outcome


def answered_by(director: Director) -> list[int]:
    (actor,) = director.stage.cast
    return [] if actor.tally is None else actor.tally.answered_by


def test_steps_follow_each_other_and_the_last_stays() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        assert (director.number, director.state) == (0, StepState.RUNNING)
        await over.wait()
        assert (director.state, outcome(director)) == (StepState.OVER, None)
        director.next()
        await over.wait()
        assert (director.number, outcome(director)) == (1, Outcome.COMPLETED)
        assert answered_by(director)[0] in range(41_000, 41_010)
        director.next()
        assert (director.number, director.state) == (1, StepState.OVER)

    on_stage(TEXT, play)


def test_a_step_can_be_gone_to_before_the_one_that_is_on_is_over() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        director.next()
        await over.wait()
        assert outcome(director) is Outcome.COMPLETED

    on_stage(TEXT, play)


def test_again_finds_the_scene_of_the_first_time() -> None:
    async def play(director: Director, over: Over) -> None:
        director.go_to(1)
        await over.wait()
        director.again()
        assert director.state is StepState.RUNNING
        await over.wait()
        assert (director.number, outcome(director)) == (1, Outcome.COMPLETED)

    on_stage(TEXT, play)


def test_going_back_takes_everything_back() -> None:
    async def play(director: Director, over: Over) -> None:
        director.go_to(1)
        await over.wait()
        director.go_to(0)
        stage = director.stage
        settings = stage.engine.service.settings
        assert (str(settings.ports), settings.max_window) == ("40000-40009", 64)
        assert stage.network.firewall.policy is Action.DROP
        await over.wait()
        assert outcome(director) is None

    on_stage(TEXT, play)


@pytest.mark.parametrize(
    "free_play",
    [PlayView(rules_off=True), PlayView(single_port=True)],
    ids=["rules off", "single port"],
)
def test_what_is_switched_by_hand_lies_over_the_scene(free_play: PlayView) -> None:
    async def play(director: Director, over: Over) -> None:
        director.play(free_play)
        director.begin()
        await over.wait()
        assert outcome(director) is Outcome.COMPLETED
        director.play(PlayView())
        director.again()
        await over.wait()
        assert outcome(director) is None

    on_stage(TEXT, play)


def test_single_port_by_hand_outlives_a_step_that_changes_ports() -> None:
    async def play(director: Director, over: Over) -> None:
        director.play(PlayView(single_port=True))
        director.go_to(1)
        await over.wait()
        assert answered_by(director) == [69]

    on_stage(TEXT, play)


def test_a_helper_by_hand_needs_a_rule_for_what_is_related() -> None:
    related = TEXT.replace(
        '"accept established"', '"accept established", "accept related"'
    )

    async def fails(director: Director, over: Over) -> None:
        director.play(PlayView(helper=True))
        director.begin()
        await over.wait()
        assert outcome(director) is None

    async def works(director: Director, over: Over) -> None:
        director.play(PlayView(helper=True))
        director.begin()
        await over.wait()
        assert outcome(director) is Outcome.COMPLETED

    on_stage(TEXT, fails)
    on_stage(related, works)


def test_loss_by_hand_loses_packets() -> None:
    async def play(director: Director, over: Over) -> None:
        director.play(PlayView(loss=True, rules_off=True))
        for _ in range(10):
            director.again()
            await over.wait()
        counts = director.stage.network.counts
        assert counts[Way.TO_CLIENT].lost > 0

    on_stage(TEXT, play)
