"""acks-blocked: the client got the reply, its ACKs do not arrive."""

from functools import partial
from math import inf

from tftptui.findings import evidence, proofs, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.helps import ANY_TIME, Row
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.chance import rounds_no_chance
from tftptui.findings.signs.comparison import (
    Difference,
    compare,
    has_recurred,
    unless_it_recurs,
)
from tftptui.findings.signs.place import is_attached
from tftptui.findings.signs.silence import (
    FEW_ANSWERS,
    is_long_quiet,
    is_quiet_after_one,
    taken,
)
from tftptui.findings.signs.stalls import stopped
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.telemetry.findings import FACT, LIKELY, POSSIBLE, Evidence, Place, Remedy
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import port_word, seconds, times

_SURER = 0.85
"""Confidence if the client was there, and the path to it works."""

_FEW = 2
"""Retransmissions in a row that explain the end of a transfer; a running one may have
them by chance."""

_STILL = 5.0
"""Seconds without progress, besides: a client may ignore retransmissions and repeat its
own ACK only after that."""

_CHECK_SIZE = (
    f"first upload in blocks of {DEFAULT_BLOCK_SIZE}: if that works, the path drops "
    "larger ones"
)

_CROSSING = 1.0
"""Seconds within which packets of both ends may cross."""


def _of_upload(facts: Facts) -> Row:
    if not facts.is_upload or facts.latest is None:
        return {}
    return {"block-size": ("unknown", "yes if its blocks are too large for the path")}


KIND = Kind(
    code=Code.ACKS_BLOCKED,
    scope=Scope.PATH,
    broken=("up",),
    helps={
        "port-range": (
            "unknown",
            "yes if the firewall allows other ports of {server}",
        ),
        "single-port": ("yes", "ACKs then go to the port that got the request"),
        "block-size": ("no", "an ACK is small whatever the block size"),
        "timeout": ("no", ANY_TIME),
        "helper": ("yes", "a TFTP helper allows both directions of the transfer"),
        "client-port": ("no", "the request from that port arrived"),
    },
    ended=lambda facts: unless_it_recurs(facts, served(facts)),
    undecided=has_recurred,
    adjust=_of_upload,
)


