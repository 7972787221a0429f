"""The advice for ufw and firewalld, typed where everything is blocked."""

import os
from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from tests.support.fetcher import CONTENT
from tests.support.firewall_lab import HASTY, PATIENT, Lab
from tests.support.front_ends import Firewalld, Ufw
from tests.support.namespaces import Routed
from tests.support.serve import Serve
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.situation import Kind, Situation, Where

pytestmark = [pytest.mark.net, pytest.mark.netns]

HOSTS = (Routed.SERVER, Routed.SERVER_V6)
CLIENTS = (ip_network("198.51.100.0/24"), ip_network("2001:db8:2::/64"))
KINDS = (Kind.STATEFUL, Kind.HELPER)
LONG = pytest.mark.skipif(
    not os.environ.get("TFTPTUI_ALL_TESTS"),
    reason="firewalld takes its time; TFTPTUI_ALL_TESTS=1 runs this too",
)
WHOLE, SILENT = ("whole", "whole"), ("silent", "silent")


@pytest.fixture(scope="module")
def server(
    network: Routed, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Serve]:
    root = tmp_path_factory.mktemp("root")
    (root / "file").write_bytes(CONTENT)
    with Serve(root, listen=None, port=69, within=network.server) as server:
        assert server.at.port == 69  # it serves, so it stops when signalled
        yield server
        assert server.stop() == 0


def situation(server: Serve, where: Where, kind: Kind) -> Situation:
    return Situation(
        servers=tuple(ip_address(host) for host in HOSTS),
        clients=CLIENTS,
        port=server.at.port,
        ports=server.ports,
        where=where,
        kind=kind,
    )


@pytest.mark.parametrize("where", list(Where), ids=lambda where: where.value)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.value)
def test_ufw_lets_transfers_through(
    lab: Lab, server: Serve, tmp_path: Path, where: Where, kind: Kind
) -> None:
    ufw = Ufw(machine(lab, where), tmp_path / "ufw")
    ufw.close()
    assert lab.fetch(HOSTS[0], server.at.port, patience=HASTY) == SILENT
    ufw.type(advised(situation(server, where, kind), Dialect.UFW))
    for one in HOSTS:
        assert lab.fetch(one, server.at.port, patience=PATIENT) == WHOLE


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        (Where.BETWEEN, Kind.HELPER),
        pytest.param(Where.BETWEEN, Kind.STATEFUL, marks=LONG),
        pytest.param(Where.SERVER, Kind.HELPER, marks=LONG),
        pytest.param(Where.SERVER, Kind.STATEFUL, marks=LONG),
    ],
    ids=lambda part: part.value,
)
def test_firewalld_lets_transfers_through(
    lab: Lab, server: Serve, tmp_path: Path, where: Where, kind: Kind
) -> None:
    is_router = where is Where.BETWEEN
    zones = {"clients": "far", "servers": "near"} if is_router else {}
    with Firewalld(machine(lab, where), tmp_path, zones) as firewalld:
        assert lab.fetch(HOSTS[0], server.at.port, patience=HASTY) == SILENT
        typed = advised(situation(server, where, kind), Dialect.FIREWALLD)
        for zone in zones:
            typed = typed.replace(f"zone {zone.upper()}", f"zone {zone}")
        firewalld.type(typed)
        for one in HOSTS:
            assert lab.fetch(one, server.at.port, patience=PATIENT) == WHOLE


def machine(lab: Lab, where: Where) -> Sequence[str]:
    network = lab.network
    hosts = {Where.SERVER: network.server, Where.BETWEEN: network.router}
    return hosts.get(where, network.client)


def advised(case: Situation, dialect: Dialect) -> str:
    return "\n".join(rule.text for rule in advise(case, dialect).chosen.rules) + "\n"
