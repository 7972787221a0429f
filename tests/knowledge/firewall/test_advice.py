"""Advice in every dialect: what it contains, and what it never contains."""

import itertools
import re

import pytest

from tests.support.firewalls import (
    CLIENTS,
    CLIENTS_V6,
    SERVER,
    SERVER_V6,
    boot_rom,
    situation,
)
from tftptui.knowledge.firewall.advice import Advice, advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.listing import Proof
from tftptui.knowledge.firewall.plans import Part, Passing
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    Kind,
    SituationError,
    Way,
    Where,
)
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.settings import PortRange

BOTH = {"servers": (SERVER, SERVER_V6), "clients": (CLIENTS, CLIENTS_V6)}


def _all() -> list[Advice]:
    """Return the advice of every case."""
    found = []
    for dialect, where, kind in itertools.product(Dialect, Where, Kind):
        speech = dialect.speech
        if where in speech.places and kind in speech.kinds:
            case = situation(where=where, kind=kind, **BOTH)
            found.append(advise(case, dialect))
    return found


CASES = _all()
NAMES = [
    f"{a.dialect.value}-{a.situation.where.value}-{a.situation.kind.value}"
    for a in CASES
]


@pytest.mark.parametrize("advice", CASES, ids=NAMES)
def test_every_rule_says_what_it_is_for(advice: Advice) -> None:
    assert advice.chosen.rules
    assert all(rule.note and rule.text for rule in advice.chosen.rules)


@pytest.mark.parametrize("advice", CASES, ids=NAMES)
def test_request_names_both_ends(advice: Advice) -> None:
    texts = [r.text for r in advice.chosen.rules if Part.REQUEST in r.parts]
    assert texts
    everything = "\n".join(rule.text for rule in advice.chosen.rules)
    assert str(SERVER) in everything
    assert str(SERVER_V6) in everything


@pytest.mark.parametrize(
    # A firewalld rich rule names the ports of one end only.
    "advice",
    [advice for advice in CASES if advice.dialect is not Dialect.FIREWALLD],
)
def test_a_flow_by_rule_names_the_ports_of_the_client(advice: Advice) -> None:
    named = re.compile(r"1024[-: ]65535")
    for flow in advice.chosen.plan.flows:
        if flow.passing is Passing.PORTS:
            rules = [r for r in advice.chosen.rules if flow.part in r.parts]
            assert any(named.search(rule.text) for rule in rules), flow


@pytest.mark.parametrize("advice", CASES, ids=NAMES)
def test_narrowing_the_server_is_never_called_a_cure(advice: Advice) -> None:
    assert "does not unblock a client port" in advice.cautions[0]


@pytest.mark.parametrize("advice", CASES, ids=NAMES)
def test_ways_stand_side_by_side(advice: Advice) -> None:
    assert [a.way for a in advice.alternatives] == list(Way)
    assert all(bool(a.rules) is (a.obstacle is None) for a in advice.alternatives)


@pytest.mark.parametrize("advice", CASES, ids=NAMES)
def test_old_flows_are_to_be_forgotten_where_they_are_kept(advice: Advice) -> None:
    if not advice.situation.keeps_state:
        assert advice.flush == ()
    elif advice.dialect is not Dialect.WINDOWS:
        assert advice.flush
        assert "{" not in "".join(advice.flush)


def test_both_ip_versions_are_forgotten() -> None:
    assert advise(situation(**BOTH), Dialect.NFTABLES).flush == (
        "conntrack -D -p udp --orig-port-dst 69",
        "conntrack -D -f ipv6 -p udp --orig-port-dst 69",
    )


def test_only_what_ran_is_called_run() -> None:
    ran = {d for d in Dialect if d.speech.proof is Proof.RUN}
    front_ends = {Dialect.UFW, Dialect.FIREWALLD}
    assert ran == {Dialect.NFTABLES, Dialect.IPTABLES, *front_ends}


