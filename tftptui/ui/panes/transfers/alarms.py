"""An alarm in one line: where its headline has no room, what happens goes first."""

from rich.cells import cell_len

from tftptui.engine.messages import Finding
from tftptui.findings.codes import Code
from tftptui.telemetry.findings import FACT, Place
from tftptui.telemetry.words import port_word
from tftptui.ui.store import Store

_BRIEF: dict[str, str] = {
    Code.ACKS_BLOCKED: "Most likely lost on the way to us: what {client} answers",
    Code.ANSWERS_BLOCKED: "Most likely dropped {where} {client}, {ports}",
    Code.CLIENT_PORT_BLOCKED: "Dropped {where} {client}, {ports}",
    Code.NAT_WITHOUT_HELPER: "Most likely not translated: our answers to {client}",
}
"""What is told shortly of findings whose headline has its verb late, by their code."""

_WHERE: dict[Place, str] = {
    "between-or-client": "before or at",
    "client-segment": "at (or just before)",
}
"""Where, if that is not simply on the way."""


def alarm_in_cells(
    finding: Finding, store: Store, width: int, transfer: int = 0
) -> str:
    """Return the headline if it fits WIDTH cells, or else the short form there is.

    TRANSFER is whose own headline is wanted, 0 for that of all.
    """
    headline = finding.of(transfer)
    code = finding.code
    if code == Code.CLIENT_PORT_BLOCKED and finding.confidence < FACT:
        code = Code.ANSWERS_BLOCKED  # the same, but not told as a fact
    brief = _BRIEF.get(code)
    if brief is None or cell_len(headline) <= width:
        return headline
    known = (store.transfers.get(number) for number in finding.transfers)
    tids = {view.client_tid for view in known if view is not None}
    ports = port_word(tids) if tids else "its ports"
    others = len(finding.clients) - 1
    who = f"{finding.client} and {others:,} more" if others > 0 else finding.client
    where = _WHERE.get(finding.stands_at, "on the way to")
    return brief.format(client=who, ports=ports, where=where)
