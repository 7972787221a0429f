"""A path hash that drops half of the flows is found in nearly every order.

Client ports and server ports are random, and so is which flow fails: for a while some
orders look like a rule for the client's ports, or like half of the server's range.
"""

from random import Random
from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    CURL,
    facts_of,
    neighbour,
    repeated_request,
    tried,
)
from tftptui.findings.facts import Neighbour
from tftptui.findings.registry import judge

ORDERS, TRIES = 200, 20
FALSE = {"client-port-blocked", "range-mismatch", "stale-conntrack"}

MOST_FALSE = 0.005
"""Of all orders; each cause is named where chance does that once in 1,000 times."""

PROGRAMS: dict[str, tuple[dict[str, Any], int, int]] = {
    "curl": (CURL, 32_768, 60_999),
    "iPXE": ({"kind": "iPXE", "kind_sure": 0.95}, 1_025, 65_535),
    "unknown": ({"kind": "", "kind_sure": 0.0}, 1_024, 65_535),
}


def told(chance: Random, program: dict[str, Any], first: int, last: int) -> list[str]:
    """Return the finding of each try that gets no reply, in order."""
    around: list[Neighbour] = []
    found = []
    for number in range(1, TRIES + 1):
        at = 10.0 * number
        tids = {
            "client_tid": chance.randint(first, last),
            "server_tid": chance.randint(40_000, 40_099),
        }
        works = chance.random() < 0.5
        if not works:
            one = tried(number, at, **program | tids)
            seen = facts_of(
                repeated_request(one, at + 4.0), now=at + 7.0, neighbours=tuple(around)
            )
            draft = judge(seen)
            assert draft is not None
            found.append(str(draft.code))
        kept = {"client": CLIENT, "worked": works, "requests": 1 if works else 2}
        around.append(neighbour(number, at, **kept | tids))
    return found


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_port_is_blamed_for_a_fault_that_no_port_explains(name: str) -> None:
    chance = Random(44)  # noqa: S311 - the same each time
    orders = [told(chance, *PROGRAMS[name]) for _ in range(ORDERS)]
    wrong = [one for one in orders if FALSE.intersection(one)]
    assert len(wrong) <= MOST_FALSE * ORDERS, wrong
    right = [one for one in orders if one and one[-1] == "intermittent"]
    assert len(right) >= 0.98 * ORDERS