@pytest.mark.parametrize(
    ("changes", "dialect", "said"),
    [
        ({}, Dialect.WINDOWS, "--where server or client"),
        ({"where": Where.SERVER}, Dialect.SRX, "--where between"),
        ({}, Dialect.IOS_ACL, "--kind stateless"),
        ({"kind": Kind.STATELESS}, Dialect.ASA, "--kind helper or stateful"),
        (
            {"kind": Kind.STATEFUL, "has_nat": True},
            Dialect.NFTABLES,
            "possible: helper, single-port",
        ),
    ],
)
def test_what_does_not_exist_is_refused(
    changes: dict[str, object], dialect: Dialect, said: str
) -> None:
    with pytest.raises(SituationError, match=re.escape(said)):
        advise(situation(**changes), dialect)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"client_ports": PortRange(32_768, 65_535)}, "boot ROMs use 2070"),
        (
            {"kind": Kind.STATEFUL},
            "Opening 40000-40099 towards the server does not help",
        ),
        ({"kind": Kind.STATEFUL, "ports": PortRange(1, 9)}, "9 ports may be too few"),
        (
            {"kind": Kind.STATELESS, "is_single_port": True},
            "single-port mode alone does not help",
        ),
        ({"has_nat": True}, "behind the NAT"),
        ({"clients": ANYWHERE}, "narrow it with --clients"),
        ({}, "flush them"),
    ],
)
def test_cautions(changes: dict[str, object], said: str) -> None:
    cautions = advise(situation(**changes), Dialect.NFTABLES).cautions
    assert any(said in caution for caution in cautions)


def test_ports_seen_outside_the_range_are_named() -> None:
    case = situation(kind=Kind.STATEFUL, ports=PortRange(50_000, 50_019))
    cautions = advise(case, Dialect.NFTABLES, traffic_of(boot_rom())).cautions
    assert any("came from port 40001, 40002, 40003" in text for text in cautions)


def test_a_rule_that_leaves_the_failed_port_out_is_named() -> None:
    case = situation(client_ports=PortRange(40_000, 65_535))
    cautions = advise(case, Dialect.NFTABLES, traffic_of(boot_rom())).cautions
    assert any("2072, 2073 failed" in text for text in cautions)


def test_missing_part_comes_from_the_traffic() -> None:
    advice = advise(situation(), Dialect.NFTABLES, traffic_of(boot_rom()))
    assert advice.missing is Part.ANSWERS


@pytest.mark.parametrize(
    ("dialect", "line"),
    [
        (
            Dialect.NFTABLES,
            (
                "forward ip saddr 10.254.52.26 ip daddr 10.55.32.0/24 "
                "udp sport 40000-40099 udp dport 1024-65535 accept"
            ),
        ),
        (
            Dialect.IPTABLES,
            (
                "FORWARD -s 10.254.52.26 -d 10.55.32.0/24 "
                "-p udp --sport 40000:40099 --dport 1024:65535"
            ),
        ),
        (
            Dialect.UFW,
            (
                "route allow proto udp from 10.254.52.26 port 40000:40099 "
                "to 10.55.32.0/24 port 1024:65535"
            ),
        ),
        (
            Dialect.ASA,
            (
                "SERVER_IN extended permit udp host 10.254.52.26 range 40000 40099 "
                "10.55.32.0 255.255.255.0 range 1024 65535"
            ),
        ),
        (
            Dialect.IOS_ZONE,
            (
                " permit udp host 10.254.52.26 range 40000 40099 "
                "10.55.32.0 0.0.0.255 range 1024 65535"
            ),
        ),
        (Dialect.SRX, "tftp-answers destination-port 1024-65535"),
    ],
)
def test_answers_by_range(dialect: Dialect, line: str) -> None:
    advice = advise(situation(kind=Kind.STATEFUL), dialect)
    (rule,) = [r for r in advice.chosen.rules if Part.ANSWERS in r.parts]
    assert line in rule.text


def test_windows_rules_face_the_right_way() -> None:
    case = situation(where=Where.CLIENT, kind=Kind.STATEFUL)
    request, answers = advise(case, Dialect.WINDOWS).chosen.rules
    assert "-Direction Outbound" in request.text
    assert "-RemotePort 69 " in request.text
    assert "-Direction Inbound" in answers.text
    assert "-LocalPort 1024-65535 -RemotePort 40000-40099" in answers.text


def test_translated_requests_are_read_whatever_their_destination() -> None:
    case = situation(has_nat=True)
    rules = advise(case, Dialect.IPTABLES).chosen.rules
    (raw,) = [rule.text for rule in rules if "-t raw" in rule.text]
    assert str(SERVER) not in raw
