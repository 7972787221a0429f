"""What a walk hop by hop makes of silence: the port is filtered, and another is not."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, Later
from tftptui.findings.facts import Case
from tftptui.findings.helps import helps_for
from tftptui.findings.place import dropped, place_of_silence
from tftptui.findings.rules.silence import is_unanswered
from tftptui.knowledge.ttl_walk import filters_by_port
from tftptui.telemetry.findings import FACT
from tftptui.telemetry.words import port_word


def client_port(case: Case) -> Draft | None:
    """Answers to the client's port are dropped; what goes to another port arrives."""
    found = case.location
    if found is None or not found.is_done or not is_unanswered(case):
        return None
    sure = filters_by_port(found.suspect, found.other)
    if not sure or found.suspect.port not in case.client_tids:
        return None
    code = "client-port-blocked"
    surely = "" if sure >= FACT else "most likely "
    return Draft(
        code=code,
        headline=f"Packets from {case.voice.server} to "
        f"{port_word(case.client_tids, 'UDP')} of {case.client} are {surely}"
        f"{dropped(case)}; to {port_word([found.other.port])} they arrive.",
        client_tids=tuple(case.client_tids),
        confidence=sure,
        stands_at=place_of_silence(case),
        transfers=tuple(case.numbers),
        since=case.tries[0].started,
        evidence=(*evidence.walked(found), *evidence.in_vain(case, ())),
        remedies=Later(partial(remedies.let_answers_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_ports(case),
    )
