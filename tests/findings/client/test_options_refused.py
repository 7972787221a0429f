"""An empty file with tsize 0: curl closes its port then; nothing is blocked."""

from typing import Any

import pytest

from tests.support.facts import CLIENT, CURL, facts_of, icmp, repeated_request, tried
from tests.support.findings import draft_of
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.views import TransferView

EMPTY: dict[str, Any] = CURL | {
    "file": "empty.txt",
    "total_size": 0,
    "agreed": [("tsize", "0"), ("blksize", "512"), ("timeout", "6")],
}


def empty(number: int = 1, at: float = 0.0, **changes: Any) -> TransferView:
    given = EMPTY | {"client_tid": 48_000 + 777 * number} | changes
    return tried(number, at, **given)


def test_curl_that_closes_its_port_at_an_empty_file_is_told_so() -> None:
    one = empty(phase="abandoned")
    draft = draft_of(facts_of(one, now=13.0, icmp=(icmp(3, CLIENT, 6.0, 12.0),)))
    assert (draft.code, draft.confidence) == ("options-refused", FACT)
    assert "can't fetch an empty file" in draft.headline
    assert draft.remedies[0].command == "--refuse tsize@curl"
    assert draft.proof.endswith("--tftp-no-options")


def test_in_silence_it_is_most_likely_so() -> None:
    assert judge(facts_of(empty(retransmits=1), now=7.5)) is None
    draft = draft_of(facts_of(empty(retransmits=3), now=20.0))
    assert (draft.code, draft.confidence) == ("options-refused", LIKELY)


@pytest.mark.parametrize("now", [4.0, 7.5, 9.0, 17.0, 40.0])
@pytest.mark.parametrize("icmps", [(), (icmp(3, CLIENT, 0.1), icmp(3, CLIENT, 3.1))])
def test_who_runs_it_again_is_not_taken_for_a_way_that_is_blocked(
    now: float, icmps: Any
) -> None:
    tries = [empty(number, at, retransmits=3) for number, at in ((1, 0.0), (2, 3.0))]
    draft = judge(facts_of(*tries, now=now, icmp=icmps))
    assert draft is None or draft.code == "options-refused"


def test_a_program_that_nobody_knows_is_likely_like_curl() -> None:
    one = empty(kind="", kind_sure=0.0)
    draft = draft_of(facts_of(one, now=3.0, icmp=(icmp(3, CLIENT, 2.0),)))
    assert (draft.code, draft.confidence) == ("options-refused", LIKELY)
    assert "as curl does" in draft.headline
    assert draft.remedies[0].command == "--refuse tsize"


def test_who_asks_again_from_its_port_has_not_got_the_answer() -> None:
    again = repeated_request(empty(retransmits=4), 7.0)
    assert draft_of(facts_of(again, now=9.0)).code == "answers-blocked"


def test_curl_and_a_file_that_is_not_empty_is_as_ever() -> None:
    one = empty(total_size=12, agreed=[("tsize", "12")], retransmits=3)
    assert draft_of(facts_of(one, now=30.0)).code == "acks-blocked"
