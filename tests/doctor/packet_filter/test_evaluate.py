"""Verdicts about nft rules; tests/net compares them with real packets."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.patients import (
    ACCEPT,
    DPORT,
    DROP,
    PLACE,
    SADDR,
    SPORT,
    STATE,
    Json,
    chain,
    match,
    nft,
    rule,
)
from tests.support.verdicts import comes_through
from tftptui.doctor.packet_filter.evaluate import Passage, passage
from tftptui.doctor.packet_filter.exchange import Ends, Exchange, judge
from tftptui.doctor.packet_filter.model import Packet
from tftptui.doctor.packet_filter.nft import RulesetError, read_nft

CLIENT, SERVER = ip_address("10.1.2.9"), ip_address("10.1.2.3")
MARKED = match({"meta": {"key": "mark"}}, 1)
"""A condition that is unknown."""
ASKED = match(DPORT, 69)


LOCAL: Json = {"fib": {"result": "type", "flags": ["daddr"]}}
WAY_BACK: Json = {"fib": {"result": "oif", "flags": ["saddr", "mark", "iif"]}}


def request(*objects: Json) -> Passage:
    packet = Packet(CLIENT, 2_070, SERVER, 69, "eth0", is_inward=True)
    return passage(read_nft(nft(*objects))[0], packet)


def transfer(*objects: Json, answering: int = 40_000) -> Exchange:
    ends = Ends(CLIENT, 2_070, SERVER, "eth0")
    return judge(read_nft(nft(*objects))[0], ends, request_port=69, answering=answering)


@pytest.mark.parametrize(
    ("rules", "passes"),
    [
        ([], False),
        ([(ASKED, ACCEPT)], True),
        ([(match(DPORT, 70), ACCEPT)], False),
        ([(ASKED, match(SADDR, "10.9.9.9"), ACCEPT)], False),
        ([(ASKED, {"counter": {}}, {"log": {"prefix": "x"}}, ACCEPT)], True),
        ([(ASKED, DROP), (ACCEPT,)], False),
        ([(match(STATE, ["new", "related"], "in"), ACCEPT)], True),
        ([(match(STATE, "established", "in"), ACCEPT)], False),
        ([(match(SPORT, {"range": [1, 1_023]}, "!="), ACCEPT)], True),
        ([(match({"ct": {"key": "status"}}, "dnat", "in"), ACCEPT)], False),
        ([(match({"exthdr": {"name": "rt"}}, 0), ACCEPT)], False),
        ([(match(LOCAL, "local"), ACCEPT)], True),
        ([(match(WAY_BACK, right=False), DROP), (ACCEPT,)], True),
    ],
)
def test_what_is_understood(rules: list[tuple[Json, ...]], *, passes: bool) -> None:
    got = request(chain("input"), *(rule("input", *each) for each in rules))
    assert got.passes is passes


@pytest.mark.parametrize(
    "rules",
    [
        [(MARKED, ACCEPT)],
        [(ASKED, {"limit": {"rate": 5, "per": "second"}}, ACCEPT)],
        [(ASKED, {"queue": {"num": 1}})],
        [(ASKED, {"something": "new"}, ACCEPT)],
        [(ASKED, {"xt": {"type": "match", "name": "geoip"}}, ACCEPT)],
        [(match({"concat": [SADDR, {"odd": 1}]}, "@x"), ACCEPT)],
        [({"jump": {"target": "nowhere"}},)],
    ],
)
def test_what_can_not_be_told_is_said(rules: list[tuple[Json, ...]]) -> None:
    got = request(chain("input"), *(rule("input", *each) for each in rules))
    assert got.passes is None
    assert got.by == "inet filter input, handle 7"
    assert got.chain == "inet filter input"


def test_doubt_that_changes_nothing_is_none() -> None:
    rules = [rule("input", MARKED, ACCEPT), rule("input", ACCEPT)]
    assert request(chain("input"), *rules).passes is True
    rules = [rule("input", MARKED, DROP), rule("input", DROP)]
    assert request(chain("input"), *rules).passes is False


def test_an_accept_does_not_overrule_another_chain() -> None:
    body = {"name": "early", "hook": "input", "prio": -5, "policy": "accept"}
    early: Json = {"chain": {**PLACE, **body}}
    got = request(early, chain("input"), rule("early", ACCEPT))
    assert (got.passes, got.by) == (False, "policy of inet filter input")


def test_a_sure_drop_outranks_a_doubt_before() -> None:
    got = request(
        chain("prerouting", "accept"),
        rule("prerouting", MARKED, DROP),
        chain("input"),
    )
    assert got.passes is False


def test_chains_that_jump_in_circles_end() -> None:
    sub: Json = {"chain": {**PLACE, "name": "sub"}}
    jump: Json = {"jump": {"target": "sub"}}
    got = request(chain("input"), sub, rule("input", jump), rule("sub", jump))
    assert got.passes is None


def test_chains_that_fan_out_are_walked_once_each() -> None:
    count = 40
    subs: list[Json] = [{"chain": {**PLACE, "name": f"c{n}"}} for n in range(count)]
    rules = [
        rule(f"c{n}", MARKED, {"jump": {"target": f"c{n + 1}"}})
        for n in range(count - 1)
        for _ in range(3)
    ]
    start = rule("input", {"jump": {"target": "c0"}})
    last = rule(f"c{count - 1}", ACCEPT)
    assert request(chain("input"), *subs, start, *rules, last).passes is None


def test_goto_comes_back_to_the_policy() -> None:
    sub: Json = {"chain": {**PLACE, "name": "sub"}}
    rules = [rule("input", {"goto": {"target": "sub"}}), rule("input", ACCEPT)]
    assert request(chain("input"), sub, *rules).passes is False


def test_the_three_flows_are_judged_one_by_one() -> None:
    got = transfer(chain("input"), rule("input", ASKED, ACCEPT))
    assert [each.passes for each in (got.request, got.answer, got.ack)] == [
        True,
        True,
        False,
    ]
    assert comes_through(got) is False


def test_with_a_single_port_the_ack_goes_where_the_request_went() -> None:
    got = transfer(chain("input"), rule("input", ASKED, ACCEPT), answering=69)
    assert comes_through(got) is True


def test_a_doubtful_helper_makes_the_answer_doubtful() -> None:
    helper: Json = {
        "ct helper": {**PLACE, "name": "std", "type": "tftp", "protocol": "udp"}
    }
    got = transfer(
        helper,
        chain("input", "accept"),
        rule("input", MARKED, {"ct helper": "std"}),
        chain("output"),
        rule("output", match(STATE, "related", "in"), ACCEPT),
    )
    assert (got.answer.passes, comes_through(got)) == (None, None)


@pytest.mark.parametrize("text", ["", "{}x", "[1]", '{"nftables": [1]}'])
def test_what_is_no_ruleset(text: str) -> None:
    with pytest.raises(RulesetError):
        read_nft(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 70_000) | st.sampled_from(["@x", "udp"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "op",
                    "left",
                    "right",
                    "set",
                    "range",
                    "prefix",
                    "addr",
                    "len",
                    "concat",
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["match", "vmap", "accept", "drop", "jump", "ct helper", "xt", "limit", "strange"]
)


@given(
    st.lists(st.lists(st.dictionaries(NAMES, JSON, max_size=2), max_size=3), max_size=4)
)
def test_no_ruleset_brings_it_down(rules: list[list[Json]]) -> None:
    got = request(chain("input"), *(rule("input", *each) for each in rules))
    assert got.passes in (True, False, None)
