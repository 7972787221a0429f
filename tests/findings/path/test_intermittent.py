"""intermittent: stays open after successes, with its ratio, until enough worked."""

from typing import Any

import pytest

from tests.support.facts import CLIENT, NOON, completed, repeated_request, tried
from tests.support.seen import Seen
from tftptui.telemetry.findings import Finding

FAILS = (True, False, True, True, False, False, True)
"""Half of the flows use the broken path, by a hash of their ports."""


@pytest.fixture
def seen() -> Seen:
    return Seen()


def plays(seen: Seen, number: int, *, fails: bool) -> None:
    """Have the client fetch from its own port, and evaluate the try."""
    at = seen.clock.wall() - NOON
    tids: dict[str, Any] = {
        "client_tid": 40_000 + 7_919 * number % 20_000,
        "server_tid": 40_000 + 37 * number % 100,
        "file": f"file{number}",
    }
    if not fails:
        seen.begin(completed(number, at, **tids))
        seen.look(2.0)
        return
    view = repeated_request(tried(number, at, retransmits=3, **tids), at + 5.0)
    seen.begin(view)
    seen.look(7.0)
    view.phase, view.ended = "abandoned", seen.clock.wall()
    seen.end(view)
    seen.look(1.0)


def played(seen: Seen, fails: tuple[bool, ...]) -> list[Finding]:
    for number, one in enumerate(fails, 1):
        plays(seen, number, fails=one)
    return [one for one in seen.standing() if one.code == "intermittent"]


def test_a_path_that_drops_half_of_the_flows_is_told_with_its_ratio(
    seen: Seen,
) -> None:
    (found,) = played(seen, FAILS)
    assert "4 of 7 tries got no reply" in found.headline
    assert found.client == CLIENT
    assert {one.knob: one.verdict for one in found.helps}["port-range"] == "no"


def test_a_success_does_not_withdraw_it(seen: Seen) -> None:
    assert played(seen, (*FAILS, False, False)) != []


def test_it_ends_when_chance_no_longer_explains_the_successes(seen: Seen) -> None:
    played(seen, FAILS)
    for number in range(8, 15):
        plays(seen, number, fails=False)
    assert seen.standing() == []


def test_one_failure_between_successes_is_not_told_as_intermittent(
    seen: Seen,
) -> None:
    assert played(seen, (False, True, False, False)) == []
