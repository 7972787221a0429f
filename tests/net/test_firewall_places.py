"""The truth table for rules on hosts, places of the helper, and DNAT.

As in test_firewall_truth.py: the same packets through nftables and through the
simulated firewall, and the same verdicts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import pytest

from tests.support.namespaces import Place, Routed
from tests.support.truth_lab import Ends, rules_chain, table, with_helper
from tests.support.truth_table import (
    ACKS,
    AFTER_AN_ACK,
    ALL,
    ANSWERS,
    ESTABLISHED,
    NO_ANSWER,
    RELATED,
    REQUEST,
    Packet,
    Row,
    passes_in_simulation,
)
from tftptui.demo.simulation.firewall import Datagram, Firewall
from tftptui.demo.simulation.firewall_rules import Action, Way
from tftptui.net.addresses import Endpoint

pytestmark = [pytest.mark.net, pytest.mark.netns]

PORT = 2_072
NO_ACK = (True, True, False, True, True)
ONLY_REQUESTS = (True, False, True, False, True)

INWARD, OUTWARD = "accept client -> server", "accept server -> client"
FROM_69 = "accept server:69 -> client"

Passes = tuple[bool, ...]


@pytest.fixture(scope="module")
def network() -> Iterator[Routed]:
    yield from with_helper()


@pytest.fixture
def ends(network: Routed) -> Iterator[Ends]:
    made = Ends(network)
    yield made
    made.close()


@dataclass(frozen=True)
class HostRow:
    """Rules on a host, which see one direction only; the other is open.

    Attributes:
        number: of the truth table.
        hook: of the host's own chain.
        normal, single: which packets pass, in both modes of the server.
    """

    number: str
    place: Place
    hook: Literal["input", "output"]
    rules: tuple[str, ...]
    normal: Passes
    single: Passes
    helper: str = ""

    @property
    def other_way(self) -> str:
        """The rule for the direction that the host's chain does not see."""
        sees_requests = (self.place == "server") == (self.hook == "input")
        return OUTWARD if sees_requests else INWARD


HOSTS = [
    HostRow("26", "server", "input", (ESTABLISHED, REQUEST), ALL, ALL),
    HostRow("27", "server", "input", (REQUEST,), NO_ACK, ALL),
    HostRow("28", "server", "input", (REQUEST, ACKS), ALL, ALL),
    HostRow("29 sport", "server", "output", (FROM_69,), ONLY_REQUESTS, ALL),
    HostRow("29 established", "server", "output", (ESTABLISHED,), AFTER_AN_ACK, ALL),
    HostRow(
        "30 prerouting",
        "server",
        "output",
        (ESTABLISHED, RELATED),
        ALL,
        ALL,
        helper="prerouting",
    ),
    HostRow(
        "30 input",
        "server",
        "output",
        (ESTABLISHED, RELATED),
        ALL,
        ALL,
        helper="input",
    ),
    HostRow("31", "client", "input", (ESTABLISHED,), AFTER_AN_ACK, ALL),
    HostRow("32", "client", "input", (ESTABLISHED, RELATED), ALL, ALL, helper="output"),
]


def assigning(hook: str, priority: str = "0") -> str:
    """Return a helper that is assigned in a chain at a hook."""
    return (
        'ct helper tftp { type "tftp" protocol udp; }\n'
        f"chain assign {{\ntype filter hook {hook} priority {priority}\n"
        'udp dport 69 ct helper set "tftp"\n}\n'
    )


@pytest.mark.parametrize("single_port", [False, True], ids=["own ports", "single"])
@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.number)
def test_a_host_agrees_with_the_simulation(
    network: Routed, ends: Ends, row: HostRow, *, single_port: bool
) -> None:
    expected = row.single if single_port else row.normal
    simulated = Row(
        row.number,
        (*row.rules, row.other_way),
        PORT,
        expected,
        single_port=single_port,
        helper=bool(row.helper),
    )
    assert passes_in_simulation(simulated) == expected
    body = rules_chain(list(row.rules), ends.client, hook=row.hook)
    if row.helper:
        body = assigning(row.helper) + body
    with network.table(body, row.place):
        passed = tuple(
            ends.pass_on(packet) is not None for packet in simulated.conversation()
        )
    assert passed == expected


BASE = 'ct helper tftp { type "tftp" protocol udp; }\n'
SET = 'udp dport 69 ct helper set "tftp"'
TIGHT = 'ct state related ct helper "tftp" accept'

