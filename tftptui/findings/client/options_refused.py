"""options-refused: the client gives up at a value in the OACK, or at a size of 0.

Observed with curl 7.88.1: an OACK with tsize=0 ends it ("getpeername() failed", status
71). It sends no retransmission and no ERROR, so it looks like lost ACKs; without tsize
in the OACK it gets the file.
"""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.client.size_probe import OPTION_REFUSED, is_probe
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.helps import Row, minds_block_size, no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.silence import CURL, is_of_empty
from tftptui.findings.signs.stalls import ended_by_client
from tftptui.telemetry.findings import FACT, LIKELY, Evidence

_FOLLOWS = 3.0
"""Seconds within which a client that requested the size requests the file."""

_SURE = 0.9
"""Minimum certainty of the kind of client for a fact."""

_LONGEST_GAP, _FEW_ANSWERS = 8.0, 3
"""Seconds after which curl would have retried, and replies that are not all lost by
chance."""


def _what_it_rejects(facts: Facts) -> Row:
    if is_of_empty(facts):
        return {"block-size": ("no", "it rejects tsize=0, not the block size")}
    return minds_block_size(facts)


KIND = Kind(
    code=Code.OPTIONS_REFUSED,
    scope=Scope.CLIENT,
    broken=(),
    helps=no_port_matters(
        "{our} replies arrive",
        "no block size was agreed",
        "the client rejects the options in the OACK, however late it comes",
        "{our} replies arrive",
    ),
    ended=served,
    adjust=_what_it_rejects,
)


def options_refused(facts: Facts) -> Draft | None:
    """Detect a client that rejects a value in our OACK, and gives up."""
    one = facts.latest
    if one is None or not ended_by_client(one) or one.sent_blocks or not one.agreed:
        return None
    if is_probe(facts, one) or facts.now - (one.ended or facts.now) < _FOLLOWS:
        return None
    if one.peer_error != OPTION_REFUSED and one.retransmits:
        return None  # it may reject the same reply twice
    agreed = ", ".join(f"{name}={value}" for name, value in one.agreed)
    is_clear = one.peer_error == OPTION_REFUSED and one.phase != "probed"
    return Draft(
        kind=KIND,
        headline=f"{facts.client} rejects the options that {facts.words.server} "
        f"granted ({agreed}) and quits.",
        confidence=FACT if is_clear else LIKELY,
        stands_at="client",
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(text=one.error, transfer=one.number, time=one.ended),
            *(Evidence(text=note, transfer=one.number) for note in one.notes),
            *evidence.program(facts),
        ),
        remedies=remedies.refuse_option(facts, [name for name, _ in one.agreed]),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def empty_file_refused(facts: Facts) -> Draft | None:
    """Detect a client that closes its port after an OACK with a file size of 0."""
    if not is_of_empty(facts) or any(one.is_prohibited for one in facts.icmp):
        return None
    one, closed = facts.tries[-1], _closed(facts)
    is_silent = facts.quiet >= _LONGEST_GAP and facts.answers >= _FEW_ANSWERS
    if not closed and not is_silent:
        return None
    is_sure = closed and one.kind == CURL and one.kind_sure >= _SURE
    who = f"{CURL} on {facts.client}" if one.kind == CURL else facts.client
    return Draft(
        kind=KIND,
        headline=f"{facts.file} is empty, and {who} can't fetch an empty file with "
        "tsize=0: it closes its port"
        + (" and fails." if one.kind == CURL else ", as curl does."),
        confidence=FACT if is_sure else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            Evidence(
                text="the OACK said tsize=0; the client acknowledged nothing",
                transfer=one.number,
                time=one.started,
            ),
            *evidence.complaints(closed),
            evidence.asked(facts),
        ),
        remedies=remedies.refuse_size(facts),
        helps=KIND.would_help(facts),
        proof=f"{proofs.fetch(facts)} --tftp-no-options",
    )


def _closed(facts: Facts) -> list[Icmp]:
    return [
        one for one in facts.icmp if one.is_port_closed and one.sender == facts.client
    ]
