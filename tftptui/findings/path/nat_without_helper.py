"""nat-without-helper: an address translation drops replies from another port."""

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
from tftptui.telemetry.findings import LIKELY

KIND = Kind(
    code=Code.NAT_WITHOUT_HELPER,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("no", "the translation knows no answer from any port but 69"),
        "single-port": ("yes", "the answer then fits the translation of the request"),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", "a TFTP helper teaches the translation the answer's port"),
        "client-port": ("no", "the translation would not know that one either"),
    },
    ended=served,
)


def closed_by_translation(facts: Facts, found: list[Icmp]) -> Draft:
    """Return that a translation knows no reply from another port."""
    knows = "that knows no reply from another port than the one that was asked."
    headline = (
        f"{facts.client} asks from a port and says that it is closed: most likely it "
        f"is an address translation {knows}"
    )
    if facts.is_gateway:
        headline = (
            f"{facts.client} is this host's gateway, and clients ask through it: it "
            f"most likely is a NAT {knows}"
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
    """A private server is asked from a public address: something translates."""
    if not is_unanswered(facts) or facts.scene.single_port:
        return None
    latest = facts.tries[-1]
    if not (_is_public(facts.client) and _is_private(latest.server)):
        return None
    return Draft(
        kind=KIND,
        headline=f"{facts.words.server_itself} has a private address, {latest.server}, "
        f"and {facts.client} is none: the machine that translates between them most "
        f"likely does not translate {facts.words.our} answers.",
        confidence=LIKELY,
        stands_at="between",
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
