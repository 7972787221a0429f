"""From a situation to advice: alternatives, rules, and warnings."""

from collections.abc import Iterator
from dataclasses import dataclass

from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.listing import Rule
from tftptui.knowledge.firewall.networks import ClientNetwork
from tftptui.knowledge.firewall.plans import Part, Plan, plan_for
from tftptui.knowledge.firewall.seen import Traffic
from tftptui.knowledge.firewall.situation import (
    CLIENT_PORTS,
    Situation,
    SituationError,
    Way,
    Where,
)

_CONNTRACK = {4: "", 6: "-f ipv6 "}
"""Arguments of conntrack for the IP version."""

FEW_PORTS = 10
"""Ports that one booting client may need at a time."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way, with rules in the dialect.

    Attributes:
        rules: empty if there is an obstacle.
        obstacle: why this way is not possible, or None.
    """

    plan: Plan
    rules: tuple[Rule, ...]
    obstacle: str | None

    @property
    def way(self) -> Way:
        """The way of the plan."""
        return self.plan.way


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice on firewall rules.

    Attributes:
        alternatives: helper, range and single port, in this order.
        chosen: the one for the situation.
        missing: the flow that is probably blocked, or None.
        cautions: warnings, whole sentences.
        flush: commands that remove old flows; empty if the firewall keeps none.
        traffic: observed traffic, if any.
        origins: how the clients' networks are known; empty if they were given.
    """

    situation: Situation
    dialect: Dialect
    alternatives: tuple[Alternative, ...]
    chosen: Alternative
    missing: Part | None
    cautions: tuple[str, ...]
    flush: tuple[str, ...]
    traffic: Traffic | None
    origins: tuple[ClientNetwork, ...] = ()

    @property
    def is_assumed(self) -> bool:
        """True if the prefix length of a network is assumed."""
        return any(one.is_assumed for one in self.origins)

    @property
    def may_be_client(self) -> bool:
        """True if the firewall is on the path or on the client itself."""
        is_between = self.situation.where is Where.BETWEEN
        return is_between and self.traffic is not None and self.traffic.may_be_client


def advise(
    situation: Situation,
    dialect: Dialect,
    traffic: Traffic | None = None,
    origins: tuple[ClientNetwork, ...] = (),
) -> Advice:
    """Return the advice for a situation, in a dialect.

    Raises:
        SituationError: the dialect does not support this place or kind, or the chosen
            way is not possible; the text lists what is.
    """
    speech = dialect.speech
    if situation.where not in speech.places:
        places = " or ".join(place.value for place in speech.places)
        raise SituationError(
            f"{speech.title} does not support --where {situation.where.value}; "
            f"use --where {places}"
        )
    if situation.kind not in speech.kinds:
        kinds = " or ".join(kind.value for kind in speech.kinds)
        why = f" ({speech.helper})" if speech.helper else ""
        raise SituationError(
            f"{speech.title} does not support --kind {situation.kind.value}{why}; "
            f"use --kind {kinds}"
        )
    alternatives = tuple(_alternative(situation, dialect, way) for way in Way)
    chosen = next(a for a in alternatives if a.way is situation.way)
    if chosen.obstacle is not None:
        open_ways = [a.way.value for a in alternatives if a.obstacle is None]
        raise SituationError(
            f"{chosen.way.value} is not possible: {chosen.obstacle}; "
            f"possible: {', '.join(open_ways)}"
        )
    return Advice(
        situation,
        dialect,
        alternatives,
        chosen,
        traffic.missing if traffic else None,
        tuple(_cautions(situation, chosen.plan, traffic)),
        _flush(situation, dialect),
        traffic,
        origins,
    )


def _alternative(situation: Situation, dialect: Dialect, way: Way) -> Alternative:
    plan = plan_for(situation, way)
    speech = dialect.speech
    obstacle = plan.obstacle
    if obstacle is None and not speech.can(way):
        obstacle = speech.helper
    rules = () if obstacle else tuple(speech.write(plan, situation))
    return Alternative(plan, rules, obstacle)


def _flush(situation: Situation, dialect: Dialect) -> tuple[str, ...]:
    if not situation.keeps_state:
        return ()
    lines = [
        line.format(
            port=situation.port, server=server, family=_CONNTRACK[family.version]
        )
        for family in situation.families
        for server in family.servers
        for line in dialect.speech.flush
    ]
    return tuple(dict.fromkeys(lines))


def _cautions(
    situation: Situation, plan: Plan, traffic: Traffic | None
) -> Iterator[str]:
    yield (
        "The client chooses its own port. Changing the server's range "
        f"{situation.ports} does not unblock a client port."
    )
    theirs = situation.client_ports
    if theirs.first > CLIENT_PORTS.first or theirs.last < CLIENT_PORTS.last:
        yield (
            f"Clients with ports outside {theirs} stay blocked: boot ROMs use "
            "2070 and up, U-Boot 1024-4095, UEFI 1024 and up, pxelinux 49152 and up."
        )
    yield from _way_cautions(situation, plan)
    yield from _seen_cautions(situation, plan, traffic)
    if any(family.is_from_anywhere for family in situation.families):
        yield "Any client is allowed: narrow it with --clients 198.51.100.0/24."
    if situation.keeps_state:
        yield (
            "Old flows keep their verdict after a rule change: flush them, then retry "
            "from another client port."
        )


def _way_cautions(situation: Situation, plan: Plan) -> Iterator[str]:
    if plan.way is Way.RANGE:
        if situation.keeps_state:
            yield (
                f"Opening {situation.ports} towards the server does not help: the "
                "blocked packet goes to the client."
            )
        if len(situation.ports) < FEW_PORTS:
            yield (
                f"{len(situation.ports)} ports may be too few: a booting client holds "
                f"up to {FEW_PORTS}. Use a wider range on both sides."
            )
    if plan.way is Way.SINGLE_PORT and not situation.keeps_state:
        yield (
            "With a stateless firewall, single-port mode alone does not help: "
            f"replies from port {situation.port} need a rule, too."
        )
    if situation.has_nat and situation.where is Where.BETWEEN:
        yield "The rules use the addresses behind the NAT, not its own."


def _seen_cautions(
    situation: Situation, plan: Plan, traffic: Traffic | None
) -> Iterator[str]:
    if traffic is None:
        return
    outside = sorted(
        {
            flow.server_tid
            for flow in traffic.flows
            if flow.server_tid not in situation.ports
            and flow.server_tid != situation.port
        }
    )
    if outside and plan.way is Way.RANGE:
        yield (
            f"Replies came from port {_list(outside)}, outside {situation.ports}: use "
            "the same range on the firewall and the server."
        )
    blocked = {f.client_tid for f in traffic.failed}
    strange = sorted(p for p in blocked if p not in situation.client_ports)
    if strange:
        yield (
            f"Client port {_list(strange)} failed and is outside "
            f"{situation.client_ports}: it stays blocked."
        )


def _list(ports: list[int]) -> str:
    most = 5
    text = ", ".join(str(port) for port in ports[:most])
    return text + (" …" if len(ports) > most else "")
