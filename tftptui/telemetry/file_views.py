"""Facts about the content of single files, as plain data for the screen.

Names are bytes below the root; texts are ready to be shown.
"""

from typing import Literal

import msgspec

from tftptui.telemetry.versions import Version
from tftptui.telemetry.views import Entry


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """The type of a file.

    Attributes:
        key: identifier from knowledge.magic.
        words: description, with the machine it is for.
        machine: that machine: processor and firmware; "" for any.
        troubles: problems found.
    """

    key: str
    words: str
    troubles: list[str] = []
    machine: str = ""


class FilePiece(msgspec.Struct, frozen=True, kw_only=True, tag="file_piece"):
    """A piece of a file, and facts about the whole.

    Attributes:
        name: of the file.
        size, modified: of the whole file, bytes and wall clock seconds.
        offset: of the piece; ``data`` is the piece.
        kind: type of the file.
        version: of the whole file.
    """

    name: bytes
    size: int
    modified: float
    offset: int
    data: bytes
    kind: KindView
    version: Version | None = None


class FileKinds(msgspec.Struct, frozen=True, kw_only=True, tag="file_kinds"):
    """The types of files, in the order requested; None if unreadable."""

    kinds: list[KindView | None]


class FoundFiles(msgspec.Struct, frozen=True, kw_only=True, tag="found_files"):
    """Files below the root whose names contain given words.

    Attributes:
        files: entries whose names are paths below the root.
        more: number of further matches.
    """

    files: list[Entry]
    more: int = 0


class HashView(msgspec.Struct, frozen=True, kw_only=True):
    """Progress and result of hashing a file.

    Attributes:
        name: of the file; ``size`` and ``modified`` are those of the version read.
        done: bytes hashed so far.
        sha256, md5: hex; empty until done.
        verdict: of a checksum file: "matches", "differs", or "" without one; ``place``
            is its name.
        error: why it ended early.
        version: of the file that was read.
    """

    name: bytes
    size: int = 0
    modified: float = 0.0
    done: int = 0
    sha256: str = ""
    md5: str = ""
    verdict: Literal["", "matches", "differs"] = ""
    place: str = ""
    error: str = ""
    version: Version | None = None

    @property
    def running(self) -> bool:
        """True until it is done or has failed."""
        return not self.sha256 and not self.error
