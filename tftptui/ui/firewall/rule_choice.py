"""Which firewall rules are wished for, and what of it a dialect can say."""

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
    """What rules are written for: one that a dialect has words for."""

    where: Where
    kind: Kind
    has_nat: bool


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person has chosen, and None where nobody has.

    Attributes:
        dialect: whose language.
        where: where the firewall stands; else where it was found to stand.
        kind: what it knows of flows; else what is usual there.
        single_port: whether for single-port mode; else as the server does now.
        has_nat: whether it translates addresses.
        lengths: of the clients' networks, by IP version.
    """

    dialect: Dialect = Dialect.NFTABLES
    where: Where | None = None
    kind: Kind | None = None
    single_port: bool | None = None
    has_nat: bool = False
    lengths: Mapping[int, int] = field(default_factory=dict)

    def choice(self, found: Where | None) -> Choice:
        """Return what is wished for, as far as the dialect can say it.

        Args:
            found: where a firewall was found to stand, or None.
        """
        places, kinds = self.dialect.speech.places, self.dialect.speech.kinds
        where = next(one for one in (self.where, found, places[0]) if one in places)
        kind = self.kind if self.kind in kinds else self.dialect.usual_kind(where)
        # A filter without state translates nothing.
        return Choice(where, kind, self.has_nat and kind is not Kind.STATELESS)

    def other_dialect(self, step: int) -> "Wishes":
        """Return the same in the next language."""
        return replace(self, dialect=_next(list(Dialect), self.dialect, step))

    def other_place(self, found: Where | None) -> "Wishes":
        """Return the same for a firewall that stands elsewhere."""
        where = _next(self.dialect.speech.places, self.choice(found).where)
        return replace(self, where=where)

    def other_kind(self, found: Where | None) -> "Wishes":
        """Return the same for a firewall that knows more or less of flows."""
        kind = _next(self.dialect.speech.kinds, self.choice(found).kind)
        return replace(self, kind=kind)

    def other_nat(self, found: Where | None) -> "Wishes":
        """Return the same with, or without, a translation of addresses."""
        if self.choice(found).kind is Kind.STATELESS:
            return replace(self, has_nat=False)
        return replace(self, has_nat=not self.has_nat)

    def other_mode(self, *, is_single_port: bool) -> "Wishes":
        """Return the same for single-port mode, or for a range of ports."""
        now = is_single_port if self.single_port is None else self.single_port
        return replace(self, single_port=not now)

    def other_networks(self, step: int, traffic: Traffic) -> "Wishes":
        """Return the same for narrower networks of clients, or wider ones.

        Args:
            step: 1 is narrower, -1 wider.
            traffic: whose clients these are.
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
        """Return the networks that clients are taken to come from."""
        return tuple(one.network for one in traffic.networks(self.lengths))

    def advice(self, traffic: Traffic, own: Sequence[Address]) -> Advice:
        """Return the advice for the traffic seen; OWN where nobody was asked yet.

        Raises:
            SituationError: there is no address to write rules for, or this way is
                closed; the text says what is open.
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
