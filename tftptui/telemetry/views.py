"""Snapshots of parts of the server, as plain data for the screen.

Texts from the network or the disk are already escaped by visible(); names used for
lookups stay bytes. Times are wall clock, seconds since the epoch.
"""

from enum import IntEnum
from typing import Literal

import msgspec

from tftptui.telemetry.versions import Version


class PortState(IntEnum):
    """State of a port of the range."""

    FREE = 0
    USED = 1
    """Leased to one transfer."""
    QUARANTINED = 2
    """Cooling down after a transfer, so that late datagrams reach nobody."""
    FOREIGN = 3
    """In use by another program."""


FREE, USED, QUARANTINED, FOREIGN = PortState


TransferPhase = Literal[
    "negotiating",
    "sending",
    "stalled",
    "completed",
    "unconfirmed",
    "failed",
    "abandoned",
    "probed",
    "aborted",
]

SLOW = 0.25
"""Seconds: a round trip above this is noteworthy."""

RUNNING = frozenset({"negotiating", "sending", "stalled"})


class TransferView(msgspec.Struct, kw_only=True, array_like=True):
    """The current state of a transfer; the numbers are exact.

    It is encoded as an array, since names would cost too much with a thousand views
    five times a second: new fields must come last, for screens and servers of other
    versions.

    Attributes:
        number: counts up from 1.
        client, client_tid: the client's endpoint; it chose its port.
        server, server_tid: our endpoint; we chose the port from our range.
        file: the requested name, printable.
        served: the name below the root, printable; empty if it is the same.
        direction: "read" or "write".
        mode: "octet" or "netascii".
        asked, agreed: options, in order, as (name, value).
        notes: why a negotiated value differs from the requested one.
        block_size: bytes; window: blocks.
        total_size: bytes of the file; None if not known yet.
        sent_blocks, acked_blocks: highest block sent and acknowledged.
        acked_bytes: bytes of the file that the client has acknowledged.
        started, moved, ended: wall clock, seconds; moved is the last progress.
        phase: current phase, or the outcome.
        retransmits, duplicates, strays: counts.
        single_port: whether our port is the one that the request was sent to.
        round_trip: seconds, smoothed; None until measured.
        timeouts: timeouts in a row without progress.
        error: why it did not complete.
        changed: whether the file has changed on disk since reading started.
        kind: the client program if recognized, as "U-Boot"; else empty; kind_sure: 0 to
            1.
        story: summary of this and the client's other tries for the same file; empty for
            a single try.
        requests: number of requests from this port; asked_at: their times, the latest
            eight, oldest first.
        twins: requests duplicated on the path: too fast for a retry of the client.
        heard: whether the client has replied, other than with an ERROR.
        asked_address: the address the request was sent to, if it is known to differ
            from the one that replies come from.
        send_errno: why this host could not send a packet, the last one or one since the
            last progress; 0 if it could.
        least_round_trip: shortest round trip, seconds; None until measured.
        repeated: when the client last resent something; 0 for never.
        superseded: whether the client started something else, or restarted.
        evicted: whether it was ended to make room for other requests.
        peer_error, our_error: code of the ERROR with which the client, or we, ended it,
            or None.
        reordered: blocks of an upload that arrived after later ones.
        modified: modification time of the file being read, if it is sent as on disk, or
            of the uploaded file once published; else None.
        leased_from: first and last port of the range that our port was chosen from, and
            the order; None in single-port mode, or if unknown.
        lost_to_client, lost_to_server: number of losses that a capture shows between
            its point and that end.
        unseen: blocks that arrived but are not in the capture.
        bounced: name and sender of the ICMP errors for packets of the client, and their
            number, if a capture shows any.
        oacks_again: number of resent OACKs.
        version: of the file read or written; None like ``modified``.
        lost: rounds of a read in which a packet or its reply was lost, as far as the
            client's replies show; gaps: of these, the ones that the client reported
            inside a window; late: needless retransmissions, as the reply was late or
            the client had paused; doubled: ACKs duplicated on the path.
        moved_to: address and port of a stranger who sends what the client should send
            next, and how often it did.
        resent: wall clock when something was last resent; 0 for never.
        other_tids: further ports that a capture shows replies from: its server treats
            each repeated request as a new one.
        unsent: number of sends that this host could not make.
        repeating: when the client first resent something since the last progress.
    """

    number: int
    client: str
    client_tid: int
    server: str
    server_tid: int
    file: str
    served: str = ""
    direction: str = "read"
    mode: str = "octet"
    asked: list[tuple[str, str]] = []
    agreed: list[tuple[str, str]] = []
    notes: list[str] = []
    block_size: int = 512
    window: int = 1
    total_size: int | None = None
    sent_blocks: int = 0
    acked_blocks: int = 0
    acked_bytes: int = msgspec.field(default=0, name="acked_octets")
    started: float
    moved: float
    ended: float | None = None
    phase: TransferPhase = "negotiating"
    retransmits: int = 0
    duplicates: int = 0
    strays: int = 0
    single_port: bool = False
    round_trip: float | None = None
    timeouts: int = 0
    error: str = ""
    changed: bool = False
    kind: str = ""
    kind_sure: float = 0.0
    story: str = ""
    requests: int = 1
    asked_at: tuple[float, ...] = ()
    twins: int = 0
    heard: bool = False
    asked_address: str = ""
    send_errno: int = 0
    least_round_trip: float | None = None
    repeated: float = 0.0
    superseded: bool = False
    peer_error: int | None = None
    our_error: int | None = None
    reordered: int = 0
    modified: float | None = None
    leased_from: tuple[int, int, str] | None = None
    lost_to_client: int = 0
    lost_to_server: int = 0
    unseen: int = 0
    bounced: tuple[str, str, int] | None = None
    oacks_again: int = 0
    version: Version | None = None
    other_tids: tuple[int, ...] = ()
    evicted: bool = False
    lost: int = 0
    gaps: int = 0
    late: int = 0
    doubled: int = 0
    moved_to: tuple[str, int, int] | None = None
    resent: float = 0.0
    unsent: int = 0
    repeating: float = 0.0

    @property
    def has_answered(self) -> bool:
        """True if the client has received something: it sent ACK, DATA or ERROR."""
        return self.heard or self.peer_error is not None

    @property
    def repeated_acks(self) -> int:
        """ACKs (for an upload: blocks) that the client resent."""
        return self.duplicates - (self.requests - 1) - self.twins

    @property
    def is_calm(self) -> bool:
        """True if there is nothing to explain: active or completed, no problems."""
        return (
            (self.running or self.phase == "completed")
            and not self.timeouts
            and not self.retransmits
            and not self.duplicates
            and not self.send_errno
            and not self.notes
            and (self.round_trip is None or self.round_trip < SLOW)
            and not (self.direction == "write" and self.is_cut_short)
        )

    @property
    def is_cut_short(self) -> bool:
        """True if an upload has fewer bytes than its tsize announced."""
        if self.phase != "completed" or self.mode != "octet":
            return False
        announced = {name.casefold(): value for name, value in self.asked}.get("tsize")
        if announced is None or not announced.isdecimal():
            return False
        return self.direction == "write" and self.acked_bytes < int(announced)

    @property
    def running(self) -> bool:
        """True if it has not ended yet."""
        return self.phase in RUNNING


