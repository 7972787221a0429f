"""What may be changed while the server runs: names for people, units, meanings."""

from dataclasses import dataclass

from tftptui.settings import Value, parse_bandwidth, parse_octets
from tftptui.ui.policy.kinds import Choice, Flag, Kind, Number, Words


@dataclass(frozen=True, slots=True)
class Policy:
    """One setting.

    Attributes:
        name: as in Settings.
        group, label: what it is about, and what it is, in a word or two.
        kind: what may be typed.
        meaning: one or two sentences.
        title: the label where the group isn't seen; empty where that is the same.
    """

    name: str
    group: str
    label: str
    kind: Kind
    meaning: str
    title: str = ""

    def says(self, value: Value) -> str:
        """Return name and value as in a sentence: ``largest upload: 100M octets``."""
        return f"{self.title or self.label}: {self.kind.show(value)}"


NO_LIMIT = "no limit"
_OCTETS = Number("octets", NO_LIMIT, parse_octets, "100M", is_scaled=True)
_RATE = Number("octets/s", NO_LIMIT, parse_bandwidth, "20M or 100Mbit", is_scaled=True)
_SECONDS = Number("s", NO_LIMIT, float, "300")
_NETWORKS = "networks like 192.0.2.0/24, or single addresses, with blanks between"

POLICIES: tuple[Policy, ...] = (
    Policy(
        "write",
        "uploads",
        "uploads",
        Choice(("off", "new", "overwrite")),
        "off: none; new: only files that are not there yet; overwrite: also those "
        "that are.",
    ),
    Policy("max_upload", "uploads", "largest upload", _OCTETS, "Of one file."),
    Policy(
        "upload_quota",
        "uploads",
        "quota of a client",
        _OCTETS,
        "All uploads of one address since the start.",
        "upload quota of a client",
    ),
    Policy(
        "upload_total",
        "uploads",
        "quota of all",
        _OCTETS,
        "All uploads of everybody since the start.",
        "upload quota of all",
    ),
    Policy(
        "allow",
        "who",
        "allowed networks",
        Words("everybody"),
        f"Only these are served: {_NETWORKS}; empty serves everybody.",
    ),
    Policy(
        "deny",
        "who",
        "denied networks",
        Words("nobody"),
        f"These are refused, though allowed above: {_NETWORKS}.",
    ),
    Policy(
        "max_transfers",
        "limits",
        "transfers at once",
        Number("transfers"),
        "In all; more requests are refused with words.",
    ),
    Policy(
        "max_client_transfers",
        "limits",
        "of one client",
        Number("transfers", NO_LIMIT),
        "Transfers at once of one address; many clients behind one NAT are one.",
        "transfers of one client",
    ),
    Policy(
        "request_rate",
        "limits",
        "requests of one client",
        Number("requests/s", NO_LIMIT, float),
        "Of one address, that lead to no transfer; 20 seconds' worth may come at once.",
    ),
    Policy(
        "bandwidth",
        "limits",
        "bandwidth in all",
        _RATE,
        "Octets of DATA a second, sent and received together.",
    ),
    Policy(
        "transfer_bandwidth",
        "limits",
        "of one transfer",
        _RATE,
        "Octets of DATA a second of each transfer.",
        "bandwidth of one transfer",
    ),
    Policy(
        "max_transfer_time",
        "limits",
        "longest transfer",
        _SECONDS,
        "A transfer that takes longer is ended, its client told.",
    ),
    Policy(
        "max_idle_time",
        "limits",
        "longest silence",
        _SECONDS,
        "A transfer without progress for so long is ended.",
    ),
    Policy(
        "timeout",
        "packets",
        "sent again after",
        Number("s", "as measured", float, "1"),
        "Unless a client asks for another time; empty goes by the round trips that are "
        "measured.",
    ),
    Policy(
        "retries",
        "packets",
        "retries",
        Number("time-outs", example="6"),
        "Time-outs in a row without progress before a client is given up.",
    ),
    Policy(
        "max_block_size",
        "packets",
        "largest block",
        Number("octets", example="1428"),
        "Larger blksize wishes are lowered to it. 512 proves that large packets get "
        "lost; 1428 passes nearly everywhere.",
    ),
    Policy(
        "max_window",
        "packets",
        "largest window",
        Number("blocks", example="16"),
        "Larger windowsize wishes are lowered to it; 1 is lock-step.",
    ),
    Policy(
        "fit_route",
        "packets",
        "fit the route",
        Flag(),
        "Lower blksize to what the route carries without fragments.",
    ),
    Policy(
        "gso",
        "packets",
        "whole windows",
        Flag(),
        "Hand windows to the kernel whole: faster, but captures on this host show each "
        "as one large packet.",
        "whole windows to the kernel",
    ),
    Policy(
        "refuse",
        "packets",
        "options refused",
        Words("none"),
        "Left out of every answer, or of those to one client program, for firmware "
        "that gets them wrong: windowsize, blksize@U-Boot …, with blanks between.",
    ),
    Policy(
        "ignore_case",
        "names",
        "ignore case",
        Flag(),
        "Take a name in another case if there is none as asked.",
    ),
    Policy(
        "per_client",
        "names",
        "own folders",
        Choice(("off", "ip", "mac")),
        "Look first in a folder named like the client's address (ip), or its MAC like "
        "01-02-03-0a-0b-0c (mac).",
    ),
    Policy(
        "rewrite",
        "names",
        "rewrite rules",
        Words("none", part=","),
        "PATTERN=REPLACEMENT, a regular expression and what takes the place of its "
        "first match; in order, with blanks between.",
    ),
    Policy(
        "snaplen",
        "capture",
        "octets of a packet",
        Number("octets", "all", parse_octets, "128", is_scaled=True),
        "How much of each packet a capture keeps (p begins one).",
        "a capture keeps of a packet",
    ),
    Policy(
        "capture_size",
        "capture",
        "begin another at",
        Number("octets", "never", parse_octets, "100M", is_scaled=True),
        "A capture that is as large is renamed and another one begun.",
        "another capture begins at",
    ),
    Policy(
        "capture_files",
        "capture",
        "captures kept",
        Number("files", example="10"),
        "Of those, the oldest go first.",
    ),
)
BY_NAME = {policy.name: policy for policy in POLICIES}
