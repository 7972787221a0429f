"""Slow transfers that work: noted, never an alarm."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.facts import CLIENT, NOON, completed, facts_of, icmp, tried
from tftptui.findings.facts import Facts, Scene
from tftptui.findings.registry import judge, notes
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE

SLOW: dict[str, Any] = {"round_trip": 0.6, "acked_blocks": 83, "moved": NOON + 50}


def codes(**changes: Any) -> list[str]:
    return [draft.code for draft in notes(facts_of(completed(**changes)))]


@pytest.mark.parametrize(
    ("resent", "told"), [(0, []), (2, []), (3, ["loss"]), (40, ["loss"])]
)
def test_loss_is_told_when_it_is_worth_it(resent: int, told: list[str]) -> None:
    assert codes(lost=resent) == told


def test_few_lost_of_many_are_no_loss() -> None:
    assert codes(lost=19, sent_blocks=1_000) == []


def test_loss_is_told_of_what_was_sent_whole_too() -> None:
    assert codes(lost=30, phase="unconfirmed") == ["loss"]


def test_what_this_host_could_not_send_was_not_lost_on_the_path() -> None:
    assert codes(lost=30, unsent=29) == []
    assert codes(lost=30, unsent=3) == ["loss"]


def test_doubled_requests_are_told() -> None:
    assert codes(twins=1) == ["duplicated-packets"]


def test_a_doubled_request_alone_may_be_the_client_s_own_doing() -> None:
    (draft,) = notes(facts_of(completed(twins=1)))
    assert draft.confidence == POSSIBLE
    (draft,) = notes(facts_of(completed(twins=1, doubled=5)))
    assert draft.confidence == FACT


@pytest.mark.parametrize("kind", ["Intel boot ROM", "BusyBox", ""])
def test_who_asks_again_soon_is_only_impatient(kind: str) -> None:
    assert codes(kind=kind, asked_at=(NOON, NOON + 0.1), requests=2) == []


def test_what_was_only_late_is_no_loss() -> None:
    assert codes(retransmits=418, late=120, sent_blocks=281) == []


def test_blocks_in_another_order_are_no_loss() -> None:
    seen: dict[str, Any] = {"window": 8, "sent_blocks": 281}
    assert codes(lost=60, gaps=60, **seen) == []
    assert codes(lost=60, gaps=45, **seen) == ["loss"]


def ended(**changes: Any) -> Facts:
    seen: dict[str, Any] = {"phase": "abandoned", "acked_blocks": 60, "sent_blocks": 61}
    return facts_of(completed(**(seen | changes)), now=90.0)


def test_more_timeouts_than_losses_in_a_capture_are_no_trouble_to_judge() -> None:
    view = tried(
        phase="failed",
        heard=True,
        acked_blocks=0,
        timeouts=5,
        lost_to_server=3,
    )
    assert judge(facts_of(view, scene=Scene(is_capture=True))) is not None


def test_a_transfer_that_fails_by_loss_is_told_so() -> None:
    draft = judge(ended(lost=40, timeouts=8))
    assert draft is not None
    assert (draft.code, draft.is_alarm, draft.confidence) == ("loss", True, LIKELY)


def test_few_losses_do_not_explain_a_silence() -> None:
    draft = judge(ended(lost=3, timeouts=8))
    assert draft is not None
    assert draft.code == "client-gone"


def test_a_lossy_transfer_that_its_client_ends_is_told_as_lossy_too() -> None:
    closed = icmp(3, CLIENT, 80.0, transfer=9)
    seen = replace(ended(lost=20, timeouts=1), icmp=(closed,))
    (draft,) = notes(seen)
    assert (draft.code, draft.is_alarm) == ("loss", False)
    assert "did not get all of" in draft.headline


@pytest.mark.parametrize(("timeouts", "code"), [(2, "client-port-closed"), (4, "loss")])
def test_who_quits_after_rounds_that_were_lost_in_a_row_failed_by_loss(
    timeouts: int, code: str
) -> None:
    """As curl does; what is resent to its closed port after that shows no loss."""
    closed = icmp(3, CLIENT, 75.0, 78.0, transfer=9)
    seen = ended(lost=20, timeouts=timeouts, phase="sending", ended=None)
    draft = judge(replace(seen, icmp=(closed,)))
    assert draft is not None
    assert draft.code == code


@pytest.mark.parametrize(("count", "told"), [(1, []), (2, ["reordering"])])
def test_reordering_is_told(count: int, told: list[str]) -> None:
    assert codes(reordered=count) == told


def test_a_long_way_is_told_with_what_it_costs() -> None:
    (draft,) = notes(facts_of(completed(least_round_trip=0.55, **SLOW)))
    assert draft.code == "long-round-trip"
    assert "at most 1 kB/s" in draft.headline


def test_a_slow_client_is_told_from_a_long_way() -> None:
    (draft,) = notes(facts_of(completed(least_round_trip=0.001, **SLOW)))
    assert draft.code == "client-slow"
    assert "takes 0.60 s to acknowledge" in draft.headline


@pytest.mark.parametrize(
    ("seconds", "resent", "told"),
    [
        (40.0, 5, ["loss"]),  # 8 waits of 5 s, three of them for a lost ACK
        (15.0, 0, []),  # three lost ACKs
        (100.0, 3, ["client-slow", "loss"]),  # mostly its own time
    ],
)
def test_waits_for_what_was_lost_make_no_client_slow(
    seconds: float, resent: int, told: list[str]
) -> None:
    """An ACK that the client repeats after its timeout looks like a slow reply."""
    seen = codes(
        agreed=[("timeout", "5")],
        sent_blocks=137,
        acked_blocks=137,
        round_trip=0.6,
        least_round_trip=0.0005,
        retransmits=resent,
        lost=resent,
        moved=NOON + seconds,
    )
    assert sorted(seen) == told


def test_a_lost_ack_makes_no_long_way_either() -> None:
    seen = {"agreed": [("timeout", "5")], "moved": NOON + 6}
    assert codes(round_trip=0.6, least_round_trip=0.1, **seen) == []


def test_a_few_blocks_say_nothing_of_time() -> None:
    assert codes(round_trip=0.6, least_round_trip=0.001, acked_blocks=3) == []


def test_notes_are_no_alarms_and_no_trouble() -> None:
    seen = facts_of(completed(lost=30, twins=2, reordered=5, **SLOW))
    assert [draft.is_alarm for draft in notes(seen)] == [False] * 4
    assert judge(seen) is None


def test_a_try_without_an_answer_has_no_quality() -> None:
    assert notes(facts_of(tried())) == []
