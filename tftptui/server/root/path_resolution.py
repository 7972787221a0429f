"""The walk from a name to what it means, one directory descriptor at a time.

No name and no link can lead outside the root, whatever changes on the disk
meanwhile.
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
"""Symbolic links followed for one name, as the kernel has it."""

_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Non-blocking: opening a FIFO would else wait for a writer, for ever.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

EFFECTIVE = os.access in os.supports_effective_ids


class RootError(Exception):
    """A name can't be served.

    Attributes:
        reason: the journal's word for it.
        code: of the ERROR for the client.
        text: why, for people.
    """

    def __init__(self, reason: Reason, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.reason, self.code, self.text = reason, code, text


class ServedFile(OpenFile, frozen=True):
    """A file of the root, open; ``name`` is how it is called below the root."""

    name: bytes


class Walk:
    """One resolution: a stack of open folders, the root at its foot.

    Attributes:
        links: those followed, and what they stand for.
        steps: the components of the name so far, spelled as on the disk.
    """

    def __init__(
        self, root: int, absolute: bytes, *, ignore_case: bool = False
    ) -> None:
        self.links: list[tuple[bytes, bytes]] = []
        self.steps: list[bytes] = []
        self._absolute = absolute
        self._ignore_case = ignore_case
        self._folders = [root]
        self._floor = 1  # folders on the stack that no link leads out of
        self._is_file = False
        self._missing: bytes | None = None

    def __enter__(self) -> Self:
        """Return itself; what the system says becomes a RootError at the end."""
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """Let go of the folders; the root is the caller's."""
        for descriptor in self._folders[1:]:
            os.close(descriptor)
        if isinstance(error, OSError):
            raise self.refusal(error) from error

    def refusal(self, error: OSError) -> RootError:
        """Turn what the system says on the way into an ERROR for the client."""
        if self.links and error.errno == errno.ENOENT:
            return RootError(Reason.NOT_FOUND, ErrorCode.FILE_NOT_FOUND, LEADS_NOWHERE)
        return refusal(error)

    def open(self, name: bytes) -> ServedFile:
        """Open the regular file that NAME means."""
        part = self.reach(name)
        if part is None:
            raise _is_folder()
        return self._file(part)

    def reach(self, name: bytes) -> bytes | None:
        """Go to the folder that holds what NAME means.

        Returns:
            The last component, no link and no folder, or None when the name
            means the folder itself. The folder is on top of the stack.
        """
        ahead = [(part, True) for part in components(name)]
        while ahead:
            part, is_asked = ahead.pop(0)
            if part == b"..":
                self._up(is_asked=is_asked)
                if is_asked:
                    self.steps.append(part)
                continue
            self._missing = None if ahead else part
            if not ahead and self._finds_file(part, is_asked=is_asked):
                return part
            step, part = self._step(part, is_asked=is_asked)
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
        """Go to the folder in which NAME is, or could be made.

        Returns:
            The last component, and whether something is there already.
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
        """Return the last component of NAME, if that alone is missing."""
        if self._missing is None:
            raise _no_folder()
        if is_hidden(self._missing):
            raise _our_own()
        if name.endswith(b"/"):
            raise _is_folder()
        return self._missing

    def new_name(self, name: bytes) -> bytes:
        """Return how what reach_new(NAME) came to is called below the root."""
        # A broken link is a step already: what it names is made.
        missing = components(name)[len(self.steps) :]
        return b"/".join((*self.steps, *missing))

    def folder(self) -> int:
        """Return a descriptor, open for reading, of the folder on top."""
        return os.open(b".", FOLDER, dir_fd=self._folders[-1])

    @property
    def top(self) -> int:
        """The descriptor of the folder on top; it stays the walk's."""
        return self._folders[-1]

    def detach(self) -> list[int]:
        """Return the open folders below the root, which the caller closes now."""
        folders = self._folders[1:]
        del self._folders[1:]
        return folders

    def look(self, part: bytes | None) -> os.stat_result:
        """Return what reach() came to."""
        if part is None:
            return os.fstat(self._folders[-1])
        return os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False)

    def may_read(self, part: bytes | None) -> bool:
        """Whether we may read what reach() came to."""
        return os.access(
            part or b".", os.R_OK, dir_fd=self._folders[-1], effective_ids=EFFECTIVE
        )

    def _finds_file(self, part: bytes, *, is_asked: bool) -> bool:
        """Whether there is a regular file: most names lead to one, at once."""
        if is_hidden(part):
            return False
        try:
            self._is_file = stat.S_ISREG(self.look(part).st_mode)
        except OSError:
            return False
        if self._is_file and is_asked:
            self.steps.append(part)
        return self._is_file

    def _step(self, part: bytes, *, is_asked: bool) -> tuple[int, bytes]:
        """Open a component; return its descriptor and how it is spelled."""
        if is_hidden(part):
            raise FileNotFoundError(errno.ENOENT, "reserved name")
        try:
            step = os.open(part, _STEP, dir_fd=self._folders[-1])
        except FileNotFoundError:
            if not self._ignore_case or not is_asked:
                raise
            part = twin(part, self._names())
            step = os.open(part, _STEP, dir_fd=self._folders[-1])
        if is_asked:
            self.steps.append(part)
        return step, part

    def _names(self) -> list[bytes]:
        """Return what the folder on top holds, or nothing if that may not be seen."""
        try:
            folder = self.folder()
        except PermissionError:  # we may pass through it, but not look around
            return []
        try:
            with os.scandir(folder) as found:
                return [os.fsencode(entry.name) for entry in found]
        finally:
            os.close(folder)

    def _up(self, *, is_asked: bool) -> None:
        if len(self._folders) <= (1 if is_asked else self._floor):
            raise outside()
        os.close(self._folders.pop())

    def _follow(self, link: bytes) -> tuple[bytes, ...]:
        """Return the components that a link stands for, from where we then are."""
        if len(self.links) == MAX_LINKS:
            raise OSError(errno.ELOOP, "too many links")
        target = os.readlink(link, dir_fd=self._folders[-1])
        self.links.append((link, target))
        if not target.startswith(b"/"):
            return components(target)
        if target != self._absolute and not target.startswith(self._absolute + b"/"):
            raise outside()
        while len(self._folders) > self._floor:
            self._up(is_asked=False)
        return components(target[len(self._absolute) :])

    def _file(self, name: bytes) -> ServedFile:
        if not self._is_file:  # a device must not even be opened: some act on it
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
    """Return in a word what a file's mode says it is."""
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
    """Whether a name is one of our own; file systems may ignore case."""
    return part[: len(PART_PREFIX)].lower() == PART_PREFIX


def twin(part: bytes, names: list[bytes]) -> bytes:
    """Return the one of NAMES that differs from PART in case only.

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
    """Return the ERROR for what leads out of what is served."""
    return RootError(
        Reason.OUTSIDE_ROOT,
        ErrorCode.ACCESS_VIOLATION,
        "outside the root, not served",
    )


def refusal(error: OSError) -> RootError:
    """Turn what the system says into an ERROR for the client."""
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
                f"the server can't read that file: {error.strerror}",
            )
