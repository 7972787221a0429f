"""A client that is silent after one request, twice: its ACKs are lost."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.facts import CLIENT, NOON, facts_of, icmp, neighbour, tried
from tests.support.findings import draft_of
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import LIKELY


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
