"""A client whose port or address has changed: the path is not cut, the client is on."""

from typing import Any

import pytest

from tests.support.facts import (
    CLIENT,
    FIREWALL,
    NOON,
    SERVER,
    completed,
    facts_of,
    icmp,
    repeated_request,
    tried,
)
from tests.support.findings import draft_of
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import LIKELY, POSSIBLE

HALFWAY: dict[str, Any] = {
    "phase": "stalled",
    "ended": None,
    "acked_blocks": 40,
    "timeouts": 2,
}


@pytest.mark.parametrize(
    ("host", "said"), [(CLIENT, "changed the port"), ("10.0.4.99", "its address")]
)
def test_acks_from_another_endpoint_show_a_translation(host: str, said: str) -> None:
    draft = draft_of(facts_of(completed(**HALFWAY, moved_to=(host, 61_000, 3))))
    assert draft.code == "nat-rebinding"
    assert said in draft.headline


def test_a_stranger_does_no_harm_to_what_goes_on() -> None:
    going = HALFWAY | {"phase": "sending", "timeouts": 0}
    assert judge(facts_of(completed(**going, moved_to=(CLIENT, 61_000, 1)))) is None


@pytest.mark.parametrize("sender", [FIREWALL, SERVER])
def test_who_goes_on_asking_is_not_switched_off(sender: str) -> None:
    one = repeated_request(tried(), 5.0)
    found = (icmp(1, sender, 3.0, 8.0),)
    on_link = sender == SERVER
    seen = facts_of(one, icmp=found)
    scene = type(seen.scene)(addresses=seen.scene.addresses, on_link=on_link)
    draft = draft_of(facts_of(one, icmp=found, scene=scene))
    assert draft.code == "address-unreachable"
    assert "requests from that address keep arriving" in draft.headline


def test_who_asks_again_once_it_is_back_was_off() -> None:
    back = repeated_request(tried(), 5.0)
    draft = judge(facts_of(back, icmp=(icmp(1, FIREWALL, 3.0),), now=5.5))
    assert draft is None or draft.code != "address-unreachable"


def test_a_router_that_rations_its_errors_may_still_not_reach_the_client() -> None:
    back = repeated_request(tried(), 5.0)
    draft = draft_of(facts_of(back, icmp=(icmp(1, FIREWALL, 3.0),)))
    assert (draft.code, draft.confidence) == ("address-unreachable", POSSIBLE)


def test_a_closed_port_that_goes_on_sending_is_one_of_two_machines() -> None:
    closed = (icmp(3, CLIENT, 1.5, 3.0, transfer=9),)
    alive = completed(**HALFWAY, duplicates=2, repeated=NOON + 6.0)
    draft = draft_of(facts_of(alive, icmp=closed, now=8.0))
    assert (draft.code, draft.confidence) == ("duplicate-address", LIKELY)
    gone = completed(**HALFWAY, duplicates=2, repeated=NOON + 0.5)
    assert draft_of(facts_of(gone, icmp=closed, now=8.0)).code != "duplicate-address"


def test_who_asks_after_a_router_gave_it_up_was_not_switched_off() -> None:
    one = repeated_request(tried(), 4.0)
    draft = judge(facts_of(one, now=4.5, icmp=(icmp(1, FIREWALL, 3.0),)))
    assert draft is None or draft.code != "client-gone"
