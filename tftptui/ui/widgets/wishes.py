"""Which firewall rules are wished for: choices that always make sense together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from tftptui.knowledge.firewall.advice import Advice, advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    SERVER_PORTS,
    Address,
    Kind,
    Situation,
    Where,
)
from tftptui.knowledge.firewall.traffic import Traffic
from tftptui.settings import TFTP_PORT

T = TypeVar("T")

PLACES = {
    Where.SERVER: "on this server's host",
    Where.BETWEEN: "between clients and server",
    Where.CLIENT: "on the client's host",
}
KINDS = {
    Kind.STATELESS: "keeps no state",
    Kind.STATEFUL: "keeps state",
    Kind.HELPER: "keeps state and reads TFTP",
}


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a person has chosen.

    Attributes:
        dialect: whose language.
        where: where the firewall stands.
        kind: what it knows of flows.
        single_port: whether for single-port mode, where the person has said so;
            None for what the server does now.
        has_nat: whether it translates addresses.
    """

    dialect: Dialect = Dialect.NFTABLES
    where: Where = Where.BETWEEN
    kind: Kind = Kind.HELPER
    single_port: bool | None = None
    has_nat: bool = False

    def other_dialect(self, step: int) -> "Wishes":
        """Return the same in the next language; what it can't say is changed."""
        dialect = _next(list(Dialect), self.dialect, step)
        speech = dialect.speech
        where = self.where if self.where in speech.places else speech.places[0]
        kind = self.kind
        if kind not in speech.kinds:
            kind = dialect.usual_kind(where)
        return _sound(replace(self, dialect=dialect, where=where, kind=kind))

    def other_place(self) -> "Wishes":
        """Return the same for a firewall that stands elsewhere."""
        where = _next(self.dialect.speech.places, self.where)
        return replace(self, where=where)

    def other_kind(self) -> "Wishes":
        """Return the same for a firewall that knows more or less of flows."""
        kind = _next(self.dialect.speech.kinds, self.kind)
        return _sound(replace(self, kind=kind))

    def other_nat(self) -> "Wishes":
        """Return the same with, or without, a translation of addresses."""
        return _sound(replace(self, has_nat=not self.has_nat))

    def other_mode(self, *, is_single_port: bool) -> "Wishes":
        """Return the same for single-port mode, or for a range of ports."""
        now = is_single_port if self.single_port is None else self.single_port
        return replace(self, single_port=not now)

    def advice(self, traffic: Traffic, own: Sequence[Address]) -> Advice:
        """Return the advice for the traffic seen; OWN where nobody was asked yet.

        Raises:
            SituationError: there is no address to write rules for, or this way is
                closed; the text says what is open.
        """
        single_port = self.single_port
        if single_port is None:
            single_port = bool(traffic.is_single_port)
        situation = Situation(
            servers=traffic.servers or tuple(own),
            clients=traffic.clients or ANYWHERE,
            port=traffic.port or TFTP_PORT,
            ports=traffic.ports or SERVER_PORTS,
            where=self.where,
            kind=self.kind,
            is_single_port=single_port,
            has_nat=self.has_nat,
        )
        return advise(situation, self.dialect, traffic if traffic.flows else None)


def _sound(wishes: Wishes) -> Wishes:
    """Return what can be: a filter without state translates nothing."""
    no_nat = wishes.kind is Kind.STATELESS
    return replace(wishes, has_nat=False) if no_nat else wishes


def _next(among: Sequence[T], now: T, step: int = 1) -> T:
    return among[(among.index(now) + step) % len(among)] if now in among else among[0]
