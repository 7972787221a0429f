"""stale-conntrack: a firewall still uses an old connection tracking entry."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import served_on_its_ports
from tftptui.findings.facts import Facts
from tftptui.findings.helps import ANY_SIZE
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.comparison import Difference, compare
from tftptui.findings.signs.place import place_of_silence
from tftptui.findings.signs.silence import is_unanswered, ports_of
from tftptui.telemetry.findings import LIKELY
from tftptui.telemetry.words import port_word

KIND = Kind(
    code=Code.STALE_CONNTRACK,
    scope=Scope.CLIENT,
    broken=("answer",),
    helps={
        "port-range": ("no", "the old entry belongs to the request's flow"),
        "single-port": (
            "unknown",
            "yes if the firewall allows replies on the old entry",
        ),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", "each retry keeps the old entry alive"),
        "helper": ("no", "the helper is not applied to an existing flow"),
        "client-port": ("yes", "another port is a new flow, and gets the new rules"),
    },
    ended=served_on_its_ports,
)


def stale_state(facts: Facts) -> Draft | None:
    """Detect a flow of this client port from before the firewall's rules changed.

    The client got files on other ports, but no reply on this one, which it used shortly
    before. A rule for the client's or the server's port must be excluded, otherwise it
    is one of several causes that answers-blocked lists.
    """
    if not is_unanswered(facts) or facts.scene.single_port:
        return None
    if compare(facts).candidates != [Difference.FLOW]:
        return None
    worked = [
        one
        for one in facts.working
        if one.client == facts.client
        and one.client_tid not in facts.client_tids
        and one.time < facts.last_requested
    ]
    ours = facts.client_tids
    if not worked:
        return None
    gets, works = _verbs(ours, "gets", "get"), _verbs(ports_of(worked), "works", "work")
    return Draft(
        kind=KIND,
        headline=f"Only {port_word(ours, 'UDP')} of {facts.client} {gets} no reply, "
        f"{port_word(ports_of(worked))} {works}: a firewall still uses a connection "
        "tracking entry from before its rules changed.",
        client_tids=tuple(facts.client_tids),
        confidence=LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(worked, facts.client),
        ),
        remedies=LazyRemedies(partial(remedies.flush, facts)),
        helps=KIND.would_help(facts),
        proof=proofs.remembered(facts),
    )


def _verbs(tids: list[int], one: str, many: str) -> str:
    return one if len(set(tids)) == 1 else many
