"""The firewall rules for a range, before it is applied."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.engine.messages import SetPorts
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.seen import Traffic
from tftptui.knowledge.firewall.situation import Kind, SituationError
from tftptui.ui.firewall.rule_choice import Wishes
from tftptui.ui.panes.ports.rule_preview import rules_for

OWN = (ip_address("10.0.1.5"),)


def ports(first: int, last: int, *, is_single: bool = False) -> SetPorts:
    return SetPorts(
        first=first, last=last, order="random", quarantine=1, single_port=is_single
    )


@given(st.integers(1, 65_535), st.integers(0, 1_000), st.sampled_from(list(Kind)))
def test_the_rules_name_the_range_whatever_the_kind(
    first: int, more: int, kind: Kind
) -> None:
    last = min(first + more, 65_535)
    rules = rules_for(ports(first, last), Wishes(kind=kind), Traffic(), OWN)
    named = f"sport {first}-{last} " if last > first else f"sport {first} "
    assert any(named in rule for rule in rules)


def test_in_single_port_mode_no_range_is_named() -> None:
    wishes = Wishes(dialect=Dialect.NFTABLES, kind=Kind.STATELESS)
    rules = rules_for(ports(40_000, 40_099, is_single=True), wishes, Traffic(), OWN)
    assert "40000" not in " ".join(rules)
    assert any("udp sport 69 udp dport 1024-65535" in rule for rule in rules)


def test_without_an_address_there_are_no_rules() -> None:
    with pytest.raises(SituationError, match="--server is missing"):
        rules_for(ports(1, 2), Wishes(), Traffic(), ())
