"""Changes to this machine: recorded first, then made, and undone at the end.

One file per process, locked as long as it lives. ``tftptui doctor --undo`` undoes the
changes of a killed process. A reboot undoes everything: like the changes, the files in
``/run`` do not survive it.
"""

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from ipaddress import IPv4Interface
from pathlib import Path
from typing import IO

import msgspec

from tftptui.cable.ip_program import IpError, run_ip

_PREFIX, _SUFFIX = "host-changes-", ".jsonl"
_SYSTEM_FOLDER = Path("/run/tftptui")

_ALREADY_GONE = ("Cannot assign requested address", "Cannot find device")
"""Messages of ``ip`` if there is nothing left to undo."""

_SUDO = "sudo tftptui doctor --undo"

Run = Callable[[Sequence[str]], object]


class ChangeError(Exception):
    """A change could not be made; the text is the message of ``ip``."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change of an interface.

    Attributes:
        interface: like "eth1".
        address: the address added, as "192.168.69.1/24"; empty: the link was set up.
        namespace: inode of its network namespace.
    """

    interface: str
    address: str = ""
    namespace: int = 0

    @property
    def words(self) -> str:
        """Description of the change."""
        if self.address:
            return f"added {self.address} to {self.interface}"
        return f"set {self.interface} up"

    @property
    def undone_words(self) -> str:
        """Description of the undone change."""
        if self.address:
            return f"removed {self.address} from {self.interface}"
        return f"set {self.interface} down"

    def command(self) -> list[str]:
        """Return the arguments of ``ip`` that make the change."""
        if self.address:
            return ["address", "add", self.address, "dev", self.interface]
        return ["link", "set", self.interface, "up"]

    def undo_command(self) -> list[str]:
        """Return the arguments of ``ip`` that undo it."""
        if self.address:
            return ["address", "del", self.address, "dev", self.interface]
        return ["link", "set", self.interface, "down"]


def address_added(interface: str, address: IPv4Interface) -> Change:
    """Return the change that adds an address to an interface."""
    return Change(interface=interface, address=str(address))


def link_set_up(interface: str) -> Change:
    """Return the change that sets an interface up."""
    return Change(interface=interface)


def typed(arguments: Sequence[str]) -> str:
    """Return the command line for arguments of ``ip``."""
    return f"sudo ip {' '.join(arguments)}"


class HostChanges:
    """The changes made by this process, in order.

    Args:
        folder: directory of the record file.
        run: runs an ``ip`` command.
    """

    def __init__(self, folder: Path, run: Run = run_ip) -> None:
        self._path = folder / f"{_PREFIX}{os.getpid()}{_SUFFIX}"
        self._run = run
        self._made: list[Change] = []
        self._file: IO[bytes] | None = None

    def make(self, change: Change) -> None:
        """Record a change, then make it.

        Raises:
            ChangeError: that failed; nothing has changed then.
        """
        change = msgspec.structs.replace(change, namespace=this_namespace())
        try:
            self._write([*self._made, change])
        except OSError as error:
            raise ChangeError(f"{self._path}: {error.strerror}") from error
        try:
            self._run(change.command())
        except IpError as error:
            self._write(self._made)
            raise ChangeError(str(error)) from error
        self._made.append(change)

    def undo(self) -> list[str]:
        """Undo all changes, the latest first; return a sentence for each.

        Those that can't be undone stay recorded.
        """
        lines, left = _undo(self._made, self._run)
        self._made = left
        if self._file is not None:
            self._write(left)
            if not left:
                self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None
        return [*lines, *(f"not undone: {typed(one.undo_command())}" for one in left)]

    def _write(self, changes: Sequence[Change]) -> None:
        """Write CHANGES to the file, and sync it to disk."""
        if self._file is None:
            self._path.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
            self._file = self._path.open("wb")
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Write first, then truncate: at no time is a change missing.
        lines = b"".join(msgspec.json.encode(one) + b"\n" for one in changes)
        self._file.seek(0)
        self._file.write(lines)
        self._file.truncate()
        self._file.flush()
        os.fsync(self._file.fileno())


class Undone(msgspec.Struct, frozen=True):
    """The result of undoing one leftover change.

    Attributes:
        text: a sentence.
        commands: what to type if it was not undone.
        is_failed: whether undoing failed.
    """

    text: str
    commands: tuple[str, ...] = ()
    is_failed: bool = False


def undo_left(folders: Sequence[Path], run: Run = run_ip) -> Iterator[Undone]:
    """Undo the changes that killed processes have left in FOLDERS; yield the results.

    Changes of running processes are left alone.
    """
    for folder in folders:
        for path in sorted(folder.glob(f"{_PREFIX}*{_SUFFIX}")):
            yield from _undo_file(path, run)


def _undo_file(path: Path, run: Run) -> Iterator[Undone]:
    try:
        # O_NOFOLLOW and the owner: do nothing that other users have put there.
        file = os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        yield Undone(f"{path}: {error.strerror}", (_SUDO,), is_failed=True)
        return
    with file:
        if os.fstat(file.fileno()).st_uid not in (0, os.geteuid()):
            yield Undone(f"{path} is another user's: ignored")
            return
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = path.stem.removeprefix(_PREFIX)
            yield Undone(
                f"a running tftptui (process {pid}) undoes its own when it stops"
            )
            return
        changes = list(_changes_in(file.read()))
        here = [one for one in changes if one.namespace == this_namespace()]
        lines, left = _undo(here, run)
        yield from map(Undone, lines)
        for one in left:
            command = typed(one.undo_command())
            yield Undone(f"not undone: {one.words}", (command,), is_failed=True)
        for one in changes:
            if one not in here:
                where = "in another network namespace: run it there"
                yield Undone(f"{one.words} {where}", (_SUDO,), is_failed=True)
                left.append(one)
        if not left:
            with suppress(OSError):
                path.unlink(missing_ok=True)


def _changes_in(text: bytes) -> Iterator[Change]:
    for line in text.splitlines():
        with suppress(msgspec.DecodeError):  # partial: the change was not made
            yield msgspec.json.decode(line, type=Change)


def _undo(changes: Sequence[Change], run: Run) -> tuple[list[str], list[Change]]:
    """Undo CHANGES, the latest first; return sentences, and the changes left."""
    lines: list[str] = []
    left: list[Change] = []
    for change in reversed(changes):
        try:
            run(change.undo_command())
            lines.append(change.undone_words)
        except IpError as error:
            if any(words in str(error) for words in _ALREADY_GONE):
                lines.append(f"{change.words}: already gone")
            else:
                left.insert(0, change)
    return lines, left


def this_namespace() -> int:
    """Return the inode of this process's network namespace; 0 if unknown."""
    try:
        return Path("/proc/self/ns/net").stat().st_ino
    except OSError:
        return 0


def folder_to_write() -> Path:
    """Return the directory in which root records changes."""
    named = os.environ.get("XDG_RUNTIME_DIR")
    if named:
        with suppress(OSError):
            if Path(named).stat().st_uid == os.geteuid():
                return Path(named) / "tftptui"
    return _SYSTEM_FOLDER


def folders_to_read() -> list[Path]:
    """Return directories with records: sudo and su set different variables."""
    own = Path(f"/run/user/{os.geteuid()}/tftptui")
    return list(dict.fromkeys([folder_to_write(), _SYSTEM_FOLDER, own]))
