"""A hop-by-hop probe distinguishes one port from another: the port is the cause."""

from dataclasses import replace

import msgspec
import pytest

from tests.support.facts import (
    CLIENT,
    FIREWALL,
    facts_of,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.findings import boot_rom
from tftptui.findings.facts import Facts
from tftptui.findings.registry import judge
from tftptui.telemetry.findings import FACT, LIKELY, labelled
from tftptui.telemetry.ttl_walks import Hop, Location, Walk

WHOLE = Walk(
    port=49_200,
    hops=[
        Hop(ttl=1, answer="passed", sender=FIREWALL),
        Hop(ttl=2, answer="passed", sender="10.0.4.1"),
        Hop(ttl=3, answer="reached", sender=CLIENT),
    ],
)


def walked(passed: int, **changes: object) -> Facts:
    """Return the founding case after a probe that PASSED that many hosts."""
    silent = [Hop(ttl=ttl, answer="silent") for ttl in range(passed + 1, passed + 4)]
    location = Location(
        transfer=1,
        client=CLIENT,
        suspect=Walk(port=2_070, hops=[*WHOLE.hops[:passed], *silent]),
        other=WHOLE,
        is_done=True,
        verdict="Packets to UDP port 2070 are dropped.",
    )
    return replace(boot_rom(), location=msgspec.structs.replace(location, **changes))


@pytest.mark.parametrize(("passed", "sure"), [(1, FACT), (2, LIKELY)])
def test_it_is_the_client_s_port_that_matters(passed: int, sure: float) -> None:
    draft = judge(walked(passed))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("client-port-blocked", sure)
    assert ("Likely" in labelled(draft.headline, draft.confidence)) is (sure < FACT)
    assert "to port 49200 arrive" in draft.headline
    assert draft.evidence[0].text.startswith(f"hop by hop to {CLIENT}: Packets to UDP")
    assert {one.knob: one.verdict for one in draft.helps}["port-range"] == "no"


def test_where_the_client_is_the_first_hop_its_own_host_is_left() -> None:
    beside = Walk(port=49_200, hops=[Hop(ttl=1, answer="reached", sender=CLIENT)])
    seen = walked(0, other=beside)
    plain = [msgspec.structs.replace(one, kind="") for one in seen.tries]
    draft = judge(replace(seen, tries=tuple(plain)))
    assert draft is not None
    assert (draft.code, draft.confidence) == ("client-port-blocked", LIKELY)
    assert draft.stands_at == "client-segment"
    assert "dropped by the client's own firewall, or by a switch" in draft.headline
    assert "on the path" not in draft.headline


def test_of_boot_firmware_a_switch_is_left_where_no_router_stands_between() -> None:
    beside = Walk(port=49_200, hops=[Hop(ttl=1, answer="reached", sender=CLIENT)])
    draft = judge(walked(0, other=beside))
    assert draft is not None
    assert (draft.code, draft.stands_at) == ("client-port-blocked", "server-segment")
    assert "dropped by a switch or bridge in front of the client" in draft.headline
    (remedy,) = draft.remedies
    assert "no router is in between" in remedy.text


def test_a_walk_stands_in_the_evidence_of_what_was_known_before_it() -> None:
    high = neighbour(50, 9.0, client_tid=44_669)
    draft = judge(replace(walked(1), neighbours=(high,)))
    assert draft is not None
    assert draft.evidence[0].text.startswith("hop by hop")
    assert draft.stands_at == "between"


def test_a_machine_that_drops_before_the_client_spares_its_firewall() -> None:
    plain = [msgspec.structs.replace(one, kind="") for one in walked(1).tries]
    draft = judge(replace(walked(1), tries=tuple(plain)))
    assert draft is not None
    assert (draft.stands_at, draft.confidence) == ("between", FACT)
    near = [msgspec.structs.replace(one, kind="") for one in walked(2).tries]
    draft = judge(replace(walked(2), tries=tuple(near)))
    assert draft is not None
    assert draft.stands_at == "between-or-client"


@pytest.mark.parametrize(
    "changes",
    [{"is_done": False}, {"suspect": Walk(port=9, hops=[])}, {"other": Walk(port=1)}],
)
def test_what_the_walk_does_not_show_is_not_told(changes: dict[str, object]) -> None:
    draft = judge(walked(1, **changes))
    assert draft is not None
    assert draft.code == "answers-blocked"


def test_a_silent_port_as_high_as_those_that_work_excludes_the_client_s_port() -> None:
    high = neighbour(50, 9.0, client=CLIENT, client_tid=44_669, server_tid=40_010)
    vain = neighbour(51, 2.0, client=CLIENT, client_tid=50_000, worked=False)
    tries = (repeated_request(tried(1, 20.0, client_tid=2_072), 26.0),)
    draft = judge(facts_of(*tries, now=30.0, neighbours=(high, vain)))
    assert draft is not None
    assert draft.code != "client-port-blocked"
