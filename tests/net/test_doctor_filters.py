"""The doctor's verdicts on this host's rules, compared with real packets."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from tests.support.fetcher import CONTENT
from tests.support.firewall_lab import HASTY, PATIENT, Lab, require
from tests.support.namespaces import Routed
from tests.support.serve import Serve, environment
from tests.support.verdicts import comes_through
from tftptui.doctor.packet_filter.exchange import Ends, Exchange, judge
from tftptui.doctor.packet_filter.model import Ruleset
from tftptui.doctor.packet_filter.ruleset import read_host
from tftptui.doctor.reading.packet_filter import read_filters
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.situation import Where

TOPICS = {"requests", "answers", "acks"}

pytestmark = [pytest.mark.net, pytest.mark.netns]

NEITHER, NORMAL = (False, False), (True, False)
SINGLE, BOTH = (False, True), (True, True)
"""Whether transfers work with a range of ports, and with a single port."""

INPUT = """
table inet filter {
  chain input { type filter hook input priority filter; policy drop;
    iifname lo accept; <rules>; }
}
"""
OUTPUT = """
table inet filter {
  chain output { type filter hook output priority filter; policy drop;
    oifname lo accept; <rules>; }
}
"""
HELPER = """
table inet filter {
  ct helper tftp-std { type "tftp" protocol udp; }
  chain assign { type filter hook prerouting priority <rules>; policy accept;
    udp dport <port> ct helper set "tftp-std"; }
  chain output { type filter hook output priority filter; policy drop;
    oifname lo accept; ct state established accept;
    ct state related ct helper "tftp" accept; }
}
"""
LATE_HELPER = """
table inet filter {
  ct helper tftp-std { type "tftp" protocol udp; }
  chain input { type filter hook input priority filter; policy accept; <rules>; }
  chain output { type filter hook output priority filter; policy drop;
    oifname lo accept; ct state established,related accept; }
}
"""
RAW = """
table inet filter {
  chain raw { type filter hook prerouting priority raw; policy accept; <rules>; }
  chain input { type filter hook input priority filter; policy drop;
    iifname lo accept; ct state established accept; udp dport <port> accept; }
}
"""
SET_HELPER = 'udp dport <port> ct helper set "tftp-std"'

NFT_CASES = {
    "no rules": ("", "", BOTH),
    "row 26": (INPUT, "ct state established accept; udp dport <port> accept", BOTH),
    "row 27": (INPUT, "udp dport <port> accept", SINGLE),
    "row 28": (INPUT, "udp dport <port> accept; udp dport <range> accept", BOTH),
    "closed": (INPUT, "udp dport 7 accept", NEITHER),
    "high clients only": (INPUT, "udp sport 40000-65535 accept", NEITHER),
    "set": (INPUT, "udp dport { <port>, <range> } accept", BOTH),
    "map": (INPUT, "udp dport vmap { <port> : accept, <range> : accept }", BOTH),
    "pairs": (INPUT, "ip daddr . udp dport { 203.0.113.9 . <port> } accept", SINGLE),
    "other network": (INPUT, "ip saddr 192.0.2.0/24 accept", NEITHER),
    "this network": (INPUT, "ip saddr 198.51.100.0/24 accept", BOTH),
    "other device": (INPUT, 'iifname "eth9*" accept', NEITHER),
    "this device": (INPUT, 'iifname "eth*" accept', BOTH),
    "all but": (INPUT, "udp dport != 1-1023 accept", BOTH),
    "other protocol": (
        INPUT,
        "tcp dport != 1 accept; ip protocol 1 accept",
        NEITHER,
    ),
    "row 29, by port": (OUTPUT, "udp sport <port> accept", SINGLE),
    "row 29, by state": (OUTPUT, "ct state established accept", SINGLE),
    "row 29, related": (OUTPUT, "ct state established,related accept", SINGLE),
    "row 29, reject": (OUTPUT, "udp sport <port> accept; reject", SINGLE),
    "answers by range": (OUTPUT, "udp sport <range> accept", NORMAL),
    "answers to high clients": (OUTPUT, "udp dport 40000-65535 accept", NEITHER),
    "row 30, filter": (HELPER, "filter", BOTH),
    "row 30, conntrack": (HELPER, "-200", BOTH),
    "row 15, raw": (HELPER, "raw", SINGLE),
    "row 15, too early": (HELPER, "-201", SINGLE),
    "row 30, input": (LATE_HELPER, SET_HELPER, BOTH),
    "row 17, after accept": (LATE_HELPER, "accept; " + SET_HELPER, SINGLE),
    "raw, nothing": (RAW, "udp dport 7 drop", BOTH),
    "raw, drop": (RAW, "udp dport <port> drop", NEITHER),
    "raw, state": (RAW, "udp dport <port> ct state invalid drop", NEITHER),
    "raw, no tracking": (RAW, "udp dport <range> notrack", SINGLE),
    "jump": (
        "table inet filter { chain sub { udp sport 1-1023 return; udp dport <port> "
        "accept; }\n" + INPUT.strip().partition("{")[2],
        "jump sub; ct state vmap { established : accept, invalid : drop }",
        BOTH,
    ),
}

IPTABLES_CASES = {
    "row 26": (
        (
            "-P INPUT DROP; -A INPUT -i lo -j ACCEPT; -A INPUT -m conntrack --ctstate "
            "RELATED,ESTABLISHED -j ACCEPT; -A INPUT -p udp --dport <port> -j ACCEPT"
        ),
        BOTH,
    ),
    "row 27": ("-P INPUT DROP; -A INPUT -p udp --dport <port> -j ACCEPT", SINGLE),
    "row 28": (
        (
            "-P INPUT DROP; -A INPUT -p udp -m multiport --dports <port>,<colons> "
            "-j ACCEPT"
        ),
        BOTH,
    ),
    "row 29": ("-P OUTPUT DROP; -A OUTPUT -p udp --sport <port> -j ACCEPT", SINGLE),
    "row 29, state": (
        "-P OUTPUT DROP; -A OUTPUT -m state --state ESTABLISHED -j ACCEPT",
        SINGLE,
    ),
    "row 30": (
        (
            "-P OUTPUT DROP; -t raw -A PREROUTING -p udp --dport <port> -j CT --helper "
            "tftp; -A OUTPUT -m conntrack --ctstate ESTABLISHED -j ACCEPT; -A OUTPUT "
            "-m conntrack --ctstate RELATED -m helper --helper tftp -j ACCEPT"
        ),
        BOTH,
    ),
    "chain": (
        (
            "-N LOCAL; -A INPUT ! -i lo -j LOCAL; -A LOCAL -s 10.0.0.0/8 -j RETURN; "
            "-A LOCAL -p udp --sport 1024:65535 -j ACCEPT; -A LOCAL -j REJECT"
        ),
        BOTH,
    ),
    "reject": ("-A INPUT ! -s 192.0.2.0/24 -p udp -j REJECT", NEITHER),
    "untracked": (
        (
            "-P INPUT DROP; -t raw -A OUTPUT -p udp -j CT --notrack; -A INPUT -m "
            "conntrack --ctstate ESTABLISHED -j ACCEPT; -A INPUT -p udp --dport <port> "
            "-j ACCEPT"
        ),
        SINGLE,
    ),
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "file").write_bytes(CONTENT)
    return root


@pytest.fixture(scope="module")
def servers(network: Routed, root: Path) -> Iterator[tuple[Serve, Serve]]:
    """Yield one with a range of ports, one with a single port."""
    with (
        Serve(root, listen=None, within=network.server) as many,
        Serve(root, "--single-port", listen=None, within=network.server) as single,
    ):
        yield many, single
        assert (many.stop(), single.stop()) == (0, 0)


def listed(lab: Lab) -> Ruleset:
    """Return the server's rules, as the doctor reads them."""
    with lab.network.inside("server"):
        filters = read_filters()
    assert not filters.trouble, filters.trouble
    return read_host(filters.nft, filters.saved, filters.legacy)