class PortMap(msgspec.Struct, frozen=True, kw_only=True):
    """The server's port range; ``states`` has one PortState per byte, from FIRST on.

    With ``single_port`` new transfers reply from the listener's port instead.
    ``resting`` has the wall clock time when each quarantined port is free again.
    """

    first: int
    last: int
    order: str
    quarantine: float
    states: bytes
    single_port: bool = False
    resting: dict[int, float] = {}


class HostPorts(msgspec.Struct, frozen=True, kw_only=True):
    """Other uses of UDP ports on the server's machine.

    Attributes:
        own_first, own_last: the ephemeral port range.
        first_plain: lowest port that can be bound without privileges.
        may_bind_low: whether the server may bind lower ones, too.
        held: ports in use by other programs, and by which, as "dnsmasq (pid 812)"; the
            text is empty if unknown.
    """

    own_first: int
    own_last: int
    first_plain: int = 1_024
    may_bind_low: bool = False
    held: dict[int, str] = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One name in a directory.

    Attributes:
        name: bytes as on disk; ``text`` is the same, printable.
        kind: "file", "folder" or "other" (which can't be served).
        size: bytes; modified: wall clock, seconds.
        link: whether it is a symbolic link; ``target`` is its content, printable.
        why: for "other", what it is and why it can't be served.
        was: for a recently renamed entry, its previous path below the root.
        version: of a file, as of now.
    """

    name: bytes
    text: str
    kind: Literal["file", "folder", "other"]
    size: int = 0
    modified: float = 0.0
    link: bool = False
    why: str = ""
    target: str = ""
    was: bytes = b""
    version: Version | None = None


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A directory below the root (``b""`` is the root), sorted; ``more`` are omitted.

    ``gone`` is True if it can't be listed (any more); ``why`` is the reason.
    """

    folder: bytes
    entries: list[Entry] = []
    more: int = 0
    gone: bool = False
    why: str = ""


class NearName(msgspec.Struct, frozen=True, kw_only=True):
    """A file with a name similar to a missing one.

    Attributes:
        name: bytes as on disk, below the root; ``text`` is the same, printable.
        rule: how it differs, one of knowledge.names.near.RULES; ``words`` describes it.
        sure: whether only the spelling differs; everything else is a guess.
    """

    name: bytes
    text: str
    rule: str
    words: str
    sure: bool = False


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A request refused with an ERROR.

    Attributes:
        file: the requested name, printable; ``asked`` is the original.
        reason: as in the journal; ``message`` is the ERROR's text.
        near: files with similar names.
        direction: "read" or "write".
        server: our address that the request was sent to; empty if unknown.
        kind: the client program if recognized, as "U-Boot".
    """

    time: float
    client: str
    client_tid: int
    file: str
    reason: str
    message: str
    near: list[NearName] = []
    direction: str = "read"
    asked: bytes = b""
    server: str = ""
    kind: str = ""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A capture being written.

    Attributes:
        path: of the file, printable.
        packets: number of packets; ``nbytes`` of the file, both since the start.
        missed: records lost because there were too many.
    """

    path: str
    packets: int = 0
    nbytes: int = 0
    missed: int = 0


class HostNetwork(msgspec.Struct, frozen=True):
    """A network that the server's host is in, or has a route to, as CIDR.

    Attributes:
        gateway: of the route; "" if directly connected.
        is_own: whether the host has an address in it.
    """

    network: str
    device: str
    gateway: str = ""
    is_own: bool = False


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the server; sent first and whenever it changes.

    Attributes:
        listeners: as "address:port".
        root: the directory served.
        named: names and paths of the named places served instead; ``root`` is then
            their common parent.
        notices: sentences for the operator, the most important first.
        watch: "watching", "polling" or "gone"; ``watch_cure`` says why it is not
            watching, and what to type.
        write: upload mode: "off", "new" or "overwrite".
        addresses: by which others can reach this machine.
        networks: those known to its host.
        capture: the capture being written, if any.
        source: "server"; "capture" for one being read, ``root`` is then its file;
            "demo" for a server with simulated clients.
        progress: share of the capture read so far, 0 to 1; None for a server.
        mtu: of the default route, bytes; None if there is none, or unknown.
    """

    version: str
    listeners: list[str]
    port: int
    root: str
    pid: int
    named: list[tuple[str, str]] = []
    notices: list[str] = []
    watch: str = "watching"
    watch_cure: str = ""
    write: str = "off"
    addresses: list[str] = []
    networks: list[HostNetwork] = []
    capture: Recording | None = None
    source: Literal["server", "capture", "demo"] = "server"
    progress: float | None = None
    mtu: int | None = None
