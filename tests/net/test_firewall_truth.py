"""The simulated firewall against nftables: the same packets, the same verdicts."""

import random
from collections.abc import Iterator

import pytest

from tests.support.namespaces import Routed
from tests.support.truth_lab import Ends, table, with_helper
from tests.support.truth_table import (
    ACK,
    DATA,
    ESTABLISHED,
    OACK,
    RELATED,
    REQUEST,
    ROWS,
    RRQ,
    TID,
    Packet,
    Row,
    simulated,
)
from tftptui.demo.simulation.connection_tracking import Tracking
from tftptui.demo.simulation.firewall import Datagram, Firewall
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.net.addresses import Endpoint

pytestmark = [pytest.mark.net, pytest.mark.netns]

MASQUERADE = """
chain nat {
type nat hook postrouting priority 100
oifname "near" masquerade
}
"""


@pytest.fixture(scope="module")
def network() -> Iterator[Routed]:
    yield from with_helper()


@pytest.fixture
def ends(network: Routed) -> Iterator[Ends]:
    made = Ends(network)
    yield made
    made.close()


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_nftables_agrees_with_the_table(network: Routed, ends: Ends, row: Row) -> None:
    rules = table(list(row.rules), ends.client, helper=row.helper)
    with network.table(rules):
        passed = [ends.pass_on(packet) is not None for packet in row.conversation()]
    assert tuple(passed) == row.passes


POOL = [
    REQUEST,
    ESTABLISHED,
    RELATED,
    "accept server -> client:40000-65535",
    "accept server:50000-50019 -> client new",
    "accept server:69 -> client",
    "accept client -> server:50000-50019",
    "drop client:2072 -> server",
    "drop server -> client:1-39999",
    "drop established",
    "accept client -> server new",
]


@pytest.mark.parametrize("seed", range(8))
def test_nftables_agrees_on_any_rules_and_packets(
    network: Routed, ends: Ends, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - it has to repeat
    rules = chance.sample(POOL, chance.randint(1, 5))
    helper = chance.random() < 0.5
    ports = [2_072, 44_669]
    packets = [
        Packet(Way.TO_SERVER, port, target, payload)
        if is_up
        else Packet(Way.TO_CLIENT, target, port, payload)
        for port, target, payload, is_up in (
            (
                chance.choice(ports),
                chance.choice([69, 69, TID]),
                chance.choice([RRQ, ACK, DATA, OACK]),
                chance.random() < 0.5,
            )
            for _ in range(10)
        )
    ]
    firewall = Firewall()
    firewall.set_rules(rules)
    firewall.policy = Action.DROP
    firewall.tracking.has_helper = helper
    expected = [simulated(firewall, packet) for packet in packets]
    with network.table(table(rules, ends.client, helper=helper)):
        passed = [ends.pass_on(packet) is not None for packet in packets]
    assert passed == expected


def test_a_helper_joins_no_flow_that_exists(network: Routed, ends: Ends) -> None:
    rules = [ESTABLISHED, RELATED, REQUEST]
    row = Row("", tuple(rules), 2_072, ())
    firewall = Firewall()
    firewall.set_rules(rules)
    firewall.policy = Action.DROP
    found, expected = [], []
    for port, helper in ((2_072, False), (2_072, True), (2_073, True)):
        packets = Row("", row.rules, port, ()).conversation()
        firewall.tracking.has_helper = helper
        expected.append([simulated(firewall, packet) for packet in packets])
        with network.table(table(rules, ends.client, helper=helper)):
            found.append([ends.pass_on(packet) is not None for packet in packets])
    assert found == expected
    assert [all(passed) for passed in found] == [False, False, True]


@pytest.mark.parametrize(("helper", "port"), [(False, 2_072), (True, 2_073)])
def test_nat_agrees(network: Routed, ends: Ends, port: int, *, helper: bool) -> None:
    rules = [ESTABLISHED, RELATED, REQUEST]
    body = table(rules, ends.client, helper=helper) + MASQUERADE
    tracking = Tracking(Routed.NEAR, has_helper=helper)
    firewall = Firewall()
    firewall.set_rules(rules)
    firewall.policy, firewall.tracking = Action.DROP, tracking
    found, expected = [], []
    with network.table(body):
        for packet in Row("", (), port, ()).conversation():
            to = None if packet.way is Way.TO_SERVER else Routed.NEAR
            seen = ends.pass_on(packet, to)
            found.append(seen)
            expected.append(_seen_behind_nat(firewall, packet, ends.client))
    assert found == expected
    assert found[0] == Endpoint(Routed.NEAR, port)
    assert (found[1] is not None) is helper


def _seen_behind_nat(
    firewall: Firewall, packet: Packet, client: str
) -> Endpoint | None:
    """Return a packet's source behind the simulated NAT, or None."""
    to_server = packet.way is Way.TO_SERVER
    hosts = (client, Routed.SERVER) if to_server else (Routed.SERVER, Routed.NEAR)
    verdict = firewall.judge(
        Datagram(
            Endpoint(hosts[0], packet.source),
            Endpoint(hosts[1], packet.target),
            packet.payload,
        ),
        packet.way,
        0.0,
    )
    return verdict.datagram.source if verdict.passes else None
