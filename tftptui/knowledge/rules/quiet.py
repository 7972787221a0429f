"""Silence after one request: our answer most likely arrived, and the ACKs do not."""

from functools import partial

from tftptui.knowledge import evidence, proofs, remedies
from tftptui.knowledge.case import Case
from tftptui.knowledge.draft import Draft, Later
from tftptui.knowledge.helps import helps_for
from tftptui.knowledge.rules.empty import is_of_empty
from tftptui.knowledge.signatures import retry_gap
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView

_LONGEST_PATIENCE, _SHORTEST_PATIENCE = 16.0, 7.0
_PATIENCE_GAPS = 3
"""How many times a client has let the moment pass at which it would ask again."""

_FEW_ANSWERS = 3


def acks(case: Case) -> Draft | None:
    """The client asked once and is quiet: our answer arrived, its ACKs do not."""
    if not is_quiet_after_one(case):
        return None
    one = case.tries[0]
    if case.scene.single_port:
        return _gone(case, one)
    code, own = "acks-blocked", case.own_block
    return Draft(
        code=code,
        headline=_acks_headline(case, f"UDP port {one.server_tid}"),
        plain=_acks_headline(case, "the UDP ports"),
        confidence=FACT if own and own.is_fresh else LIKELY,
        stands_at="server" if own else "between-or-server",
        transfers=tuple(case.numbers),
        since=one.started,
        evidence=(
            *evidence.own_rules(own),
            Evidence(
                text=f"one request for {case.file} from port {one.client_tid}, and "
                "none after it: a client that gets no answer asks again",
                transfer=one.number,
                time=one.started,
            ),
            evidence.unanswered(case),
            *evidence.program(case),
            Evidence(text="a client switched off just then would look the same"),
        ),
        remedies=Later(partial(remedies.let_acks_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_port(case, one.client_tid),
    )


def _acks_headline(case: Case, port: str) -> str:
    own, what = case.own_block, "blocks" if case.is_upload else "ACKs"
    lost = f"its {what} to {port} of {case.voice.server}"
    if own is None:
        return (
            f"{case.client} most likely got {case.voice.our} answer, but {lost} do "
            f"not arrive: dropped on the way, or by {case.voice.host}'s own firewall."
        )
    surely = "" if own.is_fresh else "most likely "
    then = "" if own.is_fresh else ", by the rules that it had"
    return (
        f"{case.client} {surely}got our answer, but {lost} are dropped by this host's "
        f"own firewall{then}."
    )


def _gone(case: Case, one: TransferView) -> Draft:
    code = "client-gone"
    return Draft(
        code=code,
        headline=f"{case.client} asked for {case.file} once and fell silent: switched "
        "off, or its answers are lost.",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=tuple(case.numbers),
        since=one.started,
        evidence=(evidence.asked(case), evidence.unanswered(case)),
        remedies=remedies.say("look whether the client is still running"),
        helps=helps_for("client-quiet", case),
        proof=proofs.watch(case),
    )


def is_quiet_after_one(case: Case) -> bool:
    """Whether a client asked once, and longer ago than it would ask again."""
    if case.heard or case.requests != 1 or len(case.tries) != 1 or case.is_left:
        return False
    if is_of_empty(case):
        return False
    one = case.tries[0]
    if one.send_errno or one.peer_error is not None:
        return False
    patience = _PATIENCE_GAPS * retry_gap(one.kind)
    patience = min(_LONGEST_PATIENCE, max(_SHORTEST_PATIENCE, patience))
    if case.client_left - case.last_asked < patience:
        return False  # it had not waited for us so long
    return case.quiet >= patience and case.answers >= _FEW_ANSWERS
