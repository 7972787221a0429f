"""nat-without-helper: a NAT drops replies from another port."""

from functools import partial
from ipaddress import ip_address

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.helps import ANY_SIZE, ANY_TIME
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.silence import is_unanswered
from tftptui.telemetry.findings import LIKELY, POSSIBLE

KIND = Kind(
    code=Code.NAT_WITHOUT_HELPER,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("no", "the NAT has no mapping for any port but 69"),
        "single-port": ("yes", "the reply then matches the mapping of the request"),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", "a TFTP helper adds the mapping for the reply"),
        "client-port": ("no", "the NAT has no mapping for another client port either"),
    },
    ended=served,
)


def closed_by_translation(facts: Facts, found: list[Icmp]) -> Draft:
    """Return the finding that a NAT drops replies from another port."""
    who, other = facts.client, " Or a second machine has its address."
    if facts.is_gateway:
        who, other = f"{who}, this host's gateway,", ""
    headline = (
        f"{who} is a NAT without TFTP helper: it drops replies that do not come from "
        f"port {facts.scene.port}, where the request went.{other}"
    )
    return Draft(
        kind=KIND,
        headline=headline,
        confidence=LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=evidence.refused(facts, found),
        remedies=LazyRemedies(partial(remedies.for_translation, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.tracked(facts),
    )


def translation(facts: Facts) -> Draft | None:
    """Detect a NAT: a server with a private address gets requests from a public one.

    Or from its own gateway, which may also be the client itself.
    """
    if not is_unanswered(facts) or facts.scene.single_port:
        return None
    latest = facts.tries[-1]
    is_public = _is_public(facts.client) and _is_private(latest.server)
    if not (is_public or facts.is_gateway):
        return None
    return Draft(
        kind=KIND,
        headline=f"The NAT between {facts.client} (public) and {facts.words.server} "
        f"({latest.server}, private) does not translate {facts.words.our} replies."
        if is_public
        else f"{facts.client}, this host's gateway, drops {facts.words.our} replies: "
        "it is a NAT without TFTP helper, or its own firewall drops them.",
        confidence=LIKELY if is_public else POSSIBLE,
        stands_at="between" if is_public else "client",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(evidence.asked(facts), evidence.unanswered(facts)),
        remedies=LazyRemedies(partial(remedies.for_translation, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.watch(facts),
    )


def _is_public(address: str) -> bool:
    try:
        return ip_address(address).is_global
    except ValueError:
        return False


def _is_private(address: str) -> bool:
    try:
        return ip_address(address).is_private
    except ValueError:
        return False
