"""Messages between an engine and its watchers: frames out, commands in.

They are plain data, packed as msgpack between processes.
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
    """An update: what changed since the frame before.

    Attributes:
        time: wall clock when it was made, seconds.
        transfers: those that changed, whole.
        packets: packed records from number ``packets_first`` on; a jump of that
            number means that records were lost to this watcher.
        notes: texts to some of these records, by number.
        findings: those that are new, revised or withdrawn.
        settings: all that ChangeSettings may change, as they are now.
        locations: searches about which something was learned.
        wire: what machines sent before TFTP, if that is watched.
        None or empty means unchanged.
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
        """Whether anything has changed."""
        news = (name for name in self.__struct_fields__ if name not in _NO_NEWS)
        return any(getattr(self, name) for name in news)


_NO_NEWS = frozenset({"time", "packets_first"})
"""Fields of a frame that every frame has."""


class SetPorts(msgspec.Struct, frozen=True, kw_only=True, tag="set_ports"):
    """Answer from other ports from now on; transfers in progress keep their TID."""

    first: int
    last: int
    order: Literal["random", "sequential"]
    quarantine: float
    single_port: bool = False


class ChangeSettings(msgspec.Struct, frozen=True, tag="change_settings"):
    """Change settings by name; transfers in progress keep what they have.

    Which ones may be changed stands in settings.LIVE.
    """

    changes: dict[str, Value]


class OpenFolder(msgspec.Struct, frozen=True, tag="open_folder"):
    """List a folder now and whenever it changes."""

    folder: bytes


class CloseFolder(msgspec.Struct, frozen=True, tag="close_folder"):
    """Stop listing a folder."""

    folder: bytes


class AbortTransfer(msgspec.Struct, frozen=True, tag="abort_transfer"):
    """End one transfer; its client gets an ERROR."""

    number: int


class ServeFolder(msgspec.Struct, frozen=True, tag="serve_folder"):
    """Serve another folder of the engine's machine; transfers keep their files."""

    folder: str


class LookAtFile(msgspec.Struct, frozen=True, tag="look_at_file"):
    """Return a FilePiece: LENGTH bytes from OFFSET on, fewer where the file ends."""

    name: bytes
    offset: int = 0
    length: int = 0


class ExamineFiles(msgspec.Struct, frozen=True, tag="examine_files"):
    """Return FileKinds: what files are."""

    names: list[bytes]


class FindFiles(msgspec.Struct, frozen=True, tag="find_files"):
    """Return FoundFiles: those with all WORDS in their path, in whatever case."""

    words: list[str]


class HashFile(msgspec.Struct, frozen=True, tag="hash_file"):
    """Hash a file; frames tell how far it is, and what came of it."""

    name: bytes


class CancelHash(msgspec.Struct, frozen=True, tag="cancel_hash"):
    """Hash a file no further."""

    name: bytes


class LinkName(msgspec.Struct, frozen=True, tag="link_name"):
    """Make a link below the root, so that who asks for ASKED gets the file NAME.

    Only where uploads are allowed: it writes into the root.
    """

    asked: bytes
    name: bytes


class UnlinkName(msgspec.Struct, frozen=True, tag="unlink_name"):
    """Take away the link that LinkName made for the same names; a file never."""

    asked: bytes
    name: bytes


class RewriteName(msgspec.Struct, frozen=True, tag="rewrite_name"):
    """Add a rewrite rule, so that who asks for ASKED gets the file NAME."""

    asked: bytes
    name: bytes


class AddAddress(msgspec.Struct, frozen=True, tag="add_address"):
    """Add the address that a machine on the wire looks for, and no host has.

    Attributes:
        mac: of the machine, as in WireDevice.
    """

    mac: str


class Locate(msgspec.Struct, frozen=True, kw_only=True, tag="locate"):
    """Find out where packets to a client's port are dropped; frames tell how it goes.

    Attributes:
        transfer: number of the transfer that it is about.
        client, client_tid: the client's endpoint.
        server: our address that was asked.
        was_heard: whether the client had answered: then nothing need have been dropped.
    """

    transfer: int
    client: str
    client_tid: int
    server: str
    was_heard: bool = False


class ExpectSelfTest(msgspec.Struct, frozen=True, tag="expect_self_test"):
    """Take what comes from these ports of this host for a self-test's, for a while."""

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
"""Commands that change something, at once."""

ShelfCommand = LookAtFile | ExamineFiles | FindFiles | HashFile | CancelHash
"""Questions about what is in files: reading them takes a while."""

Command = ActionCommand | ShelfCommand | AddAddress

Answer = FilePiece | FileKinds | FoundFiles


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A command on its way; the reply carries the same number."""

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
    """A child engine serves, or says why it can't."""

    error: str | None = None


class Farewell(msgspec.Struct, frozen=True, tag="farewell"):
    """The last message of an engine that ends in good order."""
