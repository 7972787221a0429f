"""How each flow passes in each variant, and what that opens."""

import pytest

from tests.support.firewalls import situation
from tftptui.knowledge.firewall.plans import Passing, plan_for
from tftptui.knowledge.firewall.situation import Kind, Way
from tftptui.settings import PortRange

RULE, STATE, HELPER = Passing.PORTS, Passing.REPLY, Passing.HELPER


@pytest.mark.parametrize(
    ("kind", "way", "passing"),
    [
        (Kind.STATELESS, Way.RANGE, [RULE, RULE, RULE]),
        (Kind.STATEFUL, Way.RANGE, [RULE, RULE, STATE]),
        (Kind.HELPER, Way.HELPER, [RULE, HELPER, STATE]),
        (Kind.STATELESS, Way.SINGLE_PORT, [RULE, RULE, RULE]),
        (Kind.STATEFUL, Way.SINGLE_PORT, [RULE, STATE, RULE]),
    ],
)
def test_flows_pass(kind: Kind, way: Way, passing: list[Passing]) -> None:
    plan = plan_for(situation(kind=kind), way)
    assert [flow.passing for flow in plan.flows] == passing


@pytest.mark.parametrize(
    ("way", "ports"), [(Way.RANGE, "40000-40099"), (Way.SINGLE_PORT, "69-69")]
)
def test_server_ports_of_the_answers(way: Way, ports: str) -> None:
    plan = plan_for(situation(), way)
    assert [str(flow.server_ports) for flow in plan.flows] == ["69-69", ports, ports]
    assert {str(flow.client_ports) for flow in plan.flows} == {"1024-65535"}


@pytest.mark.parametrize(
    ("kind", "way", "opened"),
    [
        (Kind.STATELESS, Way.RANGE, (101, 64_512, 100)),
        (Kind.STATEFUL, Way.RANGE, (1, 64_512, 100)),
        (Kind.HELPER, Way.HELPER, (1, 0, 0)),
        (Kind.STATELESS, Way.SINGLE_PORT, (1, 64_512, 1)),
        (Kind.STATEFUL, Way.SINGLE_PORT, (1, 0, 0)),
    ],
)
def test_what_stands_open(kind: Kind, way: Way, opened: tuple[int, int, int]) -> None:
    opening = plan_for(situation(kind=kind), way).opening
    assert (opening.to_server, opening.to_client, opening.from_server) == opened


@pytest.mark.parametrize(
    ("changes", "way", "is_closed"),
    [
        ({"kind": Kind.STATELESS}, Way.HELPER, True),
        ({"kind": Kind.STATEFUL}, Way.HELPER, False),
        ({"has_nat": True}, Way.RANGE, True),
        ({"has_nat": True}, Way.SINGLE_PORT, False),
        ({"has_nat": True}, Way.HELPER, False),
    ],
)
def test_closed_ways(changes: dict[str, object], way: Way, *, is_closed: bool) -> None:
    plan = plan_for(situation(**changes), way)
    assert (plan.obstacle is not None) is is_closed


@pytest.mark.parametrize(
    ("way", "words"),
    [
        (Way.RANGE, "range (tftptui: --ports 4000-4009; tftpd-hpa: --port-range 4000:"),
        (
            Way.SINGLE_PORT,
            "request port (tftptui: --single-port; dnsmasq: --tftp-single-port",
        ),
    ],
)
def test_a_server_that_may_be_any_has_its_settings_named(way: Way, words: str) -> None:
    ports = PortRange(4_000, 4_009)
    ours, anybody_s = (
        plan_for(situation(ports=ports, is_ours=is_ours), way).needs
        for is_ours in (True, False)
    )
    assert words in anybody_s
    assert "dnsmasq" not in ours


def test_of_a_server_that_may_answer_from_anywhere_no_setting_is_asked() -> None:
    open_ = situation(ports=PortRange(1_024, 65_535), is_ours=False)
    assert "--" not in plan_for(open_, Way.RANGE).needs
