"""The settings that can be changed while the server runs: labels, units, meanings."""

from dataclasses import dataclass

from tftptui.settings import Value, parse_bandwidth, parse_octets
from tftptui.ui.policy.kinds import Choice, Flag, Kind, Number, Words


@dataclass(frozen=True, slots=True)
class Policy:
    """One setting.

    Attributes:
        name: as in Settings.
        group, label: its topic and its name, in a word or two.
        kind: how it is parsed and shown.
        meaning: one or two sentences.
        title: the label where the group isn't shown; empty if it is the same.
    """

    name: str
    group: str
    label: str
    kind: Kind
    meaning: str
    title: str = ""

    def says(self, value: Value) -> str:
        """Return name and value for a sentence: ``largest upload: 100M bytes``."""
        return f"{self.title or self.label}: {self.kind.show(value)}"


NO_LIMIT = "no limit"
_OCTETS = Number("bytes", NO_LIMIT, parse_octets, "100M", is_scaled=True)
_RATE = Number("bytes/s", NO_LIMIT, parse_bandwidth, "20M or 100Mbit", is_scaled=True)
_SECONDS = Number("s", NO_LIMIT, float, "300")
_NETWORKS = "networks like 192.0.2.0/24, or addresses, separated by spaces"

POLICIES: tuple[Policy, ...] = (
    Policy(
        "write",
        "uploads",
        "uploads",
        Choice(("off", "new", "overwrite")),
        "off: none; new: only new files; overwrite: existing files too.",
    ),
    Policy("max_upload", "uploads", "largest upload", _OCTETS, "Size of one file."),
    Policy(
        "upload_quota",
        "uploads",
        "quota per client",
        _OCTETS,
        "All uploads from one address since the start.",
        "upload quota per client",
    ),
    Policy(
        "upload_total",
        "uploads",
        "total quota",
        _OCTETS,
        "All uploads of all clients since the start.",
        "total upload quota",
    ),
    Policy(
        "allow",
        "who",
        "allowed networks",
        Words("everybody"),
        f"Only these are served: {_NETWORKS}; empty: all.",
    ),
    Policy(
        "deny",
        "who",
        "denied networks",
        Words("nobody"),
        f"These are refused, even if allowed above: {_NETWORKS}.",
    ),
    Policy(
        "max_transfers",
        "limits",
        "transfers at once",
        Number("transfers"),
        "Total; further requests get an ERROR.",
    ),
    Policy(
        "max_client_transfers",
        "limits",
        "per client",
        Number("transfers", NO_LIMIT),
        "Transfers at once from one address; clients behind one NAT share it.",
        "transfers per client",
    ),
    Policy(
        "request_rate",
        "limits",
        "requests per client",
        Number("requests/s", NO_LIMIT, float),
        "From one address, without a transfer; bursts up to 20 s worth are allowed.",
    ),
    Policy(
        "bandwidth",
        "limits",
        "total bandwidth",
        _RATE,
        "DATA bytes/s, sent and received together.",
    ),
    Policy(
        "transfer_bandwidth",
        "limits",
        "per transfer",
        _RATE,
        "DATA bytes/s of each transfer.",
        "bandwidth per transfer",
    ),
    Policy(
        "max_transfer_time",
        "limits",
        "longest transfer",
        _SECONDS,
        "A longer transfer is stopped with an ERROR.",
    ),
    Policy(
        "max_idle_time",
        "limits",
        "longest silence",
        _SECONDS,
        "A transfer without progress for this time is stopped.",
    ),
    Policy(
        "timeout",
        "packets",
        "resend after",
        Number("s", "as measured", float, "1"),
        "Unless the client requests another timeout; empty: from measured round trips.",
    ),
    Policy(
        "retries",
        "packets",
        "retries",
        Number("timeouts", example="6"),
        "Timeouts in a row without progress before the server gives up.",
    ),
    Policy(
        "max_block_size",
        "packets",
        "largest block",
        Number("bytes", example="1428"),
        "Larger requested blksizes are lowered to it. 512 tests whether large packets "
        "get lost; 1428 passes nearly everywhere.",
    ),
    Policy(
        "max_window",
        "packets",
        "largest window",
        Number("blocks", example="16"),
        "Larger requested windowsizes are lowered to it; 1 is lock-step.",
    ),
    Policy(
        "fit_route",
        "packets",
        "fit the route",
        Flag(),
        "Lower blksize to fit the MTU of the route, without fragments.",
    ),
    Policy(
        "gso",
        "packets",
        "whole windows",
        Flag(),
        "Send each window in one system call: faster, but captures on this host show "
        "it as one large packet.",
        "whole windows to the kernel",
    ),
    Policy(
        "refuse",
        "packets",
        "options refused",
        Words("none"),
        "Left out of every OACK, or of those to one client program, for firmware with "
        "bugs: windowsize, blksize@U-Boot …, separated by spaces.",
    ),
    Policy(
        "ignore_case",
        "names",
        "ignore case",
        Flag(),
        "If the name is not found, serve one that differs only in case.",
    ),
    Policy(
        "per_client",
        "names",
        "client folders",
        Choice(("off", "ip", "mac")),
        "Look first in a folder named like the client's address (ip), or its MAC like "
        "01-02-03-0a-0b-0c (mac).",
    ),
    Policy(
        "rewrite",
        "names",
        "rewrite rules",
        Words("none", part=","),
        "PATTERN=REPLACEMENT: a regular expression, and the text that replaces its "
        "first match; in order, separated by spaces.",
    ),
    Policy(
        "snaplen",
        "capture",
        "bytes per packet",
        Number("bytes", "all", parse_octets, "128", is_scaled=True),
        "How much of each packet a capture keeps (p starts one).",
        "captured bytes per packet",
    ),
    Policy(
        "capture_size",
        "capture",
        "new file at",
        Number("bytes", "never", parse_octets, "100M", is_scaled=True),
        "A capture of this size is renamed, and a new one started.",
        "new capture file at",
    ),
    Policy(
        "capture_files",
        "capture",
        "captures kept",
        Number("files", example="10"),
        "The oldest are deleted first.",
    ),
)
BY_NAME = {policy.name: policy for policy in POLICIES}
