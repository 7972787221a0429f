"""The user's choices and typed lines, kept between runs.

The latest filters and searches, the platform for remedies, the theme, and the order and
columns of lists, in a small file in the state folder. If it is missing, damaged or not
writable, nothing is remembered, silently. The latest copied text is in a file next to
it.
"""

import os
import pwd
import stat
import tempfile
from contextlib import suppress
from errno import EPERM
from pathlib import Path
from typing import NamedTuple, TypeGuard

import msgspec
from platformdirs import user_state_path

from tftptui.engine.holders.rights import invoking_user

KEPT_LINES = 30
"""Limit of lines per kind in the history."""

LONGEST_LINE = 500
LARGEST = 1 << 17
"""Limit of a line in characters and of the file in bytes; more is not written by us."""

KEPT_KINDS = frozenset({"filter", "find", "transfers filter", "transfers find"})
"""Lines kept between runs; file names and times are not."""

KEPT_CHOICES = 64
"""Limit of choices in a file; the program has fewer."""

NAME = "screen.json"
COPY_NAME = "last-copy.txt"


class _Kept(NamedTuple):
    """The contents of a file, as far as they are valid."""

    lines: dict[str, list[str]]
    choices: dict[str, str]


class Memory:
    """The kept choices; read on first use, written at each change.

    Args:
        place: the file; None to keep nothing after the end.
        owner: the only user id that may write it; None for any.
    """

    def __init__(self, place: Path | None = None, owner: int | None = None) -> None:
        self._place, self._owner = place, owner
        self._before: _Kept | None = None
        self._lines: dict[str, list[str]] = {}
        self._choices: dict[str, str] = {}
        self._held: dict[str, int] = {}

    def hold(self) -> None:
        """Open the files now: after root has changed its user id, it can't."""
        if self._place is None or not self._is_ours():
            return
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        with suppress(OSError):
            self._place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            for name in (self._place.name, COPY_NAME):
                path = self._place.with_name(name)
                self._held[name] = os.open(path, flags, 0o600)

    def lines(self, kind: str) -> list[str]:
        """Return the lines of a kind, the latest last."""
        own = self._lines.get(kind, [])
        before = self._known().lines.get(kind, []) if kind in KEPT_KINDS else []
        return [*(one for one in before if one not in own), *own][-KEPT_LINES:]

    def remember_line(self, kind: str, line: str) -> None:
        """Add a line; an existing one becomes the latest."""
        if not _is_line(line):
            return
        own = [one for one in self._lines.get(kind, []) if one != line]
        self._lines[kind] = [*own, line][-KEPT_LINES:]
        if kind in KEPT_KINDS:
            self._write()

    def choice(self, name: str) -> str:
        """Return the choice saved under a name; "" if there is none."""
        return (self._known().choices | self._choices).get(name, "")

    def remember_choice(self, name: str, choice: str) -> None:
        """Save a choice: ``theme``, ``platform``, how a list is sorted."""
        if choice != self.choice(name) and (not choice or _is_line(choice)):
            self._choices[name] = choice
            self._write()

    def keep_copy(self, text: str) -> Path | OSError | None:
        """Write TEXT to its own file, replacing the previous copy.

        Returns:
            The file, or why it can't be written; None if nothing is kept.
        """
        if self._place is None:
            return None
        place = self._place.with_name(COPY_NAME)
        try:
            if not self._is_ours():
                raise PermissionError(EPERM, os.strerror(EPERM))
            self._store(place, text.encode())
        except OSError as error:
            return error
        return place

    def _is_ours(self) -> bool:
        return self._owner is None or self._owner == os.geteuid()

    def _known(self) -> _Kept:
        if self._before is None:
            self._before = _Kept({}, {})
            if self._place is not None:
                self._before = _read(self._place, self._held.get(NAME))
        return self._before

    def _write(self) -> None:
        """Write the file, merged with changes by another tftptui."""
        place = self._place
        if place is None or not self._is_ours():
            return
        self._before = None
        lines = {kind: self.lines(kind) for kind in sorted(KEPT_KINDS)}
        kept = self._known().choices | self._choices | {"lines": lines}
        with suppress(OSError):
            self._store(place, msgspec.json.encode(kept))

    def _store(self, place: Path, data: bytes) -> None:
        """Write a file of the folder, in place if it was opened as root."""
        held = self._held.get(place.name)
        if held is not None:
            os.ftruncate(held, 0)
            os.pwrite(held, data, 0)
            return
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _replace(place, data)


def kept_memory() -> Memory:
    """Return the memory of the user at the screen.

    With sudo it is the calling user's, and is written after privileges are dropped.
    """
    try:
        if os.geteuid() == 0:
            return _memory_behind_root()
        return Memory(user_state_path("tftptui", appauthor=False) / NAME)
    except RuntimeError:  # no home folder
        return Memory()


def _memory_behind_root() -> Memory:
    user = invoking_user(os.environ)
    if user is None:
        memory = Memory(user_state_path("tftptui", appauthor=False) / NAME)
        memory.hold()
        return memory
    try:
        entry = pwd.getpwnam(user)
    except KeyError:
        return Memory()
    folder = Path(entry.pw_dir) / ".local" / "state" / "tftptui"
    return Memory(folder / NAME, entry.pw_uid)


def _read(place: Path, held: int | None) -> _Kept:
    """Return the contents of a file; empty if it is missing or damaged."""
    found: object = None
    with suppress(OSError, ValueError, RecursionError):
        found = msgspec.json.decode(_bytes_of(place, held))
    known = found if isinstance(found, dict) else {}
    lines = known.get("lines")
    of_kinds = lines if isinstance(lines, dict) else {}
    choices = [(name, one) for name, one in known.items() if _is_line(one)]
    return _Kept(
        {kind: _lines_in(of_kinds.get(kind)) for kind in KEPT_KINDS},
        dict(choices[:KEPT_CHOICES]),
    )


def _bytes_of(place: Path, held: int | None) -> bytes:
    """Return the bytes of a file, which may be anything, without blocking."""
    if held is not None:
        return os.pread(held, LARGEST, 0)
    descriptor = os.open(place, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise ValueError("no regular file")
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise ValueError("too large to be ours")
    return data


def _replace(place: Path, data: bytes) -> None:
    """Write a file atomically, readable only by its owner."""
    descriptor, name = tempfile.mkstemp(prefix=f".{place.name}-", dir=place.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise


def _lines_in(found: object) -> list[str]:
    lines = found if isinstance(found, list) else []
    return [one for one in lines if _is_line(one)][-KEPT_LINES:]


def _is_line(found: object) -> TypeGuard[str]:
    """Return whether something is a valid line for the screen."""
    is_text = isinstance(found, str) and 0 < len(found) <= LONGEST_LINE
    return is_text and str(found).isprintable()
