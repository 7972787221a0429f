"""Cisco: ASA, access lists of IOS and IOS-XE, and the zone-based firewall.

Access lists are stateless; their ``established`` is for TCP only. ASA and the
zone-based firewall are stateful and can inspect TFTP.
"""

from collections.abc import Callable, Iterator

from tftptui.knowledge.firewall.listing import (
    Proof,
    Rule,
    Speech,
    merged,
    note_for,
    span,
)
from tftptui.knowledge.firewall.plans import Flow, Part, Passing, Plan
from tftptui.knowledge.firewall.situation import (
    Address,
    Kind,
    Network,
    Situation,
    Way,
    Where,
)
from tftptui.settings import TFTP_PORT, PortRange

_V4 = 4

End = Callable[[Address | Network, PortRange], str]
"""Formats one end of an entry: address and ports."""


def write_asa(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan for ASA."""
    rules = []
    for flow in plan.flows:
        if flow.passing is Passing.PORTS:
            name = "CLIENTS_IN" if flow.is_to_server else "SERVER_IN"
            start = f"access-list {name} extended permit udp"
            lines = [f"{start} {ends}" for _, ends in _aces(flow, situation, _asa_end)]
            rules.append(Rule("\n".join(lines), note_for(flow.part), (flow.part,)))
        elif flow.passing is Passing.HELPER:
            rules.append(_inspection(situation))
    return merged(rules)


def _asa_end(place: Address | Network, ports: PortRange) -> str:
    return f"{_place(place, is_asa=True)} {_ports(ports)}"


def _inspection(situation: Situation) -> Rule:
    lines = ["policy-map global_policy", " class inspection_default", "  inspect tftp"]
    if situation.port != TFTP_PORT:
        lines = [
            "class-map TFTP_REQUESTS",
            f" match port udp eq {situation.port}",
            "policy-map global_policy",
            " class TFTP_REQUESTS",
            "  inspect tftp",
        ]
    note = "helper: inspection reads requests, expects their replies (on by default)"
    return Rule("\n".join(lines), note, (Part.ANSWERS,))


def write_ios_acl(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan for IOS access lists."""
    rules = []
    for flow in plan.flows:
        name = "FROM-CLIENTS" if flow.is_to_server else "FROM-SERVER"
        rules.append(
            Rule(_ios_list(flow, situation, name), note_for(flow.part), (flow.part,))
        )
    return merged(rules)


def _ios_list(flow: Flow, situation: Situation, name: str) -> str:
    """Return the access lists for a flow, one per IP version."""
    lines: list[str] = []
    for version, ends in _aces(flow, situation, _ios_end):
        head = f"ip access-list extended {name}"
        if version != _V4:
            head = f"ipv6 access-list {name}-V6"
        lines += [] if head in lines else [head]
        lines.append(f" permit udp {ends}")
    return "\n".join(lines)


def _ios_end(place: Address | Network, ports: PortRange) -> str:
    return f"{_place(place, is_asa=False)} {_ports(ports)}"


def write_ios_zone(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan for the zone-based firewall of IOS."""
    rules = [
        rule
        for flow in plan.flows
        if flow.passing is Passing.PORTS
        for rule in _zone_rules(flow, plan, situation)
    ]
    return merged(rules)


def _zone_rules(flow: Flow, plan: Plan, situation: Situation) -> list[Rule]:
    """Return the class maps, one per IP version, and the policy map."""
    name = "TFTP-TO-SERVER" if flow.is_to_server else "TFTP-TO-CLIENTS"
    zones = ("CLIENTS", "SERVERS") if flow.is_to_server else ("SERVERS", "CLIENTS")
    is_read = plan.flows[1].passing is Passing.HELPER
    note = note_for(flow.part)
    parts: tuple[Part, ...] = (flow.part,)
    if is_read:
        note, parts = note + "; inspection expects the replies", (*parts, Part.ANSWERS)
    policy = f"{zones[0]}-TO-{zones[1]}"
    names = [
        name if family.version == _V4 else f"{name}-V6" for family in situation.families
    ]
    text = [_ios_list(flow, situation, name)]
    for each in names:
        text.append(f"class-map type inspect match-all {each}")
        text.append(f" match access-group name {each}")
        text += [" match protocol tftp"] if is_read else []
    text.append(f"policy-map type inspect {policy}")
    for each in names:
        text += [f" class type inspect {each}", "  inspect"]
    text.append(f"zone-pair security {policy} source {zones[0]} destination {zones[1]}")
    text.append(f" service-policy type inspect {policy}")
    return [Rule("\n".join(text), note, parts)]


def _aces(flow: Flow, situation: Situation, end: End) -> Iterator[tuple[int, str]]:
    """Yield source and destination of each entry, with its IP version."""
    for family in situation.families:
        for server in family.servers:
            for client in family.clients:
                theirs = end(client, flow.client_ports)
                ours = end(server, flow.server_ports)
                ends = (theirs, ours) if flow.is_to_server else (ours, theirs)
                yield family.version, " ".join(ends)


def _place(place: Address | Network, *, is_asa: bool) -> str:
    """Return an address or network; ASA uses netmasks, IOS wildcard masks."""
    if isinstance(place, Address):
        return f"host {place}"
    if place.prefixlen == 0:
        any_of = "any4" if place.version == _V4 else "any6"
        return any_of if is_asa else "any"
    if place.prefixlen == place.max_prefixlen:
        return f"host {place.network_address}"
    if place.version != _V4:
        return str(place)
    mask = place.netmask if is_asa else place.hostmask
    return f"{place.network_address} {mask}"


def _ports(ports: PortRange) -> str:
    if ports.first == ports.last:
        return f"eq {ports.first}"
    return f"range {span(ports, ' ')}"


ASA = Speech(
    title="Cisco ASA",
    comment="!",
    proof=Proof.DOCUMENTED,
    places=(Where.BETWEEN,),
    kinds=(Kind.HELPER, Kind.STATEFUL),
    helper="",
    usage=(
        "Replace CLIENTS_IN and SERVER_IN with your lists: those that are bound",
        "inbound to the interfaces of the clients and of the server.",
    ),
    flush=("clear conn protocol udp address {server}",),
    write=write_asa,
    hints={Way.RANGE: "replace CLIENTS_IN and SERVER_IN with your lists"},
)

IOS_ACL = Speech(
    title="Cisco IOS access list",
    comment="!",
    proof=Proof.DOCUMENTED,
    places=(Where.BETWEEN,),
    kinds=(Kind.STATELESS,),
    helper="an access list keeps no state; for inspection: --dialect ios-zone",
    usage=(
        "Replace FROM-CLIENTS and FROM-SERVER with your lists, and put the lines",
        "before their deny; a new list denies everything else.",
    ),
    flush=(),
    write=write_ios_acl,
    hints={Way.RANGE: "replace FROM-… with your list; put it before its deny"},
)

IOS_ZONE = Speech(
    title="Cisco IOS zone-based firewall",
    comment="!",
    proof=Proof.DOCUMENTED,
    places=(Where.BETWEEN,),
    kinds=(Kind.HELPER, Kind.STATEFUL),
    helper="",
    usage=(
        "Replace CLIENTS and SERVERS with your zones. A pair of zones has one policy",
        "map: if it exists, add the class to it, without the zone-pair lines.",
    ),
    flush=("clear zone-pair inspect sessions",),
    write=write_ios_zone,
)
