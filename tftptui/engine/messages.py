"""Messages between an engine and its watchers: frames out, commands in.

They are plain data, encoded as msgpack between processes.
"""

from typing import Literal

import msgspec

from tftptui.settings import Value
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.file_views import (
    FileKinds,
    FilePiece,
    FoundFiles,
    HashView,
    KindView,
)
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.ttl_walks import Location
from tftptui.telemetry.views import (
    FOREIGN,
    FREE,
    QUARANTINED,
    RUNNING,
    USED,
    Entry,
    HostNetwork,
    HostPorts,
    Listing,
    NearName,
    PortMap,
    PortState,
    Recording,
    Refusal,
    Status,
    TransferPhase,
    TransferView,
)
from tftptui.telemetry.wire_views import WireDevice, WireLine, WireNews

__all__ = [
    "FOREIGN",
    "FREE",
    "QUARANTINED",
    "RUNNING",
    "USED",
    "AbortTransfer",
    "ActionCommand",
    "AddAddress",
    "Answer",
    "Ask",
    "CancelHash",
    "ChangeSettings",
    "CloseFolder",
    "Command",
    "Entry",
    "ExamineFiles",
    "ExpectSelfTest",
    "Farewell",
    "FileKinds",
    "FilePiece",
    "FindFiles",
    "Finding",
    "FoundFiles",
    "Frame",
    "HashFile",
    "HashView",
    "HostNetwork",
    "HostPorts",
    "KindView",
    "LinkName",
    "Listing",
    "Locate",
    "Location",
    "LookAtFile",
    "NearName",
    "OpenFolder",
    "PortMap",
    "PortState",
    "Ready",
    "Recording",
    "Refusal",
    "Reply",
    "RewriteName",
    "ServeFolder",
    "SetPorts",
    "ShelfCommand",
    "Status",
    "Stop",
    "TransferPhase",
    "TransferView",
    "UnlinkName",
    "WireDevice",
    "WireLine",
    "WireNews",
]


class Frame(msgspec.Struct, kw_only=True, tag="frame"):
    """An update: changes since the previous frame.

    None or empty means unchanged.

    Attributes:
        time: wall clock of the frame, seconds.
        transfers: those that changed, complete.
        packets: packed records from number ``packets_first`` on; a gap in the numbers
            means that records were lost to this watcher.
        notes: texts for some of these records, by number.
        findings: those that are new, revised or withdrawn.
        settings: current values of all that ChangeSettings may change.
        locations: TTL searches with new results.
        wire: ARP and DHCP of machines, if watched.
    """

    time: float
    status: Status | None = None
    transfers: list[TransferView] = []
    ports: PortMap | None = None
    host_ports: HostPorts | None = None
    listings: list[Listing] = []
    refusals: list[Refusal] = []
    findings: list[Finding] = []
    settings: dict[str, Value] = {}
    hashes: list[HashView] = []
    locations: list[Location] = []
    counters: Counters | None = None
    wire: WireNews | None = None
    packets_first: int = 0
    packets: bytes = b""
    notes: dict[int, str] = {}

    @property
    def tells_something(self) -> bool:
        """True if anything has changed."""
        news = (name for name in self.__struct_fields__ if name not in _NO_NEWS)
        return any(getattr(self, name) for name in news)


_NO_NEWS = frozenset({"time", "packets_first"})
"""Fields that every frame has."""


class SetPorts(msgspec.Struct, frozen=True, kw_only=True, tag="set_ports"):
    """Reply from other ports from now on; active transfers keep their TID."""

    first: int
    last: int
    order: Literal["random", "sequential"]
    quarantine: float
    single_port: bool = False


class ChangeSettings(msgspec.Struct, frozen=True, tag="change_settings"):
    """Change settings by name; active transfers keep theirs.

    Only those in settings.LIVE may be changed.
    """

    changes: dict[str, Value]


