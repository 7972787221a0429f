"""Named places: files and directories served under names of their own.

The top level that clients see is then a table, not a directory. Below it everything
works on descriptors, as in any root: of the directory, or of the one with the file.
"""

import os
import stat
import weakref
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Self

from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.path_resolution import RootError, Walk, outside, twin
from tftptui.settings import Named
from tftptui.telemetry.refusal_reasons import Reason

_FOLDER = os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC


class Place:
    """A file or directory, open. The descriptor is closed with the last reference.

    Attributes:
        given: the setting.
        folder: the directory, or the one that contains the file; links are resolved.
        part: the file's name in it; None for a directory.
        descriptor: of that directory.

    Raises:
        OSError: the directory can't be opened.
    """

    def __init__(self, given: Named, *, is_file: bool) -> None:
        self.given = given
        self.folder, self.part = _resolved(given, is_file=is_file)
        self.descriptor = os.open(self.folder, _FOLDER)
        weakref.finalize(self, os.close, self.descriptor)

    @classmethod
    def open(cls, given: Named) -> Self:
        """Open what is there now.

        Raises:
            OSError: nothing is there, or it can't be opened.
        """
        return cls(given, is_file=not stat.S_ISDIR(given.path.stat().st_mode))

    @property
    def path(self) -> bytes:
        """Path of the file or directory."""
        if self.part is None:
            return self.folder
        return os.path.join(self.folder, self.part)  # noqa: PTH118 - bytes

    @property
    def is_lost(self) -> bool:
        """True if it was a directory and no longer exists."""
        return self.part is None and not self.given.path.is_dir()

    def now(self) -> "Place":
        """Return the place as it is now: self if it was not replaced."""
        is_file = self.part is not None
        try:
            folder, part = _resolved(self.given, is_file=is_file)
            there = Path(os.fsdecode(folder)).stat()
            is_same = os.path.samestat(there, os.fstat(self.descriptor))
            if is_same and (folder, part) == (self.folder, self.part):
                return self
            return Place(self.given, is_file=is_file)
        except OSError:
            return self


Places = Mapping[bytes, Place]


def open_places(named: Iterable[Named]) -> Places:
    """Open all places, by name.

    Raises:
        OSError: one can't be opened; its ``filename`` says which.
    """
    return {one.name.encode(): Place.open(one) for one in named}


class PlacesWalk(Walk):
    """A walk that starts at the table of places. Links cannot leave a place."""

    def __init__(self, places: Places, *, ignore_case: bool = False) -> None:
        super().__init__(-1, b"", ignore_case=ignore_case)
        self._places = places  # keeps the places and their descriptors alive
        self._floor = 2

    @property
    def _is_at_top(self) -> bool:
        return len(self._folders) == 1

    def _finds_file(self, part: bytes, *, is_requested: bool) -> bool:
        return not self._is_at_top and super()._finds_file(
            part, is_requested=is_requested
        )

    def _names(self) -> list[bytes]:
        return [*self._places] if self._is_at_top else super()._names()

    def _step(self, part: bytes, *, is_requested: bool) -> tuple[int, bytes]:
        if not self._is_at_top:
            return super()._step(part, is_requested=is_requested)
        name = part
        if name not in self._places:
            name = twin(part, self._names() if self._ignore_case else [])
        place = self._places[name]
        self.steps.append(name)
        if place.part is None:
            self._absolute = place.folder.rstrip(b"/")
            return os.dup(place.descriptor), name
        return self._step_to_file(place, place.part)

    def _step_to_file(self, place: Place, part: bytes) -> tuple[int, bytes]:
        self._folders.append(os.dup(place.descriptor))
        if self._missing is not None:
            self._missing = part  # an upload may create it again
        step = os.open(part, os.O_PATH | os.O_NOFOLLOW, dir_fd=self._folders[-1])
        mode = os.fstat(step).st_mode
        if stat.S_ISREG(mode):
            return step, part
        os.close(step)
        if stat.S_ISLNK(mode):  # a new link: Place.now() will resolve it
            raise outside()
        raise RootError(
            Reason.NOT_A_FILE,
            ErrorCode.ACCESS_VIOLATION,
            "no longer a regular file",
        )

    def _new_part(self, name: bytes) -> bytes:
        if self._is_at_top:
            raise _no_folder()
        return super()._new_part(name)


def _resolved(given: Named, *, is_file: bool) -> tuple[bytes, bytes | None]:
    """Return the directory to open, and the file's name in it, or None."""
    path = os.path.realpath(os.fsencode(given.path), strict=not is_file)
    if not is_file:
        return path, None
    return os.path.split(path)


def _no_folder() -> RootError:
    text = "only the named files are served: no new files"
    return RootError(Reason.ACCESS, ErrorCode.ACCESS_VIOLATION, text)
