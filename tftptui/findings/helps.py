"""What turning a knob would do for each kind of trouble.

Most important is what would *not* help: the server's range never cures a block on the
client's port.
"""

from tftptui.findings.facts import Facts
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
_PASSED = "packets had passed both ways"
_HAD_ARRIVED = "blocks of this size had arrived"
_NOT_TAKEN = "it is the address that the client does not take"
_ITSELF = "the client itself ended it; packets had passed both ways"

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
        "block-size": ("no", "an ACK is small, whatever the size of blocks"),
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
        "block-size": ("no", _HAD_ARRIVED),
        "timeout": (
            "unknown",
            "yes if the way is only cut for a moment: more retries outlast that",
        ),
        "helper": ("no", _PASSED),
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


def _no_way(why: str, sizes: str, wait: str, helper: str) -> Row:
    """Return a row where no port makes a difference, and hardly anything else."""
    return {
        "port-range": ("no", why),
        "single-port": ("no", why),
        "block-size": ("no", sizes),
        "timeout": ("no", wait),
        "helper": ("no", helper),
        "client-port": ("no", why),
    }


_TABLE |= {
    "no-route": _no_way(
        "there is no way to the client, from and to any port",
        "there is no way for small packets either",
        "nothing arrives, however often it is sent, as long as there is no way",
        "it is a route that is wanting, no rule of a firewall",
    ),
    "gateway-silent": _no_way(
        "the gateway takes no packet, from and to any port",
        "the gateway takes no small packets either",
        "nothing gets further, however often it is sent, as long as it does not answer",
        "it is the gateway that is wanting, no rule of a firewall",
    ),
    "routing-loop": _no_way(
        "a route goes by addresses: packets of all ports go round",
        "small packets go round as well",
        "what goes round is lost, however often it is sent",
        "it is a route that is wrong, no rule of a firewall",
    ),
    "wrong-source-address": _no_way(
        "it is the address that differs, not the port",
        f"{_NOT_TAKEN}, at any size of blocks",
        f"{_NOT_TAKEN}, whenever they come",
        "a firewall is not what drops them: the client does",
    )
    | {"single-port": ("unknown", "yes if a translation changed the address asked")},
    "client-gone": _no_way(f"{_PASSED} on these ports", _HAD_ARRIVED, "", _PASSED)
    | {
        "timeout": (
            "unknown",
            "yes if the client is only busy: more retries wait for it",
        )
    },
    "client-away": _no_way(
        "the client is not there, on any port",
        "small packets find no client either",
        "",
        "no firewall drops the packets: nobody is there to take them",
    )
    | {
        "timeout": (
            "unknown",
            "yes if it comes back at once, as after a loose cable: more retries",
        )
    },
    "client-quiet": _no_way(
        "ACKs go where the request went, and that came through",
        "a first answer is small",
        "",
        "ACKs go where the request went, and that came through",
    )
    | {
        "timeout": (
            "unknown",
            "yes if the client is only busy: more retries wait for it",
        )
    },
    "client-aborted": _no_way(
        _ITSELF, _HAD_ARRIVED, "nothing was waited for: the client ended it", _ITSELF
    ),
    "options-refused": _no_way(
        "{our} answers arrive",
        "no block size was agreed to",
        "the client minds what is in the answer, not when it comes",
        "{our} answers arrive",
    ),
}
_TABLE["options-not-understood"] = _TABLE["options-refused"]


_MINDS_OPTIONS = frozenset({"options-refused", "options-not-understood"})
_NO_RULE_KNOWN = frozenset({"answers-blocked", "answers-refused"})
"""Where nothing tells the client's port from ours, unless another transfer worked."""


def helps_for(code: str, facts: Facts) -> tuple[Help, ...]:
    """Return which knobs would change a trouble, and which not; none if unknown.

    CODE is that of a finding, or of what goes by the same code for another reason:
    "client-away" (a machine says so) and "client-quiet" (it has never answered).
    """
    row = dict(_TABLE.get(code, {})) | _as_it_stands(code, facts)
    if row and facts.scene.single_port:
        row["single-port"] = ("no", "that is what {server} does already")
        row["port-range"] = ("no", "in single-port mode no port of the range is used")
    said = facts.words
    words = {"our": said.our, "ours": said.ours, "server": said.server}
    return tuple(
        Help(knob=knob, verdict=verdict, why=why.format_map(words))
        for knob, (verdict, why) in row.items()
    )


def _as_it_stands(code: str, facts: Facts) -> Row:
    """Return what of a row goes by what these facts show."""
    one = facts.latest
    if code in _NO_RULE_KNOWN and not facts.working:
        return {"port-range": ("unknown", _OTHER_RULE)}
    if one is None:
        return {}
    if code == "acks-blocked" and facts.is_upload:
        return {
            "block-size": ("unknown", "yes if its blocks are too large for the way")
        }
    if code in _MINDS_OPTIONS and "blksize" in dict(one.agreed):
        return {"block-size": ("unknown", "yes if it is the blksize that it minds")}
    row: Row = {}
    if code in ("client-gone", "client-aborted") and not one.acked_blocks:
        row["block-size"] = ("unknown", "yes if blocks of this size are what it minds")
    if code == "client-aborted" and one.retransmits:
        row["timeout"] = ("unknown", "yes if it gave up because packets came late")
    return row
