"""A client that is silent after one request, twice: its ACKs are lost."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.facts import CLIENT, NOON, facts_of, icmp, neighbour, tried
from tests.support.findings import draft_of
from tftptui.findings.facts import Facts, HostBlock
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT, LIKELY


def once_more(*, now: float = 33.5, **changes: Any) -> Facts:
    """Return a client that is silent after one request, as half a minute ago."""
    before: dict[str, Any] = {"worked": False, "is_open": True, "client": CLIENT}
    known = neighbour(at=0.0, **(before | changes))
    return facts_of(tried(2, 30.0, kind=""), now=now, neighbours=(known,))


def test_who_is_quiet_once_more_takes_no_other_answers_either() -> None:
    draft = draft_of(once_more())
    assert (draft.code, draft.confidence) == ("acks-blocked", LIKELY)


@pytest.mark.parametrize(
    "changes",
    [
        {"now": 32.5},  # it has had no time
        {"client": "10.0.4.22"},  # another may have been switched off
        {"requests": 2},  # that one received nothing
        {"worked": True},
        {"begun": NOON + 20.0},  # it may still retry
    ],
)
def test_once_more_is_not_so_soon_and_of_the_same_client(
    changes: dict[str, Any],
) -> None:
    assert judge(once_more(**changes)) is None


def test_what_worked_since_tells_that_nothing_blocks_it() -> None:
    vain, well = once_more().neighbours[0], neighbour(51, client=CLIENT, at=20.0)
    seen = once_more()
    assert judge(replace(seen, neighbours=(vain, well))) is None


def test_who_only_looks_and_closes_its_port_does_so_every_time() -> None:
    closed = (icmp(3, CLIENT, 31.0, 33.0, transfer=2),)
    assert judge(replace(once_more(), icmp=closed)) is None
    late = (icmp(3, CLIENT, 33.0, transfer=2),)
    draft = draft_of(replace(once_more(), icmp=late))
    assert (draft.code, draft.confidence) == ("acks-blocked", LIKELY)


def test_an_upload_in_large_blocks_is_tried_with_small_ones_first() -> None:
    given: dict[str, Any] = {
        "direction": "write",
        "block_size": 1_428,
        "retransmits": 4,
        "timeouts": 4,
    }
    large = draft_of(facts_of(tried(1, **given), now=20.0))
    assert large.code == "acks-blocked"
    assert large.remedies[0].text.startswith("first upload in blocks of 512")
    small = draft_of(facts_of(tried(1, **given | {"block_size": 512}), now=20.0))
    assert not any("first upload" in one.text for one in small.remedies)


def test_rules_of_this_host_that_came_amid_a_transfer_are_named() -> None:
    one = tried(heard=True, acked_blocks=40, sent_blocks=41, timeouts=2)
    draft = draft_of(facts_of(one, now=4.0, host_block=HostBlock("chain input")))
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "acks-blocked",
        FACT,
        "server",
    )
    assert "since block 40" in draft.headline


def test_ports_of_the_server_that_get_acks_are_told_beside_those_that_do_not() -> None:
    quiet = tried(1, server_tid=40_060, retransmits=4, timeouts=4)
    good = neighbour(50, -5.0, client=CLIENT, client_tid=3_000, server_tid=40_010)
    draft = draft_of(facts_of(quiet, now=20.0, neighbours=(good,)))
    assert draft.code == "acks-blocked"
    told = " ".join(one.text for one in draft.evidence)
    assert "ACKs arrive at our port 40010, none at port 40060" in told