class OpenFolder(msgspec.Struct, frozen=True, tag="open_folder"):
    """List a directory now and whenever it changes."""

    folder: bytes


class CloseFolder(msgspec.Struct, frozen=True, tag="close_folder"):
    """Stop listing a directory."""

    folder: bytes


class AbortTransfer(msgspec.Struct, frozen=True, tag="abort_transfer"):
    """End one transfer; its client gets an ERROR."""

    number: int


class ServeFolder(msgspec.Struct, frozen=True, tag="serve_folder"):
    """Serve another directory of the engine's machine; transfers keep their files."""

    folder: str


class LookAtFile(msgspec.Struct, frozen=True, tag="look_at_file"):
    """Get a FilePiece: LENGTH bytes from OFFSET on, fewer at the end of the file."""

    name: bytes
    offset: int = 0
    length: int = 0


class ExamineFiles(msgspec.Struct, frozen=True, tag="examine_files"):
    """Get FileKinds: the types of files."""

    names: list[bytes]


class FindFiles(msgspec.Struct, frozen=True, tag="find_files"):
    """Get FoundFiles: those with all WORDS in their path, ignoring case."""

    words: list[str]


class HashFile(msgspec.Struct, frozen=True, tag="hash_file"):
    """Hash a file; frames report progress and result."""

    name: bytes


class CancelHash(msgspec.Struct, frozen=True, tag="cancel_hash"):
    """Stop hashing a file."""

    name: bytes


class LinkName(msgspec.Struct, frozen=True, tag="link_name"):
    """Create a link below the root, so that requests for ASKED get the file NAME.

    Only if uploads are on: it writes to the root.
    """

    asked: bytes
    name: bytes


class UnlinkName(msgspec.Struct, frozen=True, tag="unlink_name"):
    """Remove the link that LinkName created for the same names; never a file."""

    asked: bytes
    name: bytes


class RewriteName(msgspec.Struct, frozen=True, tag="rewrite_name"):
    """Add a rewrite rule, so that requests for ASKED get the file NAME."""

    asked: bytes
    name: bytes


class AddAddress(msgspec.Struct, frozen=True, tag="add_address"):
    """Add the address that a machine looks for with ARP, and no host has.

    Attributes:
        mac: of the machine, as in WireDevice.
    """

    mac: str


class Locate(msgspec.Struct, frozen=True, kw_only=True, tag="locate"):
    """Find out where packets to a client's port are dropped; frames report progress.

    Attributes:
        transfer: number of the transfer in question.
        client, client_tid: the client's endpoint.
        server: our address that the request was sent to.
        was_heard: whether the client had replied: then maybe nothing is dropped.
    """

    transfer: int
    client: str
    client_tid: int
    server: str
    was_heard: bool = False


class ExpectSelfTest(msgspec.Struct, frozen=True, tag="expect_self_test"):
    """Treat requests from these ports of this host as a self-test, for a while."""

    ports: list[int]


ActionCommand = (
    SetPorts
    | ChangeSettings
    | OpenFolder
    | CloseFolder
    | AbortTransfer
    | LinkName
    | UnlinkName
    | RewriteName
    | ServeFolder
    | Locate
    | ExpectSelfTest
)
"""Commands that take effect at once."""

ShelfCommand = LookAtFile | ExamineFiles | FindFiles | HashFile | CancelHash
"""Queries about the content of files, which take a while."""

Command = ActionCommand | ShelfCommand | AddAddress

Answer = FilePiece | FileKinds | FoundFiles


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A command to the engine; the reply has the same number."""

    number: int
    command: Command


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End everything; clients get an ERROR."""


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """The answer to a command; ``error`` says why it was refused."""

    number: int
    error: str | None = None
    answer: Answer | None = None


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """A child engine has started to serve, or says why it can't."""

    error: str | None = None


class Farewell(msgspec.Struct, frozen=True, tag="farewell"):
    """The last message of an engine that shuts down cleanly."""