WORKS = {
    **{f"14 prerouting {at}": assigning("prerouting", at) for at in ("-200", "-199")},
    **{f"14 prerouting {at}": assigning("prerouting", at) for at in ("-150", "-100")},
    "14 prerouting 0": assigning("prerouting"),
    "16 forward 0": assigning("forward"),
    "16 forward 5": assigning("forward", "5"),
    "16 postrouting": assigning("postrouting"),
}
"""Where a helper is assigned in time, by rows of the truth table."""

TOO_EARLY = {
    "15 prerouting -201": assigning("prerouting", "-201"),
    "15 raw": assigning("prerouting", "-300"),
}
"""Where there is no entry yet to assign a helper to; there is no error."""


def row_with(*, helper: bool) -> Row:
    rules = (ESTABLISHED, RELATED, REQUEST)
    return Row("", rules, PORT, ALL if helper else NO_ANSWER, helper=helper)


def passed_through(network: Routed, ends: Ends, body: str, row: Row) -> Passes:
    with network.table(body):
        return tuple(ends.pass_on(packet) is not None for packet in row.conversation())


@pytest.mark.parametrize("name", [*WORKS, *TOO_EARLY])
def test_a_helper_works_where_the_flow_is_known(
    network: Routed, ends: Ends, name: str
) -> None:
    row = row_with(helper=name in WORKS)
    body = {**WORKS, **TOO_EARLY}[name]
    body += table(list(row.rules), ends.client, helper=False)
    assert passed_through(network, ends, body, row) == row.passes
    assert passes_in_simulation(row) == row.passes


@pytest.mark.parametrize("is_first", [True, False], ids=["16 before", "17 after"])
def test_a_helper_in_the_chain_of_the_rules_has_to_come_first(
    network: Routed, ends: Ends, *, is_first: bool
) -> None:
    row = row_with(helper=is_first)
    if is_first:
        chain = rules_chain(list(row.rules), ends.client, first=SET)
    else:
        chain = rules_chain(list(row.rules), ends.client)
        chain = chain.removesuffix("}") + f"{SET}\n}}"
    assert passed_through(network, ends, BASE + chain, row) == row.passes
    assert passes_in_simulation(row) == row.passes


def test_related_of_this_helper_alone_will_do(network: Routed, ends: Ends) -> None:
    row = row_with(helper=True)
    chain = rules_chain([ESTABLISHED, REQUEST], ends.client, first=TIGHT)
    body = assigning("prerouting") + chain
    assert passed_through(network, ends, body, row) == row.passes  # row 19
    assert passes_in_simulation(row) == row.passes


FORWARD = f"""
chain nat {{
type nat hook prerouting priority -100
ip daddr {Routed.FAR} udp dport 69 dnat ip to {Routed.SERVER}
}}
"""


def seen_when_forwarded(
    firewall: Firewall, packet: Packet, client: str
) -> Endpoint | None:
    """Return the source of a packet as the receiver sees it, in simulation, or None."""
    to_server = packet.way is Way.TO_SERVER
    source, target = (client, Routed.FAR) if to_server else (Routed.SERVER, client)
    datagram = Datagram(
        Endpoint(source, packet.source),
        Endpoint(target, packet.target),
        packet.payload,
    )
    verdict = firewall.judge(datagram, packet.way, 0.0)
    return verdict.datagram.source if verdict.passes else None


@pytest.mark.parametrize("helper", [False, True], ids=["24", "25"])
def test_forwarding_agrees(network: Routed, ends: Ends, *, helper: bool) -> None:
    rules = [ESTABLISHED, RELATED, REQUEST, ANSWERS]
    firewall = Firewall()
    firewall.set_rules(rules)
    firewall.policy = Action.DROP
    firewall.tracking.has_helper = helper
    firewall.tracking.forwards = (Routed.FAR, Routed.SERVER)
    body = table(rules, ends.client, helper=helper) + FORWARD
    found, expected = [], []
    with network.table(body):
        for packet in Row("", (), PORT, ()).conversation():
            to = Routed.FAR if packet.way is Way.TO_SERVER else None
            found.append(ends.pass_on(packet, to))
            expected.append(seen_when_forwarded(firewall, packet, ends.client))
    assert found == expected
    answer = found[1]
    assert answer is not None
    # Without a helper the client gets a reply from another address than it used.
    assert answer.host == (Routed.FAR if helper else Routed.SERVER)
    assert (found[2] is not None) is helper
