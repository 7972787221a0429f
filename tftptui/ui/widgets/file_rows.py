"""What stands in the rows of the pane of files, and what is known of each name."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tftptui.engine.messages import Entry, Refusal, TransferView

MOST_COUNTED = 10_000
"""Transfers, or names, that the count of served files remembers."""

Key = tuple[str, bytes | str]


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A file or folder; ``name`` is its whole path as clients would ask for it."""

    path: bytes
    depth: int
    entry: Entry
    name: str
    is_open: bool = False

    @property
    def key(self) -> Key:
        """What the cursor holds on to."""
        return "entry", self.path


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A sentence in the place of entries."""

    folder: bytes
    depth: int
    text: str
    number: int = 0

    @property
    def key(self) -> Key:
        """What the cursor holds on to."""
        return f"note {self.number}", self.folder


@dataclass(frozen=True, slots=True)
class AskedRow:
    """A name that was asked for and is not here; an empty one heads the others."""

    name: str = ""
    count: int = 0
    client: str = ""
    time: float = 0.0
    asked: bytes = b""

    @property
    def key(self) -> Key:
        """What the cursor holds on to."""
        return "asked", self.name


Row = EntryRow | NoteRow | AskedRow


@dataclass
class Served:
    """How often each file was read to the end, and how often it is being read."""

    running: Counter[str] = field(default_factory=Counter)
    completed: Counter[str] = field(default_factory=Counter)
    _counted: dict[int, None] = field(default_factory=dict)

    def read(self, transfers: Mapping[int, TransferView]) -> None:
        """Take in how the transfers stand now."""
        self.running.clear()
        for number, view in transfers.items():
            if view.direction != "read":
                continue
            if view.running:
                self.running[plain_name(view.file)] += 1
            elif view.phase == "completed" and number not in self._counted:
                self._counted[number] = None
                self.completed[plain_name(view.file)] += 1
        for forgetful in (self._counted, self.completed):
            while len(forgetful) > MOST_COUNTED:
                del forgetful[next(iter(forgetful))]  # type: ignore[arg-type]  # its own key


def named_file(row: Row | None) -> tuple[bytes, int | None] | None:
    """Return the name and size of the file that a row is about, if it is about one."""
    match row:
        case EntryRow(path=path, entry=Entry(kind="file", size=size)):
            return path, size
        case AskedRow(asked=asked) if asked:
            return asked, None
    return None


def plain_name(name: str) -> str:
    """Return a name as it is on the disk: slashes either way, none in front."""
    parts = name.replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def asked_for(refusals: Iterable[Refusal]) -> list[AskedRow]:
    """Return names that were asked for and not found, the latest first."""
    found: dict[str, AskedRow] = {}
    for one in refusals:
        if one.reason == "not-found":
            before = found.pop(one.file, AskedRow(one.file))
            found[one.file] = AskedRow(
                one.file, before.count + 1, one.client, one.time, one.asked
            )
    return [*reversed(found.values())]
