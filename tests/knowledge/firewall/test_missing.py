"""Remedies for one missing flow: few lines, all of them from the advice."""

import itertools

import pytest

from tests.support.firewalls import CLIENTS_V6, SERVER_V6, situation
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.missing import (
    MOST_CHARACTERS,
    MOST_LINES,
    remedies_for,
)
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Kind, Situation, Way, Where
from tftptui.telemetry.findings import Remedy

BOTH = (Way.RANGE, Way.HELPER)
TITLES = {dialect.speech.title: dialect for dialect in Dialect}
FAMILIES = {4: {}, 6: {"servers": (SERVER_V6,), "clients": (CLIENTS_V6,)}}


def _all() -> list[tuple[Situation, Part, Remedy]]:
    return [
        (wanted, part, remedy)
        for version, part, where in itertools.product((4, 6), Part, Where)
        for wanted in (situation(where=where, **FAMILIES[version]),)
        for remedy in remedies_for(wanted, part, BOTH)
    ]


def commands(wanted: Situation, part: Part, *ways: Way) -> dict[str, str]:
    return {one.platform: one.command for one in remedies_for(wanted, part, ways)}


@pytest.mark.parametrize(("wanted", "part", "remedy"), _all())
def test_every_remedy_is_short_and_of_a_firewall_that_stands_there(
    wanted: Situation, part: Part, remedy: Remedy
) -> None:
    del part
    assert len(remedy.command) <= MOST_CHARACTERS
    assert 1 <= len(remedy.command.splitlines()) <= MOST_LINES
    assert wanted.where in TITLES[remedy.platform].speech.places


@pytest.mark.parametrize(
    ("wanted", "part", "remedy"),
    [one for one in _all() if not one[2].command.startswith("tftptui")],
)
def test_every_line_is_one_that_is_advised(
    wanted: Situation, part: Part, remedy: Remedy
) -> None:
    del part
    speech = TITLES[remedy.platform].speech
    advised = {
        line
        for kind in speech.kinds
        for rule in advise(
            situation(
                where=wanted.where,
                kind=kind,
                servers=wanted.servers,
                clients=wanted.clients,
            ),
            TITLES[remedy.platform],
        ).chosen.rules
        for line in speech.typed(rule.text).splitlines()
    }
    assert set(remedy.command.splitlines()) <= advised


def test_answers_are_let_through_between_in_each_language_that_stands_there() -> None:
    said = commands(situation(), Part.ANSWERS, *BOTH)
    assert list(said) == [
        title for title, one in TITLES.items() if Where.BETWEEN in one.speech.places
    ]


def test_nftables_puts_its_rule_before_a_last_drop() -> None:
    line = commands(situation(), Part.ANSWERS, Way.RANGE)["nftables"]
    assert line.startswith("nft 'insert rule inet filter forward ")


def test_many_lines_become_the_command_that_prints_them() -> None:
    said = commands(situation(port=6_969), Part.ANSWERS, Way.HELPER)
    assert said["nftables"] == (
        "tftptui firewall --server 10.254.52.26 --clients 10.55.32.0/24 --port 6969 "
        "--ports 40000-40099 --dialect nftables"
    )


def test_who_keeps_state_lets_acks_pass_anyhow() -> None:
    said = commands(situation(), Part.ACKS, Way.RANGE)
    assert set(said) == {"nftables", "iptables", "Cisco IOS access list"}


def test_in_single_port_mode_there_is_a_rule_for_that_port_and_no_helper() -> None:
    said = commands(situation(is_single_port=True), Part.ANSWERS, *BOTH)
    assert set(said) == {"nftables", "iptables", "Cisco IOS access list"}
    assert "udp sport 69 udp dport" in said["nftables"]


def test_a_translator_gets_its_helper() -> None:
    wanted = situation(has_nat=True, kind=Kind.HELPER)
    said = commands(wanted, Part.ANSWERS, Way.HELPER)
    assert said["Juniper SRX"] == "delete security alg tftp disable"
    assert said["firewalld"].endswith("--where between --nat")
