"""Rules loaded by ufw 0.36.2 and firewalld 1.3.3, as printed by the programs.

Both were configured to allow requests of clients in 10.55.32.0/24 and 2001:db8:2::/64
to 10.1.2.3 and 2001:db8:1::9, and no others.
"""

from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.support.verdicts import comes_through
from tftptui.doctor.packet_filter.exchange import Ends, judge
from tftptui.doctor.packet_filter.model import Ruleset
from tftptui.doctor.packet_filter.ruleset import read_host

CAPTURED = Path(__file__).parent / "captured"

SERVERS = {4: ip_address("10.1.2.3"), 6: ip_address("2001:db8:1::9")}


def ufw() -> Ruleset:
    saved = {
        "ip": (CAPTURED / "ufw.rules").read_text(),
        "ip6": (CAPTURED / "ufw6.rules").read_text(),
    }
    return read_host(None, saved, {})


def firewalld() -> Ruleset:
    return read_host((CAPTURED / "firewalld.json").read_text(), {}, {})


@pytest.mark.parametrize("rules", [ufw(), firewalld()], ids=["ufw", "firewalld"])
@pytest.mark.parametrize("answering", [40_000, 40_099, 69])
@pytest.mark.parametrize(
    ("client", "is_let_in"),
    [
        ("10.55.32.175", True),
        ("10.55.33.1", False),
        ("2001:db8:2::175", True),
        ("2001:db8:3::1", False),
    ],
)
def test_verdicts(
    rules: Ruleset, answering: int, client: str, *, is_let_in: bool
) -> None:
    address = ip_address(client)
    ends = Ends(address, 2_072, SERVERS[address.version], "eth0")
    got = judge(rules, ends, request_port=69, answering=answering)
    assert got.request.passes is is_let_in
    assert got.answer.passes is True
    assert comes_through(got) is is_let_in


@pytest.mark.parametrize("rules", [ufw(), firewalld()], ids=["ufw", "firewalld"])
def test_another_port_is_not_let_in(rules: Ruleset) -> None:
    ends = Ends(ip_address("10.55.32.175"), 2_072, SERVERS[4], "eth0")
    got = judge(rules, ends, request_port=6_969, answering=40_000)
    assert got.request.passes is False
