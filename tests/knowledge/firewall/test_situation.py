"""Situations, and invalid ones."""

import pytest

from tests.support.firewalls import CLIENTS_V6, SERVER, SERVER_V6, situation
from tftptui.knowledge.firewall.situation import Kind, SituationError, Way


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"servers": ()}, "--server is missing"),
        ({"clients": ()}, "--clients is missing"),
        ({"port": 0}, "--port 0: ports are"),
        ({"clients": (CLIENTS_V6,)}, "different IP versions"),
        ({"kind": Kind.STATELESS, "has_nat": True}, "keeps state"),
    ],
)
def test_nonsense_is_named(changes: dict[str, object], said: str) -> None:
    with pytest.raises(SituationError, match=said):
        situation(**changes)


@pytest.mark.parametrize(
    ("changes", "way"),
    [
        ({"kind": Kind.HELPER}, Way.HELPER),
        ({"kind": Kind.STATEFUL}, Way.RANGE),
        ({"kind": Kind.STATELESS}, Way.RANGE),
        ({"kind": Kind.HELPER, "is_single_port": True}, Way.SINGLE_PORT),
    ],
)
def test_way_follows_from_what_the_firewall_knows(
    changes: dict[str, object], way: Way
) -> None:
    assert situation(**changes).way is way


def test_a_family_needs_both_sides() -> None:
    both = situation(servers=(SERVER, SERVER_V6))
    assert [family.version for family in both.families] == [4]


def test_ipv4_and_ipv6_stay_apart() -> None:
    both = situation(
        servers=(SERVER_V6, SERVER), clients=(CLIENTS_V6, *situation().clients)
    )
    assert [(f.servers, f.clients) for f in both.families] == [
        ((SERVER,), situation().clients),
        ((SERVER_V6,), (CLIENTS_V6,)),
    ]
