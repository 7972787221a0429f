"""Rules about what only a capture shows."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.facts import CLIENT, NOON, SERVER, facts_of, icmp, neighbour, tried
from tests.support.findings import draft_of
from tftptui.findings.facts import Facts, Scene
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import LIKELY, POSSIBLE
from tftptui.telemetry.views import TransferView

BESIDE = Scene(addresses=frozenset({SERVER}), is_capture=True)


def blocks_behind() -> TransferView:
    """Return a stalled upload: its blocks are lost after the capture point."""
    return tried(
        direction="write",
        heard=True,
        moved=NOON + 0.1,
        retransmits=4,
        timeouts=3,
        lost_to_server=3,
        phase="stalled",
    )


def test_what_a_client_sent_in_vain_until_it_closed_its_port_is_lost_behind() -> None:
    gone = (icmp(3, CLIENT, 4.05),)
    draft = draft_of(facts_of(blocks_behind(), now=4.1, icmp=gone, scene=BESIDE))
    assert draft.code == "acks-blocked"
    assert draft.headline.startswith(f"The blocks of {CLIENT} are in this capture, but")


def test_what_is_lost_behind_is_told_though_the_client_has_closed_its_port() -> None:
    one = replace(blocks_behind(), phase="abandoned", ended=NOON + 4.05)
    gone = (icmp(3, CLIENT, 4.05),)
    draft = draft_of(facts_of(one, now=4.1, icmp=gone, scene=BESIDE))
    assert draft.code == "acks-blocked"


def test_while_it_goes_on_the_same_may_be_chance() -> None:
    assert judge(facts_of(blocks_behind(), now=4.1, scene=BESIDE)) is None


def ended(**changes: Any) -> TransferView:
    """Return a client that gives up after two OACKs, which the server repeats."""
    given: dict[str, Any] = {
        "heard": True,
        "lost_to_server": 1,
        "phase": "failed",
        "peer_error": 0,
        "error": "the client ended it with ERROR 0: Undefined error code",
        "ended": NOON + 1.0,
        "kind": "",
    }
    return tried(**(given | changes))


def test_an_error_that_does_not_arrive_either_replaces_no_cause() -> None:
    """Its port is reported closed for packets that the server sent after the ERROR."""
    late = (icmp(3, CLIENT, 3.0),)
    draft = draft_of(facts_of(ended(), icmp=late, scene=BESIDE))
    assert draft.code == "acks-blocked"
    assert draft.evidence[0].text.startswith("twice the server resent")


def test_an_error_that_the_server_may_have_got_is_what_ended_it() -> None:
    crossing = (icmp(3, CLIENT, 1.1),)
    for seen in ((), crossing):
        draft = draft_of(facts_of(ended(), icmp=seen, scene=BESIDE))
        assert draft.code == "client-aborted"


def test_what_the_client_repeats_is_not_what_the_server_sends_again() -> None:
    one = tried(heard=True, lost_to_server=11, retransmits=5, timeouts=5)
    draft = draft_of(facts_of(one, now=39.0, scene=BESIDE))
    assert draft.evidence[0].text.startswith("5 times the server resent")


def waiting(**changes: Any) -> TransferView:
    """Return a client that repeats ACK 0 while no block is captured: like BusyBox."""
    given: dict[str, Any] = {
        "asked": [("blksize", "1428"), ("tsize", "0")],
        "agreed": [("blksize", "1428"), ("tsize", "200000")],
        "kind": "BusyBox",
        "block_size": 1_428,
        "heard": True,
        "retransmits": 0,
        "timeouts": 0,
        "lost_to_server": 11,
        "duplicates": 11,
        "repeated": NOON + 11,
        "phase": "abandoned",
        "ended": NOON + 11,
    }
    return tried(**(given | changes))


def test_blocks_that_are_lost_before_a_capture_are_no_silence_of_the_client() -> None:
    draft = draft_of(facts_of(waiting(), now=40.0, scene=BESIDE))
    assert (draft.code, draft.confidence) == ("path-cut", POSSIBLE)
    assert draft.headline.startswith(f"The server {SERVER}, or the path from it, is")


def test_small_blocks_that_come_make_it_the_size() -> None:
    small = neighbour(client=CLIENT, block_size=512)
    seen = facts_of(
        waiting(phase="stalled"), now=40.0, scene=BESIDE, neighbours=(small,)
    )
    draft = draft_of(seen)
    assert (draft.code, draft.confidence) == ("path-mtu", LIKELY)
    assert draft.headline.startswith("Blocks of 1428 bytes from the server")


@pytest.mark.parametrize(
    "changes",
    [
        {"duplicates": 2},
        {"repeated": NOON + 1},  # BusyBox repeats quickly
        {"retransmits": 1},  # and the server repeats its OACK
    ],
)
def test_a_block_may_be_late(changes: dict[str, Any]) -> None:
    running = {"phase": "stalled", "lost_to_server": 1} | changes
    assert judge(facts_of(waiting(**running), now=12.0, scene=BESIDE)) is None


def test_a_capture_in_which_the_server_is_silent_calls_no_client_silent() -> None:
    one = waiting(duplicates=1)
    assert judge(facts_of(one, now=40.0, scene=BESIDE)) is None
    quiet = {"duplicates": 0, "repeated": 0.0, "lost_to_server": 0}
    one = waiting(retransmits=6, timeouts=6, **quiet)
    gone = draft_of(facts_of(one, now=40.0, scene=BESIDE))
    assert gone.code == "client-gone"


def unheard(**changes: Any) -> Facts:
    """Return requests from two low ports, without a reply in the capture."""
    asked: dict[str, Any] = {"phase": "abandoned", "requests": 5, "server_tid": 0}
    ones = tuple(tried(number, **asked) for number in (1, 6))
    return facts_of(unanswered=ones, scene=BESIDE, now=30.0, **changes)


def test_ports_of_the_same_client_that_get_answers_are_named() -> None:
    draft = draft_of(unheard(neighbours=(neighbour(client=CLIENT, at=9.0),)))
    assert draft.code == "no-answer-seen"
    assert draft.headline.endswith(
        "its UDP ports 2070 and 2075 get none, port 44669 does."
    )
    assert "--local-port 2075 " in draft.proof
    assert draft.proof.index("2075") < draft.proof.index("44669")


def test_where_no_port_of_it_gets_any_the_proof_asks_from_the_same_port() -> None:
    draft = draft_of(unheard(neighbours=(neighbour(),)))
    assert draft.headline.endswith("only to other clients.")
    assert "--local-port 2075 " in draft.proof
