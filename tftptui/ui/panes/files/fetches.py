"""Who fetched a file, who does now, and who sent it: by name, from the transfers."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from tftptui.engine.messages import TransferView
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.telemetry.versions import Version
from tftptui.ui.panes.files.rows import plain_name

MOST_COUNTED = 10_000
"""Transfers, or names, that are remembered."""


MOST_FETCHES = 5
"""Fetches of one file that are shown one by one."""

SAME_TIME = 1e-6
"""Seconds; times of the disk are numbers of 53 bits."""


@dataclass(frozen=True, slots=True)
class Last:
    """A transfer that ended well: who, and when (wall clock), and which version.

    Attributes:
        size, modified: of the file, bytes and wall clock; None where not known.
        version: of the file; None where not known.
        client_tid: the client's port.
    """

    client: str
    time: float
    size: int | None = None
    modified: float | None = None
    version: Version | None = None
    client_tid: int = 0

    def is_version(self, size: int, modified: float) -> bool | None:
        """Whether it was the version of a file as it is now; None if not known."""
        if self.size is None or self.modified is None:
            return None
        return self.size == size and abs(self.modified - modified) < SAME_TIME


@dataclass
class Served:
    """What is known of each file, by its name below the root.

    Attributes:
        running: those that read it now.
        completed: how often it was read to the end.
        fetches: the latest who did so, the last one last.
        arriving: the transfer that writes it now.
        written: who wrote it last.
    """

    running: dict[str, list[TransferView]] = field(default_factory=dict)
    completed: Counter[str] = field(default_factory=Counter)
    fetches: dict[str, deque[Last]] = field(default_factory=dict)
    arriving: dict[str, TransferView] = field(default_factory=dict)
    written: dict[str, Last] = field(default_factory=dict)
    _counted: dict[tuple[int, float], None] = field(default_factory=dict)

    def read(self, transfers: Mapping[int, TransferView]) -> bool:
        """Take in how the transfers stand; return whether others arrive now."""
        before = self.arriving.keys()
        self.running, self.arriving = {}, {}
        for view in transfers.values():
            told = view.number, view.started  # another engine counts from 1 again
            name = plain_name(view.served or view.file)
            if view.running:
                if view.direction == "read":
                    self.running.setdefault(name, []).append(view)
                else:
                    self.arriving[name] = view
            elif view.phase == "completed" and told not in self._counted:
                self._counted[told] = None
                if view.kind != SELF_TEST:  # that was nobody's client
                    self._count(name, view)
        self._forget()
        return self.arriving.keys() != before

    def forget(self) -> None:
        """Forget what went on: the names mean other files now."""
        for names in (self.completed, self.fetches, self.written):
            names.clear()

    def last(self, name: str) -> Last | None:
        """Return who read a file to its end last."""
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
    """Return the bytes of the file that a transfer reads, or has written."""
    return view.total_size if view.direction == "read" else view.acked_octets
