"""The folder that is served: from a name on the wire to an open file.

The result of a look-up is an open descriptor, never a path that somebody opens
later.
"""

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from tftptui.files.sources import OpenFile
from tftptui.protocol.errors import ErrorCode
from tftptui.server.walk import FOLDER, RootError, Walk, refusal


class Root:
    """A folder and everything below it; links are followed while they stay inside.

    Raises:
        OSError: the folder can't be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path.resolve(strict=True)
        self._absolute = os.fsencode(self.path).rstrip(b"/")  # "/" may be served
        self._descriptor = os.open(self.path, FOLDER)

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

    def reach_new(self, name: bytes) -> tuple[int, bytes, bool]:
        """Find where an upload goes.

        Returns:
            A descriptor of the folder, which the caller closes, the name in it,
            and whether there is a file already.

        Raises:
            RootError: there is no such folder, or no regular file may be there.
        """
        with self._walk() as walk:
            part, is_there = walk.reach_new(name.replace(b"\\", b"/"))
            return walk.folder(), part, is_there

    def _open(self, name: bytes) -> OpenFile:
        with self._walk() as walk:
            return walk.open(name)

    @contextlib.contextmanager
    def _walk(self) -> Iterator[Walk]:
        walk = Walk(self._descriptor, self._absolute)
        try:
            yield walk
        except OSError as error:
            raise refusal(error) from error
        finally:
            walk.close()
