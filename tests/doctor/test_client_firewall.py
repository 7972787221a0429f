"""The effect of this host's own rules on replies, where it is the client."""

import json
from ipaddress import IPv4Interface

import pytest

from tftptui.doctor.client_firewall import look_here
from tftptui.doctor.facts import Filters
from tftptui.findings.probing.target import HostRules, Target
from tftptui.telemetry.probe_trials import Outcome, Trial

OWN, SERVER = "10.0.4.9", "10.0.1.5"
ASKED = Target(SERVER, 69, "file", OWN)
CHAIN = {"family": "inet", "table": "f", "name": "in", "handle": 1, "type": "filter"}


def port_is(*ports: int) -> dict[str, object]:
    """Return a match of UDP destination ports, in nft's JSON."""
    key = {"payload": {"protocol": "udp", "field": "dport"}}
    right = ports[0] if len(ports) == 1 else {"range": list(ports)}
    return {"match": {"op": "==", "left": key, "right": right}}


STATE = {
    "match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": "established"}
}
DROP, ACCEPT = {"drop": None}, {"accept": None}


def filters(*rules: list[object], policy: str = "accept") -> Filters:
    """Return an input chain with rules, in nft's JSON."""
    home = {"family": "inet", "table": "f", "chain": "in"}
    told = [
        {"rule": home | {"handle": number, "expr": expr}}
        for number, expr in enumerate(rules, 2)
    ]
    chain = {"chain": CHAIN | {"hook": "input", "prio": 0, "policy": policy}}
    table = {"table": {"family": "inet", "name": "f", "handle": 1}}
    return Filters(nft=json.dumps({"nftables": [table, chain, *told]}))


def looked(
    found: Filters, *trials: tuple[int, Outcome, int | None], may: bool = True
) -> HostRules:
    by_port = [Trial(port=p, outcome=how, server_tid=t) for p, how, t in trials]
    ours = {"eth0": [IPv4Interface(f"{OWN}/24")]}
    return look_here(ASKED, by_port, lambda: found, lambda: ours, lambda: may).rules


LOW: tuple[int, Outcome, int | None] = (2_070, "silent", None)
HIGH: tuple[int, Outcome, int | None] = (49_200, "ok", 40_001)


def test_a_rule_of_this_host_that_drops_low_ports_is_found() -> None:
    found = looked(filters([port_is(1_024, 32_767), DROP]), LOW, HIGH)
    assert list(found.stops) == [2_070]
    assert "inet f in" in found.stops[2_070]
    assert not found.spare([2_070])
    assert found.spare([49_200])


def test_rules_that_let_in_replies_only_stop_answers_from_another_port() -> None:
    found = looked(filters([STATE, ACCEPT], policy="drop"), LOW)
    assert list(found.stops) == [2_070]


def test_replies_from_the_port_that_was_asked_get_in() -> None:
    single: tuple[int, Outcome, int | None] = (49_200, "ok", 69)
    found = looked(filters([STATE, ACCEPT], policy="drop"), LOW, single)
    assert found.stops == {}


def test_rules_that_say_nothing_of_it_spare_this_host() -> None:
    found = looked(filters([port_is(53), DROP]), LOW, HIGH)
    assert found.spare([2_070, 49_200])


def test_what_hangs_on_something_else_is_a_doubt() -> None:
    limit = {"limit": {"rate": 1, "per": "second"}}
    found = looked(filters([port_is(1_024, 32_767), limit, DROP]), LOW, HIGH)
    assert (list(found.doubts), found.stops) == ([2_070], {})
    assert not found.spare([2_070])


@pytest.mark.parametrize(
    ("found", "may", "why"),
    [
        (filters(), False, "only root"),
        (Filters(trouble="nft says: no"), True, "nft says: no"),
        (Filters(nft="gibberish"), True, ""),
    ],
)
def test_rules_that_are_not_known_spare_nobody(
    found: Filters, *, may: bool, why: str
) -> None:
    rules = looked(found, LOW, HIGH, may=may)
    assert why in rules.trouble
    assert rules.trouble
    assert not rules.spare([2_070])


def test_where_all_get_answers_nobody_looks() -> None:
    def read() -> Filters:
        raise AssertionError

    trials = [Trial(port=2_070, outcome="ok", server_tid=40_000)]
    assert look_here(ASKED, trials, read) is ASKED
