"""path-mtu: small packets pass, full blocks do not; path-mtu-lowered: adapted."""

from functools import partial

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import completed, later_tries, never
from tftptui.findings.facts import Facts, Neighbour
from tftptui.findings.helps import ANY_TIME
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.path import path_cut
from tftptui.findings.signs.chance import rounds_no_chance
from tftptui.findings.signs.stalls import is_waiting
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted, times

_HEADERS = 32
"""Bytes of IPv4, UDP and TFTP headers in front of a block's data."""

_SMALLEST_LINK = 1_280

_STILL, _SILENT, _TRIPS = 4.0, 5.0, 5
"""Seconds and round trips without progress, besides timeouts in a row that exclude
chance. The longer time applies if the client has been silent since: it may have block 1
and ignore retransmissions, as barebox does, so that two lost ACKs make four
timeouts."""

_LOST_BLOCKS, _ASKED_FOR = 3, 2
"""Timeouts in a row, and repeated ACKs of "nothing received": then the block itself was
lost each time, and not an ACK."""

_ROUTE_WORDS = "the route carries no more"


def _larger_arrive(facts: Facts) -> str:
    """Return that blocks as large as these arrive now."""
    latest = facts.latest
    sizes = [one.block_size for one in later_tries(facts) if one.has_blocks]
    if facts.is_done or latest is None or not sizes or max(sizes) < latest.block_size:
        return completed(facts)
    return f"blocks of {max(sizes)} bytes arrive now"


def _not_as_far_yet(facts: Facts) -> bool:
    """Return whether a new try is not yet at the block where the last one stopped."""
    latest = facts.latest
    if latest is None or latest.phase == "completed":
        return False
    return latest.direction == "read" and not latest.acked_blocks


KIND = Kind(
    code=Code.PATH_MTU,
    scope=Scope.PATH,
    broken=("down",),
    helps={
        "port-range": ("no", "small packets pass on these ports"),
        "single-port": ("no", "the size is the problem, not the port"),
        "block-size": ("yes", "blocks that fit the smallest link of the path arrive"),
        "timeout": ("no", ANY_TIME),
        "helper": ("no", "small packets already pass"),
        "client-port": ("no", "small packets pass to that port"),
    },
    ended=_larger_arrive,
    undecided=_not_as_far_yet,
)

LOWERED = Kind(
    code=Code.PATH_MTU_LOWERED,
    scope=Scope.PATH,
    broken=(),
    helps={},
    ended=never,
)


def mtu(facts: Facts) -> Draft | None:
    """Detect that the options were agreed on, but no block arrives."""
    one = facts.latest
    if one is None or not _is_at_first_block(one):
        return None
    is_clear = _is_given_up(facts, one) or _is_still(facts, one)
    if not (is_clear or (is_waiting(facts, one) and one.repeated_acks > 0)):
        return None
    if _got_as_large(facts, one, since=one.moved):
        return None  # so the path forwards them
    smaller = _smaller(facts, one)
    nbytes = one.block_size + _HEADERS
    return Draft(
        kind=KIND,
        headline=f"Blocks of {one.block_size} bytes do not reach {facts.client}, small "
        "packets do: a link on the path has a smaller MTU, or drops fragments.",
        confidence=_sure(facts, one, smaller) if is_clear else POSSIBLE,
        stands_at="between",
        is_alarm=is_clear,
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(
            Evidence(
                text=f"the OACK was acknowledged; block 1 (a packet of {nbytes} bytes) "
                f"was sent {times(_sent(one))} and never acknowledged",
                transfer=one.number,
                time=one.moved,
            ),
            *_repeats(one),
            *evidence.worked(smaller, facts.client),
        ),
        remedies=LazyRemedies(partial(remedies.smaller_blocks, facts)),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_in_blocks(facts, one.block_size),
    )


def unseen_block(facts: Facts) -> Draft | None:
    """Detect that no block reaches the capture, though the client repeats its ACK."""
    one = facts.latest
    if one is None or not is_first_unseen(facts, one):
        return None
    smaller = _smaller(facts, one) if one.block_size > DEFAULT_BLOCK_SIZE else []
    kind = KIND if smaller else path_cut.KIND
    server = facts.words.server_itself
    what = f"Blocks of {one.block_size} bytes from {facts.words.server} do not reach "
    return Draft(
        kind=kind,
        headline=f"{what}this capture, small packets do: a link before it has a "
        "smaller MTU, or drops fragments."
        if smaller
        else f"{server}, or the path from it, is silent: this capture has no block of "
        f"{facts.file}, and {facts.client} repeats ACK 0.",
        confidence=LIKELY if smaller else POSSIBLE,
        stands_at="between" if smaller else "unknown",
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(
            Evidence(
                text="the OACK was acknowledged; after that nothing came from "
                f"{facts.words.server}",
                transfer=one.number,
                time=one.moved,
            ),
            *_repeats(one),
            *evidence.worked(smaller, facts.client),
        ),
        remedies=LazyRemedies(partial(remedies.smaller_blocks, facts))
        if smaller
        else remedies.say(
            f"check {facts.words.server} and the firewalls in front of it",
            f"check whether blocks smaller than {one.block_size} bytes arrive",
        ),
        helps=kind.would_help(facts),
        proof=proofs.fetch_in_blocks(facts, one.block_size),
    )


