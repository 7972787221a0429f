"""Would it help? What turning a knob would do, in words that findings share.

Most important is what would *not* help: the server's range never cures a block on the
client's port.
"""

from tftptui.findings.facts import Facts
from tftptui.telemetry.findings import Help, Knob, Verdict

Row = dict[Knob, tuple[Verdict, str]]

ANY_SIZE = "no packet of {ours} arrives, not even the small ones"
ANY_TIME = "what is dropped is dropped however often it is sent"
RANGE = (
    "the packets are stopped on their way to a port that the client chose; "
    "{ours} is only where they come from"
)
OTHER_RULE = (
    "hardly, for they go to a port that the client chose; only where a firewall has a "
    "rule for other ports of {ours}"
)
ONE_PORT = (
    "yes if that firewall keeps state: {our} answers are then replies to the request; "
    "no if it is a plain access list"
)
HELPER = "a TFTP helper on the firewall lets answers to any client port through"
PASSED = "packets had passed both ways"
HAD_ARRIVED = "blocks of this size had arrived"
NOT_TAKEN = "it is the address that the client does not take"
ITSELF = "the client itself ended it; packets had passed both ways"


def no_port_matters(why: str, sizes: str, wait: str, helper: str) -> Row:
    """Return a row where no port makes a difference, and hardly anything else."""
    return {
        "port-range": ("no", why),
        "single-port": ("no", why),
        "block-size": ("no", sizes),
        "timeout": ("no", wait),
        "helper": ("no", helper),
        "client-port": ("no", why),
    }


def other_rule(facts: Facts) -> Row:
    """Return that the client's port or ours may matter, unless others worked."""
    return {} if facts.working else {"port-range": ("unknown", OTHER_RULE)}


def minds_block_size(facts: Facts) -> Row:
    """Return that the client may mind the blksize that was agreed on."""
    if facts.latest is None or "blksize" not in dict(facts.latest.agreed):
        return {}
    return {"block-size": ("unknown", "yes if it is the blksize that it minds")}


def small_blocks(facts: Facts) -> Row:
    """Return that a client of which no block was acknowledged may mind their size."""
    if facts.latest is None or facts.latest.acked_blocks:
        return {}
    return {"block-size": ("unknown", "yes if blocks of this size are what it minds")}


def helps_of(row: Row, facts: Facts) -> tuple[Help, ...]:
    """Return a row as it stands with these facts; empty if it is."""
    row = dict(row)
    if row and facts.scene.single_port:
        row["single-port"] = ("no", "that is what {server} does already")
        row["port-range"] = ("no", "in single-port mode no port of the range is used")
    said = facts.words
    words = {"our": said.our, "ours": said.ours, "server": said.server}
    return tuple(
        Help(knob=knob, verdict=verdict, why=why.format_map(words))
        for knob, (verdict, why) in row.items()
    )
