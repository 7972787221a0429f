"""Remedies for each kind of finding and platform, with real addresses.

The commands for firewalls are in knowledge/firewall; what they must achieve, and fixes
without them, are here.
"""

from ipaddress import ip_address, ip_network
from shlex import quote

from tftptui.findings.facts import Facts, Scene
from tftptui.findings.signs.place import is_attached, place_of_silence
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.listing import span
from tftptui.knowledge.firewall.missing import TOO_BIG, remedies_for
from tftptui.knowledge.firewall.networks import ClientNetwork, client_networks
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    Address,
    Situation,
    Way,
    Where,
)
from tftptui.knowledge.servers import (
    ONE_PORT,
    block_settings,
    range_settings,
    refusal_settings,
)
from tftptui.settings import PortRange
from tftptui.telemetry.findings import OURS, Remedy
from tftptui.telemetry.words import url

_BOTH = (Way.RANGE, Way.HELPER)
_MOST_TRIED, _HIGH_TID = 4, 49_200
_SMALL_BLOCKS, _SAFE_BLOCKS = 1_428, 512
_SWITCHES = "the switches and bridges before the client (no router is in between)"
_SWITCH = f"if that firewall already allows them: check {_SWITCHES}"

_REPLY_FROM_IT = "reply from the port that got the request"
_ASK = "ask the firewall's administrator to "

Remedies = tuple[Remedy, ...]


