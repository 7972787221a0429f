"""Real packets through real firewalls: the truth table's exchanges, on hosts.

Namespaces are a client, a router and a server; nftables may be on each.
"""

import contextlib
import itertools
import select
import socket
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.namespaces import Routed, routed
from tests.support.truth_table import Packet
from tftptui.demo.simulation.firewall_rules import ANY, Ports, Rule, Way, parse_rule
from tftptui.net.addresses import Endpoint

PATIENCE = 0.1
"""Seconds after which a packet counts as lost."""

HELPER = """
ct helper tftp { type "tftp" protocol udp; }
chain assign {
type filter hook prerouting priority 0
udp dport 69 ct helper set "tftp"
}
"""
_numbers = itertools.count(10)


class Ends:
    """Sockets of one client and of the server, on hosts connected to a router.

    Each client has an unused address, so that the router tracks none of its flows.
    """

    def __init__(self, network: Routed) -> None:
        self.client = f"198.51.100.{next(_numbers)}"
        self._network = network
        self._open: dict[Endpoint, socket.socket] = {}
        network.give_client(self.client)

    def close(self) -> None:
        for sock in self._open.values():
            sock.close()

    def at(self, way: Way, port: int) -> socket.socket:
        """Return the socket that sends in that direction."""
        is_client = way is Way.TO_SERVER
        endpoint = Endpoint(self.client if is_client else Routed.SERVER, port)
        sock = self._open.get(endpoint)
        if sock is None:
            sock = self._network.socket_at("client" if is_client else "server")
            self._open[endpoint] = sock
            sock.bind(endpoint.as_socket_address())
        return sock

    def pass_on(self, packet: Packet, to: str | None = None) -> Endpoint | None:
        """Send a packet; return the source as the receiver sees it, None if lost.

        TO is a target other than the other end.
        """
        to_server = packet.way is Way.TO_SERVER
        back = Way.TO_CLIENT if to_server else Way.TO_SERVER
        receiver = self.at(back, packet.target)
        sender = self.at(packet.way, packet.source)
        host = to or (Routed.SERVER if to_server else self.client)
        with contextlib.suppress(PermissionError):  # blocked by the host's own rules
            sender.sendto(packet.payload, (host, packet.target))
        ready, _, _ = select.select([receiver], [], [], PATIENCE)
        if not ready:
            return None
        payload, source = receiver.recvfrom(2_048)
        assert payload == packet.payload
        return Endpoint(*source)


def nft(rule: Rule, client: str) -> str:
    """Return one of our rules in nft's language."""
    parts = []
    if rule.way is not None:
        hosts = [client, Routed.SERVER]
        if rule.way is Way.TO_CLIENT:
            hosts.reverse()
        parts.append(f"ip saddr {hosts[0]} ip daddr {hosts[1]}")
    parts += _ports("sport", rule.source) + _ports("dport", rule.target)
    if rule.state is not None:
        parts.append(f"ct state {rule.state.value}")
    return " ".join([*parts, rule.action.value])


def _ports(word: str, ports: Ports) -> list[str]:
    return [] if ports == ANY else [f"udp {word} {ports.first}-{ports.last}"]


def table(rules: list[str], client: str, *, helper: bool, hook: str = "forward") -> str:
    """Return a table that drops packets without a matching rule, at a hook."""
    chain = rules_chain(rules, client, hook=hook)
    return HELPER + chain if helper else chain


def rules_chain(
    rules: list[str], client: str, *, hook: str = "forward", first: str = ""
) -> str:
    """Return a chain of rules; FIRST is an additional one in nft's language."""
    lines = "\n".join(nft(parse_rule(text), client) for text in rules)
    return (
        f"chain rules {{\ntype filter hook {hook} priority 10; policy drop;\n"
        f"icmp type destination-unreachable accept\n{first}\n{lines}\n}}"
    )


def with_helper() -> Iterator[Routed]:
    """Yield a network whose router has the TFTP helper; skip if there is none."""
    for found in routed(mtu=1_500):
        try:
            with found.table(HELPER):
                pass
        except subprocess.CalledProcessError as error:
            pytest.skip(f"this kernel has no TFTP helper: {error.stderr}")
        yield found
