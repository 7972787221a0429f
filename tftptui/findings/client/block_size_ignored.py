"""block-size-ignored: the client uses another block size than was agreed."""

import re

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import later_success, later_tries, served
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import no_port_matters
from tftptui.findings.kind import Kind, Scope
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, times

_ASKED_FOR = 2
"""Repeated ACKs of "nothing received" that exclude a lost ACK."""

_STILL = 9.0
"""Seconds without progress: on a slow, busy path a block may take several."""

_TOO_LONG = re.compile(r"^a block of (\d+) bytes, but (\d+) were agreed$")
"""The text of protocol.receiver.too_long about a client that sends larger blocks."""


def _is_used_now(facts: Facts) -> str:
    """Return that a transfer succeeded; an upload that was cut short does not count."""
    latest = facts.latest
    if latest is not None and latest.is_cut_short:
        return later_success(facts, later_tries(facts))
    return served(facts)


KIND = Kind(
    code=Code.BLOCK_SIZE_IGNORED,
    scope=Scope.CLIENT,
    broken=(),
    helps=no_port_matters(
        "packets pass on these ports",
        "",
        "the client drops the blocks whenever they come",
        "no firewall drops the blocks",
    )
    | {"block-size": ("yes", "blocks of 512 bytes need no option")},
    ended=_is_used_now,
)


def block_size_ignored(facts: Facts) -> Draft | None:
    """Detect a client that ignores full-size blocks, or takes the first as the last.

    For the former, a small MTU must be excluded: others of its network got blocks as
    large.
    """
    one = facts.latest
    if one is None or not one.heard:
        return None
    if one.direction == "write":
        return _sends_larger(facts, one) or cut_short(facts)
    if facts.is_done:
        return None
    return _takes_none(facts, one) or _takes_one(facts, one)


def cut_short(facts: Facts) -> Draft | None:
    """Detect an upload whose first block is shorter than agreed, which ends it."""
    one = facts.latest
    if one is None or not one.is_cut_short or one.acked_blocks != 1:
        return None
    if one.acked_bytes < DEFAULT_BLOCK_SIZE:
        return None  # a size that no client uses
    sent = one.acked_bytes
    announced = {name.casefold(): value for name, value in one.asked}["tsize"]
    return _draft(
        facts,
        one,
        f"{facts.client} was granted blksize {one.block_size} and sent blocks of "
        f"{sent} bytes: a short block ends an upload, so {facts.file} has "
        f"{sent:,} of {int(announced):,} bytes.",
        (
            Evidence(
                text=f"tsize {announced} announced; block 1 had {sent} bytes, "
                f"{one.block_size} were agreed",
                transfer=one.number,
                time=one.moved,
            ),
        ),
        sure=LIKELY,
    )


def _sends_larger(facts: Facts, one: TransferView) -> Draft | None:
    found = _TOO_LONG.search(one.error or "")
    if one.phase != "failed" or one.peer_error is not None or found is None:
        return None
    sent, agreed = int(found[1]), int(found[2])
    return _draft(
        facts,
        one,
        f"{facts.client} was granted blksize {agreed} and sent a block of "
        f"{sent} bytes: it ignores the OACK.",
        (Evidence(text=one.error, transfer=one.number, time=one.ended),),
        sure=FACT,
        wanted=sent,
    )


def _takes_none(facts: Facts, one: TransferView) -> Draft | None:
    if one.block_size <= DEFAULT_BLOCK_SIZE or one.acked_blocks or not one.sent_blocks:
        return None
    is_asking = one.repeated_acks >= _ASKED_FOR and one.timeouts >= _ASKED_FOR
    as_large = [other for other in facts.neighbours if _is_as_large(facts, one, other)]
    still = (one.ended or facts.now) - one.moved
    if not is_asking or not as_large or still < _STILL:
        return None
    text = (
        f"{counted(one.repeated_acks, 'repeated ACK')} of the OACK; block 1 was sent "
        f"{times(1 + one.timeouts)} and never acknowledged"
    )
    return _draft(
        facts,
        one,
        f"{facts.client} agreed to blocks of {one.block_size} bytes but accepts none; "
        "blocks of this size reach other clients of its network.",
        (
            Evidence(text=text, transfer=one.number, time=one.moved),
            *evidence.worked(as_large, facts.client),
        ),
        sure=POSSIBLE if one.running else LIKELY,
    )


def _takes_one(facts: Facts, one: TransferView) -> Draft | None:
    requested = {name.casefold(): value for name, value in one.asked}.get("blksize", "")
    if not requested.isdecimal() or int(requested) <= one.block_size or one.running:
        return None
    total = one.total_size
    is_first = one.acked_blocks == 1 and total is not None and total > one.block_size
    if not is_first or one.superseded:
        return None
    return _draft(
        facts,
        one,
        f"{facts.client} requested blksize {requested}, was granted {one.block_size}"
        " and stopped after block 1: it ignores the OACK and takes the short block for"
        " the last one.",
        (
            Evidence(
                text=f"block 1 ({one.block_size} of {total:,} bytes) acknowledged, "
                "then nothing",
                transfer=one.number,
                time=one.moved,
            ),
        ),
        sure=POSSIBLE,
        wanted=int(requested),
    )


def _draft(
    facts: Facts,
    one: TransferView,
    headline: str,
    seen: tuple[Evidence, ...],
    *,
    sure: float,
    wanted: int = 0,
) -> Draft:
    """Return the finding; WANTED is the size that the client uses, if known."""
    return Draft(
        kind=KIND,
        headline=headline,
        confidence=sure,
        stands_at="client",
        transfers=(one.number,),
        since=one.moved,
        evidence=(*seen, evidence.asked(facts), *evidence.program(facts)),
        remedies=remedies.grant_size(facts, wanted)
        if wanted
        else remedies.refuse_option(facts, ["blksize"]),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_in_blocks(facts, one.block_size),
    )


def _is_as_large(facts: Facts, one: TransferView, other: Neighbour) -> bool:
    is_other = other.client != facts.client and not other.is_upload
    return is_other and other.has_blocks and other.block_size >= one.block_size