def judged(lab: Lab, server: Serve, port: int, *, is_single: bool) -> Exchange:
    """Return the doctor's verdict on the server's own rules, for a low port."""
    client, host = ip_address(Routed.CLIENT), ip_address(Routed.SERVER)
    answering = port if is_single else server.ports.first
    ends = Ends(client, 2_072, host, "eth0")
    return judge(listed(lab), ends, request_port=port, answering=answering)


def check(lab: Lab, server: Serve, *, is_single: bool, works: bool) -> None:
    """Have a low client port fetch a file, and compare with the doctor."""
    patience = PATIENT if works else HASTY
    got, _ = lab.fetch(Routed.SERVER, server.at.port, patience=patience)
    assert (got == "whole") is works, got
    exchange = judged(lab, server, server.at.port, is_single=is_single)
    assert comes_through(exchange) is works, exchange
    if not works and got == "stuck":  # it received a reply, so the ACK was lost
        passes = [exchange.request.passes, exchange.answer.passes, exchange.ack.passes]
        assert passes == [True, True, False]


@pytest.mark.parametrize("is_single", [False, True], ids=["range", "single"])
@pytest.mark.parametrize("case", NFT_CASES.values(), ids=NFT_CASES)
def test_nftables(
    lab: Lab,
    servers: tuple[Serve, Serve],
    case: tuple[str, str, tuple[bool, bool]],
    *,
    is_single: bool,
) -> None:
    frame, rules, works = case
    text = filled(frame.replace("<rules>", rules), servers[is_single])
    lab.load(Where.SERVER, Dialect.NFTABLES, text)
    check(lab, servers[is_single], is_single=is_single, works=works[is_single])


@pytest.mark.parametrize("is_single", [False, True], ids=["range", "single"])
@pytest.mark.parametrize("case", IPTABLES_CASES.values(), ids=IPTABLES_CASES)
def test_iptables(
    lab: Lab,
    servers: tuple[Serve, Serve],
    case: tuple[str, tuple[bool, bool]],
    *,
    is_single: bool,
) -> None:
    require(Dialect.IPTABLES)
    rules, works = case
    commands = [
        f"iptables {rule}" for rule in filled(rules, servers[is_single]).split("; ")
    ]
    lab.load(Where.SERVER, Dialect.IPTABLES, "\n".join(commands))
    check(lab, servers[is_single], is_single=is_single, works=works[is_single])


