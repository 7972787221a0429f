"""intermittent: some transfers get no reply, others do, and no port explains which."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.helps import ANY_SIZE
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.path import answers_blocked
from tftptui.findings.signs.comparison import (
    Difference,
    compare,
    ratio,
    works_again,
)
from tftptui.findings.signs.silence import is_quiet_after_one, is_unanswered
from tftptui.findings.signs.walks import shown_by_trials, trials
from tftptui.knowledge.ttl_walk import Tells
from tftptui.telemetry.findings import LIKELY, Evidence

_SURE = 0.8
"""More certain than dropped replies, which earlier tries alone had shown."""

_WHAT_TO_DO = (
    (
        "find where flows are spread over several paths (equal-cost routes, a bond, a "
        "firewall cluster); check the drop counters of each member"
    ),
    "disable the members one by one until no try fails",
)

_ONE_EACH = (
    "each client port then has one path: either it always works, or it never does"
)
_EACH = "packets on any port may take the bad path"


def _is_not_over(facts: Facts) -> bool:
    """Return whether there are too few successes: each one looks like the end."""
    return not works_again(facts)


KIND = Kind(
    code=Code.INTERMITTENT,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("no", _EACH),
        "single-port": ("unknown", _ONE_EACH),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", "a resent packet takes the same path"),
        "helper": ("no", "a helper does not change which path a packet takes"),
        "client-port": ("unknown", "a retry from another port may take a good path"),
    },
    ended=works_again,
    undecided=_is_not_over,
    surer_than=answers_blocked.KIND,
    newest_leads=True,
)


def intermittent(facts: Facts) -> Draft | None:
    """Detect tries that fail and work in turns, not separated by port or size.

    Equal-cost paths, bonded links and firewall clusters distribute flows by a hash of
    addresses and ports: a flow on the broken one never gets a reply.
    """
    if not (is_unanswered(facts) or is_quiet_after_one(facts)):
        return None
    compared = compare(facts).until(facts.last_requested)
    if compared.candidates != [Difference.PATH] or not compared.is_in_turns:
        return None
    return Draft(
        kind=KIND,
        headline=f"{ratio(compared)} on the path to {facts.client}, and tries in "
        "between worked: one of several parallel paths, links or firewalls drops "
        "packets.",
        confidence=_SURE,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=min(one.begun for one in compared.silent),
        evidence=(
            Evidence(
                text=f"{ratio(compared)}; failed and working tries do not differ by "
                "port, size or option",
                time=facts.last_requested,
            ),
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(facts.working, facts.client),
        ),
        remedies=remedies.say(*_WHAT_TO_DO),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_next_ports(facts),
    )


def walked_path(facts: Facts) -> Draft | None:
    """Detect test packets of which some arrive, with no port to explain which."""
    if shown_by_trials(facts) is not Tells.PATH or not is_unanswered(facts):
        return None
    made = trials(facts)
    lost = sum(not one.reached for one in made)
    return Draft(
        kind=KIND,
        headline=f"{lost} of {len(made)} test packets to {facts.client} were dropped, "
        "on no particular port: one of several parallel paths, links or firewalls "
        "drops packets.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, facts.working),
        remedies=remedies.say(*_WHAT_TO_DO),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_next_ports(facts),
    )
