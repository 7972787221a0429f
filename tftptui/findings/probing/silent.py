"""Trials without a reply: depending on our port, or on any port.

The client can't see where packets are dropped. It may be on the path or on this host,
whose own rules are read if that is permitted; only they make it certain.
"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address, ip_network

from tftptui.findings.draft import Draft
from tftptui.findings.host import requests_not_arriving
from tftptui.findings.path import answers_blocked, client_port_blocked, intermittent
from tftptui.findings.probing.target import Target, ports_of, seen
from tftptui.findings.signs.chance import is_parted_by_chance
from tftptui.knowledge.clients import EPHEMERAL
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.missing import printing
from tftptui.knowledge.firewall.networks import network_around
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    CLIENT_PORTS,
    Situation,
    Where,
)
from tftptui.settings import DEFAULT_PORTS
from tftptui.telemetry.findings import (
    FACT,
    LIKELY,
    OURS,
    POSSIBLE,
    Evidence,
    Help,
    Place,
    Remedy,
)
from tftptui.telemetry.probe_trials import Trial
from tftptui.telemetry.words import port_word

_HEARD = ("ok", "options", "error", "stalled", "cut")
_READ_RULES = "sudo nft -a list ruleset"
_RANGE = "our port is blocked; the server does not choose it"
_ANY = "no packet comes back, whatever its size"

_SOME = 2
"""Minimum ports of each kind, so that a mixture is not one accident."""

_SINGLE_PORT = Help(
    knob="single-port",
    verdict="unknown",
    why="yes if the firewall is stateful, no if it is a plain access list",
)
_PORT_HELPS = (
    Help(knob="port-range", verdict="no", why=_RANGE),
    _SINGLE_PORT,
    Help(knob="block-size", verdict="no", why=_ANY),
    Help(
        knob="helper",
        verdict="yes",
        why="it allows the reply to each request, from any server port",
    ),
)

_PATH_HELPS = tuple(
    Help(knob=knob, verdict=verdict, why=why)
    for knob, (verdict, why) in intermittent.KIND.helps.items()
    if knob in ("port-range", "single-port", "block-size", "helper")
)


def silence(
    target: Target, silent: Sequence[Trial], sent: Sequence[Trial]
) -> Iterator[Draft]:
    """Yield the conclusions: packets dropped by this host, and those lost elsewhere."""
    heard = [one for one in sent if one.outcome in _HEARD]
    here = [one for one in silent if one.port in target.rules.stops]
    if here and not target.rules.stops.keys() & set(ports_of(heard)):
        yield _stopped_here(target, here, heard)
        silent = [one for one in silent if one not in here]
    if silent:
        yield _silent(target, silent, heard) if heard else _nothing(target, silent)


def _stopped_here(
    target: Target, silent: Sequence[Trial], heard: Sequence[Trial]
) -> Draft:
    """Return the finding that this host's own rules drop its replies."""
    lost = ports_of(silent)
    rules = list(dict.fromkeys(target.rules.stops[port] for port in lost))
    elsewhere = Help(
        knob="client-port",
        verdict="yes" if heard else "unknown",
        why=f"{port_word(ports_of(heard))} got replies"
        if heard
        else "yes if the rules allow another one",
    )
    return Draft(
        kind=client_port_blocked.KIND if heard else answers_blocked.KIND,
        headline="This host's own firewall drops replies to our "
        f"{port_word(lost, 'UDP')}: rule {rules[0]}",
        confidence=FACT,
        stands_at="client",
        evidence=(
            Evidence(
                text="dropped by this host's own rules, read just now: "
                + "; ".join(rules)
            ),
            seen(silent, "no reply"),
            *((seen(heard, "reply received"),) if heard else ()),
        ),
        remedies=_let_in_here(target, heard),
        helps=(
            Help(knob="port-range", verdict="no", why=_RANGE),
            _SINGLE_PORT,
            Help(knob="block-size", verdict="no", why=_ANY),
            elsewhere,
        ),
        proof=_READ_RULES,
    )


def _let_in_here(target: Target, heard: Sequence[Trial]) -> tuple[Remedy, ...]:
    let_in = Remedy(
        text=f"On this host: allow UDP from {target.server} to ports 1024–65535, in "
        "the chain that drops them."
    )
    tids = {one.server_tid for one in heard if one.server_tid}
    situation = _situation(target, tids, Where.CLIENT)
    if situation is None:
        return (let_in,)
    command = printing(advise(situation, Dialect.NFTABLES))
    rules = Remedy(platform=OURS, text="print the rules for this host", command=command)
    return (let_in, rules)


def _place(target: Target, lost: Sequence[int]) -> Place:
    """Return where packets are dropped: not here only if the rules here were read."""
    return "between" if target.rules.spare(lost) else "between-or-client"


def _looked_at(target: Target, lost: Sequence[int]) -> Evidence:
    """Return what is known about this host's own rules."""
    rules = target.rules
    doubts = [rules.doubts[port] for port in lost if port in rules.doubts]
    if rules.trouble:
        text = f"this host's own firewall was not checked: {rules.trouble}"
    elif doubts:
        text = f"whether this host's own rules drop replies depends on {doubts[0]}"
    elif rules.spare(lost):
        text = (
            "this host's own nftables and iptables rules, read just now, allow replies"
        )
    else:
        text = "this host's own rules should drop replies, but some arrived"
    return Evidence(text=text)


