"""The settings that can be changed while the server runs: labels, units, meanings."""

from dataclasses import dataclass

from tftptui.settings import Value, parse_bandwidth, parse_bytes
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
_BYTES = Number("bytes", NO_LIMIT, parse_bytes, "100M", is_scaled=True)
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
    Policy("max_upload", "uploads", "largest upload", _BYTES, "Size of one file."),
    Policy(
        "upload_quota",
        "uploads",
        "quota per client",
        _BYTES,
        "All uploads from one address since the start.",
        "upload quota per client",
    ),
    Policy(
        "upload_total",
        "uploads",
        "total quota",
        _BYTES,
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
        "failing requests",
        Number("requests/s", NO_LIMIT, float),
        "Per client address: requests that start no transfer; a burst may have as many "
        "as 20 s allow.",
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
        "longest idle time",
        _SECONDS,
        "A transfer without progress for this time is stopped with an ERROR.",
    ),
    Policy(
        "timeout",
        "packets",
        "resend after",
        Number("s", "by round-trip time", float, "1"),
        "Unless the client requests a timeout; empty: by the measured round-trip time.",
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
        "A larger requested blksize is lowered to this. 512 shows whether large "
        "packets are dropped; 1428 passes nearly everywhere.",
    ),
    Policy(
        "max_window",
        "packets",
        "largest window",
        Number("blocks", example="16"),
        "A larger requested windowsize is lowered to this; 1 is lock-step.",
    ),
    Policy(
        "fit_route",
        "packets",
        "fit blksize to the MTU",
        Flag(),
        "Lower blksize to the MTU of the route, so that no packet is fragmented.",
    ),
    Policy(
        "gso",
        "packets",
        "segmentation offload",
        Flag(),
        "Send each window in one system call (GSO): faster, but captures on this host "
        "show it as one large packet.",
    ),
    Policy(
        "refuse",
        "packets",
        "options refused",
        Words("none"),
        "Never granted, to anyone or to one client program with buggy firmware: "
        "windowsize, blksize@U-Boot …, separated by spaces.",
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
        "folder per client",
        Choice(("off", "ip", "mac")),
        "Look first in a folder named after the client: its address (ip), or its MAC, "
        "like 01-02-03-0a-0b-0c (mac).",
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
        Number("bytes", "all", parse_bytes, "128", is_scaled=True),
        "How much of each packet a capture keeps (p starts one).",
        "captured bytes per packet",
    ),
    Policy(
        "capture_size",
        "capture",
        "new file after",
        Number("bytes", "never", parse_bytes, "100M", is_scaled=True),
        "A capture that reaches this size is renamed, and a new one is started.",
        "new capture file after",
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
