"""The choices for firewall rules, and which of them a dialect supports."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from tftptui.knowledge.firewall.advice import Advice, advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.networks import LENGTHS
from tftptui.knowledge.firewall.seen import Traffic
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    Address,
    Kind,
    Network,
    Situation,
    Where,
)
from tftptui.settings import DEFAULT_PORTS, TFTP_PORT

T = TypeVar("T")

PLACES = {
    Where.SERVER: "on this server's host",
    Where.BETWEEN: "between clients and server",
    Where.CLIENT: "on the client's host",
}
KINDS = {
    Kind.STATELESS: "stateless",
    Kind.STATEFUL: "stateful",
    Kind.HELPER: "stateful with TFTP helper",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """The target of the rules, as far as the dialect supports it."""

    where: Where
    kind: Kind
    has_nat: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """The user's choices; None for a choice not made.

    Attributes:
        dialect: of the rules.
        where: where the firewall is; by default where it was located.
        kind: whether it is stateful; by default what is usual there.
        single_port: whether for single-port mode; by default the server's mode.
        has_nat: whether it does NAT.
        lengths: prefix lengths of the clients' networks, by IP version.
    """

    dialect: Dialect = Dialect.NFTABLES
    where: Where | None = None
    kind: Kind | None = None
    single_port: bool | None = None
    has_nat: bool = False
    lengths: Mapping[int, int] = field(default_factory=dict)

    def choice(self, found: Where | None) -> Choice:
        """Return the choices, as far as the dialect supports them.

        Args:
            found: where a firewall was located, or None.
        """
        places, kinds = self.dialect.speech.places, self.dialect.speech.kinds
        where = next(one for one in (self.where, found, places[0]) if one in places)
        kind = self.kind if self.kind in kinds else self.dialect.usual_kind(where)
        # A stateless filter does no NAT.
        return Choice(where, kind, self.has_nat and kind is not Kind.STATELESS)

    def other_dialect(self, step: int) -> "Wishes":
        """Return the choices with the next dialect."""
        return replace(self, dialect=_next(list(Dialect), self.dialect, step))

    def other_place(self, found: Where | None) -> "Wishes":
        """Return the choices with the next place of the firewall."""
        where = _next(self.dialect.speech.places, self.choice(found).where)
        return replace(self, where=where)

    def other_kind(self, found: Where | None) -> "Wishes":
        """Return the choices with the next kind of firewall."""
        kind = _next(self.dialect.speech.kinds, self.choice(found).kind)
        return replace(self, kind=kind)

    def other_nat(self, found: Where | None) -> "Wishes":
        """Return the choices with NAT switched on or off."""
        if self.choice(found).kind is Kind.STATELESS:
            return replace(self, has_nat=False)
        return replace(self, has_nat=not self.has_nat)

    def other_mode(self, *, is_single_port: bool) -> "Wishes":
        """Return the choices with single-port mode switched on or off."""
        now = is_single_port if self.single_port is None else self.single_port
        return replace(self, single_port=not now)

    def other_networks(self, step: int, traffic: Traffic) -> "Wishes":
        """Return the choices with narrower or wider client networks.

        Args:
            step: 1 for narrower, -1 for wider.
            traffic: the clients.
        """
        lengths: dict[int, int] = {}
        for version, possible in LENGTHS.items():
            now = [n.prefixlen for n in self.clients(traffic) if n.version == version]
            if now:
                place = bisect_left(possible, min(now)) + step
                lengths[version] = possible[max(0, min(place, len(possible) - 1))]
        other = replace(self, lengths=lengths)
        plain = replace(self, lengths={})
        is_plain = other.clients(traffic) == plain.clients(traffic)
        return plain if is_plain else other

    def clients(self, traffic: Traffic) -> tuple[Network, ...]:
        """Return the networks of the clients, with assumed prefix lengths."""
        return tuple(one.network for one in traffic.networks(self.lengths))

    def advice(self, traffic: Traffic, own: Sequence[Address]) -> Advice:
        """Return the advice for the traffic seen; OWN is used before any request.

        Raises:
            SituationError: there is no address to write rules for, or the combination
                is not supported; the text says which is.
        """
        single_port = self.single_port
        if single_port is None:
            single_port = bool(traffic.is_single_port)
        choice = self.choice(traffic.where)
        origins = traffic.networks(self.lengths)
        situation = Situation(
            servers=traffic.servers or tuple(own),
            clients=tuple(one.network for one in origins) or ANYWHERE,
            port=traffic.port or TFTP_PORT,
            ports=traffic.ports or DEFAULT_PORTS,
            where=choice.where,
            kind=choice.kind,
            is_single_port=single_port,
            has_nat=choice.has_nat,
            is_ours=traffic.is_ours,
        )
        seen = traffic if traffic.flows else None
        return advise(situation, self.dialect, seen, origins)


def _next(among: Sequence[T], now: T, step: int = 1) -> T:
    return among[(among.index(now) + step) % len(among)]
