"""Silence after one request: our answer most likely arrived, and the ACKs do not."""

from functools import partial
from math import inf

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, Later
from tftptui.findings.facts import Case
from tftptui.findings.helps import helps_for
from tftptui.findings.rules.empty import is_of_empty
from tftptui.knowledge.signatures import retry_gap, timeout_in
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import seconds

_LONGEST_PATIENCE, _SHORTEST_PATIENCE = 16.0, 7.0
_PATIENCE_GAPS = 3
"""How many times a client has let the moment pass at which it would ask again."""

_SHORTEST_STAY, _STAY_GAPS = 3.0, 2
"""The same of a client whose port is known to have been open until it closed it."""

_FEW_ANSWERS, _NOT_AT_ONCE = 3, 2
_SURER = 0.85
"""How sure it is where the client was there, and the way to it free."""


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
        confidence=_sure_of_acks(case),
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
            *_is_there(case, one),
            *_may_be_large(case, one),
        ),
        remedies=Later(partial(remedies.let_acks_through, case)),
        ports=remedies.range_of(case),
        helps=helps_for(code, case),
        proof=proofs.fetch_from_port(case, one.client_tid),
    )


def _sure_of_acks(case: Case) -> float:
    if case.own_block and case.own_block.is_fresh:
        return FACT
    is_there = case.client_left < inf and taken(case) >= _FEW_ANSWERS
    return _SURER if is_there else LIKELY


def _is_there(case: Case, one: TransferView) -> list[Evidence]:
    """Return what tells whether the client was switched off meanwhile."""
    if case.client_left == inf:
        return [Evidence(text="a client switched off just then would look the same")]
    stayed = seconds(case.client_left - case.last_asked)
    text = (
        f"its port was closed {stayed} after it asked, as ICMP from {case.client} "
        "says: it is on, and the way to it is free"
    )
    return [Evidence(text=text, transfer=one.number, time=case.client_left)]


def _may_be_large(case: Case, one: TransferView) -> list[Evidence]:
    """Return that blocks of an upload may be lost for their size alone."""
    if not case.is_upload or one.block_size <= DEFAULT_BLOCK_SIZE:
        return []
    text = f"perhaps only blocks as large as {one.block_size} octets are lost"
    return [Evidence(text=f"{text}: put it in blocks of {DEFAULT_BLOCK_SIZE} to see")]


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
    is_one = case.requests == 1 and len(case.tries) == 1
    if case.heard or not is_one or case.is_left or is_of_empty(case):
        return False
    one = case.tries[0]
    if one.send_errno or one.peer_error is not None:
        return False
    if has_given_up(case) or _is_once_more(case):
        return not case.scene.single_port  # its ACKs would take the request's way
    patience = _PATIENCE_GAPS * retry_gap(one.kind)
    patience = min(_LONGEST_PATIENCE, max(_SHORTEST_PATIENCE, patience))
    if case.client_left - case.last_asked < patience:
        return False  # it had not waited for us so long
    return case.quiet >= patience and case.answers >= _FEW_ANSWERS


def has_given_up(case: Case) -> bool:
    """Whether a client let its time to ask again pass twice, and closed its port then.

    That it is closed now is reported: so the way to it is free, and what came before
    was taken. Who only looks, as for a size, closes its port at once.
    """
    if case.heard or case.requests != 1 or case.client_left == inf:
        return False
    stayed = case.client_left - case.last_asked
    patience = max(_SHORTEST_STAY, _STAY_GAPS * _own_gap(case.tries[0]))
    return taken(case) >= _FEW_ANSWERS and stayed >= min(_LONGEST_PATIENCE, patience)


def _is_once_more(case: Case) -> bool:
    """Whether the client was quiet after one request before, which shows it is on."""
    own = [one for one in case.neighbours if one.client == case.client]
    quiet = [
        one
        for one in own
        if not one.worked
        and one.requests == 1
        and one.begun + _LONGEST_PATIENCE <= case.last_asked
    ]
    if not quiet or any(one.worked and one.begun > quiet[-1].begun for one in own):
        return False
    if taken(case) < _NOT_AT_ONCE:
        return False  # it only looked, and closed its port
    return case.quiet >= _SHORTEST_STAY and case.answers >= _FEW_ANSWERS


def taken(case: Case) -> int:
    """Return how many answers came while the client's port was not yet closed."""
    closed = [one for one in case.icmp if one.is_port_closed]
    sent_back = [len(one.times) for one in closed if one.sender == case.client]
    return case.answers - sum(sent_back)


def _own_gap(one: TransferView) -> float:
    """Return after how many seconds it asks again: as it says itself, if it does."""
    asked, gap = timeout_in(one.asked), retry_gap(one.kind)
    return gap if asked is None else min(gap, asked)
