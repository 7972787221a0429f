"""Results of a probe, a hop-by-hop probe or a self-test change the finding."""

from typing import Any

import msgspec
import pytest

from tests.support.facts import CLIENT, FIREWALL, NOON, SERVER, completed, tried
from tests.support.seen import Seen
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.telemetry.ttl_walks import Hop, Location, Walk

PLAIN: dict[str, Any] = {"kind": "", "kind_sure": 0.0}
PROBE: dict[str, Any] = {"kind": "tftptui", "kind_sure": 0.6}

PASSED = Hop(ttl=1, answer="passed", sender=FIREWALL)
BESIDE = Location(
    transfer=2,
    client=CLIENT,
    suspect=Walk(port=2_071, hops=[Hop(ttl=1, answer="silent")]),
    other=Walk(port=49_200, hops=[Hop(ttl=1, answer="reached", sender=CLIENT)]),
    is_done=True,
    verdict=f"{CLIENT} is the first hop.",
)


@pytest.fixture
def seen() -> Seen:
    seen = Seen()
    seen.begin(tried(1, 0.0, **PLAIN))
    seen.begin(tried(2, 2.0, **PLAIN))
    seen.look(4.0)
    return seen


def only(seen: Seen) -> Finding:
    (found,) = seen.standing()
    return found


def test_a_walk_moves_the_place_and_the_remedies_and_is_evidence(seen: Seen) -> None:
    before = only(seen)
    assert (before.stands_at, before.revises) == ("between-or-client", "")
    seen.findings.located(BESIDE)
    seen.look(1.0)
    after = only(seen)
    assert after.stands_at == "client-segment"
    assert after.remedies[0].text.startswith(f"on {CLIENT}: allow UDP")
    assert after.evidence[0].text == f"hop by hop to {CLIENT}: {BESIDE.verdict}"


def test_a_walk_changes_what_to_do_about_lost_acks_though_the_place_stays() -> None:
    seen = Seen()
    seen.begin(tried(1, 0.0, retransmits=5, timeouts=5))
    seen.look(40.0)
    assert any("on the path" in one.text for one in only(seen).remedies)
    seen.findings.located(BESIDE)
    seen.look(1.0)
    assert not any("on the path" in one.text for one in only(seen).remedies)


def test_a_walk_holds_for_the_client_s_next_tries_until_the_path_changes(
    seen: Seen,
) -> None:
    seen.findings.located(BESIDE)
    for number in (1, 2):
        view = seen.views[number]
        view.phase, view.ended = "abandoned", seen.clock.wall()
        seen.end(view)
    seen.look(100.0)
    at = seen.clock.wall() - NOON
    for number in (3, 4):
        seen.begin(tried(number, at + number, file="other", **PLAIN))
    seen.look(8.0)
    found = next(one for one in seen.standing() if 4 in one.transfers)
    assert found.stands_at == "client-segment"
    seen.findings.forget_ways()
    seen.look(1.0)
    found = next(one for one in seen.standing() if 4 in one.transfers)
    assert found.stands_at == "between-or-client"


def test_a_probe_from_the_client_s_host_tells_its_port_and_is_evidence(
    seen: Seen,
) -> None:
    at = seen.clock.wall() - NOON
    seen.begin(completed(3, at, client_tid=49_200, file="probe.bin", **PROBE))
    seen.look(1.0)
    seen.look(1.0)
    after = only(seen)
    assert (after.code, after.revises) == ("client-port-blocked", "answers-blocked")
    assert "packets to port 49200 arrive" in after.headline
    told = [one.text for one in after.evidence]
    assert any("it looks like tftptui) got probe.bin" in text for text in told)


def test_a_self_test_that_fails_moves_lost_acks_to_this_host() -> None:
    seen = Seen()
    seen.begin(tried(1, 0.0, retransmits=5, timeouts=5))
    seen.look(40.0)
    assert (only(seen).code, only(seen).stands_at) == (
        "acks-blocked",
        "between-or-server",
    )
    at = seen.clock.wall() - NOON
    own = tried(2, at, client=SERVER, kind=SELF_TEST)
    seen.begin(own)
    seen.end(msgspec.structs.replace(own, phase="abandoned", ended=NOON + at + 3))
    seen.look(1.0)
    after = only(seen)
    assert (after.stands_at, after.client) == ("server", CLIENT)
    assert "this host's self-test" in after.headline
    assert any("self-test of this host (key D)" in one.text for one in after.evidence)
