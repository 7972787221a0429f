"""Where packets are dropped, as far as the server can tell."""

from dataclasses import replace

import pytest

from tests.support.facts import (
    CLIENT,
    FIREWALL,
    NOON,
    SERVER,
    completed,
    facts_of,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.findings import HIGH, ONE_PORT, boot_rom, draft_of, remembered_flow
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Scene, SelfTest
from tftptui.telemetry.findings import LIKELY, POSSIBLE
from tftptui.telemetry.ttl_walks import Hop, Location, Walk


def test_another_port_of_the_same_host_does_not_clear_its_own_firewall() -> None:
    """A host's rules depend on ports just like a router's."""
    one = repeated_request(tried(**HIGH), 7.0)
    worked = neighbour(client=CLIENT, client_tid=2_070)
    draft = draft_of(facts_of(one, neighbours=(worked,), scene=ONE_PORT))
    assert (draft.code, draft.stands_at) == ("answers-blocked", "between-or-client")
    low = repeated_request(tried(kind=""), 7.0)
    worked = neighbour(client=CLIENT, client_tid=49_200)
    tries = (low, repeated_request(tried(2, client_tid=2_071, kind=""), 7.0))
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
    """But a loopback client may stand for any host, as in the demo."""
    beside = Scene(addresses=frozenset({SERVER}), on_link=True)
    one = repeated_request(tried(**HIGH, client=client), 7.0)
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


DIRECT = Walk(port=49_200, hops=[Hop(ttl=1, answer="reached", sender=CLIENT)])
THROUGH = [Hop(ttl=1, answer="passed", sender=FIREWALL)]


def walk_of(suspect: Walk, other: Walk = DIRECT) -> Location:
    return Location(
        transfer=1,
        client=CLIENT,
        suspect=suspect,
        other=other,
        is_done=True,
        verdict="So it is.",
    )


def learned(seen: Facts, location: Location, at: float = 60.0) -> Draft:
    located_at = NOON + at
    return draft_of(replace(seen, location=location, located_at=located_at))


def test_lost_acks_of_a_client_beside_us_were_dropped_on_no_path() -> None:
    seen = facts_of(tried(retransmits=5), now=40.0)
    assert "on the path" in draft_of(seen).headline
    draft = learned(seen, walk_of(Walk(port=2_070)))
    assert (
        "dropped by a switch or bridge, or by this host's own firewall"
        in draft.headline
    )
    assert not any("on the path" in one.text for one in draft.remedies)
    assert any(
        one.text == "hop by hop to 10.0.4.37: So it is." for one in draft.evidence
    )


def test_a_self_test_that_hears_no_acks_either_moves_the_block_to_this_host() -> None:
    seen = facts_of(tried(retransmits=5), now=40.0)
    failed = SelfTest(NOON + 38.0, SERVER, works=False)
    draft = draft_of(replace(seen, self_test=failed))
    assert (draft.code, draft.stands_at) == ("acks-blocked", "server")
    assert "this host's self-test fails the same way" in draft.headline
    assert draft.remedies[0].text.startswith("on this host: allow UDP")
    assert any("its ACKs did not arrive" in one.text for one in draft.evidence)
    works = SelfTest(NOON + 38.0, SERVER, works=True)
    draft = draft_of(replace(seen, self_test=works))
    assert draft.stands_at == "between-or-server"
    assert any("it got its file" in one.text for one in draft.evidence)


def test_a_machine_that_rejected_a_walk_is_named() -> None:
    hop = Hop(ttl=2, answer="refused", sender="10.9.9.9", name="host prohibited")
    draft = learned(boot_rom(), walk_of(Walk(port=2_070, hops=[*THROUGH, hop])))
    assert (draft.code, draft.stands_at) == ("answers-refused", "between")
    assert "firewall at 10.9.9.9 rejects" in draft.headline
    assert draft.evidence[0].text.startswith("hop by hop")


def test_a_router_that_finds_no_client_is_no_firewall() -> None:
    hop = Hop(ttl=2, answer="refused", sender="10.9.9.9", name="host unreachable")
    draft = learned(boot_rom(), walk_of(Walk(port=2_070, hops=[*THROUGH, hop])))
    assert draft.code == "answers-blocked"


def test_a_walk_that_reaches_the_port_says_that_the_block_may_be_gone() -> None:
    reached = Hop(ttl=2, answer="reached", sender=CLIENT)
    location = walk_of(Walk(port=2_070, hops=[*THROUGH, reached]))
    draft = learned(boot_rom(), location)
    assert (draft.code, draft.confidence) == ("answers-blocked", POSSIBLE)
    assert "test packets arrive there now" in draft.headline
    before = learned(boot_rom(), location, at=-5.0)
    assert before.confidence == LIKELY


def test_a_walk_that_reaches_a_silent_client_says_that_its_machine_is_up() -> None:
    reached = Hop(ttl=2, answer="reached", sender=CLIENT)
    whole = walk_of(Walk(port=2_070, hops=[*THROUGH, reached]))
    seen = facts_of(
        completed(
            phase="abandoned",
            acked_blocks=40,
            sent_blocks=41,
            retransmits=5,
            timeouts=5,
            ended=None,
        ),
        now=60.0,
    )
    assert "off, unplugged or busy" in draft_of(seen).headline
    draft = learned(seen, whole)
    assert (draft.code, draft.stands_at) == ("client-gone", "client")
    assert "its machine is up and reachable" in draft.headline
