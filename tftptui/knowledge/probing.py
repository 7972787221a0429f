"""What trials from many client ports mean: the same findings, seen from the client.

From here requests and answers look alike when they are lost: nothing comes back. What
tells is the comparison between ports, between sizes, and what others say.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from tftptui.knowledge.draft import Draft
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.missing import printing
from tftptui.knowledge.firewall.situation import ANYWHERE, CLIENT_PORTS, Situation
from tftptui.knowledge.firewall.traffic import network_around
from tftptui.knowledge.saying import place_of_drop
from tftptui.settings import DEFAULT_PORTS
from tftptui.telemetry.findings import (
    FACT,
    LIKELY,
    OURS,
    POSSIBLE,
    Evidence,
    Help,
    Remedy,
)
from tftptui.telemetry.trials import Outcome, Trial
from tftptui.telemetry.words import counted, joined, port_word, url

_RANGE = "what is dropped is dropped by our port, which the server does not choose"
_ANY = "not a single packet comes back, of whatever size"

_PORT_HELPS = (
    Help(knob="port-range", verdict="no", why=_RANGE),
    Help(
        knob="single-port",
        verdict="unknown",
        why="yes if the firewall keeps state, no if it is a plain access list",
    ),
    Help(knob="block-size", verdict="no", why=_ANY),
    Help(
        knob="helper",
        verdict="yes",
        why="it lets the answer to each request pass, whatever its port",
    ),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom and what the trials asked for.

    Attributes:
        own: our address towards the server; "" if it is not known.
    """

    server: str
    port: int
    file: str
    own: str = ""

    @property
    def place(self) -> str:
        """Where that is, safe to paste into a shell."""
        return url(self.server, self.port, self.file)


def conclude(
    asked: Asked, by_port: Sequence[Trial], by_size: Sequence[Trial] = ()
) -> list[Draft]:
    """Return what the trials mean, the most telling first; empty if all is well.

    Args:
        asked: whom they asked for what.
        by_port: trials that differ in our port only.
        by_size: trials that differ in the block size that was asked for.
    """
    return [*_from_ports(asked, by_port), *_from_sizes(asked, by_size)]


def _from_ports(asked: Asked, trials: Sequence[Trial]) -> Iterator[Draft]:
    told = [one for one in trials if one.outcome != "no-port"]
    if not told:
        return
    for outcome, rule in _RULES.items():
        these = [one for one in told if one.outcome == outcome]
        if these:
            yield rule(asked, these, told)


