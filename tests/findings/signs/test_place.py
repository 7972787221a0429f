"""Where silence is made, as far as the server's end can tell."""

from dataclasses import replace

import pytest

from tests.support.facts import (
    CLIENT,
    SERVER,
    asked_again,
    facts_of,
    neighbour,
    tried,
)
from tests.support.findings import HIGH, ONE_PORT, boot_rom, draft_of, remembered_flow
from tftptui.findings.facts import Scene


def test_another_port_of_the_same_host_does_not_clear_its_own_firewall() -> None:
    """Rules of a host go by ports as those of a router do."""
    one = asked_again(tried(**HIGH), 7.0)
    worked = neighbour(client=CLIENT, client_tid=2_070)
    draft = draft_of(facts_of(one, neighbours=(worked,), scene=ONE_PORT))
    assert (draft.code, draft.stands_at) == ("answers-blocked", "between-or-client")
    low = asked_again(tried(kind=""), 7.0)
    worked = neighbour(client=CLIENT, client_tid=49_200)
    tries = (low, asked_again(tried(2, client_tid=2_071, kind=""), 7.0))
    draft = draft_of(facts_of(*tries, neighbours=(worked,), now=9.0))
    assert (draft.code, draft.stands_at) == ("client-port-blocked", "between-or-client")
    assert "or by the client's own firewall; packets to port 49200" in draft.headline
    assert any("sudo tftptui probe" in one.command for one in draft.remedies)


def test_boot_firmware_has_no_firewall_to_look_at() -> None:
    draft = draft_of(boot_rom())
    assert not any("tftptui probe" in one.command for one in draft.remedies)


@pytest.mark.parametrize(
    ("client", "place"),
    [(CLIENT, "client-segment"), ("127.3.0.7", "between-or-client")],
)
def test_a_client_on_a_network_of_ours_leaves_only_its_own_host(
    client: str, place: str
) -> None:
    """But one of the loopback may stand for any machine, as in the demo."""
    beside = Scene(addresses=frozenset({SERVER}), on_link=True)
    one = asked_again(tried(**HIGH, client=client), 7.0)
    draft = draft_of(replace(facts_of(one, scene=beside), client=client))
    assert (draft.code, draft.stands_at) == ("answers-blocked", place)
    told = [one.text for one in draft.remedies]
    is_there = told[0].startswith(f"on {client}: allow UDP from {SERVER}")
    assert is_there is (place == "client-segment")
    assert any("switches and bridges" in text for text in told) is is_there


def test_lost_acks_may_be_dropped_on_this_host_unless_its_rules_say_no() -> None:
    draft = draft_of(facts_of(tried(retransmits=5), now=40.0))
    assert (draft.code, draft.stands_at) == ("acks-blocked", "between-or-server")


def test_the_client_s_own_firewall_may_be_the_one_that_remembers() -> None:
    draft = draft_of(remembered_flow(kind=""))
    assert (draft.code, draft.stands_at) == ("stale-conntrack", "between-or-client")
