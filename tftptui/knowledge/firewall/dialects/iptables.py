"""iptables and ip6tables, as shell commands for either variant.

Unlike in nftables, the helper goes into table raw here: the target CT leaves a template
that conntrack uses.
"""

from collections.abc import Iterator

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
    Family,
    Kind,
    Network,
    Situation,
    Where,
)

CHAINS = {
    (Where.BETWEEN, True): "FORWARD",
    (Where.BETWEEN, False): "FORWARD",
    (Where.SERVER, True): "INPUT",
    (Where.SERVER, False): "OUTPUT",
    (Where.CLIENT, True): "OUTPUT",
    (Where.CLIENT, False): "INPUT",
}
"""By place, and whether the flow is to the server."""

_COMMANDS = {4: "iptables", 6: "ip6tables"}


def write(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan."""
    rules: list[Rule] = []
    for flow in plan.flows:
        rules += _rules(flow, situation)
    return merged(rules)


def _rules(flow: Flow, situation: Situation) -> list[Rule]:
    chain = CHAINS[situation.where, flow.is_to_server]
    reply = Rule(
        _for_each(
            situation, f"-I {chain} -m conntrack --ctstate ESTABLISHED -j ACCEPT"
        ),
        "replies of allowed flows",
        (flow.part,),
    )
    if flow.passing is Passing.REPLY:
        return [reply]
    if flow.passing is Passing.HELPER:
        related = "-m conntrack --ctstate RELATED -m helper --helper tftp"
        return [
            _assignment(flow, situation),
            Rule(
                _for_each(situation, f"-I {chain} {related} -j ACCEPT"),
                "the first reply, expected by the helper",
                (flow.part,),
            ),
            reply,
        ]
    lines = [
        f"{_COMMANDS[family.version]} -I {chain} {source}{destination}-p udp "
        f"{_port_match(flow)} {_comment(flow.part)} -j ACCEPT"
        for family in situation.families
        for source, destination in _ends(family, is_to_server=flow.is_to_server)
    ]
    return [Rule("\n".join(lines), note_for(flow.part), (flow.part,))]


def _for_each(situation: Situation, arguments: str) -> str:
    commands = [_COMMANDS[family.version] for family in situation.families]
    return "\n".join(f"{command} {arguments}" for command in commands)


def _ends(family: Family, *, is_to_server: bool) -> Iterator[tuple[str, str]]:
    """Yield the address matches for each pair of ends."""
    for server in family.servers:
        for client in family.clients:
            ends = (client, server) if is_to_server else (server, client)
            yield _option("-s", ends[0]), _option("-d", ends[1])


def _option(name: str, place: Address | Network) -> str:
    text = str(place)
    return "" if text in ("0.0.0.0/0", "::/0") else f"{name} {text} "


def _port_match(flow: Flow) -> str:
    theirs, ours = span(flow.client_ports, ":"), span(flow.server_ports, ":")
    if flow.is_to_server:
        return f"--sport {theirs} --dport {ours}"
    return f"--sport {ours} --dport {theirs}"


def _comment(part: Part) -> str:
    return f'-m comment --comment "TFTP {part.value.lower()}"'


def _assignment(flow: Flow, situation: Situation) -> Rule:
    chain = "OUTPUT" if situation.where is Where.CLIENT else "PREROUTING"
    lines = []
    for family in situation.families:
        for source, destination in _ends(family, is_to_server=True):
            # Table raw sees a request before destination NAT.
            target = "" if situation.has_nat else destination
            lines.append(
                f"{_COMMANDS[family.version]} -t raw -I {chain} {source}{target}"
                f"-p udp --dport {situation.port} -j CT --helper tftp"
            )
    text = "\n".join(dict.fromkeys(lines))
    return Rule(text, "helper: read requests, expect their replies", (flow.part,))


IPTABLES = Speech(
    title="iptables",
    comment="#",
    proof=Proof.RUN,
    places=(Where.BETWEEN, Where.SERVER, Where.CLIENT),
    kinds=(Kind.HELPER, Kind.STATEFUL, Kind.STATELESS),
    helper="",
    usage=(
        "Save the rules as tftp.sh; sh tftp.sh loads them.",
        "The rules go before all others (-I) and last until the next reboot;",
        "iptables-save keeps them.",
    ),
    flush=("conntrack -D {family}-p udp --orig-port-dst {port}",),
    write=write,
)