def _silent(asked: Asked, silent: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    heard = [one for one in told if one.outcome in ("ok", "error", "stalled", "cut")]
    if not heard:
        return _nothing(asked, silent)
    lost, good = _ports(silent), _ports(heard)
    apart = max(lost) < min(good) or min(lost) > max(good)
    edge = min(good) if max(lost) < min(good) else max(good)
    where = f"; from {'port' if edge == min(good) else 'up to port'} {edge} they arrive"
    return Draft(
        code="client-port-blocked",
        headline=f"Nothing comes back to our {port_word(lost, 'UDP')}"
        + (where if apart else f"; to {port_word(good)} it does"),
        confidence=FACT if apart and len(lost) > 1 else LIKELY,
        stands_at=place_of_drop(spares_client=True),
        evidence=(
            _seen(silent, "no answer"),
            _seen(heard, "answered"),
            Evidence(text="the same file each time; only our port differs"),
        ),
        remedies=_let_answers_pass(asked, heard),
        helps=_PORT_HELPS,
        proof=_both(asked, lost[0], good[-1]),
    )


def _let_answers_pass(asked: Asked, heard: Sequence[Trial]) -> tuple[Remedy, ...]:
    ask = Remedy(
        text=f"Have UDP from {asked.server} to the clients' ports 1024–65535 "
        "allowed; a client chooses its port, a boot ROM its own low one."
    )
    situation = _situation(asked, {one.server_tid for one in heard if one.server_tid})
    if situation is None:
        return (ask,)
    command = printing(advise(situation, Dialect.NFTABLES))
    rules = Remedy(platform=OURS, text="the rules for any firewall", command=command)
    return (ask, rules)


def _situation(asked: Asked, tids: set[int]) -> Situation | None:
    """Return what rules are wanted for, or None where no address is known.

    The server's range can't be told from here: it is ours if all ports seen are.
    """
    is_ours = bool(tids) and all(tid in DEFAULT_PORTS for tid in tids)
    try:
        server = ip_address(asked.server.partition("%")[0])
        own = ip_address(asked.own.partition("%")[0]) if asked.own else None
        return Situation(
            servers=(server,),
            clients=(network_around(own),) if own else ANYWHERE,
            port=asked.port,
            ports=DEFAULT_PORTS if is_ours else CLIENT_PORTS,
            is_single_port=tids == {asked.port},
        )
    except ValueError:  # a name, or SituationError
        return None


def _nothing(asked: Asked, silent: Sequence[Trial]) -> Draft:
    return Draft(
        code="requests-not-arriving",
        headline=f"Nothing comes back from {asked.server}, whatever our port",
        confidence=POSSIBLE,
        stands_at="unknown",
        evidence=(
            _seen(silent, "no answer"),
            Evidence(text="no ICMP error came either: whoever drops says nothing"),
        ),
        remedies=(
            Remedy(
                text="Look at the server: if it shows our requests, its answers are "
                "lost on the way back; if it shows none, the requests are."
            ),
            Remedy(platform=OURS, text="on the server", command="tftptui doctor"),
        ),
        helps=(
            Help(
                knob="single-port",
                verdict="unknown",
                why="yes if the requests arrive and the firewall keeps state",
            ),
            Help(
                knob="port-range",
                verdict="unknown",
                why="yes only if a rule for other ports of the server exists",
            ),
        ),
        proof=f"tcpdump -ni any udp and host {asked.server}",
    )


def _refused(asked: Asked, refused: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del told
    first = refused[0]
    is_server = first.reporter == asked.server
    if is_server:
        headline = (
            f"{asked.server} itself refuses our requests to UDP port {asked.port}: "
            "nobody listens there, or its firewall rejects them"
        )
    else:
        headline = (
            f"{first.reporter or 'Somebody'} refuses our requests to {asked.server}, "
            f"from {port_word(_ports(refused))}"
        )
    return Draft(
        code="requests-not-arriving",
        headline=headline,
        confidence=FACT,
        stands_at="server" if is_server else "between",
        evidence=(_seen(refused, first.detail),),
        remedies=(
            Remedy(platform=OURS, text="on the server", command="tftptui doctor"),
        ),
        proof=_fetch(asked, _ports(refused)[0]),
    )


def _elsewhere(asked: Asked, these: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del told
    other = these[0].reporter
    return Draft(
        code="wrong-source-address",
        headline=f"{asked.server} was asked, {other} answers: clients drop that",
        confidence=FACT,
        stands_at="server",
        evidence=(_seen(these, these[0].detail),),
        remedies=(
            Remedy(
                text="Have the server answer from the address that is asked: bind it "
                f"to {asked.server}, or take a server that does so by itself."
            ),
        ),
        proof=_fetch(asked, _ports(these)[0]),
    )


def _failed(asked: Asked, these: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del asked, told
    first = these[0]
    is_missing = "ERROR 1" in first.detail
    return Draft(
        code="file-missing" if is_missing else "upload-refused",
        headline=f"The way is free, but {first.detail}",
        confidence=FACT,
        stands_at="nobody",
        is_alarm=False,
        evidence=(_seen(these, "answered with an ERROR"),),
        remedies=(Remedy(text="Ask for a file that the server has."),)
        if is_missing
        else (),
    )


def _stalled(asked: Asked, these: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del told
    return Draft(
        code="acks-blocked",
        headline=f"{asked.server} answers our {port_word(_ports(these))}, but no block "
        "comes: our ACKs are lost, or its blocks are",
        confidence=LIKELY,
        stands_at="between",
        evidence=(_seen(these, "an OACK came, and no block after it"),),
        remedies=(
            Remedy(
                text="Have UDP from the clients to the server's own range allowed, not "
                f"only to port {asked.port}."
            ),
        ),
        proof=_fetch(asked, _ports(these)[0]),
    )


def _cut(asked: Asked, these: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del told
    blocks = max(one.octets for one in these)
    return Draft(
        code="path-cut",
        headline=f"Transfers from {asked.server} begin and then fall silent, after "
        f"{blocks:,} octets at most",
        confidence=LIKELY,
        stands_at="unknown",
        evidence=(_seen(these, these[0].detail),),
        proof=_fetch(asked, _ports(these)[0]),
    )


_RULES = {
    "elsewhere": _elsewhere,
    "refused": _refused,
    "silent": _silent,
    "stalled": _stalled,
    "cut": _cut,
    "error": _failed,
}
"""What each outcome means, the more certain before the less."""


def _from_sizes(asked: Asked, trials: Sequence[Trial]) -> Iterator[Draft]:
    good = [one for one in trials if one.outcome == "ok" and one.block_size]
    bad: list[Outcome] = ["stalled", "cut"]
    lost = [one for one in trials if one.outcome in bad and one.block_size]
    if not good or not lost:
        return
    largest = max(one.block_size or 0 for one in good)
    smallest = min(one.block_size or 0 for one in lost)
    if smallest <= largest:
        return
    yield _too_large(asked, (largest, good), (smallest, lost))


def _too_large(
    asked: Asked,
    arriving: tuple[int, Sequence[Trial]],
    lost_ones: tuple[int, Sequence[Trial]],
) -> Draft:
    (largest, good), (smallest, lost) = arriving, lost_ones
    return Draft(
        code="path-mtu",
        headline=f"Blocks of {largest} octets arrive, blocks of {smallest} do not",
        confidence=FACT,
        stands_at="between",
        evidence=(
            Evidence(text=f"agreed and then silent: {_sizes(lost)}"),
            Evidence(text=f"arrived: {_sizes(good)}"),
        ),
        remedies=(
            Remedy(
                text=f"Let the server grant no blksize above {largest}: then no packet "
                "is larger than the way's smallest link.",
            ),
            Remedy(
                platform=OURS,
                text="on the server",
                command=f"tftptui --max-blksize {largest}",
            ),
        ),
        helps=(
            Help(
                knob="block-size",
                verdict="yes",
                why=f"blocks of {largest} octets arrive",
            ),
            Help(knob="port-range", verdict="no", why="small packets pass"),
            Help(knob="single-port", verdict="no", why="small packets pass"),
        ),
        proof="; ".join(
            f"curl -m 20 --tftp-blksize {size} {asked.place} -o /dev/null"
            for size in (largest, smallest)
        ),
    )


def _seen(trials: Sequence[Trial], what: str) -> Evidence:
    count = counted(len(trials), "trial")
    return Evidence(text=f"{count} from {port_word(_ports(trials))}: {what}")


def _sizes(trials: Sequence[Trial]) -> str:
    sizes = sorted({one.block_size for one in trials if one.block_size})
    return f"blksize {joined([str(size) for size in sizes])}"


def _ports(trials: Sequence[Trial]) -> list[int]:
    return sorted({one.port for one in trials})


def _fetch(asked: Asked, port: int) -> str:
    return f"curl -m 20 --local-port {port} {asked.place} -o /dev/null"


def _both(asked: Asked, lost: int, good: int) -> str:
    return f"{_fetch(asked, lost)}; {_fetch(asked, good)}"
