"""Juniper SRX, as ``set`` commands.

Its ALG opens a gate from any port of the server to the client's source port.
"""

from tftptui.knowledge.firewall.listing import Proof, Rule, Speech, note_for, span
from tftptui.knowledge.firewall.plans import Flow, Part, Passing, Plan
from tftptui.knowledge.firewall.situation import (
    Address,
    Kind,
    Network,
    Situation,
    Way,
    Where,
)

_BOOK = "set security address-book global address"


def write(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan."""
    rules = [_addresses(situation)]
    if plan.flows[1].passing is Passing.HELPER:
        rules.append(
            Rule(
                "delete security alg tftp disable",
                "helper: the ALG reads requests, expects their replies",
                (Part.ANSWERS,),
            )
        )
    seen = set()
    for flow in plan.flows:
        key = (flow.is_to_server, flow.server_ports.first)
        if flow.passing is Passing.PORTS and key not in seen:
            seen.add(key)
            rules.append(_policy(flow, plan, situation))
    return rules


def _addresses(situation: Situation) -> Rule:
    lines = [
        f"{_BOOK} tftp-server-{number} {server}/{server.max_prefixlen}"
        for number, server in enumerate(_servers(situation), 1)
    ]
    lines += [
        f"{_BOOK} tftp-clients-{number} {network}"
        for number, network in enumerate(_clients(situation), 1)
        if network.prefixlen
    ]
    return Rule("\n".join(lines), "names for the two ends", ())


def _policy(flow: Flow, plan: Plan, situation: Situation) -> Rule:
    name = f"tftp-{flow.part.value.lower()}"
    zones = ("CLIENTS", "SERVERS") if flow.is_to_server else ("SERVERS", "CLIENTS")
    ports = (flow.client_ports, flow.server_ports)
    source, destination = ports if flow.is_to_server else ports[::-1]
    application = f"set applications application {name}"
    lines = [
        f"{application} protocol udp",
        f"{application} source-port {span(source)}",
        f"{application} destination-port {span(destination)}",
    ]
    if plan.flows[1].passing is Passing.HELPER:
        lines.insert(0, f"{application} application-protocol tftp")
    names = (_client_names(situation), _server_names(situation))
    sources, destinations = names if flow.is_to_server else names[::-1]
    policy = (
        f"set security policies from-zone {zones[0]} to-zone {zones[1]} policy {name}"
    )
    lines += [f"{policy} match source-address {text}" for text in sources]
    lines += [f"{policy} match destination-address {text}" for text in destinations]
    lines += [f"{policy} match application {name}", f"{policy} then permit"]
    return Rule("\n".join(lines), note_for(flow.part), (flow.part,))


def _servers(situation: Situation) -> list[Address]:
    return [server for family in situation.families for server in family.servers]


def _clients(situation: Situation) -> list[Network]:
    return [network for family in situation.families for network in family.clients]


def _server_names(situation: Situation) -> list[str]:
    return [f"tftp-server-{number}" for number, _ in enumerate(_servers(situation), 1)]


def _client_names(situation: Situation) -> list[str]:
    return [
        f"tftp-clients-{number}" if network.prefixlen else f"any-ipv{network.version}"
        for number, network in enumerate(_clients(situation), 1)
    ]


SRX = Speech(
    title="Juniper SRX",
    comment="#",
    proof=Proof.DOCUMENTED,
    places=(Where.BETWEEN,),
    kinds=(Kind.HELPER, Kind.STATEFUL),
    helper="",
    usage=(
        "Replace CLIENTS and SERVERS with your zones; put the policies before the one",
        "that denies (insert security policies … before policy …); then commit.",
        "Check that the ALG is on: show security alg status",
    ),
    flush=("clear security flow session destination-port {port}",),
    write=write,
    hints={Way.HELPER: "the policy for requests must use junos-tftp"},
)
