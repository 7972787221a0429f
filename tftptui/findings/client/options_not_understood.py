"""options-not-understood: the client takes no OACK; without options it works."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served_on_its_ports
from tftptui.findings.facts import Facts
from tftptui.findings.helps import minds_block_size, no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.comparison import Difference, besides, compare
from tftptui.findings.signs.silence import is_other_class, is_unanswered
from tftptui.telemetry.findings import LIKELY, POSSIBLE

KIND = Kind(
    code=Code.OPTIONS_NOT_UNDERSTOOD,
    scope=Scope.CLIENT,
    broken=(),
    helps=no_port_matters(
        "{our} answers arrive",
        "no block size was agreed to",
        "the client minds what is in the answer, not when it comes",
        "{our} answers arrive",
    ),
    ended=served_on_its_ports,
    adjust=minds_block_size,
)


def options_not_understood(facts: Facts) -> Draft | None:
    """The client takes no OACK: without options the same one works."""
    if not is_unanswered(facts) or not all(one.agreed for one in facts.tries):
        return None
    plain = [
        one
        for one in facts.working
        if not one.had_oack and (one.client, one.kind) == (facts.client, facts.kind)
    ]
    if not plain or is_other_class(max(facts.client_tids), plain):
        return None
    others = besides(compare(facts), Difference.OPTIONS)
    asked = list(dict.fromkeys(name for name, _ in facts.tries[-1].agreed))
    surely = "possibly" if others else "most likely"
    return Draft(
        kind=KIND,
        headline=f"{facts.client} {surely} does not understand {facts.words.our} "
        "answer to its options: it asks again, and works without them.",
        confidence=POSSIBLE if others else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            evidence.asked(facts),
            evidence.unanswered(facts),
            *evidence.worked(plain, facts.client),
            *others,
        ),
        remedies=remedies.refuse_option(facts, asked),
        helps=KIND.would_help(facts),
        proof=f"{proofs.fetch_from_port(facts, facts.client_tids[0])} "
        "--tftp-no-options",
    )
