"""The advised rules, loaded into firewalls that block everything else."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest

from tests.support.fetcher import CONTENT
from tests.support.firewall_lab import HASTY, PATIENT, Lab, require
from tests.support.namespaces import Routed
from tests.support.serve import Serve
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.missing import remedies_for
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Kind, Situation, Way, Where

pytestmark = [pytest.mark.net, pytest.mark.netns]

HOST, HOST_V6 = Routed.SERVER, Routed.SERVER_V6
CLIENTS = (ip_network("198.51.100.0/24"), ip_network("2001:db8:2::/64"))

WHOLE = ("whole", "whole")
"""From a low client port, and from a high one."""
SILENT = ("silent", "silent")
LOW_FAILS = ("silent", "whole")

NFT, IPTABLES = Dialect.NFTABLES, Dialect.IPTABLES

MASQUERADE = """
table ip nat {
  chain post { type nat hook postrouting priority srcnat; oifname "near" masquerade; }
}
"""
FORWARDED = f"""
table ip nat {{
  chain pre {{ type nat hook prerouting priority dstnat;
    iifname "far" ip daddr {Routed.FAR} dnat to {HOST}; }}
}}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "file").write_bytes(CONTENT)
    return root


@pytest.fixture(scope="module")
def many(network: Routed, root: Path) -> Iterator[Serve]:
    """Yield a server with a range of ports."""
    with Serve(
        root, "--write", "overwrite", listen=None, within=network.server
    ) as server:
        yield server
        assert server.stop() == 0


@pytest.fixture(scope="module")
def single(network: Routed, root: Path) -> Iterator[Serve]:
    """Yield a server with one port."""
    with Serve(root, "--single-port", listen=None, within=network.server) as server:
        yield server
        assert server.stop() == 0


def situation(server: Serve, **changes: Any) -> Situation:
    known: dict[str, Any] = {
        "servers": (ip_address(HOST), ip_address(HOST_V6)),
        "clients": CLIENTS,
        "port": server.at.port,
        "ports": server.ports,
    }
    return Situation(**known | changes)


@pytest.mark.parametrize("dialect", [NFT, IPTABLES], ids=lambda d: d.value)
@pytest.mark.parametrize("where", list(Where), ids=lambda w: w.value)
class TestWhatIsAdvisedWorks:
    """From a low and a high port, with IPv4 and IPv6, through a closed firewall."""

    def test_closed(
        self, lab: Lab, many: Serve, where: Where, dialect: Dialect
    ) -> None:
        require(dialect)
        lab.close(where, dialect)
        got = lab.fetch(HOST, many.at.port, patience=HASTY)
        assert got == SILENT

    @pytest.mark.parametrize("kind", list(Kind), ids=lambda k: k.value)
    def test_port_range_and_helper(
        self, lab: Lab, many: Serve, where: Where, dialect: Dialect, kind: Kind
    ) -> None:
        require(dialect)
        lab.close(where, dialect)
        lab.advise(situation(many, where=where, kind=kind), dialect)
        for host in (HOST, HOST_V6):
            got = lab.fetch(host, many.at.port, patience=PATIENT)
            assert got == WHOLE

    @pytest.mark.parametrize(
        "kind", [Kind.STATELESS, Kind.STATEFUL], ids=lambda k: k.value
    )
    def test_single_port(
        self, lab: Lab, single: Serve, where: Where, dialect: Dialect, kind: Kind
    ) -> None:
        require(dialect)
        lab.close(where, dialect)
        case = situation(single, where=where, kind=kind, is_single_port=True)
        lab.advise(case, dialect)
        for host in (HOST, HOST_V6):
            got = lab.fetch(host, single.at.port, patience=PATIENT)
            assert got == WHOLE


FOUNDING = """
table inet filter {{
  chain forward {{
    type filter hook forward priority filter; policy drop;
    udp dport {port} accept
    udp dport {range} accept
    ip saddr {server} udp dport 40000-65535 accept
  }}
}}
"""


class TestFoundingCase:
    """A firewall allows packets only to client ports from 40000 on."""

    @pytest.fixture
    def blocked(self, lab: Lab, many: Serve) -> Lab:
        rules = FOUNDING.format(port=many.at.port, range=many.ports, server=HOST)
        lab.load(Where.BETWEEN, NFT, rules)
        return lab

    def test_low_client_ports_fail(self, blocked: Lab, many: Serve) -> None:
        got = blocked.fetch(HOST, many.at.port, patience=HASTY)
        assert got == LOW_FAILS

    def test_another_server_range_is_no_cure(
        self, blocked: Lab, root: Path, network: Routed
    ) -> None:
        with Serve(root, listen=None, ports=10, within=network.server) as narrow:
            rules = FOUNDING.format(
                port=narrow.at.port, range=narrow.ports, server=HOST
            )
            blocked.open()
            blocked.load(Where.BETWEEN, NFT, rules)
            got = blocked.fetch(HOST, narrow.at.port, patience=HASTY)
            assert narrow.stop() == 0
        assert got == LOW_FAILS

    @pytest.mark.parametrize("kind", list(Kind), ids=lambda k: k.value)
    def test_what_is_advised_cures_it(
        self, blocked: Lab, many: Serve, kind: Kind
    ) -> None:
        blocked.advise(situation(many, kind=kind), NFT)
        got = blocked.fetch(HOST, many.at.port, patience=PATIENT)
        assert got == WHOLE

    def test_loading_twice_does_no_harm(self, blocked: Lab, many: Serve) -> None:
        for _ in range(2):
            blocked.advise(situation(many), NFT)
        got = blocked.fetch(HOST, many.at.port, patience=PATIENT)
        assert got == WHOLE


