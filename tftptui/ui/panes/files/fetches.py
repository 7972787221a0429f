"""Who fetches, fetched or uploaded a file: by name, from the transfers."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from tftptui.engine.messages import TransferView
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.telemetry.versions import Version
from tftptui.ui.panes.files.rows import plain_name

MOST_COUNTED = 10_000
"""Limit of remembered transfers, and of remembered names."""


MOST_FETCHES = 5
"""Limit of fetches of one file that are listed."""

SAME_TIME = 1e-6
"""Tolerance in seconds: a float has only 53 bits for a modification time."""


@dataclass(frozen=True, slots=True)
class Last:
    """A completed transfer: client, time (wall clock) and version.

    Attributes:
        size, modified: of the file, bytes and wall clock; None if not known.
        version: of the file; None if not known.
        client_tid: the client's port.
    """

    client: str
    time: float
    size: int | None = None
    modified: float | None = None
    version: Version | None = None
    client_tid: int = 0

    def is_version(self, size: int, modified: float) -> bool | None:
        """Return whether it was the file's current version; None if not known."""
        if self.size is None or self.modified is None:
            return None
        return self.size == size and abs(self.modified - modified) < SAME_TIME


@dataclass
class Served:
    """The transfers of each file, by its name below the root.

    Attributes:
        running: transfers that read the file now.
        completed: how often it was read to the end.
        fetches: the latest completed reads, the last one last.
        arriving: the transfer that writes the file now.
        written: the last upload.
    """

    running: dict[str, list[TransferView]] = field(default_factory=dict)
    completed: Counter[str] = field(default_factory=Counter)
    fetches: dict[str, deque[Last]] = field(default_factory=dict)
    arriving: dict[str, TransferView] = field(default_factory=dict)
    written: dict[str, Last] = field(default_factory=dict)
    _counted: dict[tuple[int, float], None] = field(default_factory=dict)

    def read(self, transfers: Mapping[int, TransferView]) -> bool:
        """Update from the transfers; return whether uploads started or ended."""
        before = self.arriving.keys()
        self.running, self.arriving = {}, {}
        for view in transfers.values():
            key = view.number, view.started  # another engine numbers from 1, too
            name = plain_name(view.served or view.file)
            if view.running:
                if view.direction == "read":
                    self.running.setdefault(name, []).append(view)
                else:
                    self.arriving[name] = view
            elif view.phase == "completed" and key not in self._counted:
                self._counted[key] = None
                if view.kind != SELF_TEST:  # not a real client
                    self._count(name, view)
        self._forget()
        return self.arriving.keys() != before

    def forget(self) -> None:
        """Forget past transfers: the names now refer to other files."""
        for names in (self.completed, self.fetches, self.written):
            names.clear()

    def last(self, name: str) -> Last | None:
        """Return the last completed read of a file."""
        fetches = self.fetches.get(name)
        return fetches[-1] if fetches else None

    def _count(self, name: str, view: TransferView) -> None:
        ended = view.ended or view.moved
        last = Last(
            view.client,
            ended,
            size_of(view),
            view.modified,
            view.version,
            view.client_tid,
        )
        if view.direction == "read":
            self.completed[name] += 1
            fetches = self.fetches.setdefault(name, deque(maxlen=MOST_FETCHES))
            fetches.append(last)
        else:
            self.written[name] = last

    def _forget(self) -> None:
        while len(self._counted) > MOST_COUNTED:
            del self._counted[next(iter(self._counted))]
        for names in (self.completed, self.fetches, self.written):
            while len(names) > MOST_COUNTED:
                del names[next(iter(names))]


def size_of(view: TransferView) -> int | None:
    """Return the size in bytes of the file that a transfer reads, or has written."""
    return view.total_size if view.direction == "read" else view.acked_bytes