@pytest.fixture
def legacy(lab: Lab) -> Iterator[Lab]:
    """Yield a lab whose server temporarily uses legacy iptables."""
    if shutil.which("iptables-legacy") is None:
        pytest.skip("iptables-legacy is not installed: apt install iptables")
    flush = """
    for chain in INPUT OUTPUT; do iptables-legacy -P $chain ACCEPT; done
    for table in filter raw; do iptables-legacy -t $table -F; done
    """
    try:
        lab.load(Where.SERVER, Dialect.IPTABLES, flush)
    except AssertionError as error:
        pytest.skip(f"this kernel lacks what iptables-legacy needs: {error}")
    yield lab
    lab.load(Where.SERVER, Dialect.IPTABLES, flush)


@pytest.mark.parametrize("case", ["row 27", "row 29", "row 30"])
def test_iptables_legacy(legacy: Lab, servers: tuple[Serve, Serve], case: str) -> None:
    rules, (works, _) = IPTABLES_CASES[case]
    text = filled(f"iptables-legacy {rules}", servers[0])
    text = text.replace("; ", "\niptables-legacy ")
    legacy.load(Where.SERVER, Dialect.IPTABLES, text)
    check(legacy, servers[0], is_single=False, works=works)


@pytest.mark.parametrize(
    ("rules", "works"),
    [
        ("ip6 saddr 2001:db8:2::/64 udp dport { <port>, <range> } accept", True),
        ("ip saddr 198.51.100.0/24 accept", False),
        ("meta nfproto ipv6 meta l4proto udp accept", True),
        ("ip6 nexthdr udp ct state new udp dport <port> accept", False),
    ],
)
def test_ipv6(
    lab: Lab, servers: tuple[Serve, Serve], rules: str, *, works: bool
) -> None:
    frame = INPUT.replace("iifname lo", "meta l4proto ipv6-icmp")
    text = filled(frame.replace("<rules>", rules), servers[0])
    lab.load(Where.SERVER, Dialect.NFTABLES, text)
    patience = PATIENT if works else HASTY
    got, _ = lab.fetch(Routed.SERVER_V6, servers[0].at.port, patience=patience)
    ends = Ends(
        ip_address(Routed.CLIENT_V6), 2_072, ip_address(Routed.SERVER_V6), "eth0"
    )
    exchange = judge(
        listed(lab),
        ends,
        request_port=servers[0].at.port,
        answering=servers[0].ports.last,
    )
    assert (got == "whole", comes_through(exchange)) == (works, works)


@pytest.mark.parametrize(
    ("dialect", "rules"),
    [
        (Dialect.NFTABLES, INPUT.replace("<rules>", "udp dport <port> accept")),
        (Dialect.NFTABLES, OUTPUT.replace("<rules>", "udp dport 40000-65535 accept")),
        (Dialect.NFTABLES, INPUT.replace("<rules>", "udp dport 7 accept")),
        (Dialect.IPTABLES, "iptables -P INPUT DROP"),
        (Dialect.IPTABLES, "iptables -A OUTPUT -p udp --dport 1:39999 -j REJECT"),
    ],
)
def test_what_the_doctor_tells_to_type_cures(
    lab: Lab, servers: tuple[Serve, Serve], dialect: Dialect, rules: str
) -> None:
    require(dialect)
    server, _ = servers
    lab.load(Where.SERVER, dialect, filled(rules, server))
    commands = asked_doctor(lab, server, status=2)
    assert lab.fetch(Routed.SERVER, server.at.port, patience=HASTY)[0] != "whole"
    for command in commands:
        subprocess.run(
            [*lab.network.server, "sh", "-c", command.removeprefix("sudo ")],
            check=True,
        )
    assert asked_doctor(lab, server, status=1) == []
    got = lab.fetch(Routed.SERVER, server.at.port, patience=PATIENT)
    assert got == ("whole", "whole")


def asked_doctor(lab: Lab, server: Serve, *, status: int) -> list[str]:
    """Run the doctor on the server's host; return its commands for IPv4 rules."""
    port, ports = str(server.at.port), str(server.ports)
    command = [sys.executable, "-m", "tftptui", "doctor", "--json"]
    command += ["--port", port, "--ports", ports, "--listen", Routed.SERVER]
    done = subprocess.run(
        [*lab.network.server, *command, "--clients", "198.51.100.0/24"],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    told = json.loads(done.stdout)
    results = [r for r in told["results"] if r["topic"] in TOPICS]
    assert {r["topic"] for r in results} == TOPICS
    assert done.returncode == told["status"]
    assert (2 if any(r["mark"] == "bad" for r in results) else 1) == status
    return [line for result in results for line in result["commands"]]


def filled(rules: str, server: Serve) -> str:
    """Return rules with a server's ports filled in."""
    ports = server.ports
    rules = rules.replace("<colons>", f"{ports.first}:{ports.last}")
    return rules.replace("<port>", str(server.at.port)).replace("<range>", str(ports))