def mtu_lowered(facts: Facts) -> Draft | None:
    """Detect a smaller path MTU to which blocks were adapted; no alarm."""
    one = facts.latest
    if one is None:
        return None
    too_big = [icmp for icmp in facts.icmp if icmp.is_too_big]
    is_small = one.block_size + _HEADERS < 1_500  # noqa: PLR2004 - Ethernet
    lowered = [note for note in one.notes if _ROUTE_WORDS in note]
    if not too_big and not (lowered and is_small):
        return None
    return Draft(
        kind=LOWERED,
        headline=f"The path to {facts.client} has a smaller MTU than usual; blocks of "
        f"{one.block_size} bytes fit.",
        confidence=FACT,
        stands_at="nobody",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            *(Evidence(text=note, transfer=one.number) for note in lowered),
            *evidence.complaints(too_big),
        ),
        remedies=remedies.fewer_bytes(facts),
    )


def is_first_unseen(facts: Facts, one: TransferView) -> bool:
    """Return whether the client keeps requesting block 1, and the server sends nothing.

    A server that resends its OACK has not received the ACK.
    """
    is_agreed = one.direction == "read" and one.heard and bool(one.agreed)
    if not facts.scene.is_capture or not is_agreed or facts.is_done:
        return False
    if one.sent_blocks or one.retransmits:
        return False
    is_long = one.repeated - one.moved >= _STILL
    return is_long and one.repeated_acks >= _LOST_BLOCKS


def _smaller(facts: Facts, one: TransferView) -> list[Neighbour]:
    """Return what the client got in smaller blocks."""
    own = [other for other in facts.neighbours if other.client == facts.client]
    return [
        other for other in own if other.has_blocks and other.block_size < one.block_size
    ]


def _sure(facts: Facts, one: TransferView, smaller: list[Neighbour]) -> float:
    """Return how sure it is that the path is too small for these blocks.

    Where they arrived before, at any client of the network, this one may ignore them.
    """
    if _got_as_large(facts, one):
        return POSSIBLE
    if smaller:
        return FACT
    is_large = one.block_size + _HEADERS > _SMALLEST_LINK
    return LIKELY if one.repeated_acks > 0 and is_large else POSSIBLE


def _got_as_large(facts: Facts, one: TransferView, since: float = 0.0) -> bool:
    """Whether another client of its network got blocks as large since a moment."""
    others = [other for other in facts.neighbours if other.client != facts.client]
    return any(
        other.has_blocks and other.block_size >= one.block_size
        for other in others
        if not other.is_upload and other.time >= since
    )


def _is_at_first_block(one: TransferView) -> bool:
    """Whether a read has agreed to larger blocks and got none yet."""
    if one.direction != "read" or not one.heard or one.acked_blocks:
        return False
    is_large = bool(one.agreed) and one.block_size > DEFAULT_BLOCK_SIZE
    return is_large and one.sent_blocks > 0


def _is_given_up(facts: Facts, one: TransferView) -> bool:
    """Return whether the server gave up, and the client had not quit before."""
    is_given_up = one.phase == "abandoned" and not one.evicted
    return is_given_up and not facts.closed_at(one)


def _is_still(facts: Facts, one: TransferView) -> bool:
    """Return whether more was lost than by chance, before the client itself quit."""
    closed = facts.closed_at(one)
    timeouts = one.timeouts - len(closed)
    is_clear = timeouts >= _LOST_BLOCKS and one.repeated_acks >= _ASKED_FOR
    is_no_chance = is_clear or timeouts >= rounds_no_chance(0)
    enough = _STILL if one.repeated_acks else _SILENT
    enough = max(enough, _TRIPS * (one.round_trip or 0.0))
    until = min([*closed, one.ended or facts.now])
    return is_no_chance and until - one.moved >= enough


def _sent(one: TransferView) -> int:
    return 1 + max(one.timeouts, 1)


def _repeats(one: TransferView) -> list[Evidence]:
    count = one.repeated_acks
    if count < 1:
        return []
    text = f"{counted(count, 'repeated ACK')}: the client is up and waiting"
    return [Evidence(text=text, transfer=one.number, time=one.repeated)]
