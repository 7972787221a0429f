"""no-route: this host, or a router on the path, has no route to the client."""

import errno

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.icmp_errors import is_firm, reporters, since_progress
from tftptui.findings.signs.send_errors import failing, failure
from tftptui.telemetry.findings import FACT, Evidence, Remedy
from tftptui.telemetry.refusal_reasons import Reason

_ROUTING = {
    errno.ENETUNREACH: "its routing table has no entry for it",
    errno.EHOSTUNREACH: "its routing table has an unreachable route for it",
    errno.EACCES: "its routing table has a prohibit route for it",
    errno.EINVAL: "its routing table has a blackhole route for it",
    errno.ENETDOWN: "the network interface is down",
}


KIND = Kind(
    code=Code.NO_ROUTE,
    scope=Scope.PATH,
    broken=("answer",),
    helps=no_port_matters(
        "there is no route to the client, whatever the port",
        "there is no route for small packets either",
        "no packet arrives until there is a route",
        "a route is missing; no firewall is involved",
    ),
    ended=served,
    key_part=reporters,
)


def no_route(facts: Facts) -> Draft | None:
    """Detect that this host has no usable route to the client."""
    unsent = failing(facts, set(_ROUTING))
    found = unsent.tries[0] if unsent.tries else None
    refused = next(
        (one for one in facts.refusals if one.reason == Reason.NO_ROUTE), None
    )
    if found is None and (refused is None or facts.heard):
        return None
    seen: list[Evidence] = []
    if found is not None:
        facts = unsent
        seen.append(failure(found))
    elif refused is not None:
        seen.append(Evidence(text=refused.message, time=refused.time))
    why = _ROUTING.get(found.send_errno, "") if found else ""
    return Draft(
        kind=KIND,
        headline=f"This server has no route to {facts.client}"
        + (f": {why}." if why else "."),
        confidence=FACT,
        stands_at="server",
        transfers=tuple(facts.numbers),
        since=seen[0].time or facts.now,
        evidence=tuple(seen),
        remedies=_remedies(facts, found.send_errno if found else 0),
        helps=KIND.would_help(facts),
        proof=proofs.route(facts),
    )


def _remedies(facts: Facts, error: int) -> tuple[Remedy, ...]:
    """Return what to do about the error of a send; 0 if none is known."""
    if error == errno.ENETDOWN:
        return remedies.say("bring the network interface up: ip link set DEV up")
    add = (
        f"add a route to {facts.client}: a default gateway, or a route for that network"
    )
    if error in (errno.EHOSTUNREACH, errno.EACCES, errno.EINVAL):
        return remedies.say(f"delete that route, or {add}")
    return remedies.say(add)


def no_route_there(facts: Facts) -> Draft | None:
    """Detect that a router on the path has no route to the client."""
    found = since_progress(facts, lambda one: one.is_no_route)
    if not is_firm(facts, found):
        return None
    return Draft(
        kind=KIND,
        headline=f"The router {found[0].sender} has no route back to {facts.client}.",
        confidence=FACT,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say(
            f"on {found[0].sender}: add a route to the network of {facts.client}"
        ),
        helps=KIND.would_help(facts),
        proof=proofs.trace(facts),
    )
