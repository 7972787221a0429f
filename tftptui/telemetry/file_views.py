"""Facts about one file's content, as plain data for the screen.

Names are bytes below the root; texts are ready to be shown.
"""

from typing import Literal

import msgspec

from tftptui.telemetry.versions import Version
from tftptui.telemetry.views import Entry


class KindView(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is.

    Attributes:
        key: a word for programs, as knowledge.magic has it.
        words: the same for people, with the machine it is for.
        machine: that machine: processor and firmware; "" where it is for any.
        troubles: what is wrong with it.
    """

    key: str
    words: str
    troubles: list[str] = []
    machine: str = ""


class FilePiece(msgspec.Struct, frozen=True, kw_only=True, tag="file_piece"):
    """A piece of a file, and what the whole is.

    Attributes:
        name: of the file.
        size, modified: of the whole file, bytes and wall clock, seconds.
        offset: where the piece begins; ``octets`` is the piece.
        kind: what the file is.
        version: of the whole file.
    """

    name: bytes
    size: int
    modified: float
    offset: int
    octets: bytes
    kind: KindView
    version: Version | None = None


class FileKinds(msgspec.Struct, frozen=True, kw_only=True, tag="file_kinds"):
    """What files are, in the order in which they were named; None if not readable."""

    kinds: list[KindView | None]


class FoundFiles(msgspec.Struct, frozen=True, kw_only=True, tag="found_files"):
    """Files below the root with words in their names.

    Attributes:
        files: each entry's name is a whole path below the root.
        more: how many there are beyond these.
    """

    files: list[Entry]
    more: int = 0


class HashView(msgspec.Struct, frozen=True, kw_only=True):
    """How far the hashing of a file is, and what came of it.

    Attributes:
        name: of the file; ``size`` and ``modified`` are those of the version read.
        done: bytes hashed so far.
        sha256, md5: hex; empty until all is done.
        verdict: what a file of checksums says: "matches", "differs", or "" where
            there is none; ``place`` is its name.
        error: why it ended early.
        version: that was read.
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
        """Whether it goes on."""
        return not self.sha256 and not self.error
