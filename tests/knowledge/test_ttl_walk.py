"""The meaning of two hop-by-hop probes, measured with two routers in a row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.ttl_walk import (
    ENOUGH_SILENCE,
    LONGEST,
    Tells,
    filters_by_port,
    is_direct,
    is_over,
    verdict,
    what_tells,
)
from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.ttl_walks import Hop, PortTrial, Walk

CLIENT, NEAR, FAR = "10.55.32.175", "10.2.0.1", "10.1.0.1"


def walk(port: int, *hops: str) -> Walk:
    """Return hops: an address that passed it, "client", "!address", or silence."""
    told: list[Hop] = []
    for ttl, text in enumerate(hops, 1):
        match text:
            case "":
                told.append(Hop(ttl=ttl, answer="silent"))
            case "client":
                told.append(Hop(ttl=ttl, answer="reached", sender=CLIENT))
            case _ if text.startswith("!"):
                name = "administratively prohibited"
                sender = text[1:]
                told.append(Hop(ttl=ttl, answer="refused", sender=sender, name=name))
            case _:
                told.append(Hop(ttl=ttl, answer="passed", sender=text))
    return Walk(port=port, hops=told)


WHOLE = walk(49_200, NEAR, FAR, "client")


def said(*hops: str, other: Walk = WHOLE) -> str:
    return verdict(walk(2_072, *hops), other)


def test_nothing_is_dropped_any_more() -> None:
    assert "reach the client now" in said(NEAR, FAR, "client")


def test_of_a_client_that_had_answered_nothing_was_dropped() -> None:
    text = verdict(walk(2_072, NEAR, FAR, "client"), WHOLE, was_heard=True)
    assert "nothing drops them" in text
    assert "dropped them before" not in text


@pytest.mark.parametrize("hops", [(NEAR, "", "", ""), (NEAR, "", "")])
def test_a_wall_after_the_first_router(hops: tuple[str, ...]) -> None:
    text = said(*hops)
    assert f"dropped at {NEAR} or just behind it" in text
    assert "filters by the client's port" in text
    assert "listens" not in text


def test_the_last_router_and_the_client_look_alike() -> None:
    text = said(NEAR, FAR, "", "", "")
    assert f"dropped at {FAR} or just behind it, or by the client's own" in text
    assert "unless a program listens there" in text


def test_where_the_client_is_the_first_hop_nothing_stands_between() -> None:
    beside = walk(49_200, "client")
    text = said("", "", "", other=beside)
    assert text.startswith(f"{CLIENT} is the first hop (no router in between)")
    assert "Its own firewall, or a switch or bridge" in text
    assert "before the first hop" not in text
    assert is_direct(beside)
    assert not is_direct(WHOLE)
    assert not is_direct(walk(49_200, ""))


def test_a_wall_before_the_first_router() -> None:
    assert "dropped before the first hop" in said("", "", "")


def test_silence_on_both_ways_teaches_nothing() -> None:
    assert "no result" in said("", "", "", other=walk(49_200, "", "", ""))


def test_the_same_silence_on_both_ways_is_no_filter_of_ports() -> None:
    text = said(NEAR, "", "", "", other=walk(49_200, NEAR, "", "", ""))
    assert "both ports" in text
    assert "filters" not in text


def test_the_other_port_gets_further() -> None:
    text = said(NEAR, "", "", "", other=walk(49_200, NEAR, FAR, "", "", ""))
    assert f"get further, to {FAR}" in text


def test_who_refuses_is_named() -> None:
    text = said(NEAR, f"!{FAR}")
    assert text.startswith(f"{FAR} rejects packets to UDP port 2072")
    assert "49200 reach the client" in text


def test_a_walk_ends_at_the_client_at_a_refusal_in_silence_or_far_away() -> None:
    assert not is_over(walk(1))
    assert not is_over(walk(1, NEAR))
    assert not is_over(walk(1, NEAR, *[""] * (ENOUGH_SILENCE - 1)))
    assert not is_over(walk(1, "", "", NEAR))
    assert is_over(WHOLE)
    assert is_over(walk(1, f"!{NEAR}"))
    assert is_over(walk(1, NEAR, *[""] * ENOUGH_SILENCE))
    assert is_over(walk(1, *[NEAR] * LONGEST))


hops = st.lists(st.sampled_from(["", NEAR, FAR, "client", f"!{FAR}"]), max_size=LONGEST)


@given(suspect=hops, other=hops)
def test_there_is_always_a_verdict_and_it_names_only_ports_walked_to(
    suspect: list[str], other: list[str]
) -> None:
    text = verdict(walk(2_072, *suspect), walk(49_200, *other))
    assert text.endswith(".")
    assert "?" not in text


@pytest.mark.parametrize(
    ("hops", "other", "sure"),
    [
        ((NEAR, "", "", ""), WHOLE, FACT),  # the far router forwards the others
        ((NEAR, FAR, "", "", ""), WHOLE, LIKELY),  # the client may listen there
        ((NEAR, FAR, "client"), WHOLE, 0.0),
        ((NEAR, f"!{FAR}"), WHOLE, 0.0),  # a host reports it: no silence
        ((NEAR, "", "", ""), walk(49_200, NEAR, FAR, "", "", ""), 0.0),
        (("", "", ""), walk(49_200, "", "", ""), 0.0),
    ],
)
def test_how_sure_it_is_that_a_port_is_filtered(
    hops: tuple[str, ...], other: Walk, sure: float
) -> None:
    assert filters_by_port(walk(2_072, *hops), other) == sure


OURS, THEIRS, FAR_PORT = range(40_000, 40_004), (2_073, 2_074, 49_200), 49_200


def tried(*silent: tuple[int, int]) -> list[PortTrial]:
    """Return test packets from four of our ports to three of the client's."""
    return [
        PortTrial(server_tid=ours, client_tid=port, reached=(ours, port) not in silent)
        for port in THEIRS
        for ours in OURS
    ]


def to(*ports: int) -> list[tuple[int, int]]:
    return [(ours, port) for port in ports for ours in OURS]


def from_(*ports: int) -> list[tuple[int, int]]:
    return [(ours, port) for port in THEIRS for ours in ports]


MIXED = [(40_000, 2_073), (40_001, 2_074), (40_001, 49_200), (40_002, 2_073)]


@pytest.mark.parametrize(
    ("silent", "tells", "word"),
    [
        ([], Tells.NOTHING, "no rule for ports of either end shows"),
        (to(2_073, 2_074), Tells.CLIENT_PORT, "none to ports 2073–2074"),
        (from_(40_002, 40_003), Tells.SERVER_PORT, "none from ports 40002–40003"),
        (MIXED, Tells.PATH, "one of several paths"),
        (to(2_073), Tells.NOTHING, "no rule for ports"),  # a program listens there
        (MIXED[:1], Tells.NOTHING, "no rule for ports"),  # lost by chance
    ],
)
def test_what_tells_ports_that_are_reached_from_others(
    silent: list[tuple[int, int]], tells: Tells, word: str
) -> None:
    trials = tried(*silent)
    assert what_tells(trials, FAR_PORT) is tells
    text = verdict(walk(2_072, NEAR, "", "", ""), WHOLE, trials)
    assert word in text
    assert f"{12 - len(silent)} of 12 test packets from several ports" in text
    assert "filters by the client's port" not in text