def _look_here(target: Target, lost: Sequence[int]) -> tuple[Remedy, ...]:
    """Return the remedy to check this host's firewall, unless it was checked."""
    if target.rules.spare(lost):
        return ()
    return (
        Remedy(
            text="Check this host's own firewall first: does it allow UDP replies from "
            "another port than 69? With sudo, the probe reads the rules itself.",
            command=_READ_RULES,
        ),
    )


def _silent(target: Target, silent: Sequence[Trial], heard: Sequence[Trial]) -> Draft:
    lost, good = ports_of(silent), ports_of(heard)
    is_below, is_above = max(lost) < min(good), min(lost) > max(good)
    is_mixed = not (is_below or is_above) and min(len(lost), len(good)) >= _SOME
    if is_below:
        where = f"at port {min(good)} and above they do"
    elif is_above:
        where = f"at port {max(good)} and below they do"
    else:
        where = f"at {port_word(good)} they do"
        where += ": no pattern separates them" if is_mixed else ""
    return Draft(
        kind=intermittent.KIND if is_mixed else client_port_blocked.KIND,
        headline=f"No replies arrive at our {port_word(lost, 'UDP')}; {where}",
        confidence=_sure_of_border(lost, good) if not is_mixed else POSSIBLE,
        stands_at="between" if is_mixed else _place(target, lost),
        evidence=(
            seen(silent, "no reply"),
            seen(heard, "reply received"),
            Evidence(text="the same file each time; only our port differs"),
            _looked_at(target, lost),
        ),
        remedies=_find_path()
        if is_mixed
        else (*_look_here(target, lost), *_let_answers_pass(target, heard)),
        helps=_PATH_HELPS if is_mixed else _PORT_HELPS,
        proof=target.fetch_from(lost[0], good[-1]),
    )


def _sure_of_border(lost: Sequence[int], good: Sequence[int]) -> float:
    """Return the confidence that the port matters, and not chance: a path, or loss."""
    is_low = max(lost) < EPHEMERAL[0] <= min(good) and len(lost) >= _SOME
    is_apart = max(lost) < min(good) or min(lost) > max(good)
    is_chance = is_parted_by_chance(len(lost), len(good), sides=2)
    return FACT if is_low or (is_apart and not is_chance) else LIKELY


def _find_path() -> tuple[Remedy, ...]:
    """Return how to distinguish one of several paths from loss and from port rules."""
    return (
        Remedy(
            text="Retry from the same ports. If other ports fail, packets are lost at "
            "random. If the same ones fail, find what spreads flows over several "
            "paths: equal-cost routes, a bond, a firewall cluster."
        ),
    )


def _let_answers_pass(target: Target, heard: Sequence[Trial]) -> tuple[Remedy, ...]:
    ask = Remedy(
        text=f"Allow UDP from {target.server} to the clients' ports 1024–65535; each "
        "client chooses its own port, and a boot ROM chooses a low one."
    )
    situation = _situation(target, {one.server_tid for one in heard if one.server_tid})
    if situation is None:
        return (ask,)
    command = printing(advise(situation, Dialect.NFTABLES))
    text = "print the rules for your firewall"
    if target.own:
        text += f"; our network is assumed to be {situation.clients[0]}"
    rules = Remedy(platform=OURS, text=text, command=command)
    return (ask, rules)


def _situation(
    target: Target, tids: set[int], where: Where = Where.BETWEEN
) -> Situation | None:
    """Return the situation to write rules for, or None if no address is known.

    The server's range is not known here: it is assumed to be our default if it contains
    all ports seen.
    """
    is_ours = bool(tids) and all(tid in DEFAULT_PORTS for tid in tids)
    try:
        server = ip_address(target.server.partition("%")[0])
        own = ip_address(target.own.partition("%")[0]) if target.own else None
        clients = (network_around(own),) if own else ANYWHERE
        if own and where is Where.CLIENT:
            clients = (ip_network(own),)
        return Situation(
            servers=(server,),
            clients=clients,
            where=where,
            port=target.port,
            ports=DEFAULT_PORTS if is_ours else CLIENT_PORTS,
            is_single_port=tids == {target.port},
        )
    except ValueError:  # a host name, or a SituationError
        return None


def _nothing(target: Target, silent: Sequence[Trial]) -> Draft:
    lost = ports_of(silent)
    return Draft(
        kind=requests_not_arriving.KIND,
        headline=f"No replies arrive from {target.server}, whatever our source port",
        confidence=POSSIBLE,
        stands_at="unknown",
        evidence=(
            seen(silent, "no reply"),
            Evidence(
                text="no ICMP error came either: the packets are dropped silently"
            ),
            _looked_at(target, lost),
        ),
        remedies=(
            *_look_here(target, lost),
            Remedy(
                text="Check the server. If it shows our requests, its replies are lost "
                "on the path back; if not, our requests are lost on the path there."
            ),
            Remedy(
                platform=OURS, text="check the server's host", command="tftptui doctor"
            ),
        ),
        helps=(
            Help(
                knob="single-port",
                verdict="unknown",
                why="yes if the requests arrive and the firewall is stateful",
            ),
            Help(
                knob="port-range",
                verdict="unknown",
                why="yes only if the firewall allows other ports of the server",
            ),
        ),
        proof=f"tcpdump -ni any udp and host {target.server}",
    )
