"""answers-blocked: the client asks again and again, replies do not arrive."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.findings.place import dropped, place_of_silence
from tftptui.findings.silence import is_unanswered
from tftptui.telemetry.findings import LIKELY
from tftptui.telemetry.words import port_word


def answers(facts: Facts) -> Draft | None:
    """The client asks again and again: our answers do not arrive."""
    if not is_unanswered(facts):
        return None
    worked = facts.working
    code = "answers-blocked"
    return Draft(
        code=code,
        headline=f"Packets from {facts.words.server} to "
        f"{port_word(facts.client_tids, 'UDP')} of {facts.client} are most likely "
        f"{dropped(facts)}.",
        client_tids=tuple(facts.client_tids),
        confidence=LIKELY,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=evidence.in_vain(facts, worked),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_ports(facts),
    )
