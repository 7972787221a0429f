"""nftables, as a file for ``nft -f``.

The rules go into the chains that drop, because an accept in another base chain does not
override a drop; ``table inet filter`` is the one in Debian's /etc/nftables.conf. The
helper must be set after conntrack knows the flow; at priority raw it loads but has no
effect.
"""

from tftptui.knowledge.firewall.listing import (
    Proof,
    Rule,
    Speech,
    merged,
    note_for,
    span,
)
from tftptui.knowledge.firewall.plans import Flow, Passing, Plan
from tftptui.knowledge.firewall.situation import (
    Address,
    Family,
    Kind,
    Network,
    Situation,
    Way,
    Where,
)

TABLE = "inet filter"
_CHAINS = {
    (Where.BETWEEN, True): "forward",
    (Where.BETWEEN, False): "forward",
    (Where.SERVER, True): "input",
    (Where.SERVER, False): "output",
    (Where.CLIENT, True): "output",
    (Where.CLIENT, False): "input",
}
"""By place, and whether the flow is to the server."""


def write(plan: Plan, situation: Situation) -> list[Rule]:
    """Return the rules of a plan."""
    rules: list[Rule] = []
    for flow in plan.flows:
        rules += _rules(flow, situation)
    return merged(rules)


def _rules(flow: Flow, situation: Situation) -> list[Rule]:
    chain = _CHAINS[situation.where, flow.is_to_server]
    start = f"insert rule {TABLE} {chain}"
    state = f"{start} ct state established accept"
    reply = Rule(state, "replies of allowed flows", (flow.part,))
    if flow.passing is Passing.REPLY:
        return [reply]
    if flow.passing is Passing.HELPER:
        return [
            _assignment(flow, situation),
            Rule(
                f'{start} ct state related ct helper "tftp" accept',
                "the first reply, expected by the helper",
                (flow.part,),
            ),
            reply,
        ]
    lines = [
        f"{start} {_match(flow, family)} accept "
        f'comment "TFTP {flow.part.value.lower()}"'
        for family in situation.families
    ]
    return [Rule("\n".join(lines), note_for(flow.part), (flow.part,))]


def _match(flow: Flow, family: Family) -> str:
    theirs, ours = span(flow.client_ports), span(flow.server_ports)
    ends = _ends(family, is_to_server=flow.is_to_server)
    if flow.is_to_server:
        return f"{ends} udp sport {theirs} udp dport {ours}"
    return f"{ends} udp sport {ours} udp dport {theirs}"


def _ends(family: Family, *, is_to_server: bool) -> str:
    ip = "ip" if family.version == 4 else "ip6"  # noqa: PLR2004 - IP version
    client, server = ("saddr", "daddr") if is_to_server else ("daddr", "saddr")
    ends = [f"{ip} {server} {_one_of(family.servers)}"]
    if not family.is_from_anywhere:
        ends.append(f"{ip} {client} {_one_of(family.clients)}")
    return " ".join(reversed(ends) if is_to_server else ends)


def _one_of(places: tuple[Address, ...] | tuple[Network, ...]) -> str:
    """Return one address or network, or a set of them."""
    texts = list(dict.fromkeys(str(place) for place in places))
    return texts[0] if len(texts) == 1 else "{ " + ", ".join(texts) + " }"


def _assignment(flow: Flow, situation: Situation) -> Rule:
    """Return a separate table that assigns the helper; it may be loaded again."""
    hook = "output" if situation.where is Where.CLIENT else "prerouting"
    lines = [
        f'    {_requests(family, situation)} ct helper set "tftp-std"'
        for family in situation.families
    ]
    text = "\n".join(
        [
            "table inet tftp_helper",
            "delete table inet tftp_helper",
            "table inet tftp_helper {",
            '  ct helper tftp-std { type "tftp" protocol udp; }',
            "  chain assign {",
            f"    type filter hook {hook} priority filter; policy accept;",
            *lines,
            "  }",
            "}",
        ]
    )
    return Rule(text, "helper: read requests, expect their replies", (flow.part,))


def _requests(family: Family, situation: Situation) -> str:
    return f"{_ends(family, is_to_server=True)} udp dport {situation.port}"


NFTABLES = Speech(
    title="nftables",
    comment="#",
    proof=Proof.RUN,
    places=(Where.BETWEEN, Where.SERVER, Where.CLIENT),
    kinds=(Kind.HELPER, Kind.STATEFUL, Kind.STATELESS),
    helper="",
    usage=(
        "Save the rules as tftp.nft; nft -f tftp.nft loads them.",
        f"Replace {TABLE} and the chain names with yours: the rules must be",
        "in the chain that drops.",
    ),
    flush=("conntrack -D {family}-p udp --orig-port-dst {port}",),
    write=write,
    prompt="nft '{line}'",
    hints={Way.RANGE: f"replace {TABLE} … with your chain that drops them"},
)
