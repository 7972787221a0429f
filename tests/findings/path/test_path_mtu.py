"""Small packets pass, whole blocks do not."""

from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    NOON,
    completed,
    facts_of,
    icmp,
    neighbour,
    tried,
)
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge, notes
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE


def stuck(**changes: Any) -> Facts:
    given: dict[str, Any] = {
        "asked": [("blksize", "1468")],
        "agreed": [("blksize", "1468")],
        "block_size": 1_468,
        "heard": True,
        "sent_blocks": 1,
        "timeouts": 4,
        "duplicates": 1,
        "repeated": NOON + 5,
    }
    return facts_of(tried(**(given | changes)))


def test_a_client_that_waits_for_block_1_sees_no_large_packet() -> None:
    draft = judge(stuck())
    assert draft is not None
    assert (draft.code, draft.confidence, draft.stands_at) == (
        "path-mtu",
        LIKELY,
        "between",
    )
    assert {one.knob: one.verdict for one in draft.helps}["block-size"] == "yes"
    assert "--tftp-blksize 512" in draft.proof


def test_a_client_that_says_nothing_more_may_be_gone() -> None:
    draft = judge(stuck(duplicates=0))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("path-mtu", POSSIBLE)


def test_who_is_quiet_may_have_lost_two_acks() -> None:
    """Observed at 2 % loss: block 1 arrived, and its resent copies got no reply."""
    (one,) = stuck(duplicates=0, repeated=0.0).tries
    assert judge(facts_of(one, now=4.5)) is None
    draft = judge(facts_of(one, now=5.5))
    assert draft is not None
    assert draft.code == "path-mtu"


def test_small_blocks_that_arrive_make_it_a_fact() -> None:
    small = neighbour(client=CLIENT, block_size=512)
    (one,) = stuck().tries
    draft = judge(facts_of(one, neighbours=(small,)))
    assert draft is not None
    assert draft.confidence == FACT
    assert "most likely" not in draft.headline


def test_who_says_again_that_nothing_came_has_lost_no_ack() -> None:
    draft = judge(stuck(timeouts=3, duplicates=2))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("path-mtu", LIKELY)
    early = judge(stuck(timeouts=2, duplicates=2))
    assert early is not None
    assert (early.code, early.confidence) == ("path-mtu", POSSIBLE)
    assert not early.is_alarm
    assert judge(stuck(timeouts=2, duplicates=2, moved=NOON + 4)) is None


def test_what_others_got_before_may_be_ignored_and_not_lost() -> None:
    (one,) = stuck(timeouts=3, duplicates=2).tries
    before = neighbour(block_size=1_468, at=-20.0)
    draft = judge(facts_of(one, now=8.0, neighbours=(before,)))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("path-mtu", POSSIBLE)


@pytest.mark.parametrize(
    "changes",
    [{"block_size": 512}, {"agreed": []}, {"timeouts": 3}, {"acked_blocks": 1}],
)
def test_otherwise_it_is_not_the_size(changes: dict[str, Any]) -> None:
    draft = judge(stuck(**changes))
    assert draft is None or draft.code != "path-mtu" or not draft.is_alarm


def test_what_has_just_begun_is_no_trouble() -> None:
    assert judge(stuck(moved=NOON + 8)) is None


def test_a_smaller_link_that_is_reckoned_with_is_worth_a_note() -> None:
    note = "blksize 1468→1428: the route carries no more unfragmented"
    one = completed(notes=[note], block_size=1_428)
    (draft,) = notes(facts_of(one))
    assert (draft.code, draft.is_alarm) == ("path-mtu-lowered", False)


def test_an_ethernet_is_no_small_link() -> None:
    note = "blksize 8192→1468: the route carries no more unfragmented"
    assert notes(facts_of(completed(notes=[note], block_size=1_468))) == []


def test_a_router_that_tells_of_a_small_link_is_worth_a_note() -> None:
    seen = icmp(4, "10.0.1.1", 0.1, transfer=9)
    (draft,) = notes(facts_of(completed(), icmp=(seen,)))
    assert draft.code == "path-mtu-lowered"


def test_smaller_blocks_that_did_not_arrive_either_make_nothing_sure() -> None:
    (one,) = stuck(timeouts=3, duplicates=2).tries
    agreed = neighbour(client=CLIENT, block_size=512, has_blocks=False)
    draft = judge(facts_of(one, neighbours=(agreed,)))
    assert draft is not None
    assert draft.confidence == LIKELY


KILLED: dict[str, Any] = {
    "kind": "",
    "phase": "failed",
    "peer_error": 0,
    "error": "the client ended it with ERROR 0: Undefined error code",
}


def test_an_error_after_a_stall_is_not_its_cause() -> None:
    """As with atftp, stopped by a signal after it had waited for block 1."""
    draft = judge(stuck(duplicates=4, ended=NOON + 22, **KILLED))
    assert draft is not None
    assert draft.code == "path-mtu"


def test_an_error_before_a_stall_could_show_is() -> None:
    draft = judge(stuck(timeouts=1, duplicates=0, ended=NOON + 2, **KILLED))
    assert draft is not None
    assert draft.code == "client-aborted"


def test_a_port_closed_after_a_stall_is_not_its_cause() -> None:
    closed = (icmp(3, CLIENT, 21.0, 22.0),)
    (one,) = stuck(duplicates=3, timeouts=6, phase="abandoned").tries
    draft = judge(facts_of(one, now=23.0, icmp=closed))
    assert draft is not None
    assert draft.code == "path-mtu"


def test_who_goes_with_the_first_block_has_most_likely_got_it() -> None:
    closed = (icmp(3, CLIENT, 1.0, 2.0),)
    (one,) = stuck(duplicates=0, timeouts=2, phase="abandoned").tries
    draft = judge(facts_of(one, now=3.0, icmp=closed))
    assert draft is not None
    assert draft.code == "client-port-closed"
