"""Silence after one request: our answer most likely arrived, and the ACKs do not."""

from functools import partial
from math import inf

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.facts import Facts
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


def acks(facts: Facts) -> Draft | None:
    """The client asked once and is quiet: our answer arrived, its ACKs do not."""
    if not is_quiet_after_one(facts):
        return None
    one = facts.tries[0]
    if facts.scene.single_port:
        return _gone(facts, one)
    code, own = "acks-blocked", facts.host_block
    return Draft(
        code=code,
        headline=_acks_headline(facts, f"UDP port {one.server_tid}"),
        plain=_acks_headline(facts, "the UDP ports"),
        confidence=_sure_of_acks(facts),
        stands_at="server" if own else "between-or-server",
        transfers=tuple(facts.numbers),
        since=one.started,
        evidence=(
            *evidence.own_rules(own),
            Evidence(
                text=f"one request for {facts.file} from port {one.client_tid}, and "
                "none after it: a client that gets no answer asks again",
                transfer=one.number,
                time=one.started,
            ),
            evidence.unanswered(facts),
            *evidence.program(facts),
            *_is_there(facts, one),
            *_may_be_large(facts, one),
        ),
        remedies=LazyRemedies(partial(remedies.let_acks_through, facts)),
        ports=remedies.range_of(facts),
        helps=helps_for(code, facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def _sure_of_acks(facts: Facts) -> float:
    if facts.host_block and facts.host_block.is_fresh:
        return FACT
    is_there = facts.client_left < inf and taken(facts) >= _FEW_ANSWERS
    return _SURER if is_there else LIKELY


def _is_there(facts: Facts, one: TransferView) -> list[Evidence]:
    """Return what tells whether the client was switched off meanwhile."""
    if facts.client_left == inf:
        return [Evidence(text="a client switched off just then would look the same")]
    stayed = seconds(facts.client_left - facts.last_asked)
    text = (
        f"its port was closed {stayed} after it asked, as ICMP from {facts.client} "
        "says: it is on, and the way to it is free"
    )
    return [Evidence(text=text, transfer=one.number, time=facts.client_left)]


def _may_be_large(facts: Facts, one: TransferView) -> list[Evidence]:
    """Return that blocks of an upload may be lost for their size alone."""
    if not facts.is_upload or one.block_size <= DEFAULT_BLOCK_SIZE:
        return []
    text = f"perhaps only blocks as large as {one.block_size} octets are lost"
    return [Evidence(text=f"{text}: put it in blocks of {DEFAULT_BLOCK_SIZE} to see")]


def _acks_headline(facts: Facts, port: str) -> str:
    own, what = facts.host_block, "blocks" if facts.is_upload else "ACKs"
    lost = f"its {what} to {port} of {facts.words.server}"
    if own is None:
        return (
            f"{facts.client} most likely got {facts.words.our} answer, but {lost} do "
            f"not arrive: dropped on the way, or by {facts.words.host}'s own firewall."
        )
    surely = "" if own.is_fresh else "most likely "
    then = "" if own.is_fresh else ", by the rules that it had"
    return (
        f"{facts.client} {surely}got our answer, but {lost} are dropped by this host's "
        f"own firewall{then}."
    )


def _gone(facts: Facts, one: TransferView) -> Draft:
    code = "client-gone"
    return Draft(
        code=code,
        headline=f"{facts.client} asked for {facts.file} once and fell silent: "
        "switched off, or its answers are lost.",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=tuple(facts.numbers),
        since=one.started,
        evidence=(evidence.asked(facts), evidence.unanswered(facts)),
        remedies=remedies.say("look whether the client is still running"),
        helps=helps_for("client-quiet", facts),
        proof=proofs.watch(facts),
    )


def is_quiet_after_one(facts: Facts) -> bool:
    """Whether a client asked once, and longer ago than it would ask again."""
    is_one = facts.requests == 1 and len(facts.tries) == 1
    if facts.heard or not is_one or facts.is_left or is_of_empty(facts):
        return False
    one = facts.tries[0]
    if one.send_errno or one.peer_error is not None:
        return False
    if has_given_up(facts) or _is_once_more(facts):
        return not facts.scene.single_port  # its ACKs would take the request's way
    patience = _PATIENCE_GAPS * retry_gap(one.kind)
    patience = min(_LONGEST_PATIENCE, max(_SHORTEST_PATIENCE, patience))
    if facts.client_left - facts.last_asked < patience:
        return False  # it had not waited for us so long
    return facts.quiet >= patience and facts.answers >= _FEW_ANSWERS


def has_given_up(facts: Facts) -> bool:
    """Whether a client let its time to ask again pass twice, and closed its port then.

    That it is closed now is reported: so the way to it is free, and what came before
    was taken. Who only looks, as for a size, closes its port at once.
    """
    if facts.heard or facts.requests != 1 or facts.client_left == inf:
        return False
    stayed = facts.client_left - facts.last_asked
    patience = max(_SHORTEST_STAY, _STAY_GAPS * _own_gap(facts.tries[0]))
    return taken(facts) >= _FEW_ANSWERS and stayed >= min(_LONGEST_PATIENCE, patience)


def _is_once_more(facts: Facts) -> bool:
    """Whether the client was quiet after one request before, which shows it is on."""
    own = [one for one in facts.neighbours if one.client == facts.client]
    quiet = [
        one
        for one in own
        if not one.worked
        and one.requests == 1
        and one.begun + _LONGEST_PATIENCE <= facts.last_asked
    ]
    if not quiet or any(one.worked and one.begun > quiet[-1].begun for one in own):
        return False
    if taken(facts) < _NOT_AT_ONCE:
        return False  # it only looked, and closed its port
    return facts.quiet >= _SHORTEST_STAY and facts.answers >= _FEW_ANSWERS


def taken(facts: Facts) -> int:
    """Return how many answers came while the client's port was not yet closed."""
    closed = [one for one in facts.icmp if one.is_port_closed]
    sent_back = [len(one.times) for one in closed if one.sender == facts.client]
    return facts.answers - sum(sent_back)


def _own_gap(one: TransferView) -> float:
    """Return after how many seconds it asks again: as it says itself, if it does."""
    asked, gap = timeout_in(one.asked), retry_gap(one.kind)
    return gap if asked is None else min(gap, asked)
