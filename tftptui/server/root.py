"""The folder that is served: from a name on the wire to an open file.

The walk goes down by directory descriptors, one component at a time, so no name
and no link can lead outside, whatever changes on the disk meanwhile. The result
is an open descriptor, never a path that somebody opens later.
"""

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tftptui.protocol.errors import ErrorCode

MAX_LINKS = 40
"""Symbolic links followed for one name, as the kernel has it."""

_STEP = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
# Non-blocking: opening a FIFO would else wait for a writer, for ever.
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC


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


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A regular file below the root, open for reading; whoever has it closes it.

    Attributes:
        descriptor: of the file.
        size: octets, when it was opened.
        modified_ns: time of the last change, when it was opened.
    """

    descriptor: int
    size: int
    modified_ns: int


class Root:
    """A folder and everything below it; links are followed while they stay inside.

    Raises:
        OSError: the folder can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve(strict=True)
        self._absolute = os.fsencode(self.path)
        self._descriptor = os.open(
            self._absolute, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
        )

    def close(self) -> None:
        """Let go of the folder."""
        os.close(self._descriptor)

    def open(self, name: bytes) -> OpenFile:
        """Open the file that a request names.

        The name is taken as it is, then with backslashes as slashes; a leading
        slash means the root.

        Raises:
            RootError: no such file, or it may not be served.
        """
        if not name:
            raise RootError(
                "malformed", ErrorCode.FILE_NOT_FOUND, "the request names no file"
            )
        try:
            return self._open(name)
        except RootError as error:
            if error.reason != "not-found" or b"\\" not in name:
                raise
            return self._open(name.replace(b"\\", b"/"))

    def open_folder(self, name: bytes) -> int:
        """Return a descriptor of a folder below the root, for listing it.

        Raises:
            RootError: there is no such folder, or it may not be read.
        """
        with self._walk() as walk:
            if walk.reach(name) is not None:
                raise NotADirectoryError(errno.ENOTDIR, "not a folder")
            return walk.folder()

    def look(self, name: bytes) -> tuple[os.stat_result, bool]:
        """Return what a name means, links followed, and whether we may read it.

        Raises:
            RootError: it does not exist, or lies outside the root.
        """
        with self._walk() as walk:
            part = walk.reach(name)
            return walk.look(part), walk.may_read(part)

    def _open(self, name: bytes) -> OpenFile:
        with self._walk() as walk:
            return walk.open(name)

    @contextlib.contextmanager
    def _walk(self) -> Iterator["_Walk"]:
        walk = _Walk(self._descriptor, self._absolute)
        try:
            yield walk
        except OSError as error:
            raise _refusal(error) from error
        finally:
            walk.close()


class _Walk:
    """One resolution: a stack of open folders, the root at its foot."""

    def __init__(self, root: int, absolute: bytes) -> None:
        self._absolute = absolute
        self._folders = [os.dup(root)]
        self._links = 0

    def close(self) -> None:
        for descriptor in self._folders:
            os.close(descriptor)

    def open(self, name: bytes) -> OpenFile:
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

    def folder(self) -> int:
        """Return a descriptor, open for reading, of the folder on top."""
        return os.open(b".", _FOLDER, dir_fd=self._folders[-1])

    def look(self, part: bytes | None) -> os.stat_result:
        """Return what reach() came to."""
        if part is None:
            return os.fstat(self._folders[-1])
        return os.stat(part, dir_fd=self._folders[-1], follow_symlinks=False)

    def may_read(self, part: bytes | None) -> bool:
        """Whether we may read what reach() came to."""
        return os.access(part or b".", os.R_OK, dir_fd=self._folders[-1])

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
        descriptor = os.open(name, _READ, dir_fd=self._folders[-1])
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            return OpenFile(descriptor, found.st_size, found.st_mtime_ns)
        os.close(descriptor)
        raise RootError(
            "not-a-file",
            ErrorCode.ACCESS_VIOLATION,
            f"that is a {kind_of(found.st_mode)}, not a regular file",
        )


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


def _components(name: bytes) -> list[bytes]:
    return [part for part in name.split(b"/") if part not in (b"", b".")]


def _outside() -> RootError:
    return RootError(
        "outside-root",
        ErrorCode.ACCESS_VIOLATION,
        "that lies outside the folder that is served",
    )


def _refusal(error: OSError) -> RootError:
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
