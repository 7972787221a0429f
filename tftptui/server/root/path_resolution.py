"""Path resolution, one directory descriptor at a time.

No name and no link can lead outside the root, even if the disk changes meanwhile.
"""

import errno
import os
import stat
from types import TracebackType
from typing import Self

from tftptui.files.hidden_file import PREFIX as PART_PREFIX
from tftptui.files.source import OpenFile
from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.names import components
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.words import LEADS_NOWHERE

MAX_LINKS = 40
"""Symbolic links followed for one name, as in the kernel."""

_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Non-blocking: opening a FIFO would otherwise wait for a writer forever.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

EFFECTIVE = os.access in os.supports_effective_ids


class RootError(Exception):
    """A name can't be served.

    Attributes:
        reason: as in the journal.
        code: error code sent to the client.
        text: the reason for people.
    """

    def __init__(self, reason: Reason, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.reason, self.code, self.text = reason, code, text


class ServedFile(OpenFile, frozen=True):
    """An open file of the root; ``name`` is its path below the root."""

    name: bytes


class Walk:
    """One path resolution: a stack of open directories with the root at the bottom.

    Attributes:
        links: links followed, each with its target.
        steps: the path components so far, spelled as on disk.
    """

    def __init__(
        self, root: int, absolute: bytes, *, ignore_case: bool = False
    ) -> None:
        self.links: list[tuple[bytes, bytes]] = []
        self.steps: list[bytes] = []
        self._absolute = absolute
        self._ignore_case = ignore_case
        self._folders = [root]
        self._floor = 1  # directories on the stack that links cannot leave
        self._is_file = False
        self._missing: bytes | None = None

    def __enter__(self) -> Self:
        """Return self; an OSError in the block becomes a RootError."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Close the directories, except the root."""
        for descriptor in self._folders[1:]:
            os.close(descriptor)
        if isinstance(error, OSError):
            raise self.refusal(error) from error

    def refusal(self, error: OSError) -> RootError:
        """Convert an OSError of this walk to an ERROR for the client."""
        if self.links and error.errno == errno.ENOENT:
            return RootError(Reason.NOT_FOUND, ErrorCode.FILE_NOT_FOUND, LEADS_NOWHERE)
        return refusal(error)

    def open(self, name: bytes) -> ServedFile:
        """Open the regular file NAME."""
        part = self.reach(name)
        if part is None:
            raise _is_folder()
        return self._file(part)

    def reach(self, name: bytes) -> bytes | None:
        """Open the directory that contains NAME.

        Returns:
            The last component, which is neither a link nor a directory; None if NAME is
            a directory. The directory is on top of the stack.
        """
        ahead = [(part, True) for part in components(name)]
        while ahead:
            part, is_requested = ahead.pop(0)
            if part == b"..":
                self._up(is_requested=is_requested)
                if is_requested:
                    self.steps.append(part)
                continue
            self._missing = None if ahead else part
            if not ahead and self._finds_file(part, is_requested=is_requested):
                return part
            step, part = self._step(part, is_requested=is_requested)
            mode = os.fstat(step).st_mode
            if stat.S_ISDIR(mode):
                self._folders.append(step)
                continue
            os.close(step)
            if stat.S_ISLNK(mode):
                ahead = [(behind, False) for behind in self._follow(part)] + ahead
            elif ahead:
                raise NotADirectoryError(errno.ENOTDIR, "not a folder")
            else:
                return part
        return None

    def reach_new(self, name: bytes) -> tuple[bytes, bool]:
        """Open the directory in which NAME is, or can be created.

        Returns:
            The last component, and whether it exists.
        """
        try:
            part = self.reach(name)
        except FileNotFoundError:
            return self._new_part(name), False
        except NotADirectoryError:
            raise _no_folder() from None
        except OSError as error:
            if error.errno != errno.ENAMETOOLONG:
                raise
            raise _too_long() from None
        if part is None:
            raise _is_folder()
        _require_regular(self.look(part))
        return part, True

    def _new_part(self, name: bytes) -> bytes:
        """Return the last component of NAME if it is the only one missing."""
        if self._missing is None:
            raise _no_folder()
        if is_hidden(self._missing):
            raise _our_own()
        if name.endswith(b"/"):
            raise _is_folder()
        return self._missing

    def new_name(self, name: bytes) -> bytes:
        """Return the path below the root of what reach_new(NAME) found."""
        # A broken link is already in steps: its target is created.
        missing = components(name)[len(self.steps) :]
        return b"/".join((*self.steps, *missing))

    def folder(self) -> int:
        """Return a new descriptor, open for reading, of the directory on top."""
        return os.open(b".", FOLDER, dir_fd=self._folders[-1])

    @property
    def top(self) -> int:
        """Descriptor of the directory on top; the walk closes it."""
        return self._folders[-1]

    def detach(self) -> list[int]:
        """Return the open directories below the root; the caller closes them."""
        folders = self._folders[1:]
        del self._folders[1:]
        return folders

    def look(self, part: bytes | None) -> os.stat_result:
        """Return the status of what reach() returned."""
        if part is None:
            return os.fstat(self._folders[-1])
        return os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False)

    def may_read(self, part: bytes | None) -> bool:
        """Return whether we may read what reach() returned."""
        return os.access(
            part or b".", os.R_OK, dir_fd=self._folders[-1], effective_ids=EFFECTIVE
        )

    def _finds_file(self, part: bytes, *, is_requested: bool) -> bool:
        """Return whether there is a regular file; a shortcut for most names."""
        if is_hidden(part):
            return False
        try:
            self._is_file = stat.S_ISREG(self.look(part).st_mode)
        except OSError:
            return False
        if self._is_file and is_requested:
            self.steps.append(part)
        return self._is_file

    def _step(self, part: bytes, *, is_requested: bool) -> tuple[int, bytes]:
        """Open a component; return its descriptor and its spelling on disk."""
        if is_hidden(part):
            raise FileNotFoundError(errno.ENOENT, "reserved name")
        try:
            step = os.open(part, _STEP, dir_fd=self._folders[-1])
        except FileNotFoundError:
            if not self._ignore_case or not is_requested:
                raise
            part = twin(part, self._names())
            step = os.open(part, _STEP, dir_fd=self._folders[-1])
        if is_requested:
            self.steps.append(part)
        return step, part

    def _names(self) -> list[bytes]:
        """Return the names in the directory on top; empty without permission."""
        try:
            folder = self.folder()
        except PermissionError:  # search permission without read permission
            return []
        try:
            with os.scandir(folder) as found:
                return [os.fsencode(entry.name) for entry in found]
        finally:
            os.close(folder)

    def _up(self, *, is_requested: bool) -> None:
        if len(self._folders) <= (1 if is_requested else self._floor):
            raise outside()
        os.close(self._folders.pop())

    def _follow(self, link: bytes) -> tuple[bytes, ...]:
        """Return the components of a link's target; return to the root if absolute."""
        if len(self.links) == MAX_LINKS:
            raise OSError(errno.ELOOP, "too many links")
        target = os.readlink(link, dir_fd=self._folders[-1])
        self.links.append((link, target))
        if not target.startswith(b"/"):
            return components(target)
        if target != self._absolute and not target.startswith(self._absolute + b"/"):
            raise outside()
        while len(self._folders) > self._floor:
            self._up(is_requested=False)
        return components(target[len(self._absolute) :])

    def _file(self, name: bytes) -> ServedFile:
        if not self._is_file:  # opening a device alone can have side effects
            _require_regular(self.look(name))
        descriptor = os.open(name, _READ, dir_fd=self._folders[-1])
        try:
            found = os.fstat(descriptor)
            _require_regular(found)
        except BaseException:
            os.close(descriptor)
            raise
        served = b"/".join(self.steps)
        return ServedFile(descriptor, found, served)


