"""What trials tell that differ in the client's port only."""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from tftptui.knowledge.draft import Draft
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.missing import printing
from tftptui.knowledge.firewall.networks import network_around
from tftptui.knowledge.firewall.situation import ANYWHERE, CLIENT_PORTS, Situation
from tftptui.knowledge.probing.asked import Asked, ports_of, seen
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
from tftptui.telemetry.trials import Trial
from tftptui.telemetry.words import port_word

_HEARD = ("ok", "options", "error", "stalled", "cut")

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


def from_ports(asked: Asked, trials: Sequence[Trial]) -> Iterator[Draft]:
    """Yield what each way of going wrong means, the more certain before the less."""
    told = [one for one in trials if one.outcome != "no-port"]
    if not told:
        return
    for outcome, rule in _RULES.items():
        these = [one for one in told if one.outcome == outcome]
        if these:
            yield rule(asked, these, told)


def _silent(asked: Asked, silent: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    heard = [one for one in told if one.outcome in _HEARD]
    if not heard:
        return _nothing(asked, silent)
    lost, good = ports_of(silent), ports_of(heard)
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
            seen(silent, "no answer"),
            seen(heard, "answered"),
            Evidence(text="the same file each time; only our port differs"),
        ),
        remedies=_let_answers_pass(asked, heard),
        helps=_PORT_HELPS,
        proof=asked.fetch_from(lost[0], good[-1]),
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
    told = "the rules for any firewall"
    if asked.own:
        told += f"; that {situation.clients[0]} is our network is assumed"
    rules = Remedy(platform=OURS, text=told, command=command)
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
            seen(silent, "no answer"),
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
            f"from {port_word(ports_of(refused))}"
        )
    return Draft(
        code="requests-not-arriving",
        headline=headline,
        confidence=FACT,
        stands_at="server" if is_server else "between",
        evidence=(seen(refused, first.detail),),
        remedies=(
            Remedy(platform=OURS, text="on the server", command="tftptui doctor"),
        ),
        proof=asked.fetch_from(ports_of(refused)[0]),
    )


def _elsewhere(asked: Asked, these: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del told
    other = these[0].reporter
    return Draft(
        code="wrong-source-address",
        headline=f"{asked.server} was asked, {other} answers: clients drop that",
        confidence=FACT,
        stands_at="server",
        evidence=(seen(these, these[0].detail),),
        remedies=(
            Remedy(
                text="Have the server answer from the address that is asked: bind it "
                f"to {asked.server}, or take a server that does so by itself."
            ),
        ),
        proof=asked.fetch_from(ports_of(these)[0]),
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
        evidence=(seen(these, "answered with an ERROR"),),
        remedies=(Remedy(text="Ask for a file that the server has."),)
        if is_missing
        else (),
    )


def _stalled(asked: Asked, these: Sequence[Trial], told: Sequence[Trial]) -> Draft:
    del told
    return Draft(
        code="acks-blocked",
        headline=f"{asked.server} answers our {port_word(ports_of(these))}, but no "
        "block comes: our ACKs are lost, or its blocks are",
        confidence=LIKELY,
        stands_at="between",
        evidence=(seen(these, "an OACK came, and no block after it"),),
        remedies=(
            Remedy(
                text="Have UDP from the clients to the server's own range allowed, not "
                f"only to port {asked.port}."
            ),
        ),
        proof=asked.fetch_from(ports_of(these)[0]),
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
        evidence=(seen(these, these[0].detail),),
        proof=asked.fetch_from(ports_of(these)[0]),
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
