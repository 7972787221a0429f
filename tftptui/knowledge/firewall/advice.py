"""From a situation to advice: ways side by side, rules, and what to beware of."""

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
"""What the program conntrack is told of the IP version."""

FEW_PORTS = 10
"""Ports that one booting client may need at the same time."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way, written in the dialect.

    Attributes:
        rules: empty where there is an obstacle.
        obstacle: why the way is closed here, or None.
    """

    plan: Plan
    rules: tuple[Rule, ...]
    obstacle: str | None

    @property
    def way(self) -> Way:
        """Which one."""
        return self.plan.way


@dataclass(frozen=True, slots=True)
class Advice:
    """What to ask of a firewall.

    Attributes:
        alternatives: helper, range and single port, in this order.
        chosen: the one for the situation.
        missing: the flow that seems not to get through, or None.
        cautions: what to beware of, whole sentences.
        flush: what to type so that old flows are forgotten; empty if none are kept.
        traffic: what was seen, if anything.
        origins: how the clients' networks are known; empty where they were given.
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
        """Whether the length of a network is assumed."""
        return any(one.is_assumed for one in self.origins)

    @property
    def may_be_client(self) -> bool:
        """Whether it is for a firewall between, and the client's own may be it."""
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
        SituationError: such a firewall does not stand there or is not of that
            kind, or the chosen way is closed; the text says what is open.
    """
    speech = dialect.speech
    if situation.where not in speech.places:
        places = " or ".join(place.value for place in speech.places)
        raise SituationError(
            f"{speech.title} does not stand at {situation.where.value!r} here; "
            f"choose --where {places}"
        )
    if situation.kind not in speech.kinds:
        kinds = " or ".join(kind.value for kind in speech.kinds)
        why = f" ({speech.helper})" if speech.helper else ""
        raise SituationError(
            f"{speech.title} is not {situation.kind.value!r}{why}; "
            f"choose --kind {kinds}"
        )
    alternatives = tuple(_alternative(situation, dialect, way) for way in Way)
    chosen = next(a for a in alternatives if a.way is situation.way)
    if chosen.obstacle is not None:
        open_ways = [a.way.value for a in alternatives if a.obstacle is None]
        raise SituationError(
            f"the way {chosen.way.value!r} is closed: {chosen.obstacle}; "
            f"what is open: {', '.join(open_ways)}"
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
        "The client chooses its port, the server only its own. Another or a narrower "
        f"range than {situation.ports} at the server does not cure a client port "
        "that is blocked."
    )
    theirs = situation.client_ports
    if theirs.first > CLIENT_PORTS.first or theirs.last < CLIENT_PORTS.last:
        yield (
            f"Clients that ask from outside {theirs} stay shut out: boot ROMs take "
            "2070 and up, U-Boot 1024-4095, UEFI 1024 and up, pxelinux 49152 and up."
        )
    yield from _way_cautions(situation, plan)
    yield from _seen_cautions(situation, plan, traffic)
    if any(family.is_from_anywhere for family in situation.families):
        yield "From anywhere: narrow it with --clients 198.51.100.0/24."
    if situation.keeps_state:
        yield (
            "Flows that the firewall remembers outlive a change of its rules: flush "
            "them, and try again from another client port."
        )


def _way_cautions(situation: Situation, plan: Plan) -> Iterator[str]:
    if plan.way is Way.RANGE:
        if situation.keeps_state:
            yield (
                f"Opening {situation.ports} towards the server instead changes "
                "nothing: the packet that is blocked travels to the client."
            )
        if len(situation.ports) < FEW_PORTS:
            yield (
                f"{len(situation.ports)} ports serve few clients: one that boots may "
                f"hold {FEW_PORTS} at a time. Take a wider range on both sides."
            )
    if plan.way is Way.SINGLE_PORT and not situation.keeps_state:
        yield (
            "To a firewall without state single-port mode is no cure by itself: "
            f"answers from port {situation.port} need their rule as well."
        )
    if situation.has_nat and situation.where is Where.BETWEEN:
        yield "The rules name the addresses behind the translator, not its own."


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
            f"Answers were seen from port {_list(outside)}, outside "
            f"{situation.ports}: give the firewall and the server the same range."
        )
    blocked = {f.client_tid for f in traffic.failed}
    strange = sorted(p for p in blocked if p not in situation.client_ports)
    if strange:
        yield (
            f"Client port {_list(strange)} was seen to fail and is outside "
            f"{situation.client_ports}: it stays blocked."
        )


def _list(ports: list[int]) -> str:
    most = 5
    text = ", ".join(str(port) for port in ports[:most])
    return text + (" …" if len(ports) > most else "")
