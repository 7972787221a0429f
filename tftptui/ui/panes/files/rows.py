"""The rows of the Files pane."""

from dataclasses import dataclass

from tftptui.engine.messages import Entry, NearName
from tftptui.telemetry.versions import Version

Key = tuple[str, bytes | str]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A file or folder; ``name`` is its whole path as a client would request it."""

    path: bytes
    depth: int
    entry: Entry
    name: str
    is_open: bool = False

    @property
    def key(self) -> Key:
        """The cursor follows this key."""
        return "entry", self.path

    @property
    def version(self) -> tuple[bytes, int, float, Version | None]:
        """The identity of this version of the file."""
        entry = self.entry
        return self.path, entry.size, entry.modified, entry.version


@dataclass(frozen=True, slots=True)
class UploadRow:
    """A running upload; ``name`` is its whole path, ``base`` the last part."""

    name: str
    depth: int
    base: str

    @property
    def key(self) -> Key:
        """The cursor follows this key."""
        return "upload", self.name


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A sentence in place of entries."""

    folder: bytes
    depth: int
    text: str
    number: int = 0

    @property
    def key(self) -> Key:
        """The cursor follows this key."""
        return f"note {self.number}", self.folder


@dataclass(frozen=True, slots=True)
class MissingRow:
    """A requested name that does not exist; an empty one is the heading.

    Attributes:
        name: the requested name, made printable; ``asked`` holds the raw bytes.
        count: how often it was requested.
        client, time: the last request (wall clock).
        near: similar files.
        words: what it belongs to, if it ends a search.
    """

    name: str = ""
    count: int = 0
    client: str = ""
    time: float = 0.0
    asked: bytes = b""
    near: tuple[NearName, ...] = ()
    words: str = ""

    @property
    def key(self) -> Key:
        """The cursor follows this key."""
        return "asked", self.name


@dataclass(frozen=True, slots=True)
class NearRow:
    """A similar file for the name of an MissingRow."""

    asked: MissingRow
    near: NearName

    @property
    def key(self) -> Key:
        """The cursor follows this key."""
        return "near", f"{self.asked.name}\0{self.near.text}"


@dataclass(frozen=True, slots=True)
class QuietRow:
    """Names that healthy boots look for and do not find, all on one row."""

    count: int
    clients: tuple[str, ...]

    @property
    def key(self) -> Key:
        """The cursor follows this key."""
        return "quiet", ""


Row = EntryRow | UploadRow | NoteRow | MissingRow | NearRow | QuietRow


def named_file(row: Row | None) -> tuple[bytes, int | None] | None:
    """Return the name and size of the file that a row is about, or None."""
    match row:
        case EntryRow(path=path, entry=Entry(kind="file", size=size)):
            return path, size
        case MissingRow(asked=asked) if asked:
            return asked, None
        case NearRow(near=near):
            return near.name, None
        case _:
            return None


def own_file(row: Row | None) -> bytes | None:
    """Return the file of the root that a row is about, or None."""
    match row:
        case EntryRow(path=path, entry=Entry(kind="file")):
            return path
        case NearRow(near=near):
            return near.name
        case _:
            return None


def name_of(row: Row | None) -> str:
    """Return the name in a row, as a client would write it; else ""."""
    match row:
        case EntryRow(name=name) | MissingRow(name=name) | UploadRow(name=name):
            return name
        case NearRow(near=near):
            return near.text
        case _:
            return ""


def plain_name(name: str) -> str:
    """Return a name as on disk: with forward slashes, none in front."""
    parts = name.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def depth_of(row: Row) -> int:
    """Return the folder depth of a row."""
    match row:
        case MissingRow(name=name):
            return int(bool(name))
        case NearRow():
            return 2
        case QuietRow():
            return 0
        case _:
            return row.depth


def name_of_row(row: Row) -> str:
    """Return the missing name that a row is about; else ""."""
    match row:
        case MissingRow(name=name) if name:
            return name
        case NearRow(asked=asked):
            return asked.name
        case _:
            return ""
