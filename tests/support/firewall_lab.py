"""Firewalls in network namespaces: loaded, tested with fetches, and removed."""

import itertools
import shutil
import socket
import struct
import subprocess
from collections.abc import Sequence

import pytest

from tests.support.fetcher import from_ports
from tests.support.namespaces import NFT, PLACES, Routed
from tests.support.serve import environment
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.situation import Situation, Where

_LOW, _HIGH = 2_072, 44_669
"""Initial client ports: of a boot ROM, and of a Linux program.

Each fetch takes the next ones: the server may still be sending to earlier ones.
"""

_NETFILTER = 12  # NETLINK_NETFILTER
_DELETE_FLOWS = 1 << 8 | 2
"""Of conntrack, delete; without a filter: all (nfnetlink_conntrack.h)."""

PATIENT, HASTY = 15.0, 0.4
"""Seconds without progress until a fetch gives up: if it must work, and if not."""

_CLOSED_NFT = """
table inet filter {
  chain input { type filter hook input priority filter; policy drop;
    iifname lo accept; meta l4proto ipv6-icmp accept; }
  chain forward { type filter hook forward priority filter; policy drop; }
  chain output { type filter hook output priority filter; policy drop;
    oifname lo accept; meta l4proto ipv6-icmp accept; }
}
"""

_CLOSED_IPTABLES = """
for command in iptables ip6tables; do
  for chain in INPUT FORWARD OUTPUT; do $command -P $chain DROP; done
  $command -A INPUT -i lo -j ACCEPT
  $command -A OUTPUT -o lo -j ACCEPT
done
ip6tables -A INPUT -p ipv6-icmp -j ACCEPT
ip6tables -A OUTPUT -p ipv6-icmp -j ACCEPT
"""


class Lab:
    """A server, a router and a client whose firewalls can be changed."""

    _turns = itertools.count()

    def __init__(self, network: Routed) -> None:
        self.network = network
        self._hosts = {
            Where.SERVER: network.server,
            Where.BETWEEN: network.router,
            Where.CLIENT: network.client,
        }

    def open(self) -> None:
        """Delete all rules and all tracked flows on every host."""
        for place in PLACES:
            with self.network.inside(place):
                self._run([NFT, "flush", "ruleset"])
                forget_flows()

    def close(self, where: Where, dialect: Dialect) -> None:
        """Block everything at a place."""
        closed = {Dialect.NFTABLES: _CLOSED_NFT, Dialect.IPTABLES: _CLOSED_IPTABLES}
        self.load(where, dialect, closed[dialect])

    def load(self, where: Where, dialect: Dialect, rules: str) -> None:
        """Load rules as a user would."""
        program = [NFT, "-f", "-"] if dialect is Dialect.NFTABLES else ["sh", "-e"]
        self._run([*self._hosts[where], *program], rules)

    def advise(self, situation: Situation, dialect: Dialect) -> None:
        """Load the advised rules on the firewall of the situation."""
        rules = advise(situation, dialect).chosen.rules
        text = "\n".join(rule.text for rule in rules) + "\n"
        self.load(situation.where, dialect, text)

    def fetch(self, host: str, port: int, *, patience: float) -> tuple[str, str]:
        """Fetch "file" from a low client port and from a high one.

        Return for each "whole", "silent" if nothing came, or "stuck" if it stopped.
        """
        return self._exchange("read", host, port, patience)

    def send(self, host: str, port: int) -> tuple[str, str]:
        """Upload a file from a low client port and a high one; return the same."""
        return self._exchange("write", host, port, PATIENT)

    def _exchange(
        self, verb: str, host: str, port: int, patience: float
    ) -> tuple[str, str]:
        turn = next(self._turns)
        ports = (_LOW + turn, _HIGH + turn)
        low, high = from_ports(self.network, verb, (host, port), patience, ports)
        return low, high

    def _run(self, command: Sequence[str], text: str = "") -> str:
        done = subprocess.run(
            command,
            input=text,
            capture_output=True,
            text=True,
            env=environment(),
            timeout=120.0,
            check=False,
        )
        assert done.returncode == 0, f"{text}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def forget_flows() -> None:
    """Delete all flows that this host tracks."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETFILTER) as sock:
        sock.send(struct.pack("=IHHIIBBH", 20, _DELETE_FLOWS, 5, 1, 0, 0, 0, 0))
        (error,) = struct.unpack_from("=i", sock.recv(4_096), 16)
    assert error == 0, error


def require(dialect: Dialect) -> None:
    """Skip if a dialect's program is missing."""
    program = "nft" if dialect is Dialect.NFTABLES else "iptables"
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed: apt install nftables iptables")
