"""Checks of this host's packet filters: request, reply and ACK, for each network.

Checked for a client of each network of this host and for one of another network, with a
low and a high client port, over both ends of the port range.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from tftptui.doctor.facts import Address, Facts, Filters
from tftptui.doctor.packet_filter.evaluate import Passage
from tftptui.doctor.packet_filter.exchange import Ends, Exchange, judge
from tftptui.doctor.packet_filter.model import Ruleset
from tftptui.doctor.packet_filter.nft import RulesetError
from tftptui.doctor.packet_filter.ruleset import FAMILIES, read_host
from tftptui.doctor.result import Result, bad, ok, warn
from tftptui.knowledge.firewall.advice import advise
from tftptui.knowledge.firewall.dialects.all import Dialect
from tftptui.knowledge.firewall.dialects.nftables import TABLE
from tftptui.knowledge.firewall.plans import Part
from tftptui.knowledge.firewall.situation import (
    ANYWHERE,
    Kind,
    Situation,
    Where,
)
from tftptui.settings import PortRange, Settings
from tftptui.telemetry.escapes import visible

Network = IPv4Network | IPv6Network

CLIENT_PORTS = (2_070, 49_200)
"""Of a boot ROM, and of a Linux program."""

_STRANGERS = ("198.51.100.0/24", "203.0.113.0/24", "2001:db8:ffff::/64")
"""Documentation networks (RFC 5737, RFC 3849), for clients of other networks."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Clients that get the same result.

    Attributes:
        network: their network; None for other networks.
        client: one of them.
        server: address of this host that they use.
    """

    network: Network | None
    client: Address
    server: Address
    device: str

    @property
    def words(self) -> str:
        """Their network in words."""
        if self.network is None:
            return f"other networks (IPv{self.client.version})"
        return str(self.network)


def check_firewall(
    facts: Facts, settings: Settings, port: int, clients: Sequence[Network] = ()
) -> Iterator[Result]:
    """Check the packet filters; CLIENTS are networks to check besides our own."""
    if facts.system != "Linux":
        yield warn(
            "firewall",
            f"not checked: on {facts.system} the rules cannot be read",
            "tftptui firewall --dialect windows --where server",
        )
        return
    if facts.filters.trouble:
        trouble = f"not checked: {facts.filters.trouble}"
        yield warn("firewall", trouble, 'sudo "$(command -v tftptui)" doctor')
        return
    try:
        filters = facts.filters
        ruleset = read_host(filters.nft, filters.saved, filters.legacy)
    except RulesetError as error:
        yield warn("firewall", f"not checked: {error}", "nft list ruleset")
        return
    askers = _askers(facts, settings.listen, clients)
    judged = [(asker, _exchanges(ruleset, asker, settings, port)) for asker in askers]
    for part in Part:
        yield from _part(part, judged, settings, port, filters)


def _askers(
    facts: Facts, listen: tuple[str, ...], clients: Sequence[Network]
) -> list[Asker]:
    found: list[Asker] = []
    for device, address in facts.reachable(listen):
        client = _other_host(address.network, address.ip)
        if client is not None:
            found.append(Asker(address.network, client, address.ip, device.name))
    own = [asker.network for asker in found if asker.network is not None]
    for source in facts.heard_sources(listen):
        homes = [d.name for d, address in facts.reachable() if address.ip == source]
        strangers = [n for n in map(ip_network, _STRANGERS) if n not in own]
        strange = next((n for n in strangers if n.version == source.version), None)
        if not homes or strange is None:
            continue
        found += [
            Asker(network, _any_host(network), source, homes[0])
            for network in clients
            if network.version == source.version
        ]
        found.append(Asker(None, _any_host(strange), source, homes[0]))
    return found


def _other_host(network: Network, own: Address) -> Address | None:
    """Return an address of a network that is not ours; None if there is none."""
    candidates = (network[place] for place in (2, 3, -2) if network.num_addresses > 3)  # noqa: PLR2004
    return next((address for address in candidates if address != own), None)


def _any_host(network: Network) -> Address:
    return network[min(7, network.num_addresses - 1)]


def _exchanges(
    ruleset: Ruleset, asker: Asker, settings: Settings, port: int
) -> list[Exchange]:
    ports = settings.ports
    answering = (port,) if settings.single_port else (ports.first, ports.last)
    return [
        judge(
            ruleset,
            Ends(asker.client, client_port, asker.server, asker.device),
            request_port=port,
            answering=own,
        )
        for client_port in CLIENT_PORTS
        for own in dict.fromkeys(answering)
    ]


def _passage(exchange: Exchange, part: Part) -> Passage:
    return {
        Part.REQUEST: exchange.request,
        Part.ANSWERS: exchange.answer,
        Part.ACKS: exchange.ack,
    }[part]


Judged = list[tuple[Asker, list[Exchange]]]


def _part(
    part: Part, judged: Judged, settings: Settings, port: int, filters: Filters
) -> Iterator[Result]:
    """Check one of the three flows for all clients."""
    good: list[str] = []
    for asker, exchanges in judged:
        passages = [(e.ends.client_port, _passage(e, part)) for e in exchanges]
        closed = [(p, each) for p, each in passages if each.passes is False]
        doubtful = [(p, each) for p, each in passages if each.passes is None]
        if closed:
            theirs = _only({p for p, _ in closed})
            text = f"{_WORDS[part].format(port=port, ports=_ours(settings, port))} "
            text += f"{asker.words}{theirs} are blocked on this host by "
            text += visible(closed[0][1].by)
            commands = _remedy(part, asker, closed[0][1], settings, port, filters)
            is_elsewhere = asker.network is None
            make = warn if is_elsewhere and good else bad
            yield make(_TOPICS[part], text, *commands)
        elif doubtful:
            text = f"{_WORDS[part].format(port=port, ports=_ours(settings, port))} "
            text += f"{asker.words}: unknown, depends on {visible(doubtful[0][1].by)}"
            yield warn(_TOPICS[part], text, "sudo nft -a list ruleset")
        else:
            good.append(asker.words)
    if good:
        words = _WORDS[part].format(port=port, ports=_ours(settings, port))
        yield ok(
            _TOPICS[part],
            f"{words} {', '.join(dict.fromkeys(good))} pass this host's firewall",
        )


_TOPICS = {Part.REQUEST: "requests", Part.ANSWERS: "answers", Part.ACKS: "acks"}
_WORDS = {
    Part.REQUEST: "requests to port {port} from",
    Part.ANSWERS: "replies from {ports} to",
    Part.ACKS: "ACKs to {ports} from",
}


def _ours(settings: Settings, port: int) -> str:
    return f"port {port}" if settings.single_port else f"ports {settings.ports}"


def _only(ports: set[int]) -> str:
    """Return the affected client ports, unless all are."""
    if ports == set(CLIENT_PORTS):
        return ""
    kind = "low" if min(CLIENT_PORTS) in ports else "high"
    return f" with {kind} client ports, like {min(ports)},"


def _remedy(
    part: Part,
    asker: Asker,
    passage: Passage,
    settings: Settings,
    port: int,
    filters: Filters,
) -> list[str]:
    """Return the commands that allow this part."""
    version = asker.client.version
    anywhere = tuple(n for n in ANYWHERE if n.version == version)
    situation = Situation(
        servers=(asker.server,),
        clients=anywhere if asker.network is None else (asker.network,),
        port=port,
        ports=PortRange(settings.ports.first, settings.ports.last),
        where=Where.SERVER,
        kind=Kind.STATEFUL,
        is_single_port=settings.single_port,
    )
    dialect = _dialect(filters, passage.chain)
    rules = advise(situation, dialect).chosen.rules
    lines = [x for r in rules if part in r.parts for x in r.text.splitlines()]
    return [f"sudo {line}" for line in _fitted(lines, part, passage, filters, dialect)]


def _fitted(
    lines: list[str],
    part: Part,
    passage: Passage,
    filters: Filters,
    dialect: Dialect,
) -> list[str]:
    """Return the lines for the chain that decided, ready for a shell."""
    is_outward = part is Part.ANSWERS
    if dialect is Dialect.NFTABLES:
        usual = f"{TABLE} {'output' if is_outward else 'input'}"
        typed = dialect.speech.typed
        return [typed(line.replace(usual, passage.chain, 1)) for line in lines]
    if dialect is Dialect.FIREWALLD:
        return [*lines, "firewall-cmd --reload"]
    if dialect is Dialect.IPTABLES:
        table, chain = passage.chain.split()[-2:]
        usual = f"-I {'OUTPUT' if is_outward else 'INPUT'} "
        place = f"-I {chain} " if table == "filter" else f"-t {table} -I {chain} "
        lines = [line.replace(usual, place, 1) for line in lines]
        if "iptables-legacy" in passage.chain and filters.saved:
            lines = [line.replace("tables ", "tables-legacy ", 1) for line in lines]
    return lines


def _dialect(filters: Filters, chain: str) -> Dialect:
    """Return the dialect of the program that created the chain."""
    family, table, *_ = (*chain.split(), "", "")
    if table == "firewalld":
        return Dialect.FIREWALLD
    # iptables names its chains in capitals in all variants.
    if family in FAMILIES and chain.rpartition(" ")[2].isupper():
        return Dialect.UFW if filters.is_ufw else Dialect.IPTABLES
    return Dialect.NFTABLES
