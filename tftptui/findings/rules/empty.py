"""Empty files, and a client that takes no size of 0: curl closes its port at that.

Seen of curl 7.88.1: an OACK with tsize=0 ends it ("getpeername() failed", status 71).
It repeats nothing and sends no ERROR, so that it looks like ACKs that are lost; with no
tsize in the answer it gets the file.
"""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Icmp
from tftptui.findings.helps import helps_for
from tftptui.telemetry.findings import FACT, LIKELY, Evidence
from tftptui.telemetry.views import TransferView

_CURL = "curl"
_SURE = 0.9
"""How sure the program must be for a fact."""

_LONGEST_GAP, _FEW_ANSWERS = 8.0, 3
"""Seconds after which curl would have asked again, and answers that no chance loses."""


def is_of_empty(facts: Facts) -> bool:
    """Whether the size of an empty file was told to what may be curl, and no more came.

    What gets no answer at all asks again, from the same port.
    """
    if not facts.tries or facts.heard:
        return False
    return all(_is_told_nothing(one) for one in facts.tries)


def refused(facts: Facts) -> Draft | None:
    """The client closes its port when it is told that a file has no octets."""
    if not is_of_empty(facts) or any(one.is_prohibited for one in facts.icmp):
        return None
    one, closed = facts.tries[-1], _closed(facts)
    is_silent = facts.quiet >= _LONGEST_GAP and facts.answers >= _FEW_ANSWERS
    if not closed and not is_silent:
        return None
    is_curl = one.kind == _CURL and one.kind_sure >= _SURE
    surely = "" if is_curl and closed else "most likely "
    who = f"{_CURL} on {facts.client}" if one.kind == _CURL else facts.client
    code = "options-refused"
    return Draft(
        code=code,
        headline=f"{facts.file} is empty, and {who} {surely}can't fetch an empty file "
        "whose size it is told (tsize=0): it closes its port at that"
        + (" and fails." if one.kind == _CURL else ", as curl does."),
        confidence=LIKELY if surely else FACT,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=facts.tries[0].started,
        evidence=(
            Evidence(
                text="it was told that the file has 0 octets, and acknowledged nothing",
                transfer=one.number,
                time=one.started,
            ),
            *evidence.complaints(closed),
            evidence.asked(facts),
        ),
        remedies=remedies.refuse_size(facts),
        helps=helps_for(code, facts),
        proof=f"{proofs.fetch(facts)} --tftp-no-options",
    )


def _is_told_nothing(one: TransferView) -> bool:
    """Whether a read that may be curl's was answered with a size of 0, once."""
    is_empty = one.direction == "read" and one.total_size == 0
    is_asked_once = one.requests == 1 and one.kind in (_CURL, "")
    is_silent = not one.send_errno and one.peer_error is None
    return is_empty and is_asked_once and is_silent and "tsize" in dict(one.agreed)


def _closed(facts: Facts) -> list[Icmp]:
    return [
        one for one in facts.icmp if one.is_port_closed and one.sender == facts.client
    ]
