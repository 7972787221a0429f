"""address-unreachable: requests come from an address that replies can't reach."""

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.icmp_errors import reporters, since_progress
from tftptui.findings.signs.silence import is_unanswered
from tftptui.telemetry.findings import LIKELY, POSSIBLE

KIND = Kind(
    code=Code.ADDRESS_UNREACHABLE,
    scope=Scope.CLIENT,
    broken=("answer",),
    helps=no_port_matters(
        "no packet reaches that address, to any port",
        "small packets do not reach it either",
        "resent packets do not reach it either",
        "no firewall drops the packets: nobody has that address there",
    ),
    ended=served,
    key_part=reporters,
)


def address_unreachable(facts: Facts) -> Draft | None:
    """Detect a client that sends requests, but can't be reached at its address."""
    unreachable = since_progress(facts, lambda one: one.is_host_unreachable)
    sure = _sure(facts, unreachable) if unreachable else 0.0
    if not sure:
        return None
    sender = unreachable[0].sender
    who = f"the router {sender}" if sender else "a router"
    is_own = sender in facts.scene.addresses
    said = facts.words.server_itself if is_own else f"{who[:1].upper()}{who[1:]}"
    return Draft(
        kind=KIND,
        headline=f"{said} can't reach {facts.client}, though requests from that "
        "address keep arriving: the client has a wrong address or mask, or its "
        "network has no return route.",
        confidence=sure,
        stands_at="between-or-client",
        transfers=tuple(facts.numbers),
        since=unreachable[0].times[0],
        evidence=(*evidence.complaints(unreachable), evidence.asked(facts)),
        remedies=remedies.say(
            "check the client's address, mask and VLAN: did it keep an old lease?",
            f"on {sender or who}, check who has that address: ip neigh, show arp",
        ),
        helps=KIND.would_help(facts),
        proof=f"ping -c 3 {facts.client}; ip neigh | grep {facts.client}",
    )


def _sure(facts: Facts, unreachable: list[Icmp]) -> float:
    """Return how sure it is that the client retries and can't be reached; 0 if not.

    Routers limit ICMP: one may not report it again after the client's retry.
    """
    said = [time for one in unreachable for time in one.times]
    after = [time for one in facts.tries for time in one.asked_at if time > min(said)]
    if any(time < max(said) for time in after):
        return LIKELY
    return POSSIBLE if after and is_unanswered(facts) else 0.0
