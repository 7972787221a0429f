"""The walk from a name to what it means, one directory descriptor at a time.

No name and no link can lead outside the root, whatever changes on the disk
meanwhile.
"""

import errno
import os
import stat

from tftptui.files.sources import OpenFile
from tftptui.protocol.errors import ErrorCode

MAX_LINKS = 40
"""Symbolic links followed for one name, as the kernel has it."""

_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Non-blocking: opening a FIFO would else wait for a writer, for ever.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

_EFFECTIVE = os.access in os.supports_effective_ids


class RootError(Exception):
    """A name can't be served.

    Attributes:
        reason: the journal's word for it.
        code: of the ERROR for the client.
        text: why, for people.
    """

    def __init__(self, reason: str, code: ErrorCode, text: str) -> None:
        super().__init__(text)
        self.reason, self.code, self.text = reason, code, text


class Walk:
    """One resolution: a stack of open folders, the root at its foot."""

    def __init__(self, root: int, absolute: bytes) -> None:
        self._absolute = absolute
        self._folders = [os.dup(root)]
        self._links = 0
        self._missing: bytes | None = None

    def close(self) -> None:
        """Let go of the folders."""
        for descriptor in self._folders:
            os.close(descriptor)

    def open(self, name: bytes) -> OpenFile:
        """Open the regular file that NAME means."""
        part = self.reach(name)
        if part is None:
            raise RootError(
                "not-a-file", ErrorCode.ACCESS_VIOLATION, "that is a folder, not a file"
            )
        return self._file(part)

    def reach(self, name: bytes) -> bytes | None:
        """Go to the folder that holds what NAME means.

        Returns:
            The last component, no link and no folder, or None when the name
            means the folder itself. The folder is on top of the stack.
        """
        ahead = _components(name)
        while ahead:
            part = ahead.pop(0)
            if part == b"..":
                self._up()
                continue
            self._missing = None if ahead else part
            step = os.open(part, _STEP, dir_fd=self._folders[-1])
            mode = os.fstat(step).st_mode
            if stat.S_ISDIR(mode):
                self._folders.append(step)
                continue
            os.close(step)
            if stat.S_ISLNK(mode):
                ahead = self._follow(part) + ahead
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
            if self._missing is None:
                raise
            return self._missing, False
        if part is None:
            raise RootError(
                "not-a-file", ErrorCode.ACCESS_VIOLATION, "that is a folder, not a file"
            )
        _require_regular(self.look(part))
        return part, True

    def folder(self) -> int:
        """Return a descriptor, open for reading, of the folder on top."""
        return os.open(b".", FOLDER, dir_fd=self._folders[-1])

    def look(self, part: bytes | None) -> os.stat_result:
        """Return what reach() came to."""
        if part is None:
            return os.fstat(self._folders[-1])
        return os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False)

    def may_read(self, part: bytes | None) -> bool:
        """Whether we may read what reach() came to."""
        return os.access(
            part or b".", os.R_OK, dir_fd=self._folders[-1], effective_ids=_EFFECTIVE
        )

    def _up(self) -> None:
        if len(self._folders) == 1:
            raise _outside()
        os.close(self._folders.pop())

    def _follow(self, link: bytes) -> list[bytes]:
        """Return the components that a link stands for, from where we then are."""
        self._links += 1
        if self._links > MAX_LINKS:
            raise OSError(errno.ELOOP, "too many links")
        target = os.readlink(link, dir_fd=self._folders[-1])
        if not target.startswith(b"/"):
            return _components(target)
        if target != self._absolute and not target.startswith(self._absolute + b"/"):
            raise _outside()
        while len(self._folders) > 1:
            self._up()
        return _components(target[len(self._absolute) :])

    def _file(self, name: bytes) -> OpenFile:
        # A device must not even be opened: some act on it.
        _require_regular(self.look(name))
        descriptor = os.open(name, _READ, dir_fd=self._folders[-1])
        try:
            found = os.fstat(descriptor)
            _require_regular(found)
        except BaseException:
            os.close(descriptor)
            raise
        return OpenFile(descriptor, found.st_size, found.st_mtime_ns)


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
            "not-a-file",
            ErrorCode.ACCESS_VIOLATION,
            f"that is a {kind_of(found.st_mode)}, not a regular file",
        )


def _components(name: bytes) -> list[bytes]:
    return [part for part in name.split(b"/") if part not in (b"", b".")]


def _outside() -> RootError:
    return RootError(
        "outside-root",
        ErrorCode.ACCESS_VIOLATION,
        "that lies outside the folder that is served",
    )


def refusal(error: OSError) -> RootError:
    """Turn what the system says into an ERROR for the client."""
    match error.errno:
        case errno.ENOENT | errno.ENOTDIR | errno.ENAMETOOLONG:
            return RootError("not-found", ErrorCode.FILE_NOT_FOUND, "file not found")
        case errno.EACCES | errno.EPERM:
            return RootError(
                "access",
                ErrorCode.ACCESS_VIOLATION,
                "the server may not read that file",
            )
        case errno.EMFILE | errno.ENFILE:
            return RootError(
                "limit", ErrorCode.UNDEFINED, "the server has too many open files"
            )
        case _:
            return RootError(
                "unreadable",
                ErrorCode.UNDEFINED,
                f"the server can't read that file: {error.strerror}",
            )