def acks(facts: Facts) -> Draft | None:
    """Detect a single request: our reply arrived, the client's ACKs do not."""
    if facts.scene.single_port or not is_quiet_after_one(facts):
        return None
    one = facts.tries[0]
    own = facts.host_block
    return Draft(
        kind=KIND,
        headline=_acks_headline(facts, f"UDP port {one.server_tid}"),
        plain=_acks_headline(facts, "the UDP ports"),
        confidence=_sure_of_acks(facts),
        stands_at=_place(facts),
        transfers=tuple(facts.numbers),
        since=one.started,
        evidence=(
            *evidence.own_rules(own),
            Evidence(
                text=f"one request for {facts.file} from port {one.client_tid}, no "
                "retry: without a reply the client would retry, so it got one",
                transfer=one.number,
                time=one.started,
            ),
            evidence.unanswered(facts),
            *evidence.self_tested(facts.self_test),
            *evidence.walked(facts.location),
            *evidence.program(facts),
            *_by_port(facts),
            *_is_there(facts, one),
            *_may_be_large(facts, one),
        ),
        remedies=LazyRemedies(partial(_remedies, facts, one)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def acks_stopped_here(facts: Facts) -> Draft | None:
    """The client's ACKs arrived, then this host's own rules were changed."""
    one, own = facts.latest, facts.host_block
    if one is None or own is None or not one.heard or facts.is_done:
        return None
    return Draft(
        kind=KIND,
        headline=f"{_lost(facts, f'UDP port {one.server_tid}')} are dropped by this "
        f"host's own firewall since block {one.acked_blocks:,}.",
        plain=f"{_lost(facts, 'the UDP ports')} are dropped by this host's own "
        "firewall.",
        confidence=FACT if own.is_fresh else LIKELY,
        stands_at="server",
        transfers=(one.number,),
        since=one.moved,
        evidence=(*evidence.own_rules(own), stopped(facts, one)),
        remedies=LazyRemedies(
            partial(remedies.let_acks_through, facts, only_here=True)
        ),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def _lost(facts: Facts, port: str) -> str:
    """Return whose packets to which port, as the start of a sentence."""
    what = "Blocks" if facts.is_upload else "ACKs"
    return f"{what} of {facts.client} to {port} of {facts.words.server}"


def _remedies(facts: Facts, one: TransferView) -> tuple[Remedy, ...]:
    """Return what to do; first what tells blocks too large from blocked ports."""
    first = remedies.say(_CHECK_SIZE) if _may_be_large(facts, one) else ()
    is_here = _place(facts) == "server"
    return (*first, *remedies.let_acks_through(facts, only_here=is_here))


def _sure_of_acks(facts: Facts) -> float:
    if facts.host_block and facts.host_block.is_fresh:
        return FACT
    if not is_long_quiet(facts):
        return POSSIBLE
    is_there = facts.client_left < inf and taken(facts) >= FEW_ANSWERS
    return _SURER if is_there else LIKELY


def _is_there(facts: Facts, one: TransferView) -> list[Evidence]:
    """Return evidence on whether the client was switched off meanwhile."""
    if facts.host_block is not None:
        return []  # the cause is known
    if facts.client_left == inf:
        text = "a client switched off or suspended at that moment looks the same"
        return [Evidence(text=text)]
    stayed = seconds(facts.client_left - facts.last_requested)
    text = (
        f"ICMP from {facts.client}: its port was closed {stayed} after the request, "
        "so the client is up and the path to it works"
    )
    return [Evidence(text=text, transfer=one.number, time=facts.client_left)]


def _by_port(facts: Facts) -> list[Evidence]:
    """Return that the port of the server may matter, where others of it work."""
    found = compare(facts)
    good = {one.server_tid for one in found.recent}
    if not good or Difference.SERVER_PORT not in found.possible:
        return []
    return [
        Evidence(
            text=f"ACKs arrive at {facts.words.our} {port_word(good)}, none at "
            f"{port_word(found.server_ports)}: perhaps a rule allows only some"
        )
    ]


def _may_be_large(facts: Facts, one: TransferView) -> list[Evidence]:
    """Return that blocks of an upload may be too large for the path."""
    if not facts.is_upload or one.block_size <= DEFAULT_BLOCK_SIZE or facts.host_block:
        return []
    text = f"blocks of {one.block_size} bytes may be too large for the path"
    return [Evidence(text=text)]


def _acks_headline(facts: Facts, port: str) -> str:
    what = "blocks" if facts.is_upload else "ACKs"
    lost = f"its {what} to {port} of {facts.words.server}"
    got = f"{facts.client} got {facts.words.our} reply, but {lost}"
    if facts.host_block is not None:
        return f"{got} are dropped by this host's own firewall."
    if _fails_here(facts):
        return (
            f"{got} do not arrive, and this host's self-test fails the same way: this "
            "host's own firewall drops them."
        )
    where = "by a switch or bridge" if is_attached(facts) else "on the path"
    whose = "the server's" if facts.scene.is_capture else "this host's"
    return f"{got} do not arrive: they are dropped {where}, or by {whose} own firewall."


def _fails_here(facts: Facts) -> bool:
    """Return whether this host does not receive its own packets either."""
    return facts.self_test is not None and not facts.self_test.works


def _place(facts: Facts) -> Place:
    if facts.host_block or _fails_here(facts):
        return "server"
    return "between-or-server"


def acks_behind(facts: Facts) -> Draft | None:
    """Detect ACKs that pass the capture point while the server still resends."""
    one = facts.latest
    if not facts.scene.is_capture or one is None or facts.is_done:
        return None
    is_on = one.running and not facts.closed_at(one)
    enough = rounds_no_chance(one.acked_blocks) if is_on else _FEW
    lost = one.lost_to_server + _is_error_lost(facts, one)
    if lost < _FEW or one.timeouts < enough or one.lost_to_client:
        return None
    if is_on and facts.now - one.moved < _STILL:
        return None
    what = "blocks" if facts.is_upload else "ACKs"
    again = min(lost, one.retransmits)
    return Draft(
        kind=KIND,
        headline=f"The {what} of {facts.client} are in this capture, but do not reach "
        f"UDP port {one.server_tid} of {facts.words.server}: a firewall between the "
        "capture point and the server drops them.",
        confidence=LIKELY,
        stands_at="between",
        transfers=tuple(facts.numbers),
        since=one.moved,
        evidence=(
            Evidence(
                text=f"{times(again)} the server resent a packet whose ACK had already "
                "passed the capture point",
                transfer=one.number,
                time=one.moved,
            ),
            evidence.asked(facts),
        ),
        remedies=LazyRemedies(partial(remedies.let_acks_through, facts)),
        ports=remedies.range_of(facts),
        helps=KIND.would_help(facts),
        proof=proofs.fetch_from_port(facts, one.client_tid),
    )


def _is_error_lost(facts: Facts, one: TransferView) -> bool:
    """Return whether the server continued after an ERROR of the client was captured."""
    if one.peer_error is None or one.ended is None:
        return False
    return any(time - one.ended > _CROSSING for time in facts.closed_at(one))
