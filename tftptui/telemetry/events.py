"""Immutable event records: the vocabulary of the journal.

Every event has ``time`` (wall clock, seconds since the epoch). Texts from the network
or the disk are already escaped by visible().
"""

import msgspec

from tftptui.telemetry.findings import Evidence, Finding, Help, Place, Remedy
from tftptui.telemetry.views import HostNetwork

JOURNAL_FORMAT = 1

OptionTexts = dict[str, str]


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event"):
    """Something that happened; the tag is the journal's event name."""

    time: float


class TransferEvent(Event, frozen=True, kw_only=True):
    """An event of a request or a transfer.

    Attributes:
        transfer: its number, None without a transfer.
        client: address of the client.
        client_tid: UDP port of the client.
        server: our address that the request was sent to.
        server_tid: our UDP port; None if none is leased.
        file: the requested name, printable.
        direction: "read" or "write".
    """

    transfer: int | None
    client: str
    client_tid: int
    server: str
    server_tid: int | None
    file: str
    direction: str


class Started(Event, frozen=True, kw_only=True, tag="started"):
    """The server has started; ``networks`` are those of its host.

    In an existing journal it also ends everything open: a killed server left transfers
    without an end record, and findings are numbered from 1 again.
    """

    version: str
    listeners: list[str]
    ports: str
    root: str
    settings: dict[str, object]
    networks: list[HostNetwork] = []
    journal: int = JOURNAL_FORMAT


class Requested(TransferEvent, frozen=True, kw_only=True, tag="request"):
    """A request arrived; ``raw`` is the name in hex if it is not plain UTF-8."""

    asked: OptionTexts
    mode: str
    raw: str | None = None


class Signature(msgspec.Struct, frozen=True):
    """The client program as recognized, with the confidence (0 to 1)."""

    kind: str
    sure: float


class PortsInUse(msgspec.Struct, frozen=True, kw_only=True):
    """A port range without a free port.

    Attributes:
        first, last: of the range, both included.
        elsewhere: number of its ports in use by other programs.
    """

    first: int
    last: int
    elsewhere: int = 0


class Refused(TransferEvent, frozen=True, kw_only=True, tag="refused"):
    """A request was refused with an ERROR.

    Attributes:
        near: files with similar names, most likely first, if the file does not exist.
        near_rule: how the first of them differs: one of knowledge.names.near.RULES.
        signature: the client program, if recognized.
        ports: the range, if all its ports were in use.
    """

    reason: str
    error_code: int
    message: str
    near: list[str] = []
    near_rule: str = ""
    signature: Signature | None = None
    ports: PortsInUse | None = None


class Suppressed(Event, frozen=True, kw_only=True, tag="suppressed"):
    """Events that were only counted, because there were too many.

    Attributes:
        reason: why requests were refused; "icmp" for ICMP errors of a transfer;
            "transfers" for transfers without any line; "files" for changed
            files; "overload" for datagrams dropped unread.
        network: of the clients; None if there were too many networks, and for files.
        count: number of events.
        seconds: the time they span.
    """

    reason: str
    network: str | None
    count: int
    seconds: float


class TransferStarted(TransferEvent, frozen=True, kw_only=True, tag="transfer_started"):
    """A transfer has a TID and its first packet was sent.

    Attributes:
        served: the name below the root, if it is not the requested one.
        signature: the client program, if recognized.
        modified: modification time of the file being read, RFC 3339 in UTC; None if
            unknown, or if the file is converted.
    """

    asked: OptionTexts
    agreed: OptionTexts
    tsize: int | None
    served: str | None = None
    signature: Signature | None = None
    modified: str | None = None


class TransferEnded(TransferEvent, frozen=True, kw_only=True, tag="transfer_ended"):
    """A transfer has ended.

    Attributes:
        outcome: one of protocol.commands.Outcome.
        octets: bytes of the file acknowledged by the client.
        blocks: highest block sent.
        acked_blocks: highest block acknowledged.
        retransmits: blocks and OACKs that we resent.
        duplicates: packets that the client resent.
        strays: datagrams on our TID from others.
        seconds: from the request to the end.
        error: why it did not complete.
        heard: whether the client replied at all, if only with an ERROR.
        modified: as in TransferStarted; for an upload, its modification time once
            published.
    """

    outcome: str
    octets: int
    blocks: int
    acked_blocks: int
    retransmits: int
    duplicates: int
    strays: int
    seconds: float
    error: str | None
    heard: bool
    modified: str | None = None


class IcmpReceived(TransferEvent, frozen=True, kw_only=True, tag="icmp"):
    """An ICMP error arrived for a packet of ours.

    ``sender`` is ``from`` in the journal, which is a keyword in Python.
    """

    type: int
    code: int
    name: str
    sender: str | None = msgspec.field(name="from")


class Found(Event, frozen=True, kw_only=True, tag="finding"):
    """A finding: new, revised or withdrawn; see Finding.

    Attributes:
        withdrawn: whether it no longer holds; ``because`` says why.
    """

    number: int
    code: str
    headline: str
    confidence: float
    stands_at: Place
    is_alarm: bool
    client: str
    file: str
    transfers: list[int]
    since: float
    evidence: list[Evidence]
    remedies: list[Remedy]
    helps: list[Help]
    proof: str
    revises: str
    withdrawn: bool
    because: str
    ports: str
    clients: list[str]
    files: list[str]

    @classmethod
    def of(cls, finding: Finding) -> "Found":
        """Return the event for a finding."""
        fields = msgspec.structs.asdict(finding)
        # the journal has them as separate lines
        del fields["history"], fields["turned"]
        del fields["said"]  # each piece of evidence names its transfer
        del fields["broken"]  # implied by the code
        because = fields.pop("withdrawn")
        time = fields.pop("found")
        return cls(time=time, withdrawn=bool(because), because=because, **fields)


class PortsChanged(Event, frozen=True, kw_only=True, tag="ports_changed"):
    """The port pool was changed at runtime."""

    before: str
    after: str
    by: str


class SettingsChanged(Event, frozen=True, kw_only=True, tag="settings_changed"):
    """Settings were changed at runtime; only those that differ are listed."""

    before: dict[str, object]
    after: dict[str, object]
    by: str


class FileChanged(Event, frozen=True, kw_only=True, tag="file_changed"):
    """Something below the root was added, modified, deleted or renamed.

    Attributes:
        was: the previous name, if renamed.
    """

    file: str
    change: str
    was: str | None = None


class WireStep(Event, frozen=True, kw_only=True, tag="wire"):
    """A step of a machine before TFTP: what it sent, or the reply.

    Attributes:
        interface: of this host, where it was heard.
        mac: of the machine; "" for a step of the cable alone.
        maker, program: manufacturer and program, if known.
        architectures: DHCP option 93.
        address: the machine's; "" before it has one.
        step: one of wire.devices.StepKind; peer: the other host.
        text: details in words.
        count: number of repetitions.
    """

    interface: str
    mac: str
    maker: str
    program: str
    architectures: list[int]
    address: str
    step: str
    peer: str
    text: str
    count: int


class Warned(Event, frozen=True, kw_only=True, tag="warning"):
    """Something that the operator should know but that stops nothing."""

    message: str


class Unwritten(Event, frozen=True, kw_only=True, tag="unwritten"):
    """Lost lines of the journal, because of a slow reader or a full disk.

    Attributes:
        lines: number of lost lines.
        seconds: time since the first of them.
    """

    lines: int
    seconds: float


class Stopped(Event, frozen=True, kw_only=True, tag="stopped"):
    """The server has stopped."""

    totals: dict[str, int]
