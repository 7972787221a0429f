"""client-gone: the client fell silent without a word, or a router finds it no more."""

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts
from tftptui.findings.helps import helps_for
from tftptui.findings.icmp_errors import is_firm, since_progress
from tftptui.findings.stalls import ended_by_client, is_stuck, may_have_all, stopped
from tftptui.knowledge.signatures import may_ignore_repeats
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE
from tftptui.telemetry.views import TransferView

_SILENT_BY_THEN = 15.0
"""Seconds after which who may_ignore_repeats() would have spoken: our waits double, so
that the first of more than 5 s begins within 10 s, and it speaks after 5 s of that."""


def host_gone(facts: Facts) -> Draft | None:
    """The last router, or this host on its own segment, finds the client no more."""
    found = since_progress(facts, lambda one: one.is_host_unreachable)
    if not facts.scene.on_link:
        found = [one for one in found if one.sender not in facts.scene.addresses]
    if not found:
        return None
    code = "client-gone"
    is_own = found[0].sender in facts.scene.addresses
    who = facts.words.server if is_own else found[0].sender
    return Draft(
        code=code,
        headline=f"{facts.client} is not there any more, says {who}: switched off, "
        "unplugged, or its address has changed.",
        confidence=FACT if is_firm(facts, found) else LIKELY,
        stands_at="client",
        transfers=tuple(facts.numbers),
        since=found[0].times[0],
        evidence=(*evidence.complaints(found), evidence.asked(facts)),
        remedies=remedies.say("look at the client, its cable and its address"),
        helps=helps_for("client-away", facts),
        proof=f"ping -c 3 {facts.client}",
    )


def gone(facts: Facts) -> Draft | None:
    """Blocks had arrived, then the client fell silent without a word."""
    one = facts.latest
    if one is None or not one.heard or not is_stuck(facts, one):
        return None
    if ended_by_client(one) or _has_last_word(facts, one):
        return None
    if may_have_all(one) or _may_speak_yet(facts, one):
        return None
    code = "client-gone"
    where = f"at block {one.acked_blocks:,}" if one.acked_blocks else "at the start"
    silent, did = (
        f"{facts.client} fell silent",
        "sent" if facts.is_upload else "fetched",
    )
    why = "switched off, unplugged, busy, or the way to it was cut."
    return Draft(
        code=code,
        headline=f"{silent} {where} of {facts.file}: {why}",
        plain=f"{silent} while it {did} {facts.file}: {why}",
        confidence=POSSIBLE,
        stands_at="unknown",
        transfers=(one.number,),
        since=one.moved,
        evidence=(stopped(facts, one),),
        remedies=remedies.say(
            "look whether the client is still running, and whether it can be reached"
        ),
        helps=helps_for(code, facts),
        proof=f"ping -c 3 {facts.client}",
    )


def gone_after_asking(facts: Facts, one: TransferView) -> Draft:
    """Return that a client fell silent after one request."""
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


def _has_last_word(facts: Facts, one: TransferView) -> bool:
    """Whether a capture shows that the server is silent, and not the client."""
    return facts.scene.is_capture and one.repeated > one.moved and not one.retransmits


def _may_speak_yet(facts: Facts, one: TransferView) -> bool:
    """Whether the client is one that speaks only after we have been silent."""
    is_waiting = one.running and facts.now - one.moved < _SILENT_BY_THEN
    return is_waiting and may_ignore_repeats(one.kind)
