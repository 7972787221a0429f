"""client-aborted: the client broke a transfer off and said so."""

from tftptui.findings import evidence, remedies
from tftptui.findings.client.size_probe import is_probe
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.findings.stalls import ended_by_client
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.probe_trials import SEEN_ENOUGH
from tftptui.telemetry.views import TransferView

_DISK_FULL = 3  # RFC 1350 §5


def aborted(facts: Facts) -> Draft | None:
    """The client broke a transfer off and said so."""
    one = facts.latest
    if one is None or not ended_by_client(one) or is_probe(facts, one):
        return None
    is_early = not one.sent_blocks and not one.retransmits
    if is_early or one.phase != "failed" or SEEN_ENOUGH in one.error:
        return None
    code, said = "client-aborted", one.error.partition(": ")[2] or one.error
    where, broke = (
        f"at block {one.acked_blocks:,}",
        f"{facts.client} broke {facts.file}",
    )
    return Draft(
        code=code,
        headline=f"{broke} off {where}: {said}.",
        plain=f"{broke} off: {said}.",
        confidence=FACT,
        stands_at="client",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(
            Evidence(text=f"{one.error}, {where}", transfer=one.number, time=one.ended),
            *evidence.program(facts),
        ),
        remedies=remedies.say(_look_there(one)),
        helps=helps_for(code, facts),
    )


def _look_there(one: TransferView) -> str:
    """Return what to do about a client that broke off, as far as its ERROR tells."""
    if one.peer_error == _DISK_FULL:
        return "make room on the client: its disk or memory is full, it says"
    return (
        "look at the client: was the program ended there, by ctrl-c, kill or a time "
        "limit? If not: its memory, its disk, its console"
    )