def let_answers_through(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to allow replies to any client port through a firewall."""
    place = place_of_silence(facts)
    if place == "server-segment":
        return say(f"check {_SWITCHES}")
    if place == "client-segment":
        return (*on_the_client(facts), *say(_SWITCH))
    ask = Remedy(
        text=f"{_ASK}allow UDP from {_server(facts)} {_ours(facts)} to "
        f"{_clients(facts)} ports 1024–65535 (the client chooses its port)"
        f"{_assumption(facts)}"
    )
    rules = _rules(facts, Part.ANSWERS, Where.BETWEEN, _BOTH)
    here = () if place == "between" else (_look_at_client(facts),)
    return (ask, *here, *rules, *_one_port(facts, is_access_list_possible=True))


def _look_at_client(facts: Facts) -> Remedy:
    """Return how to check the client's own firewall."""
    at = url(_server(facts), facts.scene.port, facts.file)
    ports_ = ",".join(str(tid) for tid in (*facts.client_tids[:_MOST_TRIED], _HIGH_TID))
    return Remedy(
        text=f"or check the firewall of {facts.client} itself: on Linux, run there as "
        "root",
        command=f"sudo tftptui probe {at} --from-ports {ports_}",
    )


def range_of(facts: Facts) -> str:
    """Return the range that firewall rules are written for; "" for one port."""
    scene = facts.scene
    return "" if scene.single_port else span(PortRange(scene.first, scene.last))


def let_acks_through(facts: Facts, *, only_here: bool = False) -> tuple[Remedy, ...]:
    """Return how to allow the client's ACKs to our ports.

    ONLY_HERE: this host itself drops them.
    """
    allow = (
        f"allow UDP from {_clients(facts)} ports 1024–65535 to {_server(facts)} "
        f"{_ours(facts)}"
    )
    where = "on the path and on"
    if is_attached(facts):
        where = "on"
    if only_here:
        ask = Remedy(text=f"on {facts.words.host}: {allow}{_assumption(facts)}")
    else:
        ask = Remedy(
            text=f"{'' if is_attached(facts) else _ASK}{allow}, {where} "
            f"{facts.words.host}{_assumption(facts)}"
        )
    ways = (Way.RANGE,)
    is_routed = not (only_here or is_attached(facts))
    on_the_way = _rules(facts, Part.ACKS, Where.BETWEEN, ways) if is_routed else ()
    here = (
        () if facts.scene.is_capture else _rules(facts, Part.ACKS, Where.SERVER, ways)
    )
    one_port = _of_server(
        facts,
        f"{_REPLY_FROM_IT}: ACKs then go to that port",
        "--single-port",
        ONE_PORT,
    )
    return (ask, *on_the_way, *here, *one_port)


def let_requests_in(server: str, scene: Scene) -> tuple[Remedy, ...]:
    """Return how to allow requests to SERVER, an address of this host."""
    try:
        address = ip_address(server)
        anywhere = tuple(one for one in ANYWHERE if one.version == address.version)
        situation = Situation(
            servers=(address,), clients=anywhere, port=scene.port, where=Where.SERVER
        )
    except ValueError:  # SituationError is one, too
        return ()
    return remedies_for(situation, Part.REQUEST, (Way.RANGE,))


def let_out(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to allow replies out of this host, which runs Linux."""
    rules = _rules(facts, Part.ANSWERS, Where.SERVER, (Way.RANGE,))
    windows = Dialect.WINDOWS.speech.title
    return tuple(rule for rule in rules if rule.platform != windows)


def on_the_client(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to allow replies through the client's own firewall."""
    ask = Remedy(
        text=f"on {facts.client}: allow UDP from {_server(facts)}, or load the TFTP "
        f"helper for requests to port {facts.scene.port}",
    )
    rules = _rules(facts, Part.ANSWERS, Where.CLIENT, _BOTH)
    return (ask, *rules, *_one_port(facts))


def for_translation(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to allow replies through a NAT."""
    ask = Remedy(text="enable the TFTP helper (conntrack helper, ALG) on the NAT")
    rules = _rules(facts, Part.ANSWERS, Where.BETWEEN, (Way.HELPER,), has_nat=True)
    return (ask, *rules, *_one_port(facts))


def flush(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to delete old flows from a firewall's connection table."""
    situation = _situation(facts, Where.BETWEEN)
    commands: dict[str, str] = {}
    for dialect in Dialect if situation else ():
        speech = dialect.speech
        if situation and speech.flush and Where.BETWEEN in speech.places:
            lines = advise(situation, dialect).flush
            commands[speech.title] = "\n".join(lines)
    forget = [
        Remedy(
            platform=platform,
            text="on the firewall: delete the old entries after each rule change",
            command=command,
        )
        for platform, command in commands.items()
    ]
    return (
        *forget,
        Remedy(text="retry from another client port: that is a new flow"),
    )


def smaller_blocks(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to keep packets small enough."""
    is_v6 = ":" in facts.client
    nbytes, why = _that_fit(facts)
    return (
        *_of_server(
            facts,
            f"limit the block size: {why}",
            f"--max-blksize {nbytes}",
            block_settings(nbytes),
        ),
        *(
            Remedy(
                platform=dialect.speech.title,
                text="on the firewalls in between: allow ICMP packet-too-big, and do "
                "not drop fragments",
                command=dialect.speech.typed(rules[is_v6]),
            )
            for dialect, rules in TOO_BIG.items()
        ),
    )


def _that_fit(facts: Facts) -> tuple[int, str]:
    """Return the largest block size to use, and the reason for it."""
    tried = facts.latest.block_size if facts.latest else _SMALL_BLOCKS + 1
    arrived = [
        one.block_size
        for one in facts.neighbours
        if one.client == facts.client and one.has_blocks and one.block_size < tried
    ]
    if arrived and max(arrived) > _SAFE_BLOCKS:
        return max(arrived), f"{max(arrived)} arrived, {_SAFE_BLOCKS} fits every path"
    if tried > _SMALL_BLOCKS:
        text = f"{_SMALL_BLOCKS} fits most tunnels, {_SAFE_BLOCKS} every path"
        return _SMALL_BLOCKS, text
    return _SAFE_BLOCKS, f"{_SAFE_BLOCKS} fits every path"


def refuse_option(facts: Facts, names: list[str]) -> tuple[Remedy, ...]:
    """Return how to leave options out of the OACK to this client program."""
    whom = f"@{facts.kind}" if facts.kind else ""
    return _of_server(
        facts,
        f"leave {names[0]} out of the OACK"
        if len(names) == 1
        else "leave the options out of the OACK, one at a time",
        " ".join(f"--refuse {quote(name + whom)}" for name in names),
        refusal_settings(names, whom),
    )


def grant_size(facts: Facts, nbytes: int) -> tuple[Remedy, ...]:
    """Return how to give a client the block size that it uses anyway."""
    return (
        *say(f"on the client: request blksize {_SMALL_BLOCKS} or less, or no blksize"),
        *_of_server(
            facts,
            f"grant blksize {nbytes}, as it requests, if the path carries such blocks",
            f"--max-blksize {nbytes}",
            block_settings(nbytes),
        ),
    )


def refuse_size(facts: Facts) -> tuple[Remedy, ...]:
    """Return how to leave the file size out of the OACK."""
    whom = f"@{facts.kind}" if facts.kind else ""
    return (
        *_of_server(
            facts,
            "leave tsize out of the OACK",
            f"--refuse {quote('tsize' + whom)}",
            refusal_settings(["tsize"], whom),
        ),
        *say("request without options: curl --tftp-no-options"),
    )


def equal_ranges(facts: Facts, good: PortRange) -> Remedies:
    """Return how to use the same range on firewall and server; GOOD is allowed now."""
    if not facts.scene.is_capture:
        used = span(PortRange(facts.scene.first, facts.scene.last), "–")
        return say(
            f"reply from {span(good, '–')} only (r in the Ports pane, or --ports), or "
            f"let the firewall allow {used}"
        )
    return say(
        f"let {facts.words.server} reply from {span(good, '–')} only "
        f"({range_settings(good)}), or let the firewall allow its whole range"
    )


def fewer_bytes(facts: Facts) -> Remedies:
    """Return how to start with small blocks, for a transfer that works anyway."""
    nbytes = min(_SMALL_BLOCKS, facts.latest.block_size if facts.latest else 512)
    if not facts.scene.is_capture:
        return say(
            f"nothing to do; to offer smaller blocks at once: --max-blksize {nbytes}"
        )
    return say(
        f"nothing to do; to offer smaller blocks at once: {block_settings(nbytes)}"
    )


def say(*texts: str) -> tuple[Remedy, ...]:
    """Return remedies in plain words."""
    return tuple(Remedy(text=text) for text in texts)


def _one_port(
    facts: Facts, *, is_access_list_possible: bool = False
) -> tuple[Remedy, ...]:
    """Return single-port mode, unless it is already on."""
    if facts.scene.single_port:
        return ()
    text = _REPLY_FROM_IT
    if is_access_list_possible:
        text += ": helps if the firewall is stateful, not if it is an access list"
    return _of_server(facts, text, "--single-port", ONE_PORT)


def _of_server(facts: Facts, text: str, option: str, anybody_s: str) -> Remedies:
    """Return a change of the server's settings: with our OPTION, if it is ours.

    ANYBODY_S are the names of the setting in other servers: in a capture the program is
    unknown.
    """
    if not facts.scene.is_capture:
        start = f"{text}; start the server with"
        return (Remedy(platform=OURS, text=start, command=option),)
    return (Remedy(text=f"let {facts.words.server} {text} ({anybody_s})"),)


def _rules(
    facts: Facts,
    part: Part,
    where: Where,
    ways: tuple[Way, ...],
    *,
    has_nat: bool = False,
) -> tuple[Remedy, ...]:
    """Return the commands for firewalls in that place."""
    situation = _situation(facts, where, has_nat=has_nat)
    return remedies_for(situation, part, ways) if situation else ()


def _situation(
    facts: Facts, where: Where, *, has_nat: bool = False
) -> Situation | None:
    """Return the situation to write rules for, or None if no address is known."""
    scene = facts.scene
    clients = facts.client if where is Where.CLIENT else _clients(facts)
    try:
        return Situation(
            servers=(ip_address(_server(facts)),),
            clients=(ip_network(clients.partition("%")[0], strict=False),),
            port=scene.port,
            ports=PortRange(scene.first, scene.last),
            where=where,
            is_single_port=scene.single_port,
            has_nat=has_nat,
        )
    except ValueError:  # SituationError is one, too
        return None


def _server(facts: Facts) -> str:
    """Return the server's address without an interface (%eth0)."""
    return facts.latest.server.partition("%")[0] if facts.latest else "SERVER"


def _clients(facts: Facts) -> str:
    network = _network(facts)
    return facts.client if network is None else str(network.network)


def _assumption(facts: Facts) -> str:
    """Return a note if the network is an assumption."""
    network = _network(facts)
    return f"; {network.words}" if network and network.is_assumed else ""


def _network(facts: Facts) -> ClientNetwork | None:
    """Return the client's network; None if no address is known."""
    client = _address(facts.client)
    if client is None:
        return None
    seen = [*(one.client for one in facts.neighbours), *facts.others]
    others = [known for one in seen if (known := _address(one)) is not None]
    return client_networks([client], others, facts.scene.networks)[0]


def _address(text: str) -> Address | None:
    """Return an address without an interface (%eth0); None if it is invalid."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _ours(facts: Facts) -> str:
    """Return the server's ports for transfers, in words."""
    scene = facts.scene
    if scene.single_port:
        return f"port {scene.port}"
    ports = span(PortRange(scene.first, scene.last), "–")
    return f"port{'s' if '–' in ports else ''} {ports}"
