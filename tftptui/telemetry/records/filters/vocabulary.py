"""The fields and keywords of filters, for packets and for transfers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

OR = "or"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Fields and keywords of a filter, each with its description.

    Attributes:
        subject: what is filtered, in the plural.
        hosts: fields whose values are addresses or networks.
        choices: fields whose values are from a list.
        texts: fields whose values are substrings.
        numbers: fields whose values are whole numbers and ranges.
        moments: fields whose values are times.
        marks: keywords.
        examples: values to suggest after a field.
        instead: suggestions for fields that do not exist but are often typed.
    """

    subject: str
    hosts: Mapping[str, str]
    choices: Mapping[str, Sequence[str]]
    texts: Mapping[str, str]
    numbers: Mapping[str, str]
    marks: dict[str, str]
    examples: Mapping[str, Sequence[str]]
    instead: Mapping[str, str] = field(default_factory=dict)
    moments: Mapping[str, str] = field(
        default_factory=lambda: {"since": "since", "until": "until"}
    )

    @property
    def keys(self) -> tuple[str, ...]:
        """All fields."""
        groups = (self.hosts, self.choices, self.texts, self.numbers, self.moments)
        return tuple(key for group in groups for key in group)

    @property
    def help(self) -> str:
        """All fields and keywords in one line."""
        return f"fields: {' '.join(self.keys)} · words: {' '.join(self.marks)}"


PACKETS = Vocabulary(
    subject="packets",
    hosts={"client": "client", "server": "our address"},
    choices={
        "type": (
            *("rrq", "wrq", "data", "ack", "oack", "error"),
            *("icmp", "stray", "bad", "lost"),
        )
    },
    texts={"file": "file", "kind": "client program", "note": "text"},
    numbers={
        "port": "port",
        "client-port": "client's port",
        "server-port": "our port",
        "block": "block",
        "size": "size",
        "attempt": "attempt",
        "transfer": "transfer",
    },
    marks={
        "retrans": "resent",
        "dup": "received again",
        "trouble": "retransmissions, errors or strays",
        "last": "the last block",
        "lost": "showing that something was lost",
        "sent": "sent by us",
        "received": "received",
    },
    examples={
        "port": ("69", "2070-2079"),
        "client-port": ("1-1023", "2070-2079"),
        "server-port": ("69", "40000-40099"),
        "block": ("1", "65536-"),
        "size": ("0-511",),
        "attempt": ("2-",),
        "since": ("5s", "1min"),
        "until": ("12:00:00",),
    },
    instead={
        "resent": "retrans or attempt:>1",
        "state": "type",
        "ip": "client",
        "host": "client",
        "bytes": "size",
        "name": "file",
    },
)

TRANSFERS = Vocabulary(
    subject="transfers",
    hosts=PACKETS.hosts,
    choices={
        "state": (
            *("running", "negotiating", "sending", "stalled", "completed"),
            *("unconfirmed", "failed", "abandoned", "aborted", "probed", "refused"),
        )
    },
    texts={
        "file": "file",
        "kind": "client program",
        "option": "option",
        "error": "error",
        "finding": "finding",
    },
    numbers={
        "port": "port",
        "client-port": "client's port",
        "server-port": "our port",
        "size": "size",
        "bytes": "bytes acknowledged",
        "block": "block",
        "blksize": "block size",
        "window": "window",
        "resent": "packets resent",
        "duplicates": "duplicates received",
        "rtt": "round trip in ms",
        "tries": "tries",
        "transfer": "transfer",
    },
    marks={
        "retrans": "with packets resent",
        "dup": "with duplicates received",
        "trouble": "failed, refused or stalled",
        "upload": "uploads",
        "download": "downloads",
    },
    examples={
        "port": ("69", "2070-2079"),
        "client-port": ("1-1023", "2070-2079"),
        "server-port": ("69", "40000-40099"),
        "size": ("1000000-",),
        "bytes": ("0",),
        "block": ("65536-",),
        "blksize": ("512", "1428"),
        "window": ("2-",),
        "resent": (">0",),
        "duplicates": (">0",),
        "rtt": (">250",),
        "tries": (">1",),
        "since": ("5min", "1h"),
        "until": ("12:00:00",),
    },
    instead={
        "attempt": "resent:>0",
        "type": "state",
        "phase": "state",
        "status": "state",
        "ip": "client",
        "host": "client",
        "name": "file",
        "note": "error",
    },
)

LABELS: Mapping[str, str] = {
    key: words
    for one in (PACKETS, TRANSFERS)
    for group in (one.hosts, one.texts, one.numbers)
    for key, words in group.items()
}
"""Names of fields in sentences."""

MARKS = frozenset({*TRANSFERS.marks, *PACKETS.marks})
"""Keywords of any vocabulary: as text they need quotes."""
