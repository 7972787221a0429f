"""Running a demo: steps, repeating a step, and switches set by hand."""

import pytest

from tests.support.staging import Over, on_stage
from tftptui.demo.casting import CastingError
from tftptui.demo.director import Director, StepState
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.demo.view import PlayedClient, PlayView
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


def test_who_still_waits_when_the_step_is_over_asks_again_after_a_change() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        assert outcome(director) is None
        director.play(PlayView(rules_off=True))
        assert director.state is StepState.RUNNING
        await over.wait()
        assert outcome(director) is Outcome.COMPLETED

    on_stage(TEXT, play)


EVIDENCE = """
title = "One port passes"
about = "Small"
files = [{ name = "x", octets = 3000 }]
[firewall]
policy = "drop"
rules = ["accept client -> server", "accept server -> client:40000-65535"]
[clients.high]
kind = "atftp"
at = "4.22"
port = 44669
file = "x"
[clients.low]
kind = "intel-rom"
at = "4.37"
file = "x"
[[steps]]
caption = "The high one"
start = ["high"]
[[steps]]
caption = "The low one"
start = ["low"]
until = 7.0
[[steps]]
caption = "The same behind another wall"
start = ["low"]
until = 7.0
firewall.rules = ["accept client -> server"]
"""


def codes(director: Director) -> set[str]:
    director.stage.next_frame()
    return {finding.code for finding in director.stage.findings.values()}


def test_findings_go_by_what_the_same_wall_let_pass_before() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        assert codes(director) == set()
        director.next()
        await over.wait()
        assert codes(director) == {"client-port-blocked"}
        director.again()
        assert codes(director) == set()
        await over.wait()
        assert codes(director) == {"client-port-blocked"}
        director.next()
        assert codes(director) == set()
        await over.wait()
        assert codes(director) == {"answers-blocked"}

    on_stage(EVIDENCE, play)


def test_rules_by_hand_end_what_was_known_of_the_way() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        director.next()
        await over.wait()
        director.stage.set_rules(["accept client -> server"])
        director.again()
        await over.wait()
        assert codes(director) == {"answers-blocked"}

    on_stage(EVIDENCE, play)


def test_a_rule_off_by_hand_is_another_wall() -> None:
    async def play(director: Director, over: Over) -> None:
        director.go_to(1)
        await over.wait()
        director.play(PlayView(rules_off=True))
        director.again()
        await over.wait()
        assert codes(director) == {"size-probe"}
        director.play(PlayView())
        director.again()
        await over.wait()
        assert codes(director) == {"answers-blocked"}

    on_stage(EVIDENCE, play)


def kinds(director: Director) -> list[tuple[str, str]]:
    return [(actor.name, actor.kind.title) for actor in director.stage.cast]


def test_another_kind_by_hand_asks_at_once_and_stays() -> None:
    curl = PlayView(clients={"low": PlayedClient(kind="curl")})

    async def play(director: Director, over: Over) -> None:
        director.go_to(1)
        await over.wait()
        director.play(curl)
        director.start("low")
        assert director.state is StepState.RUNNING
        await over.wait()
        (low,) = director.stage.cast.of("low")
        assert (low.kind.title, low.tally and low.tally.outcome) == (
            "curl",
            Outcome.COMPLETED,
        )
        director.again()
        await over.wait()
        assert kinds(director) == [("high", "atftp"), ("low", "curl")]
        director.play(PlayView())
        director.again()
        assert ("low", "Intel boot ROM") in kinds(director)

    on_stage(EVIDENCE, play)


def test_one_more_client_takes_part_in_every_step() -> None:
    more = PlayedClient(kind="curl", port=2_072, like="high")

    async def play(director: Director, over: Over) -> None:
        director.play(PlayView(clients={"more-1": more}))
        director.begin()
        await over.wait()
        (extra,) = director.stage.cast.of("more-1")
        assert extra.address.endswith(".7.1")
        assert extra.tally is not None
        assert (extra.tally.ports[0], extra.tally.outcome) == (2_072, None)
        director.play(PlayView())
        assert director.stage.cast.of("more-1") == []

    on_stage(EVIDENCE.replace("[[steps]]", "[[steps]]\nlongest = 9.0", 1), play)


def test_a_client_sent_away_takes_no_part() -> None:
    away = PlayView(clients={"high": PlayedClient(kind="atftp", is_away=True)})

    async def play(director: Director, over: Over) -> None:
        director.play(away)
        director.begin()
        await over.wait()
        assert [name for name, _ in kinds(director)] == ["low"]

    on_stage(EVIDENCE, play)


@pytest.mark.parametrize(
    ("client", "said"),
    [
        (PlayedClient(kind="crul"), "unknown kind of client 'crul'.*busybox"),
        (PlayedClient(kind="curl", port=70_000), "port 70000: ports are"),
        (
            PlayedClient(kind="curl", like="nobody"),
            "unknown client 'nobody'.*high, low",
        ),
    ],
)
def test_what_no_client_can_be_changes_nothing(client: PlayedClient, said: str) -> None:
    async def play(director: Director, over: Over) -> None:
        del over
        before = kinds(director)
        name = "other" if client.like else "low"
        with pytest.raises(CastingError, match=said):
            director.play(PlayView(clients={name: client}))
        assert kinds(director) == before

    on_stage(EVIDENCE, play)


def test_the_first_step_again_finds_all_ports_at_rest_no_more() -> None:
    one = 'ports = "40000-40000"\nquarantine = 600.0'
    text = TEXT.replace('ports = "40000-40009"', one).replace('"drop"', '"accept"')

    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        director.again()
        await over.wait()
        assert (answered_by(director), outcome(director)) == (
            [40_000],
            Outcome.COMPLETED,
        )

    on_stage(text, play)


WIRE = """
title = "Before TFTP"
about = "Small"
files = [{ name = "x", octets = 3000 }]
[clients.rom]
kind = "intel-rom"
at = "4.22"
file = "x"
[[steps]]
caption = "No answer"
wire = [
  { at = 0.0, says = "discover", who = "rom" },
  { at = 7.0, says = "discover", who = "rom" },
  { at = 8.0, says = "discover", who = "rom" },
]
until = 10.0
[[steps]]
caption = "An answer"
start = ["rom"]
wire = [
  { at = 1.0, says = "discover", who = "rom" },
  { at = 2.0, says = "ack", who = "rom", by = "1.1", next_server = "1.5", file = "x" },
]
"""


def test_clients_start_after_what_they_send_before_tftp_and_it_explains_them() -> None:
    async def play(director: Director, over: Over) -> None:
        director.begin()
        await over.wait()
        director.stage.next_frame()
        codes = {one.code for one in director.stage.findings.values()}
        assert codes == {"nobody-answers"}
        director.next()
        await over.wait()
        director.stage.next_frame()
        codes = {one.code for one in director.stage.findings.values()}
        assert "nobody-answers" not in codes
        (actor,) = director.stage.cast
        assert actor.tally is not None
        assert actor.tally.began == director.began + 2.5
        (device,) = director.stage.engine.wire.devices
        server = director.stage.address("1.5")
        assert "arch 0 (x86 BIOS)" in device.why_requested(server)

    on_stage(WIRE, play)
