"""ufw and firewalld: front ends on Linux hosts.

Both allow replies by default (ufw in before.rules, firewalld always), so only new flows
need a rule.
"""

from tftptui.knowledge.firewall.listing import (
    Proof,
    Rule,
    Speech,
    merged,
    note_for,
    span,
)
from tftptui.knowledge.firewall.plans import Flow, Part, Passing, Plan
from tftptui.knowledge.firewall.situation import Kind, Situation, Where

_FLUSH = ("conntrack -D {family}-p udp --orig-port-dst {port}",)


def write_ufw(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan for ufw."""
    rules: list[Rule] = []
    for flow in plan.flows:
        if flow.passing is Passing.HELPER:
            rules.append(_before_rules(situation))
        elif flow.passing is Passing.PORTS:
            rules.append(_ufw_rule(flow, situation))
    return merged(rules)


def _ufw_rule(flow: Flow, situation: Situation) -> Rule:
    verb = "allow in"
    if situation.where is Where.BETWEEN:
        verb = "route allow"
    elif flow.is_to_server == (situation.where is Where.CLIENT):
        verb = "allow out"
    lines = []
    for family in situation.families:
        for server in family.servers:
            for client in family.clients:
                clients = f"{client} port {span(flow.client_ports, ':')}"
                servers = f"{server} port {span(flow.server_ports, ':')}"
                ends = (clients, servers) if flow.is_to_server else (servers, clients)
                lines.append(f"ufw {verb} proto udp from {ends[0]} to {ends[1]}")
    note = note_for(flow.part)
    if verb == "allow out":
        note += "; only if ufw denies outgoing"
    return Rule("\n".join(lines), note, (flow.part,))


def _before_rules(situation: Situation) -> Rule:
    chain = "OUTPUT" if situation.where is Where.CLIENT else "PREROUTING"
    files = {4: "before.rules", 6: "before6.rules"}
    lines = ["# at the end of each file:"]
    for family in situation.families:
        lines += [
            f"cat >>/etc/ufw/{files[family.version]} <<END",
            "*raw",
            f"-A {chain} -p udp --dport {situation.port} -j CT --helper tftp",
            "COMMIT",
            "END",
        ]
    lines.append("ufw reload")
    note = "helper: read requests, expect their replies"
    return Rule("\n".join(lines), note, (Part.ANSWERS,))


def write_firewalld(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan for firewalld."""
    rules = []
    for flow in plan.flows:
        if flow.passing is Passing.PORTS:
            if situation.where is Where.BETWEEN:
                rules.append(_policy(flow))
            rules += _rich_rules(flow, plan, situation)
    rules.append(Rule("firewall-cmd --reload", "load all changes", ()))
    return merged(rules)


def _policy(flow: Flow) -> Rule:
    """Return the policy for one direction; ACKs share that of the requests."""
    name = "to-server" if flow.is_to_server else "to-clients"
    zones = ("CLIENTS", "SERVERS") if flow.is_to_server else ("SERVERS", "CLIENTS")
    start = f"firewall-cmd --permanent --policy tftp-{name}"
    text = "\n".join(
        [
            f"firewall-cmd --permanent --new-policy tftp-{name}",
            f"{start} --add-ingress-zone {zones[0]}",
            f"{start} --add-egress-zone {zones[1]}",
        ]
    )
    note = f"policy {name}: replace CLIENTS and SERVERS with your zones"
    return Rule(text, note, (flow.part,))


def _rich_rules(flow: Flow, plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a flow; a rich rule has the ports of one end only."""
    place = ""
    if situation.where is Where.BETWEEN:
        place = f"--policy tftp-{'to-server' if flow.is_to_server else 'to-clients'} "
    elif flow.is_to_server == (situation.where is Where.CLIENT):
        return []  # outgoing packets are allowed
    element = "port" if flow.is_to_server else "source-port"
    accept = f'{element} port="{span(flow.server_ports)}" protocol="udp"'
    note = note_for(flow.part)
    if plan.flows[1].passing is Passing.HELPER:
        accept, note = 'service name="tftp"', note + "; the service brings the helper"
    lines = []
    for family in situation.families:
        for server in family.servers:
            for client in family.clients:
                ends = (client, server) if flow.is_to_server else (server, client)
                lines.append(
                    f"firewall-cmd --permanent {place}--add-rich-rule "
                    f'\'rule family="ipv{family.version}" source address="{ends[0]}"'
                    f' destination address="{ends[1]}" {accept} accept\''
                )
    return [Rule("\n".join(lines), note, (flow.part,))]


UFW = Speech(
    title="ufw",
    comment="#",
    proof=Proof.RUN,
    places=(Where.SERVER, Where.BETWEEN, Where.CLIENT),
    kinds=(Kind.STATEFUL, Kind.HELPER),
    helper="",
    usage=("Commands for a shell, as root.",),
    flush=_FLUSH,
    write=write_ufw,
)

FIREWALLD = Speech(
    title="firewalld",
    comment="#",
    proof=Proof.RUN,
    places=(Where.SERVER, Where.BETWEEN),
    kinds=(Kind.HELPER, Kind.STATEFUL),
    helper="",
    usage=(
        "Commands for a shell, as root; policies need firewalld 0.9 or newer.",
        "A rich rule names the ports of one end only: client ports are not limited.",
        "On a host they go into the default zone; add --zone for another.",
        "The service tftp is port 69; for another port use --kind stateful.",
    ),
    flush=_FLUSH,
    write=write_firewalld,
)
