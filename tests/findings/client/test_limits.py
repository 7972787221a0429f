"""Client limits: counting past 65,535, accepting an OACK, or the agreed size."""

from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    NOON,
    completed,
    facts_of,
    icmp,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.findings import draft_of
from tests.support.seen import Seen
from tftptui.findings.registry import judge
from tftptui.protocol.receiver import too_long
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE
from tftptui.telemetry.views import TransferView

BIG = 40_000_000


def halted(number: int = 1, at: float = 0.0, **changes: Any) -> TransferView:
    given: dict[str, Any] = {
        "phase": "stalled",
        "ended": None,
        "total_size": BIG,
        "acked_blocks": 65_535,
        "sent_blocks": 65_536,
        "timeouts": 3,
        "retransmits": 3,
    }
    return completed(number, at, **(given | changes))


def test_who_stops_at_block_65535_can_t_count_further() -> None:
    draft = draft_of(facts_of(halted()))
    assert (draft.code, draft.confidence) == ("no-rollover", LIKELY)
    assert "blksize 611 or more for this file" in draft.headline
    assert BIG // 611 + 1 <= 65_535 < BIG // 610 + 1


def test_who_stops_there_twice_surely_can_t() -> None:
    first = halted(phase="abandoned", ended=NOON + 60.0)
    assert draft_of(facts_of(first, halted(2, 62.0), now=90.0)).confidence == FACT


@pytest.mark.parametrize(
    "changes",
    [
        {"acked_blocks": 65_534, "sent_blocks": 65_535},
        {"acked_blocks": 65_535, "sent_blocks": 65_535, "total_size": 65_534 * 512},
        {"acked_blocks": 70_000, "sent_blocks": 70_001},
        {"timeouts": 1},
    ],
)
def test_a_halt_anywhere_else_is_no_matter_of_counting(changes: Any) -> None:
    draft = judge(facts_of(halted(**changes)))
    assert draft is None or draft.code != "no-rollover"


def falls_back(seen: Seen, **changes: Any) -> None:
    """Have a client retry with options, and then without, from the same port."""
    vain = repeated_request(tried(1, kind="", client_tid=48_000), 5.0)
    seen.begin(vain)
    seen.look(8.0)
    vain.phase, vain.ended, vain.superseded = "abandoned", NOON + 10.0, True
    seen.end(vain)
    plain = {"asked": [], "agreed": [], "kind": "", "client_tid": 48_000}
    seen.begin(completed(2, 10.0, **(plain | changes)))
    seen.look(3.0)


def test_who_works_only_without_options_is_told_so_though_it_got_its_file() -> None:
    seen = Seen()
    falls_back(seen)
    (found,) = seen.standing()
    assert (found.code, found.revises) == ("options-not-understood", "answers-blocked")
    seen.look(30.0)
    assert seen.standing() != []


def test_it_holds_until_the_client_takes_an_oack() -> None:
    seen = Seen()
    falls_back(seen)
    seen.begin(completed(3, 20.0, kind="", client_tid=48_001, file="other"))
    seen.look(10.0)
    seen.look(3.0)
    assert seen.standing() == []


def test_who_gets_it_with_options_at_last_understands_them() -> None:
    seen = Seen()
    falls_back(seen, agreed=[("tsize", "42012")])
    assert seen.standing() == []


LARGE: dict[str, Any] = {
    "asked": [("blksize", "1468")],
    "agreed": [("blksize", "1468")],
    "block_size": 1_468,
    "heard": True,
    "sent_blocks": 1,
    "timeouts": 3,
    "duplicates": 2,
    "repeated": NOON + 8.0,
}


def test_who_takes_no_large_block_where_others_do_ignores_the_size() -> None:
    seen = facts_of(tried(**LARGE), neighbours=(neighbour(block_size=1_468),))
    draft = draft_of(seen)
    assert (draft.code, draft.stands_at) == ("block-size-ignored", "client")


def test_a_link_that_is_too_small_is_not_the_client_s_fault() -> None:
    seen = facts_of(tried(**LARGE), neighbours=(neighbour(block_size=512),))
    assert draft_of(seen).code == "path-mtu"


def test_who_leaves_after_a_block_shorter_than_asked_took_it_for_the_last() -> None:
    one = completed(
        phase="abandoned",
        acked_blocks=1,
        sent_blocks=2,
        asked=[("blksize", "8192")],
        agreed=[("blksize", "1468")],
        block_size=1_468,
    )
    draft = draft_of(facts_of(one, icmp=(icmp(3, CLIENT, 1.5),)))
    assert (draft.code, draft.confidence) == ("block-size-ignored", POSSIBLE)


def upload(**changes: Any) -> TransferView:
    given: dict[str, Any] = {
        "direction": "write",
        "asked": [("tsize", "42012"), ("blksize", "8192")],
        "agreed": [("tsize", "42012"), ("blksize", "1468")],
        "block_size": 1_468,
        "kind": "",
    }
    return completed(**(given | changes))


def seen_cut_short() -> Seen:
    """Return an upload of which only the first 512 bytes came."""
    seen = Seen()
    view = upload(acked_blocks=1, sent_blocks=1, acked_bytes=512, total_size=512)
    seen.begin(view)
    seen.end(view)
    seen.look(1.0)
    return seen


def test_an_upload_in_smaller_blocks_than_granted_is_cut_short_and_told() -> None:
    seen = seen_cut_short()
    (found,) = seen.standing()
    assert (found.code, found.confidence) == ("block-size-ignored", LIKELY)
    assert "pxelinux.0 has 512 of 42,012 bytes" in found.headline
    assert any("--refuse blksize" in one.command for one in found.remedies)


@pytest.mark.parametrize(
    "changes",
    [
        {"acked_bytes": 42_012},
        {"asked": [("blksize", "8192")], "acked_bytes": 512, "acked_blocks": 1},
        {"asked": [("tsize", "0")], "acked_bytes": 512, "acked_blocks": 1},
        {"mode": "netascii", "acked_bytes": 512, "acked_blocks": 1},
        {"acked_bytes": 40, "acked_blocks": 1},
    ],
)
def test_an_upload_that_may_be_whole_is_no_finding(changes: Any) -> None:
    seen = facts_of(upload(**changes))
    assert judge(seen) is None


def test_an_upload_in_larger_blocks_than_granted_is_told() -> None:
    error = too_long(8_192, 1_468)
    draft = draft_of(facts_of(upload(phase="failed", error=error, acked_blocks=0)))
    assert (draft.code, draft.confidence) == ("block-size-ignored", FACT)
    assert "granted blksize 1468 and sent a block of 8192 bytes" in draft.headline
    assert any("--max-blksize 8192" in one.command for one in draft.remedies)


def test_a_whole_upload_later_ends_it() -> None:
    seen = seen_cut_short()
    whole = upload(number=10, at=20.0)
    seen.clock.advance(19.0)
    seen.begin(whole)
    seen.end(whole)
    seen.look(1.0)
    seen.look(1.0)
    assert seen.standing() == []
