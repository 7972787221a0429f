"""client-aborted: the client aborted a transfer with an ERROR."""

import re

from tftptui.findings import evidence, remedies
from tftptui.findings.client.size_probe import is_probe
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served_to_its_program
from tftptui.findings.facts import Facts
from tftptui.findings.helps import (
    HAD_ARRIVED,
    ITSELF,
    Row,
    no_port_matters,
    small_blocks,
)
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.stalls import ended_by_client
from tftptui.knowledge.signatures import may_ignore_repeats
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.probe_trials import SEEN_ENOUGH
from tftptui.telemetry.views import TransferView

_WISHED = re.compile(
    r"^(ERROR 0 without a message|undefined( error code)?|)$"
    r"|\b(abort|cancel|interrupt|user|quit|ctrl)",
    re.IGNORECASE,
)
"""Texts of an abort by the user, or empty ones."""

_SLACK, _LONGEST_ANSWER = 0.1, 0.5
"""Seconds within which an ERROR counts as a reply to a retransmission."""

_DISK_FULL = 3  # RFC 1350 §5


def _came_late(facts: Facts) -> Row:
    row, one = small_blocks(facts), facts.latest
    if one is not None and one.retransmits:
        row["timeout"] = ("unknown", "yes if it quit because packets came late")
    return row


def _what_it_said(facts: Facts) -> str:
    return facts.latest.error if facts.latest else ""


KIND = Kind(
    code=Code.CLIENT_ABORTED,
    scope=Scope.CLIENT,
    broken=(),
    helps=no_port_matters(
        ITSELF, HAD_ARRIVED, "nothing timed out: the client ended it", ITSELF
    ),
    ended=served_to_its_program,
    adjust=_came_late,
    key_part=_what_it_said,
)


def aborted(facts: Facts) -> Draft | None:
    """Detect a transfer that the client aborted with an ERROR."""
    one = facts.latest
    if one is None or not ended_by_client(one) or is_probe(facts, one):
        return None
    is_early = not one.sent_blocks and not one.retransmits
    if is_early or one.phase != "failed" or SEEN_ENOUGH in one.error:
        return None
    said = one.error.partition(": ")[2] or f"ERROR {one.peer_error} without a message"
    where = f"at block {one.acked_blocks:,}"
    aborted_, with_ = f"{facts.client} aborted {facts.file}", _with(one, said)
    return Draft(
        kind=KIND,
        headline=f"{aborted_} {where} {with_}.",
        plain=f"{aborted_} {with_}.",
        confidence=FACT,
        stands_at="client",
        is_alarm=not _is_somebody_s_wish(one, said),
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(
            Evidence(text=f"{one.error}, {where}", transfer=one.number, time=one.ended),
            *evidence.program(facts),
        ),
        remedies=remedies.say(_look_there(one)),
        helps=KIND.would_help(facts),
    )


def _with(one: TransferView, said: str) -> str:
    """Return the ERROR, with what the client says in it."""
    error = f"ERROR {one.peer_error}"
    return f"with {said}" if said.startswith(error) else f"with {error}: {said}"


def _is_somebody_s_wish(one: TransferView, said: str) -> bool:
    """Return whether the user aborted: nothing was wrong, and the ERROR names no cause.

    atftp does that on ctrl-c, and firmware after a key press.
    """
    is_plain = one.peer_error == 0 and not _answers_a_repeat(one)
    return is_plain and bool(_WISHED.search(said))


def _answers_a_repeat(one: TransferView) -> bool:
    """Return whether the ERROR may be a reply to a retransmission, as from atftp."""
    is_repeated = one.timeouts > 0 or (one.oacks_again > 0 and not one.acked_blocks)
    if not one.retransmits or not is_repeated or not may_ignore_repeats(one.kind):
        return False
    soon = min(_LONGEST_ANSWER, 2 * (one.round_trip or 0.0) + _SLACK)
    return one.ended is None or not one.resent or one.ended - one.resent <= soon


def _look_there(one: TransferView) -> str:
    """Return what to do about a client that aborted, according to its ERROR."""
    if one.peer_error == _DISK_FULL:
        return "free space on the client: it reports its disk or memory full"
    is_unclear = one.peer_error == 0 and _answers_a_repeat(one)
    if is_unclear:
        return (
            f"{one.kind} aborts when its ACK was lost and a packet is resent: run it "
            "again, and check the path for packet loss"
        )
    return (
        "check the client: was the program ended by ctrl-c, kill or a time limit? If "
        "not, check its memory, disk and console"
    )
