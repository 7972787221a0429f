"""No cause is certain while another one explains the same facts.

And each cause has harmless cases that look like it for the first seconds.
"""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.findings.test_any_facts import cases
from tests.support.facts import (
    CLIENT,
    CURL,
    FIREWALL,
    NOON,
    completed,
    facts_of,
    icmp,
    neighbour,
    repeated_request,
    tried,
)
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge, notes
from tftptui.findings.signs.comparison import OTHERS, Difference, compare
from tftptui.telemetry.findings import FACT

NAMES = {
    "stale-conntrack": Difference.FLOW,
    "options-not-understood": Difference.OPTIONS,
    "intermittent": Difference.PATH,
    "range-mismatch": Difference.SERVER_PORT,
    "client-port-blocked": Difference.CLIENT_PORT,
}
"""The difference named by each of the causes found by comparison."""

GUESSES = {
    *("answers-blocked", "acks-blocked", "path-cut", "loss"),
    *("nat-rebinding", "duplicate-address", "address-unreachable"),
    *("block-size-ignored", "client-port-closed"),
}
"""Causes that always have another explanation, as far as a server can see."""


@settings(max_examples=200)
@given(cases())
def test_no_cause_is_certain_while_another_is_consistent(seen: Facts) -> None:
    seen = replace(seen, host_block=None, location=None)
    draft = judge(seen)
    if draft is None or draft.confidence < FACT:
        return
    assert draft.code not in GUESSES
    if draft.code == "client-gone":  # not from silence, but reported by a router
        assert any(one.is_host_unreachable for one in seen.icmp)
    if draft.code in NAMES:
        others = {*compare(seen).candidates} - {NAMES[draft.code]}
        assert not others & OTHERS


COUNTS = re.compile(r"\b(\d[\d,]*) of (\d[\d,]*) [a-z]")
"""As in "3 of 7 tries"."""


def texts(draft: Draft) -> list[str]:
    return [draft.headline, *(one.text for one in draft.evidence)]


@settings(max_examples=200)
@given(cases())
def test_nothing_is_told_that_an_engineer_would_dispute_at_once(seen: Facts) -> None:
    for draft in [one for one in (judge(seen), *notes(seen)) if one is not None]:
        told = " ".join(texts(draft))
        for some, all_ in COUNTS.findall(told):
            assert int(some.replace(",", "")) <= int(all_.replace(",", "")), told
        if "switched off" in draft.headline and draft.code == "client-gone":
            said = [at for one in seen.icmp for at in one.times]
            assert not said or seen.last_requested <= max(said), told
        if "Nothing is blocked" in draft.headline:
            assert draft.confidence < FACT
        if seen.is_gateway:
            assert "itself rejects" not in draft.headline


PORTS = st.sampled_from([1_024, 2_072, 2_073, 25_300, 44_669, 49_200])


@st.composite
def mixtures(draw: st.DrawFn) -> Facts:
    """Return a silent client among successful and silent tries of its network."""
    tid, one = draw(PORTS), draw(st.integers(40_000, 40_099))
    silent = repeated_request(tried(9, 20.0, client_tid=tid, server_tid=one), 26.0)
    around: list[Any] = [
        neighbour(
            50 + number,
            draw(st.floats(-100.0, 28.0)),
            client=draw(st.sampled_from([CLIENT, "10.0.4.22"])),
            client_tid=draw(PORTS),
            server_tid=draw(st.integers(40_000, 40_099)),
            worked=draw(st.booleans()),
            had_oack=draw(st.booleans()),
            has_blocks=draw(st.booleans()),
            requests=2,
        )
        for number in range(draw(st.integers(0, 8)))
    ]
    return facts_of(silent, now=30.0, neighbours=tuple(around))


@settings(max_examples=300)
@given(mixtures())
def test_a_cause_of_silence_that_is_certain_is_the_only_one(seen: Facts) -> None:
    draft = judge(seen)
    assert draft is not None
    if draft.confidence >= FACT:
        others = {*compare(seen).candidates} - {NAMES[draft.code]}
        assert not others & OTHERS


def halfway(**changes: Any) -> Any:
    given: dict[str, Any] = {"phase": "stalled", "ended": None, "acked_blocks": 40}
    return completed(**(given | {"timeouts": 5, "retransmits": 5} | CURL | changes))


INNOCENT: dict[str, Facts] = {
    "a flash writer pauses": facts_of(halfway(timeouts=3), now=4.0),
    "a suspended program": facts_of(halfway(), now=9.0),
    "a lost ACK that the client leaves alone": facts_of(
        halfway(kind="tftp-hpa or atftp"), now=12.0
    ),
    "suspended before its first ACK": facts_of(tried(retransmits=3), now=8.0),
    "a client that asks twice on a slow path": facts_of(
        repeated_request(tried(), 1.0), now=2.5
    ),
    "a program that its user ended": facts_of(
        halfway(phase="abandoned"),
        now=4.0,
        icmp=(icmp(3, CLIENT, 1.5, 3.0, transfer=9),),
    ),
    "a port that was left for the next": facts_of(
        tried(1, retransmits=0),
        tried(2, 2.0, retransmits=0),
        now=3.0,
        icmp=(icmp(3, CLIENT, 1.9),),
    ),
    "a host that is down and comes back": facts_of(
        repeated_request(tried(retransmits=0), 3.0), now=3.1, icmp=()
    ),
    "one forged error": facts_of(
        tried(retransmits=0), now=1.0, icmp=(icmp(13, FIREWALL, 0.1),)
    ),
    "a client that fetches 65,535 blocks and goes on": facts_of(
        halfway(
            acked_blocks=65_535, sent_blocks=65_536, total_size=40_000_000, timeouts=1
        ),
        now=2.0,
    ),
    "a stranger at the port": facts_of(
        halfway(timeouts=0, phase="sending", moved_to=(CLIENT, 61_000, 1)), now=2.0
    ),
    "a first large block that is late": facts_of(
        tried(
            **CURL | {"agreed": [("blksize", "1468")], "block_size": 1_468},
            heard=True,
            sent_blocks=1,
            timeouts=2,
            duplicates=2,
            repeated=NOON + 2.0,
        ),
        now=3.0,
    ),
    "an OACK that is lost once": facts_of(
        repeated_request(tried(retransmits=1, agreed=[("tsize", "1")]), 2.0), now=3.5
    ),
    "few losses among many blocks": facts_of(halfway(lost=5, timeouts=2), now=3.0),
}


@pytest.mark.parametrize("seen", INNOCENT.values(), ids=INNOCENT.keys())
def test_the_innocent_are_not_accused(seen: Facts) -> None:
    draft = judge(seen)
    assert draft is None or not draft.is_alarm