_LAST_DROP = """
add rule inet filter forward udp dport {port} accept
add rule inet filter forward ct state established accept
add rule inet filter forward drop
"""
_ESTABLISHED = "iptables -A FORWARD -m conntrack --ctstate ESTABLISHED -j ACCEPT\n"
_ONLY_REQUESTS = "iptables -A FORWARD -p udp --dport {port} -j ACCEPT\n"


class TestWhatAFindingSaysToType:
    """The remedies for undelivered replies, typed into a shell."""

    @pytest.mark.parametrize(
        ("dialect", "way", "before"),
        [
            (NFT, Way.RANGE, _LAST_DROP),
            (IPTABLES, Way.RANGE, _ONLY_REQUESTS + _ESTABLISHED),
            (IPTABLES, Way.HELPER, _ONLY_REQUESTS),
        ],
        ids=["nftables before a last drop", "iptables", "iptables with the helper"],
    )
    def test_answers_pass(
        self, lab: Lab, many: Serve, dialect: Dialect, way: Way, before: str
    ) -> None:
        require(dialect)
        lab.close(Where.BETWEEN, dialect)
        lab.load(Where.BETWEEN, dialect, before.format(port=many.at.port))
        wanted = situation(many, servers=(ip_address(HOST),), clients=CLIENTS[:1])
        title = dialect.speech.title
        typed = "\n".join(
            remedy.command
            for remedy in remedies_for(wanted, Part.ANSWERS, (way,))
            if remedy.platform == title
        )
        lab.load(Where.BETWEEN, IPTABLES, typed)  # a shell
        assert lab.fetch(HOST, many.at.port, patience=PATIENT) == WHOLE


class TestWhatIsSaidNotToHelp:
    def test_opening_the_range_towards_the_server(self, lab: Lab, many: Serve) -> None:
        lab.close(Where.BETWEEN, NFT)
        start = "insert rule inet filter forward"
        rules = "\n".join(
            [
                f"{start} ct state established accept",
                f"{start} udp dport {many.at.port} accept",
                f"{start} ip daddr {HOST} udp dport {many.ports} accept",
            ]
        )
        lab.load(Where.BETWEEN, NFT, rules + "\n")
        got = lab.fetch(HOST, many.at.port, patience=HASTY)
        assert got == SILENT

    def test_rules_without_the_acks(self, lab: Lab, many: Serve) -> None:
        lab.close(Where.BETWEEN, NFT)
        start = "insert rule inet filter forward"
        rules = "\n".join(
            [
                f"{start} udp dport {many.at.port} accept",
                f"{start} ip saddr {HOST} udp sport {many.ports} accept",
            ]
        )
        lab.load(Where.BETWEEN, NFT, rules + "\n")
        got = lab.fetch(HOST, many.at.port, patience=HASTY)
        assert got == ("stuck", "stuck")

    def test_single_port_through_a_firewall_without_state(
        self, lab: Lab, single: Serve
    ) -> None:
        rules = FOUNDING.format(port=single.at.port, range=single.ports, server=HOST)
        lab.load(Where.BETWEEN, NFT, rules)
        got = lab.fetch(HOST, single.at.port, patience=HASTY)
        assert got == LOW_FAILS


@pytest.mark.parametrize("dialect", [NFT, IPTABLES], ids=lambda d: d.value)
@pytest.mark.parametrize(
    ("translation", "host"),
    [(MASQUERADE, HOST), (FORWARDED, Routed.FAR)],
    ids=["of clients", "of the server"],
)
class TestBehindATranslator:
    """The server's address is HOST, its own or the NAT's."""

    @pytest.fixture
    def translated(self, lab: Lab, dialect: Dialect, translation: str) -> Lab:
        require(dialect)
        lab.close(Where.BETWEEN, dialect)
        lab.load(Where.BETWEEN, NFT, translation)
        return lab

    def test_a_range_is_no_way(
        self, translated: Lab, many: Serve, dialect: Dialect, host: str
    ) -> None:
        translated.advise(situation(many, kind=Kind.STATEFUL), dialect)
        got = translated.fetch(host, many.at.port, patience=HASTY)
        assert got == SILENT

    def test_helper(
        self, translated: Lab, many: Serve, dialect: Dialect, host: str
    ) -> None:
        translated.advise(situation(many, has_nat=True), dialect)
        got = translated.fetch(host, many.at.port, patience=PATIENT)
        assert got == WHOLE

    def test_single_port(
        self, translated: Lab, single: Serve, dialect: Dialect, host: str
    ) -> None:
        case = situation(single, has_nat=True, kind=Kind.STATEFUL, is_single_port=True)
        translated.advise(case, dialect)
        got = translated.fetch(host, single.at.port, patience=PATIENT)
        assert got == WHOLE


@pytest.mark.parametrize("kind", list(Kind), ids=lambda k: k.value)
def test_uploads_pass_by_the_same_rules(lab: Lab, many: Serve, kind: Kind) -> None:
    lab.close(Where.BETWEEN, NFT)
    lab.advise(situation(many, kind=kind), NFT)
    assert lab.send(HOST, many.at.port) == WHOLE
