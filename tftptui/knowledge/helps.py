"""What turning a knob would do for each kind of trouble.

Most important is what would *not* help: the server's range never cures a block on the
client's port.
"""

from tftptui.knowledge.case import Case
from tftptui.telemetry.findings import Help, Knob, Verdict

Row = dict[Knob, tuple[Verdict, str]]

_ANY_SIZE = "no packet of {ours} arrives, not even the small ones"
_ANY_TIME = "what is dropped is dropped however often it is sent"
_RANGE = (
    "the packets are stopped on their way to a port that the client chose; "
    "{ours} is only where they come from"
)
_OTHER_RULE = (
    "hardly, for they go to a port that the client chose; only where a firewall has a "
    "rule for other ports of {ours}"
)
_ONE_PORT = (
    "yes if that firewall keeps state: {our} answers are then replies to the request; "
    "no if it is a plain access list"
)
_HELPER = "a TFTP helper on the firewall lets answers to any client port through"
_NOT_PORTS = "it is not a matter of ports"

_TABLE: dict[str, Row] = {
    "client-port-blocked": {
        "port-range": ("no", _RANGE),
        "single-port": ("unknown", _ONE_PORT),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", _ANY_TIME),
        "helper": ("yes", _HELPER),
        "client-port": ("yes", "from a port that is let through it works"),
    },
    "answers-blocked": {
        "port-range": ("no", _RANGE),
        "single-port": ("unknown", _ONE_PORT),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", _ANY_TIME),
        "helper": ("yes", _HELPER),
        "client-port": ("unknown", "yes if only some ports are let through"),
    },
    "answers-refused": {
        "port-range": ("no", _RANGE),
        "single-port": ("unknown", _ONE_PORT),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", "what is refused is refused however often it is sent"),
        "helper": ("yes", _HELPER),
        "client-port": ("unknown", "yes if only some ports are let through"),
    },
    "client-firewall-refuses": {
        "port-range": ("no", _RANGE),
        "single-port": ("yes", "the answer then comes from the port that was asked"),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", "what is refused is refused however often it is sent"),
        "helper": ("yes", "on the client's own firewall, in its output hook"),
        "client-port": ("unknown", "yes if its firewall lets some ports through"),
    },
    "nat-without-helper": {
        "port-range": ("no", "the translation knows no answer from any port but 69"),
        "single-port": ("yes", "the answer then fits the translation of the request"),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", _ANY_TIME),
        "helper": ("yes", "a TFTP helper teaches the translation the answer's port"),
        "client-port": ("no", "the translation would not know that one either"),
    },
    "stale-conntrack": {
        "port-range": ("no", "the firewall remembers the flow of the request"),
        "single-port": ("unknown", "the remembered flow may let its replies through"),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", "each request keeps the old entry alive"),
        "helper": ("no", "it is not asked for a flow that exists already"),
        "client-port": ("yes", "another port is a new flow, which meets the new rules"),
    },
    "acks-blocked": {
        "port-range": (
            "unknown",
            "yes if the firewall lets other ports of {ours} through",
        ),
        "single-port": ("yes", "the ACKs then go where the request went"),
        "block-size": ("no", "{our} packets arrive; the client's do not"),
        "timeout": ("no", _ANY_TIME),
        "helper": ("yes", "a TFTP helper lets both directions of the transfer through"),
        "client-port": ("no", "the client's request came through from that port"),
    },
    "range-mismatch": {
        "port-range": ("yes", "answer from ports that the firewall lets through"),
        "single-port": ("yes", "then no range has to be opened at all"),
        "block-size": ("no", _ANY_SIZE),
        "timeout": ("no", _ANY_TIME),
        "helper": ("yes", _HELPER),
        "client-port": ("no", "other transfers from such ports work"),
    },
    "path-cut": {
        "port-range": ("no", "the transfer had begun on these ports"),
        "single-port": ("no", "the transfer had begun on these ports"),
        "block-size": ("no", "blocks of this size had arrived"),
        "timeout": ("unknown", "yes if a firewall forgot the flow during a pause"),
        "helper": ("no", "the transfer had begun"),
        "client-port": ("no", "the transfer had begun on these ports"),
    },
    "path-mtu": {
        "port-range": ("no", "small packets pass on these ports"),
        "single-port": ("no", "it is the size that is in the way"),
        "block-size": ("yes", "blocks that fit the way's smallest link arrive"),
        "timeout": ("no", _ANY_TIME),
        "helper": ("no", "small packets pass already"),
        "client-port": ("no", "small packets pass to that port"),
    },
    "server-output-blocked": {
        "port-range": ("unknown", "yes if this host's rules let other ports out"),
        "single-port": ("yes", "if this host lets replies, or its port 69, out"),
        "block-size": ("no", "nothing leaves this host"),
        "timeout": ("no", "nothing leaves this host"),
        "helper": ("yes", "on this host, with related traffic let out"),
        "client-port": ("unknown", "yes if this host's rules look at it"),
    },
}

_ROUTES: Row = {
    "port-range": ("no", _NOT_PORTS),
    "single-port": ("no", _NOT_PORTS),
    "block-size": ("no", _NOT_PORTS),
    "timeout": ("no", _NOT_PORTS),
    "helper": ("no", _NOT_PORTS),
    "client-port": ("no", _NOT_PORTS),
}
_OPTIONS: Row = {
    "port-range": ("no", "{our} answers arrive"),
    "single-port": ("no", "{our} answers arrive"),
    "block-size": ("unknown", "yes if it is the blksize that the client minds"),
    "timeout": ("unknown", "yes if it is the timeout that the client minds"),
    "helper": ("no", "{our} answers arrive"),
    "client-port": ("no", "{our} answers arrive"),
}
_SAME_AS = {
    "no-route": _ROUTES,
    "gateway-silent": _ROUTES,
    "routing-loop": _ROUTES,
    "client-gone": _ROUTES,
    "options-refused": _OPTIONS,
    "options-not-understood": _OPTIONS,
}


_NO_RULE_KNOWN = frozenset({"answers-blocked", "answers-refused"})
"""Where nothing tells the client's port from ours, unless another transfer worked."""


def helps_for(code: str, case: Case) -> tuple[Help, ...]:
    """Return which knobs would change a trouble, and which not; none if unknown."""
    row = dict(_TABLE.get(code) or _SAME_AS.get(code, {}))
    if code in _NO_RULE_KNOWN and not any(one.worked for one in case.neighbours):
        row["port-range"] = ("unknown", _OTHER_RULE)
    if row and case.scene.single_port:
        row["single-port"] = ("no", "that is what {server} does already")
        row["port-range"] = ("no", "in single-port mode no port of the range is used")
    voice = case.voice
    words = {"our": voice.our, "ours": voice.ours, "server": voice.server}
    return tuple(
        Help(knob=knob, verdict=verdict, why=why.format_map(words))
        for knob, (verdict, why) in row.items()
    )
