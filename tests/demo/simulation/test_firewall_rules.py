"""Parsing of the simulated firewall's rules."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.demo.simulation.firewall_rules import (
    Action,
    Ports,
    Rule,
    RuleError,
    Sight,
    State,
    Way,
    parse_rule,
)


def sight(way: Way, source: int, target: int, state: State = State.NEW) -> Sight:
    return Sight(way, source, target, state)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (
            "accept client -> server:69",
            Rule("", Action.ACCEPT, Way.TO_SERVER, target=Ports(69, 69)),
        ),
        (
            "accept server:40000-40099 -> client:1024-65535",
            Rule(
                "",
                Action.ACCEPT,
                Way.TO_CLIENT,
                Ports(40_000, 40_099),
                Ports(1_024, 65_535),
            ),
        ),
        ("reject server → client", Rule("", Action.REJECT, Way.TO_CLIENT)),
        ("accept related", Rule("", Action.ACCEPT, state=State.RELATED)),
        (
            "drop server -> client new",
            Rule("", Action.DROP, Way.TO_CLIENT, state=State.NEW),
        ),
        ("drop fragments", Rule("", Action.DROP, fragments=True)),
        ("drop", Rule("", Action.DROP)),
    ],
)
def test_a_rule_is_read(text: str, rule: Rule) -> None:
    read = parse_rule(text)
    assert read.text == text
    assert (read.action, read.way, read.source, read.target) == (
        rule.action,
        rule.way,
        rule.source,
        rule.target,
    )
    assert (read.state, read.fragments) == (rule.state, rule.fragments)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("allow client -> server", "accept, drop or reject"),
        ("", "accept, drop or reject"),
        ("accept client -> client", "needs a client and a server"),
        ("accept client -> server:99999", "ports are 1–65535"),
        ("accept client -> server:70-69", "first port is above the last"),
        ("accept 2072", "'2072'"),
        ("accept established related", "two states"),
        ("accept client -> server:69 please", "'please'"),
    ],
)
def test_what_is_no_rule_is_told_so(text: str, said: str) -> None:
    with pytest.raises(RuleError, match=said):
        parse_rule(text)


@given(st.text(max_size=40))
def test_any_text_is_a_rule_or_an_error(text: str) -> None:
    with contextlib.suppress(RuleError):
        assert parse_rule(text).text == text


@pytest.mark.parametrize(
    ("text", "seen", "matches"),
    [
        ("drop server -> client:1-39999", sight(Way.TO_CLIENT, 40_000, 2_072), True),
        ("drop server -> client:1-39999", sight(Way.TO_CLIENT, 40_000, 44_669), False),
        ("drop server -> client:1-39999", sight(Way.TO_SERVER, 40_000, 2_072), False),
        ("drop server:69 -> client", sight(Way.TO_CLIENT, 40_000, 2_072), False),
        (
            "accept established",
            sight(Way.TO_CLIENT, 69, 2_072, State.ESTABLISHED),
            True,
        ),
        ("accept established", sight(Way.TO_CLIENT, 69, 2_072, State.RELATED), False),
        ("drop fragments", sight(Way.TO_CLIENT, 69, 2_072), False),
        ("drop", sight(Way.TO_CLIENT, 69, 2_072), True),
    ],
)
def test_a_rule_is_about_some_packets(text: str, seen: Sight, *, matches: bool) -> None:
    assert parse_rule(text).matches(seen) is matches