def kind_of(mode: int) -> str:
    """Return the file type of a mode as a word."""
    kinds = (
        (stat.S_ISREG, "file"),
        (stat.S_ISDIR, "folder"),
        (stat.S_ISLNK, "link"),
        (stat.S_ISFIFO, "pipe"),
        (stat.S_ISSOCK, "socket"),
    )
    return next((word for is_kind, word in kinds if is_kind(mode)), "device")


def _require_regular(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise RootError(
            Reason.NOT_A_FILE,
            ErrorCode.ACCESS_VIOLATION,
            f"that is a {kind_of(found.st_mode)}, not a regular file",
        )


def is_hidden(part: bytes) -> bool:
    """Return whether a name is one of our own; the file system may ignore case."""
    return part[: len(PART_PREFIX)].lower() == PART_PREFIX


def twin(part: bytes, names: list[bytes]) -> bytes:
    """Return the name in NAMES that differs from PART only in case.

    Raises:
        FileNotFoundError: there is none.
        RootError: there are several.
    """
    wanted = _folded(part)
    twins = [name for name in names if _folded(name) == wanted]
    if not twins:
        raise FileNotFoundError(errno.ENOENT, "not there, even ignoring case")
    if len(twins) > 1:
        raise _ambiguous(twins)
    return twins[0]


def _folded(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape").casefold()


def _ambiguous(twins: list[bytes]) -> RootError:
    one, other, *more = map(visible, sorted(twins))
    others = f"{one}, {other}" if more else f"{one} and {other}"
    text = f"several names differ only in case: {others}" + (", …" if more else "")
    return RootError(Reason.AMBIGUOUS, ErrorCode.ACCESS_VIOLATION, text)


def _is_folder() -> RootError:
    text = "that is a folder, not a file"
    return RootError(Reason.NOT_A_FILE, ErrorCode.ACCESS_VIOLATION, text)


def _no_folder() -> RootError:
    text = "there is no such folder"
    return RootError(Reason.NOT_FOUND, ErrorCode.FILE_NOT_FOUND, text)


def _too_long() -> RootError:
    text = "the file name is too long"
    return RootError(Reason.MALFORMED, ErrorCode.ACCESS_VIOLATION, text)


def _our_own() -> RootError:
    text = f"names that begin with {PART_PREFIX.decode()} are reserved by the server"
    return RootError(Reason.DENIED, ErrorCode.ACCESS_VIOLATION, text)


def outside() -> RootError:
    """Return the ERROR for a name outside the root."""
    return RootError(
        Reason.OUTSIDE_ROOT,
        ErrorCode.ACCESS_VIOLATION,
        "outside the root, not served",
    )


def refusal(error: OSError) -> RootError:
    """Convert an OSError to an ERROR for the client."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR | errno.ENAMETOOLONG:
            return RootError(
                Reason.NOT_FOUND, ErrorCode.FILE_NOT_FOUND, "file not found"
            )
        case errno.EACCES | errno.EPERM:
            return RootError(
                Reason.ACCESS,
                ErrorCode.ACCESS_VIOLATION,
                "permission denied",
            )
        case errno.EMFILE | errno.ENFILE:
            return RootError(
                Reason.LIMIT, ErrorCode.UNDEFINED, "the server has too many open files"
            )
        case _:
            return RootError(
                Reason.UNREADABLE,
                ErrorCode.UNDEFINED,
                f"the server cannot read that file: {error.strerror}",
            )
