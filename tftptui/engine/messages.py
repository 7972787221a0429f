"""The words between an engine and whoever watches: frames out, commands in.

They are plain data, packed as msgpack between processes.
"""

from typing import Literal

import msgspec

from tftptui.settings import Value
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.views import (
    FOREIGN,
    FREE,
    QUARANTINED,
    RUNNING,
    USED,
    Entry,
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

__all__ = [
    "FOREIGN",
    "FREE",
    "QUARANTINED",
    "RUNNING",
    "USED",
    "AbortTransfer",
    "Ask",
    "ChangeSettings",
    "CloseFolder",
    "Command",
    "Entry",
    "Farewell",
    "Finding",
    "Frame",
    "HostPorts",
    "Listing",
    "NearName",
    "OpenFolder",
    "PortMap",
    "PortState",
    "Ready",
    "Recording",
    "Refusal",
    "Reply",
    "SetPorts",
    "Status",
    "Stop",
    "TransferPhase",
    "TransferView",
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
    counters: Counters | None = None
    packets_first: int = 0
    packets: bytes = b""
    notes: dict[int, str] = {}


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
    """End one transfer; its client is told."""

    number: int


Command = SetPorts | ChangeSettings | OpenFolder | CloseFolder | AbortTransfer


class Ask(msgspec.Struct, frozen=True, tag="ask"):
    """A command on its way; the reply carries the same number."""

    number: int
    command: Command


class Stop(msgspec.Struct, frozen=True, tag="stop"):
    """End everything; clients are told."""


class Reply(msgspec.Struct, frozen=True, tag="reply"):
    """The answer to a command; ``error`` says why it was refused."""

    number: int
    error: str | None = None


class Ready(msgspec.Struct, frozen=True, tag="ready"):
    """A child engine serves, or says why it can't."""

    error: str | None = None


class Farewell(msgspec.Struct, frozen=True, tag="farewell"):
    """The last message of an engine that ends in good order."""
