"""Rules from iptables-save; tests/net compares verdicts with real packets."""

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.patients import ACCEPT, Json, nft
from tftptui.doctor.packet_filter.evaluate import Passage, passage
from tftptui.doctor.packet_filter.iptables import read_iptables
from tftptui.doctor.packet_filter.model import Packet
from tftptui.doctor.packet_filter.ruleset import read_host

CLIENT, SERVER = ip_address("10.1.2.9"), ip_address("10.1.2.3")
REQUEST = Packet(CLIENT, 2_070, SERVER, 69, "eth0", is_inward=True)


def saved(*rules: str, policy: str = "DROP") -> str:
    lines = [
        "*filter",
        f":INPUT {policy} [0:0]",
        ":OUTPUT ACCEPT [0:0]",
        ":SUB - [0:0]",
    ]
    return "\n".join([*lines, *(f"-A {rule}" for rule in rules), "COMMIT"])


def judged(*rules: str) -> Passage:
    return passage(read_iptables(saved(*rules), "ip"), REQUEST)


@pytest.mark.parametrize(
    ("rule", "passes"),
    [
        ("INPUT -p udp -m udp --dport 69 -j ACCEPT", True),
        ("INPUT -p tcp -m tcp --dport 69 -j ACCEPT", False),
        ("INPUT -p udp -m udp --sport 1024:65535 --dport 60:70 -j ACCEPT", True),
        ("INPUT -p udp -m multiport --dports 53,69 -j ACCEPT", True),
        ("INPUT -p udp -m multiport --ports 2070 -j ACCEPT", True),
        ("INPUT -s 10.1.2.0/24 -d 10.1.2.3/32 -j ACCEPT", True),
        ("INPUT ! -s 10.1.2.0/24 -j ACCEPT", False),
        ("INPUT -i eth+ -j ACCEPT", True),
        ("INPUT -i lo -j ACCEPT", False),
        ("INPUT -m conntrack --ctstate NEW,RELATED -j ACCEPT", True),
        ("INPUT -m state --state ESTABLISHED -j ACCEPT", False),
        ('INPUT -m comment --comment "a -j DROP" -j ACCEPT', True),
        ("INPUT -j LOG --log-prefix x", False),
        ("INPUT -m conntrack --ctstate DNAT -j ACCEPT", False),
        ("INPUT -m addrtype --dst-type LOCAL -j ACCEPT", True),
        ("INPUT -m addrtype --dst-type MULTICAST -j ACCEPT", False),
        ("INPUT -m addrtype --src-type LOCAL -j ACCEPT", False),
        ("INPUT -m rt --rt-type 0 -j ACCEPT", False),
    ],
)
def test_what_is_understood(rule: str, *, passes: bool) -> None:
    assert judged(rule).passes is passes


@pytest.mark.parametrize(
    "rule",
    [
        "INPUT -m geoip --source-country X -j ACCEPT",
        "INPUT -m limit --limit 3/min -j ACCEPT",
        "INPUT -m conntrack --ctstatus ASSURED -j ACCEPT",
        "INPUT -j STRANGE",
        "INPUT -p udp --dport tftp -j ACCEPT",
    ],
)
def test_what_can_not_be_told_is_said(rule: str) -> None:
    got = judged(rule)
    assert (got.passes, rule in got.by) == (None, True)


def test_a_chain_of_the_user() -> None:
    rules = ("INPUT -j SUB", "SUB -s 10.9.0.0/16 -j RETURN", "SUB -j ACCEPT")
    assert judged(*rules).passes is True


def test_a_line_that_makes_no_sense_is_a_doubt() -> None:
    assert judged('INPUT -m comment --comment "x', "INPUT -j ACCEPT").passes is None


TOKENS = st.sampled_from(
    [
        "-A",
        "INPUT",
        "!",
        "-j",
        "-g",
        "-s",
        "--dport",
        "--dports",
        "--ctstate",
        "69",
        "1:",
        ":",
        ",",
        "10.0.0.0/33",
        '"',
        "ACCEPT",
        "CT",
        "--helper",
        "-m",
        "",
    ]
)


@given(st.lists(st.lists(TOKENS).map(" ".join)))
def test_no_line_brings_it_down(lines: list[str]) -> None:
    rules = [f"-A INPUT {line}" for line in lines] + [f"-A {line}" for line in lines]
    text = "\n".join(["*filter", ":INPUT DROP [0:0]", *rules])
    assert passage(read_iptables(text, "ip"), REQUEST).passes in (True, False, None)


def test_what_nft_can_not_put_into_words_comes_from_iptables() -> None:
    place: Json = {"family": "ip", "table": "filter"}
    base: Json = {"name": "INPUT", "type": "filter", "hook": "input", "prio": 0}
    multiport: Json = {"xt": {"type": "match", "name": "multiport"}}
    listed = nft(
        {"chain": {**place, **base, "policy": "drop"}},
        {"rule": {**place, "chain": "INPUT", "expr": [multiport, ACCEPT]}},
    )
    alone = passage(read_host(listed, {}, {}), REQUEST)
    text = saved("INPUT -p udp -m multiport --dports 69,6969 -j ACCEPT")
    both = passage(read_host(listed, {"ip": text}, {}), REQUEST)
    assert (alone.passes, both.passes) == (None, True)


def test_the_legacy_variant_counts_besides() -> None:
    assert passage(read_host(nft(), {}, {"ip": saved()}), REQUEST).passes is False
