"""Windows Defender Firewall, as PowerShell. Stateful, without a helper.

The server's replies are allowed unless outgoing connections are blocked. On a client
they are new flows from the server's port: tftp.exe needs a rule.
"""

from tftptui.knowledge.firewall.listing import Proof, Rule, Speech, merged, span
from tftptui.knowledge.firewall.plans import PURPOSES, Flow, Passing, Plan
from tftptui.knowledge.firewall.situation import Kind, Situation, Where


def write(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan."""
    return merged(
        [_rule(flow, situation) for flow in plan.flows if flow.passing is Passing.PORTS]
    )


def _rule(flow: Flow, situation: Situation) -> Rule:
    is_server = situation.where is Where.SERVER
    direction = "Inbound" if flow.is_to_server == is_server else "Outbound"
    ours, theirs = flow.server_ports, flow.client_ports
    local, remote = (ours, theirs) if is_server else (theirs, ours)
    lines = []
    for family in situation.families:
        servers = ",".join(str(server) for server in family.servers)
        clients = ",".join(str(network) for network in family.clients)
        if family.is_from_anywhere:
            clients = "Any"
        ends = (servers, clients) if is_server else (clients, servers)
        here = f" -LocalAddress {ends[0]}" if is_server else ""
        lines.append(
            f'New-NetFirewallRule -DisplayName "TFTP {flow.part.value.lower()} '
            f'IPv{family.version}" -Profile Any -Direction {direction} -Protocol UDP '
            f"-LocalPort {span(local)} -RemotePort {span(remote)}{here} "
            f"-RemoteAddress {ends[1]} -Action Allow"
        )
    note = f"{flow.part.value}: {PURPOSES[flow.part]}"
    if direction == "Outbound":
        note += "; only if outgoing connections are blocked"
    return Rule("\n".join(lines), note, (flow.part,))


WINDOWS = Speech(
    title="Windows Defender Firewall",
    comment="#",
    proof=Proof.DOCUMENTED,
    places=(Where.SERVER, Where.CLIENT),
    kinds=(Kind.STATEFUL,),
    helper="Windows Defender Firewall has no TFTP helper",
    usage=(
        "In PowerShell as administrator. A block rule overrides these: look for one",
        "that Windows created when a program first listened:",
        "  Get-NetFirewallRule -Action Block -Enabled True -Direction Inbound",
    ),
    flush=(),
    write=write,
)
