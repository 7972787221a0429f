"""Answers to "Would it help?": the effect of each setting, shared by findings.

The most useful rows say what would *not* help: another server range never fixes a block
of the client's port.
"""

from tftptui.findings.facts import Facts
from tftptui.telemetry.findings import Help, Knob, Verdict

Row = dict[Knob, tuple[Verdict, str]]

ANY_SIZE = "small packets are lost too"
ANY_TIME = "resent packets are lost too"
RANGE = "the client's port is blocked; changing {ours} changes nothing"
OTHER_RULE = (
    "yes only if the firewall allows other ports of {server}; usually it blocks the "
    "client's port"
)
ONE_PORT = (
    "yes if the firewall is stateful: {our} replies then match the request; no if it "
    "is a plain access list"
)
HELPER = "a TFTP helper on the firewall allows replies to any client port"
_NO_HELPER = "a stateful firewall allows {our} replies from that port without one"
PASSED = "packets passed both ways"
HAD_ARRIVED = "blocks of this size arrived before"
NOT_TAKEN = "the client ignores replies from that address"
ITSELF = "the client ended the transfer; packets passed both ways"


def no_port_matters(why: str, sizes: str, wait: str, helper: str) -> Row:
    """Return a row in which ports make no difference, and little else does."""
    return {
        "port-range": ("no", why),
        "single-port": ("no", why),
        "block-size": ("no", sizes),
        "timeout": ("no", wait),
        "helper": ("no", helper),
        "client-port": ("no", why),
    }


def other_rule(facts: Facts) -> Row:
    """Return that the client's or our port may matter, unless others worked."""
    return {} if facts.working else {"port-range": ("unknown", OTHER_RULE)}


def minds_block_size(facts: Facts) -> Row:
    """Return that the client may reject the agreed blksize."""
    if facts.latest is None or "blksize" not in dict(facts.latest.agreed):
        return {}
    return {"block-size": ("unknown", "yes if it rejects the granted blksize")}


def small_blocks(facts: Facts) -> Row:
    """Return that block size may matter to a client that acknowledged no block."""
    if facts.latest is None or facts.latest.acked_blocks:
        return {}
    return {"block-size": ("unknown", "yes if blocks of this size do not arrive")}


def helps_of(row: Row, facts: Facts) -> tuple[Help, ...]:
    """Return a row adapted to these facts; empty if it is empty."""
    row = dict(row)
    if row and facts.scene.single_port:
        row["single-port"] = ("no", "{server} already uses it")
        row["port-range"] = ("no", "single-port mode does not use the range")
        if row.get("helper") == ("yes", HELPER):
            row["helper"] = ("no", _NO_HELPER)
    said = facts.words
    words = {"our": said.our, "ours": said.ours, "server": said.server}
    return tuple(
        Help(knob=knob, verdict=verdict, why=why.format_map(words))
        for knob, (verdict, why) in row.items()
    )
