"""A port's latest result counts as evidence about the path, and nothing more."""

from dataclasses import replace

from tests.support.facts import (
    CLIENT,
    SERVER,
    facts_of,
    neighbour,
    repeated_request,
    tried,
)
from tests.support.findings import draft_of, remembered_flow
from tftptui.findings.facts import Scene
from tftptui.telemetry.findings import LIKELY


def test_what_a_port_showed_last_outweighs_what_it_showed_before() -> None:
    again = repeated_request(tried(client_tid=2_071), 6.0)
    worked = neighbour(50, client=CLIENT, client_tid=2_070, at=-90.0)
    failed = neighbour(51, client=CLIENT, client_tid=2_070, at=-30.0, worked=False)
    seen = facts_of(again, now=9.0, neighbours=(worked, failed))
    draft = draft_of(seen)
    assert (draft.code, draft.helps[0].verdict) == ("answers-blocked", "unknown")
    high = neighbour(52, client=CLIENT, client_tid=49_200, at=8.0)
    draft = draft_of(facts_of(again, now=9.0, neighbours=(worked, failed, high)))
    assert (draft.code, draft.confidence) == ("client-port-blocked", LIKELY)
    assert "to port 49200 arrive" in draft.headline


def test_a_port_that_works_again_is_one_that_works() -> None:
    failed = neighbour(50, client=CLIENT, client_tid=3_000, at=-300.0, worked=False)
    draft = draft_of(remembered_flow(failed))
    assert draft.code == "stale-conntrack"


def test_its_proof_names_the_port_that_requests_go_to() -> None:
    scene = Scene(port=26_969, addresses=frozenset({SERVER}))
    draft = draft_of(replace(remembered_flow(), scene=scene))
    assert draft.proof == "conntrack -L -p udp --orig-port-dst 26969"


def test_only_who_has_all_of_a_file_has_got_it() -> None:
    again = repeated_request(tried(client_tid=2_072), 6.0)
    whole = neighbour(50, client=CLIENT, client_tid=44_001, file="a.img")
    part = neighbour(51, client=CLIENT, client_tid=44_002, file="b.img", is_done=False)
    put = neighbour(52, client=CLIENT, client_tid=44_003, file="c.log", is_upload=True)
    draft = draft_of(facts_of(again, now=9.0, neighbours=(whole, part, put)))
    told = [one.text.partition(")")[2] for one in draft.evidence[2:5]]
    assert told == [
        " sent c.log on its port 44003",
        ": replies reached its port 44002, for b.img",
        " got a.img on its port 44001",
    ]
