"""What to change, for each kind of trouble and platform, with real addresses in it.

What to type on firewalls is knowledge/firewall's to say; what is wanted of them, and
what cures it without them, is said here.
"""

from ipaddress import ip_address, ip_network
from shlex import quote

from tftptui.findings.facts import Case, Scene
from tftptui.findings.place import place_of_silence
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
_SWITCH = (
    "where it lets them in: look at the switches and bridges before it, for no router "
    "stands between"
)

Remedies = tuple[Remedy, ...]


def let_answers_through(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers to any client port through a firewall."""
    place = place_of_silence(case)
    if place == "client-segment":
        return (*on_the_client(case), *say(_SWITCH))
    ask = Remedy(
        text=f"ask for: allow UDP from {_server(case)} {_ours(case)} to "
        f"{_clients(case)} ports 1024–65535 (the client chooses its port)"
        f"{_assumption(case)}"
    )
    rules = _rules(case, Part.ANSWERS, Where.BETWEEN, _BOTH)
    here = () if place == "between" else (_look_at_client(case),)
    return (ask, *here, *rules, *_one_port(case, "not where it is an access list"))


def _look_at_client(case: Case) -> Remedy:
    """Return how to see what the client's own firewall does."""
    at = url(_server(case), case.scene.port, case.file)
    ports_ = ",".join(str(tid) for tid in (*case.client_tids[:_MOST_TRIED], _HIGH_TID))
    return Remedy(
        text=f"or look at the own firewall of {case.client}: on Linux, as root, this "
        "reads its rules",
        command=f"sudo tftptui probe {at} --from-ports {ports_}",
    )


def range_of(case: Case) -> str:
    """Return the range that rules of firewalls are written for; "" for one port."""
    scene = case.scene
    return "" if scene.single_port else span(PortRange(scene.first, scene.last))


def let_acks_through(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get the client's ACKs to our ports."""
    ask = Remedy(
        text=f"ask for: allow UDP from {_clients(case)} ports 1024–65535 to "
        f"{_server(case)} {_ours(case)}, on the way and on {case.voice.host}"
        f"{_assumption(case)}"
    )
    ways = (Way.RANGE,)
    on_the_way = _rules(case, Part.ACKS, Where.BETWEEN, ways)
    here = () if case.scene.is_capture else _rules(case, Part.ACKS, Where.SERVER, ways)
    one_port = _of_server(
        case,
        "answer from the port that was asked: the ACKs then take the way of the "
        "request",
        "--single-port",
        ONE_PORT,
    )
    return (ask, *on_the_way, *here, *one_port)


def let_requests_in(server: str, scene: Scene) -> tuple[Remedy, ...]:
    """Return the ways to let requests in to SERVER, an address of this host."""
    try:
        address = ip_address(server)
        anywhere = tuple(one for one in ANYWHERE if one.version == address.version)
        situation = Situation(
            servers=(address,), clients=anywhere, port=scene.port, where=Where.SERVER
        )
    except ValueError:  # SituationError is one as well
        return ()
    return remedies_for(situation, Part.REQUEST, (Way.RANGE,))


def let_out(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers out of this host, which runs Linux."""
    rules = _rules(case, Part.ANSWERS, Where.SERVER, (Way.RANGE,))
    windows = Dialect.WINDOWS.speech.title
    return tuple(rule for rule in rules if rule.platform != windows)


def on_the_client(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers past the client's own firewall."""
    ask = Remedy(
        text=f"on {case.client}: let UDP from {_server(case)} in, or load the "
        f"TFTP helper for what goes out to port {case.scene.port}",
    )
    rules = _rules(case, Part.ANSWERS, Where.CLIENT, _BOTH)
    return (ask, *rules, *_one_port(case))


def for_translation(case: Case) -> tuple[Remedy, ...]:
    """Return the ways to get answers through an address translation."""
    ask = Remedy(text="load the TFTP helper on the machine that translates addresses")
    rules = _rules(case, Part.ANSWERS, Where.BETWEEN, (Way.HELPER,), has_nat=True)
    return (ask, *rules, *_one_port(case))


def flush(case: Case) -> tuple[Remedy, ...]:
    """Return how a firewall is made to forget old flows."""
    situation = _situation(case, Where.BETWEEN)
    commands: dict[str, str] = {}
    for dialect in Dialect if situation else ():
        speech = dialect.speech
        if situation and speech.flush and Where.BETWEEN in speech.places:
            lines = advise(situation, dialect).flush
            commands[speech.title] = "\n".join(lines)
    forget = [
        Remedy(
            platform=platform,
            text="on the firewall, after each change of its rules",
            command=command,
        )
        for platform, command in commands.items()
    ]
    return (
        *forget,
        Remedy(text="or try again from another client port: that is a new flow"),
    )


def smaller_blocks(case: Case) -> tuple[Remedy, ...]:
    """Return how to keep packets small enough."""
    is_v6 = ":" in case.client
    octets, why = _that_fit(case)
    return (
        *_of_server(
            case,
            f"grant no larger blocks: {why}",
            f"--max-blksize {octets}",
            block_settings(octets),
        ),
        *(
            Remedy(
                platform=dialect.speech.title,
                text="on the firewalls between: let the messages through that tell "
                "senders of small links, and do not drop fragments",
                command=dialect.speech.typed(rules[is_v6]),
            )
            for dialect, rules in TOO_BIG.items()
        ),
    )


def _that_fit(case: Case) -> tuple[int, str]:
    """Return how large blocks may be, and why: less than what did not arrive."""
    tried = case.latest.block_size if case.latest else _SMALL_BLOCKS + 1
    arrived = [
        one.block_size
        for one in case.neighbours
        if one.client == case.client and one.has_blocks and one.block_size < tried
    ]
    if arrived and max(arrived) > _SAFE_BLOCKS:
        return max(arrived), f"{max(arrived)} arrived, {_SAFE_BLOCKS} suits all ways"
    if tried > _SMALL_BLOCKS:
        text = f"{_SMALL_BLOCKS} suits most tunnels, {_SAFE_BLOCKS} all"
        return _SMALL_BLOCKS, text
    return _SAFE_BLOCKS, f"{_SAFE_BLOCKS} suits all ways"


def refuse_option(case: Case, names: list[str]) -> tuple[Remedy, ...]:
    """Return how to leave options out of the answers to this client program."""
    whom = f"@{case.kind}" if case.kind else ""
    return _of_server(
        case,
        "leave the options out of its answers, one after the other",
        " ".join(f"--refuse {quote(name + whom)}" for name in names),
        refusal_settings(names, whom),
    )


def refuse_size(case: Case) -> tuple[Remedy, ...]:
    """Return how a client is not told the size of a file."""
    whom = f"@{case.kind}" if case.kind else ""
    return (
        *_of_server(
            case,
            "leave tsize out of its answers",
            f"--refuse {quote('tsize' + whom)}",
            refusal_settings(["tsize"], whom),
        ),
        *say("or have it ask without options: curl --tftp-no-options"),
    )


def equal_ranges(case: Case, good: PortRange) -> Remedies:
    """Return how a firewall and the server come to have one range; GOOD passes it."""
    if not case.scene.is_capture:
        used = span(PortRange(case.scene.first, case.scene.last), "–")
        return say(
            f"make both ranges equal: answer from {span(good, '–')}, or have the "
            f"firewall let {used} through"
        )
    return say(
        f"make both ranges equal: have {case.voice.server} answer from "
        f"{span(good, '–')} ({range_settings(good)}), or have the firewall let the "
        "whole range of that server through"
    )


def fewer_octets(case: Case) -> Remedies:
    """Return how blocks are small enough from the start, where all is well anyhow."""
    octets = min(_SMALL_BLOCKS, case.latest.block_size if case.latest else 512)
    if not case.scene.is_capture:
        return say(f"nothing; --max-blksize {octets} would ask less from the start")
    asked = "a smaller largest block at the server would ask less from the start"
    return say(f"nothing; {asked} ({block_settings(octets)})")


def say(*texts: str) -> tuple[Remedy, ...]:
    """Return remedies in plain words."""
    return tuple(Remedy(text=text) for text in texts)


def _one_port(case: Case, but: str = "") -> tuple[Remedy, ...]:
    """Return single-port mode, where it is not on already."""
    if case.scene.single_port:
        return ()
    text = "answer from the port that was asked"
    if but:
        text += f": cures it where the firewall keeps state, {but}"
    return _of_server(case, text, "--single-port", ONE_PORT)


def _of_server(case: Case, text: str, option: str, anybody_s: str) -> Remedies:
    """Return what to change at the server: with our OPTION, if it is ours.

    ANYBODY_S says what servers call it, which one a capture shows is not known.
    """
    if not case.scene.is_capture:
        return (Remedy(platform=OURS, text=text, command=option),)
    return (Remedy(text=f"have {case.voice.server} {text} ({anybody_s})"),)


def _rules(
    case: Case,
    part: Part,
    where: Where,
    ways: tuple[Way, ...],
    *,
    has_nat: bool = False,
) -> tuple[Remedy, ...]:
    """Return what to type on firewalls that stand there."""
    situation = _situation(case, where, has_nat=has_nat)
    return remedies_for(situation, part, ways) if situation else ()


def _situation(case: Case, where: Where, *, has_nat: bool = False) -> Situation | None:
    """Return what rules are wanted for, or None where no address is known."""
    scene = case.scene
    clients = case.client if where is Where.CLIENT else _clients(case)
    try:
        return Situation(
            servers=(ip_address(_server(case)),),
            clients=(ip_network(clients.partition("%")[0], strict=False),),
            port=scene.port,
            ports=PortRange(scene.first, scene.last),
            where=where,
            is_single_port=scene.single_port,
            has_nat=has_nat,
        )
    except ValueError:  # SituationError is one as well
        return None


def _server(case: Case) -> str:
    """Return the address that was asked, without the interface it may name."""
    return case.latest.server.partition("%")[0] if case.latest else "SERVER"


def _clients(case: Case) -> str:
    network = _network(case)
    return case.client if network is None else str(network.network)


def _assumption(case: Case) -> str:
    """Return that the network is an assumption, if it is one."""
    network = _network(case)
    return f"; {network.words}" if network and network.is_assumed else ""


def _network(case: Case) -> ClientNetwork | None:
    """Return the client's network; None where no address is known."""
    client = _address(case.client)
    if client is None:
        return None
    seen = [*(one.client for one in case.neighbours), *case.others]
    others = [known for one in seen if (known := _address(one)) is not None]
    return client_networks([client], others, case.scene.networks)[0]


def _address(text: str) -> Address | None:
    """Return an address without the interface it may name; None if it is none."""
    try:
        return ip_address(text.partition("%")[0])
    except ValueError:
        return None


def _ours(case: Case) -> str:
    """Return the ports that answers leave from, in words."""
    scene = case.scene
    if scene.single_port:
        return f"port {scene.port}"
    told = span(PortRange(scene.first, scene.last), "–")
    return f"port{'s' if '–' in told else ''} {told}"
