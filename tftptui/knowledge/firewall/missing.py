"""Remedies for a blocked flow: a few lines in each dialect.

If a dialect needs more lines than a finding has room for, the remedy is the command
that prints them.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from tftptui.knowledge.firewall.advice import Advice, advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.dialects.nftables import TABLE
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import Kind, Situation, Way, Where
from tftptui.settings import TFTP_PORT
from tftptui.telemetry.findings import Remedy

MOST_LINES, MOST_CHARACTERS = 4, 320
"""Limits of a remedy on a small screen, which has 63 columns for it."""

_FORWARD = f"insert rule {TABLE} forward"
TOO_BIG = {
    Dialect.NFTABLES: (
        f"{_FORWARD} icmp type destination-unreachable accept",
        f"{_FORWARD} icmpv6 type packet-too-big accept",
    ),
    Dialect.IPTABLES: (
        "iptables -I FORWARD -p icmp --icmp-type fragmentation-needed -j ACCEPT",
        "ip6tables -I FORWARD -p icmpv6 --icmpv6-type packet-too-big -j ACCEPT",
    ),
}
"""Rules that allow "packet too big" messages, for IPv4 and IPv6."""

_PLACES = {
    Where.SERVER: "on this host",
    Where.BETWEEN: "on the firewall in between",
    Where.CLIENT: "on the client",
}
_HELPER = "if it is stateful, enable the TFTP helper"


@lru_cache(maxsize=256)
def remedies_for(
    situation: Situation, part: Part, ways: tuple[Way, ...]
) -> tuple[Remedy, ...]:
    """Return remedies that allow a flow, for each possible firewall.

    Args:
        situation: its kind of firewall is ignored: it is unknown.
        part: the blocked flow.
        ways: RANGE for rules on the ports that the server replies from, HELPER, or
            both, the preferred one first.
    """
    return tuple(
        remedy for dialect in Dialect for remedy in _in(dialect, situation, part, ways)
    )


def _in(
    dialect: Dialect, situation: Situation, part: Part, ways: tuple[Way, ...]
) -> Iterator[Remedy]:
    """Yield the remedies in one dialect; of the long ones only the first."""
    has_long = False
    for way in ways:
        advice = _advice(dialect, situation, way)
        if advice is None:
            continue
        lines = _lines(advice, part)
        if lines:
            yield _remedy(advice, part, lines)
        elif lines is None and not has_long:
            has_long = True
            yield _remedy(advice, part, "")


def _lines(advice: Advice, part: Part) -> str | None:
    """Return the lines for a flow: "" if it passes anyway, None if too long."""
    rules = advice.chosen.rules
    own = [rule for rule in rules if part in rule.parts]
    if advice.chosen.way is not Way.HELPER:
        if not own:
            return ""
        own = [rule for rule in rules if rule in own or not rule.parts]
    text = advice.dialect.speech.typed("\n".join(rule.text for rule in own))
    is_short = text.count("\n") < MOST_LINES and len(text) <= MOST_CHARACTERS
    return text if own and is_short else None


def _advice(dialect: Dialect, situation: Situation, way: Way) -> Advice | None:
    """Return the advice for a way, or None if the dialect does not support it."""
    kinds = dialect.speech.kinds
    kind = Kind.HELPER
    if way is not Way.HELPER:
        # Stateless rules cover every flow, so they work on a stateful firewall, too.
        kind = Kind.STATELESS if Kind.STATELESS in kinds else Kind.STATEFUL
    if situation.where not in dialect.speech.places or kind not in kinds:
        return None
    if kind is Kind.HELPER and situation.is_single_port:
        return None  # replies need no helper then
    return advise(replace(situation, kind=kind), dialect)


def _remedy(advice: Advice, part: Part, text: str) -> Remedy:
    """Return a remedy with these lines, or with the command that prints them."""
    situation, speech = advice.situation, advice.dialect.speech
    what = "replies" if part is Part.ANSWERS else part.value
    does = f"allow the {what}"
    if advice.chosen.way is Way.HELPER:
        does = _HELPER
    hint = speech.hints.get(advice.chosen.way, "")
    more = f" ({hint})" if hint else ""
    if not text:
        more = "; this prints the rules"
    return Remedy(
        platform=speech.title,
        text=f"{_PLACES[situation.where]}: {does}{more}",
        command=text or printing(advice),
    )


def printing(advice: Advice) -> str:
    """Return the command that prints an advice."""
    situation, dialect = advice.situation, advice.dialect
    words = ["tftptui firewall"]
    words += [f"--server {server}" for server in situation.servers]
    words += [f"--clients {network}" for network in situation.clients]
    if situation.port != TFTP_PORT:
        words.append(f"--port {situation.port}")
    words.append(
        "--single-port" if situation.is_single_port else f"--ports {situation.ports}"
    )
    words.append(f"--dialect {dialect.value}")
    if situation.where is not dialect.speech.places[0]:
        words.append(f"--where {situation.where.value}")
    if situation.kind is not dialect.usual_kind(situation.where):
        words.append(f"--kind {situation.kind.value}")
    if situation.has_nat:
        words.append("--nat")
    return " ".join(words)
