"""What a walk hop by hop makes of silence: the port is filtered, and another is not."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.findings.place import dropped, place_of_silence
from tftptui.findings.rules.silence import is_unanswered
from tftptui.knowledge.ttl_walk import filters_by_port
from tftptui.telemetry.findings import FACT
from tftptui.telemetry.words import port_word


def client_port(facts: Facts) -> Draft | None:
    """Answers to the client's port are dropped; what goes to another port arrives."""
    found = facts.location
    if found is None or not found.is_done or not is_unanswered(facts):
        return None
    sure = filters_by_port(found.suspect, found.other)
    if not sure or found.suspect.port not in facts.client_tids:
        return None
    code = "client-port-blocked"
    surely = "" if sure >= FACT else "most likely "
    return Draft(
        code=code,
        headline=f"Packets from {facts.words.server} to "
        f"{port_word(facts.client_tids, 'UDP')} of {facts.client} are {surely}"
        f"{dropped(facts)}; to {port_word([found.other.port])} they arrive.",
        client_tids=tuple(facts.client_tids),
        confidence=sure,
        stands_at=place_of_silence(facts),
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(*evidence.walked(found), *evidence.in_vain(facts, ())),
        remedies=LazyRemedies(partial(remedies.let_answers_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_ports(facts),
    )
