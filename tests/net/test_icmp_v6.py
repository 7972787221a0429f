"""A firewall that rejects over IPv6: the sender is recorded, and the cause found."""

from pathlib import Path

import pytest

from tests.support.fetcher import CONTENT
from tests.support.firewall_lab import HASTY, Lab
from tests.support.namespaces import Routed
from tests.support.serve import Serve

pytestmark = [pytest.mark.net, pytest.mark.netns]


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    (root / "file").write_bytes(CONTENT)
    return root


REJECTING = """
chain forward {{
  type filter hook forward priority filter;
  ip6 saddr {server} meta l4proto udp reject with icmpv6 type {kind}
}}
"""


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        ("no-route", (0, "no route"), ("no-route", "between")),
        (
            "admin-prohibited",
            (1, "administratively prohibited"),
            ("answers-refused", "between"),
        ),
        (
            "addr-unreachable",
            (3, "address unreachable"),
            ("address-unreachable", "between-or-client"),
        ),
        ("port-unreachable", (4, "port unreachable"), ("answers-refused", "between")),
        ("policy-fail", (5, "prohibited by policy"), ("answers-refused", "between")),
        ("reject-route", (6, "route rejected"), ("answers-refused", "between")),
    ],
)
def test_a_rejection_is_recorded_and_its_sender_named(
    network: Routed,
    root: Path,
    kind: str,
    said: tuple[int, str],
    found: tuple[str, str],
) -> None:
    rules = REJECTING.format(server=Routed.SERVER_V6, kind=kind)
    with (
        Serve(root, listen=None, within=network.server) as server,
        network.table(rules),
    ):
        got = Lab(network).fetch(Routed.SERVER_V6, server.at.port, patience=HASTY)
        first = server.until("icmp")
        finding = server.until("finding", code=found[0])
        assert server.stop() == 0
    assert got == ("silent", "silent")
    assert (first["type"], first["code"], first["name"]) == (1, *said)
    assert (first["from"], first["client"]) == (Routed.NEAR_V6, Routed.CLIENT_V6)
    assert finding["stands_at"] == found[1]
    assert Routed.CLIENT_V6 in finding["headline"]
