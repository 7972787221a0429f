"""answers-refused: a firewall on the path rejects replies, by ICMP."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import (
    ANY_SIZE,
    ANY_TIME,
    HELPER,
    ONE_PORT,
    RANGE,
    other_rule,
)
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.icmp_errors import (
    is_client,
    is_firm,
    reporters,
    since_progress,
)
from tftptui.findings.signs.silence import is_unanswered
from tftptui.findings.signs.walks import refusing
from tftptui.telemetry.findings import FACT
from tftptui.telemetry.words import joined, port_word

KIND = Kind(
    code=Code.ANSWERS_REFUSED,
    scope=Scope.PATH,
    broken=("answer",),
    helps={
        "port-range": ("no", RANGE),
        "single-port": ("unknown", ONE_PORT),
        "block-size": ("no", ANY_SIZE),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", HELPER),
        "client-port": ("unknown", "yes if only some ports are allowed"),
    },
    ended=served,
    adjust=other_rule,
    key_part=reporters,
)


def refused(facts: Facts) -> Draft | None:
    """Detect a firewall on the path that rejects packets to the client."""
    found = since_progress(facts, lambda one: one.is_prohibited or one.is_port_closed)
    found = [one for one in found if not is_client(facts, one) and one.sender]
    hop = refusing(facts) if is_unanswered(facts) else None
    if not facts.tries or not (is_firm(facts, found) or hop):
        return None
    names = list(dict.fromkeys(one.sender or "" for one in found))
    if hop is not None and hop.sender and hop.sender not in names:
        names.append(hop.sender)
    is_own = facts.scene.addresses.issuperset(names)
    who = f"The firewall at {joined(names)}"
    if is_own:
        who = f"The firewall of {facts.words.host} itself"
    return Draft(
        kind=KIND,
        headline=f"{who} rejects packets from {facts.words.server} to "
        f"{port_word(facts.client_tids, 'UDP')} of {facts.client}.",
        client_tids=tuple(facts.client_tids),
        confidence=FACT,
        stands_at="server" if is_own else "between",
        transfers=tuple(facts.numbers),
        since=found[0].times[0] if found else facts.tries[0].started,
        evidence=(
            *(evidence.walked(facts.location) if hop else ()),
            *evidence.refused(facts, found),
        ),
        remedies=LazyRemedies(
            partial(
                remedies.let_out
                if is_own and not facts.scene.is_capture
                else remedies.let_answers_through,
                facts,
            )
        ),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_ports(facts),
    )
