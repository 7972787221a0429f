"""Snapshots of parts of the server, as plain data for the screen.

Texts that came from the network or the disk are already made visible; names that
are used for look-ups stay bytes. Times are wall clock, seconds since the epoch.
"""

from enum import IntEnum
from typing import Literal

import msgspec

from tftptui.telemetry.versions import Version


class PortState(IntEnum):
    """What a port of the range is."""

    FREE = 0
    USED = 1
    """Leased to one transfer."""
    QUARANTINED = 2
    """Resting after a transfer, so that late datagrams find nobody."""
    FOREIGN = 3
    """Held by another program."""


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
"""Seconds: a round trip that is worth a look."""

RUNNING = frozenset({"negotiating", "sending", "stalled"})


class TransferView(msgspec.Struct, kw_only=True, array_like=True):
    """One transfer as it stands; the numbers are exact.

    It travels by the order of its fields, since a thousand of them five times a second
    are many names: new ones come last, for screens and servers of other versions.

    Attributes:
        number: counts up from 1.
        client, client_tid: the endpoint that asked; the client chose its port.
        server, server_tid: our endpoint; we chose the port from our range.
        file: the name asked for, made visible.
        served: the name below the root, made visible; empty if it is the same.
        direction: "read" or "write".
        mode: "octet" or "netascii".
        asked, agreed: options, in order, as (name, value).
        notes: why an agreed value differs from the one asked.
        block_size: bytes; window: blocks.
        total_size: bytes of the file; None when not known yet.
        sent_blocks, acked_blocks: highest block sent and acknowledged.
        acked_octets: bytes of the file that the client has acknowledged.
        started, moved, ended: wall clock, seconds; moved is the last progress.
        phase: what it does or how it ended.
        retransmits, duplicates, strays: counts.
        single_port: whether our port is the one that was asked on.
        round_trip: seconds, smoothed; None until measured.
        timeouts: time-outs in a row without progress.
        error: why, when it did not complete.
        changed: whether the file was changed on the disk since it began to be read.
        kind: the client program as far as it can be told, as "U-Boot"; empty where
            it can't; kind_sure: 0 to 1.
        story: what this and the client's other tries for the same file add up to,
            in words; empty while it is one try.
        requests: how often the client asked from this port; asked_at: when, the
            latest eight, the oldest first.
        twins: requests that the path doubled: the client had no time to ask again.
        heard: whether the client has answered us, other than by an ERROR.
        asked_address: where the client asked, if that is known not to be where it is
            answered from.
        send_errno: why this host could not send the last packet; 0 if it could.
        least_round_trip: the shortest of all, seconds; None until measured.
        repeated: when the client last sent something again; 0 for never.
        superseded: whether the client started something else, or again.
        evicted: whether it was ended to make room for other requests.
        peer_error, our_error: code of the ERROR that the client, or we, ended it
            with, or None.
        reordered: blocks of an upload that came after later ones.
        modified: wall clock of the last change of the file that is read, as its
            bytes are on the disk, or of the one that was written, once it has its
            name; None where it is converted for reading.
        leased_from: first and last port of the range that our port was chosen from,
            and in which order; None in single-port mode, or where it isn't known.
        lost_to_client, lost_to_server: how often a capture shows that something was
            lost between its place and that end.
        unseen: blocks that did not come past a capture, and arrived all the same.
        bounced: name and sender of the ICMP errors that came for what the client
            sent, and how many, if a capture shows any.
        oacks_again: how often the OACK was sent again.
        version: of the file that is read, or was written; None as with ``modified``.
        lost: rounds of a read in which a packet or its answer was lost, as far as the
            client's answers show; gaps: of these, what the client reported missing in
            a window; late: rounds sent again for nothing, for the answer was on its
            way or the client had paused; doubled: ACKs that the path doubled.
        moved_to: address and port of a stranger who sends what is due from the client,
            and how often it did.
        resent: wall clock when something was last sent again; 0 for never.
        other_tids: further ports that a capture shows answers from: its server takes
            each repeat of a request for a new one.
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
    acked_octets: int = 0
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

    @property
    def has_answered(self) -> bool:
        """Whether the client has heard us: it sent an ACK, a block or an ERROR."""
        return self.heard or self.peer_error is not None

    @property
    def repeated_acks(self) -> int:
        """ACKs (of an upload: blocks) that the client sent again."""
        return self.duplicates - (self.requests - 1) - self.twins

    @property
    def is_calm(self) -> bool:
        """Whether there is nothing to explain: it is on its way, or came whole."""
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
        """Whether an upload ended before all bytes came that tsize had announced."""
        if self.phase != "completed" or self.mode != "octet":
            return False
        announced = {name.casefold(): value for name, value in self.asked}.get("tsize")
        if announced is None or not announced.isdecimal():
            return False
        return self.direction == "write" and self.acked_octets < int(announced)

    @property
    def running(self) -> bool:
        """Whether it has not ended yet."""
        return self.phase in RUNNING


class PortMap(msgspec.Struct, frozen=True, kw_only=True):
    """The server's port range; ``states`` has one PortState a byte, from FIRST on.

    With ``single_port`` new transfers answer from the listener's port instead.
    ``resting`` has for each quarantined port the wall clock when its rest is over.
    """

    first: int
    last: int
    order: str
    quarantine: float
    states: bytes
    single_port: bool = False
    resting: dict[int, float] = {}


class HostPorts(msgspec.Struct, frozen=True, kw_only=True):
    """What else goes on with the UDP ports of the server's machine.

    Attributes:
        own_first, own_last: from these the system gives to programs that ask for any.
        first_plain: the lowest port that may be bound without a right.
        may_bind_low: whether the server may bind those below it, too.
        held: ports that other programs hold, and who, as "dnsmasq (pid 812)"; the
            text is empty where the system doesn't say.
    """

    own_first: int
    own_last: int
    first_plain: int = 1_024
    may_bind_low: bool = False
    held: dict[int, str] = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One name in a folder.

    Attributes:
        name: bytes as on the disk; ``text`` is the same made visible.
        kind: "file", "folder" or "other" (what can't be served).
        size: bytes; modified: wall clock, seconds.
        link: whether it is a symbolic link; ``target`` is what is written in it, made
            visible.
        why: for "other", what it is and why it can't be served.
        was: of what was renamed a moment ago, its whole name before, below the root.
        version: of a file, as it is now.
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
    """A folder below the root (``b""`` is the root), sorted; ``more`` are not told.

    ``gone`` is True when it can't be listed (any more); ``why`` says so.
    """

    folder: bytes
    entries: list[Entry] = []
    more: int = 0
    gone: bool = False
    why: str = ""


class NearName(msgspec.Struct, frozen=True, kw_only=True):
    """A file that may be meant by a name that is not there.

    Attributes:
        name: bytes as on the disk, below the root; ``text`` is the same made visible.
        rule: how it differs, one of knowledge.names.near.RULES; ``words`` says it.
        sure: whether only the spelling differs; all else is a guess.
    """

    name: bytes
    text: str
    rule: str
    words: str
    sure: bool = False


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was answered with an ERROR.

    Attributes:
        file: the name asked for, made visible; ``asked`` is the same as it came.
        reason: the journal's word for why; ``message`` is the ERROR's text.
        near: what may be meant by a name that is not there.
        direction: "read" or "write".
        server: our address that was asked; empty where it isn't known.
        kind: the client program as far as it can be told, as "U-Boot".
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
    """A capture that is being written.

    Attributes:
        path: of the file, made visible.
        packets: in it; ``octets`` of the file, both since the capture began.
        missed: records that it could not keep, because there were too many.
    """

    path: str
    packets: int = 0
    octets: int = 0
    missed: int = 0


class HostNetwork(msgspec.Struct, frozen=True):
    """A network that the server's host is in, or has a route to, as CIDR.

    Attributes:
        gateway: by which it is reached; "" where the device itself leads there.
        is_own: whether the host has an address in it.
    """

    network: str
    device: str
    gateway: str = ""
    is_own: bool = False


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What the server is; sent first and whenever it changes.

    Attributes:
        listeners: where requests are taken, as "address:port".
        root: the folder that is served.
        named: names and paths of what is served side by side instead; ``root`` is the
            folder above them all then.
        notices: sentences for the operator, the most important first.
        watch: "watching", "polling" or "gone"; ``watch_cure`` says why it is not
            watching, and what to type against it.
        write: what uploads are taken: "off", "new" or "overwrite".
        addresses: by which others may reach this machine.
        networks: those whose length its host knows.
        capture: that is being written, if one is.
        source: "server"; "capture" for one that is read, ``root`` is its file then;
            "demo" for a server whose clients are simulated.
        progress: how much of it has been read, 0 to 1; None for a server.
        mtu: of the default route, bytes; None if there is none, or it is not known.
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
