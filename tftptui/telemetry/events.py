"""What happened, as immutable records: the vocabulary of the journal.

Every event carries ``time`` (wall clock, seconds since the epoch). Texts that
came from the network or the disk are already made visible.
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
    """Something that belongs to a request or a transfer.

    Attributes:
        transfer: its number, None while there is none.
        client: address of the client.
        client_tid: UDP port of the client.
        server: our address that was asked.
        server_tid: our UDP port; None while none is leased.
        file: the name asked for, made visible.
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
    """The server takes requests; ``networks`` are those of its host.

    In a journal that goes on from before it ends all that is open: a killed server
    left transfers without an end record, and findings are numbered from the start.
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
    """The client program by its marks, and how sure that is (0 to 1)."""

    kind: str
    sure: float


class Refused(TransferEvent, frozen=True, kw_only=True, tag="refused"):
    """A request was answered with an ERROR.

    Attributes:
        near: files that may be meant by a name that is not there, likeliest first.
        near_rule: how the first of them differs: one of knowledge.names.near.RULES.
        signature: the client program, where it is recognised.
    """

    reason: str
    error_code: int
    message: str
    near: list[str] = []
    near_rule: str = ""
    signature: Signature | None = None


class Suppressed(Event, frozen=True, kw_only=True, tag="suppressed"):
    """What was not written one by one, because there was too much of it.

    Attributes:
        reason: why requests were refused; "icmp" for the ICMP errors of a transfer;
            "transfers" for transfers, of which neither line is written;
            "files" for changed files;
            "overload" for datagrams dropped unread, as there was no time for them.
        network: of the clients; None when they came from too many to name, and for
            files.
        count: how many.
        seconds: in how long.
    """

    reason: str
    network: str | None
    count: int
    seconds: float


class TransferStarted(TransferEvent, frozen=True, kw_only=True, tag="transfer_started"):
    """A transfer has a TID and its first packet is out.

    Attributes:
        served: the name below the root, where it is not the one asked for.
        signature: the client program, where it is recognised.
        modified: when the version of the file that is read was last written, RFC 3339
            in UTC; None where that is not known, or it is converted.
    """

    asked: OptionTexts
    agreed: OptionTexts
    tsize: int | None
    served: str | None = None
    signature: Signature | None = None
    modified: str | None = None


class TransferEnded(TransferEvent, frozen=True, kw_only=True, tag="transfer_ended"):
    """A transfer is over.

    Attributes:
        outcome: one of protocol.commands.Outcome.
        octets: of the file, acknowledged by the client.
        blocks: highest block that was sent.
        acked_blocks: highest block that was acknowledged.
        retransmits: blocks and OACKs that we sent again.
        duplicates: packets that the client sent again.
        strays: datagrams on our TID from somebody else.
        seconds: from the request to the end.
        error: why, when it did not complete.
        heard: whether the client answered us at all, if only by an ERROR.
        modified: as in TransferStarted; of an upload, when it was written, once it has
            its name.
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
    """An ICMP error came back for something we sent.

    ``sender`` is written as ``from`` in the journal, a word Python keeps.
    """

    type: int
    code: int
    name: str
    sender: str | None = msgspec.field(name="from")


class Found(Event, frozen=True, kw_only=True, tag="finding"):
    """Why something does not work: new, revised or withdrawn; see Finding.

    Attributes:
        withdrawn: whether it holds no longer; ``because`` says why.
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
        """Return the event that a finding is."""
        fields = msgspec.structs.asdict(finding)
        del fields["history"], fields["turned"]  # the journal has them line by line
        del fields["said"]  # of the evidence each line names its transfer
        del fields["broken"]  # the code says it
        because = fields.pop("withdrawn")
        time = fields.pop("found")
        return cls(time=time, withdrawn=bool(because), because=because, **fields)


class PortsChanged(Event, frozen=True, kw_only=True, tag="ports_changed"):
    """The port pool was changed while running."""

    before: str
    after: str
    by: str


class SettingsChanged(Event, frozen=True, kw_only=True, tag="settings_changed"):
    """Settings were changed while running; only those that differ are reported."""

    before: dict[str, object]
    after: dict[str, object]
    by: str


class FileChanged(Event, frozen=True, kw_only=True, tag="file_changed"):
    """Something below the root was added, modified, deleted or renamed.

    Attributes:
        was: the name before, of what is renamed.
    """

    file: str
    change: str
    was: str | None = None


class WireStep(Event, frozen=True, kw_only=True, tag="wire"):
    """What a machine asked before TFTP, or was told: one step of its story.

    Attributes:
        interface: of this host, where it was heard.
        mac: of the machine; "" for a step of the cable alone.
        maker, program: who made it and what asks, as far as that is known.
        architectures: option 93.
        address: that it uses; "" before it has one.
        step: one of wire.devices.StepKind; peer: who replies, or is asked.
        text: the rest in words.
        count: how often, where the same came again and again.
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
    """Lines of the journal that found no room: a slow reader, or a full disk.

    Attributes:
        lines: how many.
        seconds: since the first of them.
    """

    lines: int
    seconds: float


class Stopped(Event, frozen=True, kw_only=True, tag="stopped"):
    """The server took its last request."""

    totals: dict[str, int]
