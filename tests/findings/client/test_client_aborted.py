"""A client stopped by its user is no alarm; one that reports an error is."""

from typing import Any

import pytest

from tests.support.facts import NOON, completed, facts_of
from tests.support.findings import draft_of


def ended(said: str, **changes: Any) -> bool:
    """Return whether a client's ERROR 0 raises an alarm."""
    given: dict[str, Any] = {
        "phase": "failed",
        "acked_blocks": 40,
        "peer_error": 0,
        "error": "the client ended it with ERROR 0" + (f": {said}" if said else ""),
        "kind": "atftp",
    }
    draft = draft_of(facts_of(completed(**(given | changes))))
    assert draft.code == "client-aborted"
    return draft.is_alarm


@pytest.mark.parametrize(
    "said", ["", "Undefined error code", "User aborted", "Transfer cancelled"]
)
def test_who_is_ended_by_its_user_is_no_alarm(said: str) -> None:
    assert not ended(said)
    assert not ended(said, retransmits=4)  # long ago


@pytest.mark.parametrize("said", ["out of memory", "image too large"])
def test_who_says_what_is_wrong_is_one(said: str) -> None:
    assert ended(said)


def test_a_full_disk_is_one() -> None:
    assert ended("Undefined error code", peer_error=3)


def test_an_error_right_after_a_repeat_is_atftp_s_answer_to_it() -> None:
    repeated = {"retransmits": 1, "timeouts": 1, "ended": NOON + 5.0}
    assert ended("Undefined error code", resent=NOON + 4.9, **repeated)
    assert not ended("Undefined error code", resent=NOON + 3.0, **repeated)
