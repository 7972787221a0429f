"""The root: from a requested name to an open file.

The result of a lookup is an open descriptor, never a path that is opened later.
"""

import errno
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.names import Candidate, Names
from tftptui.server.root.open_file_cache import OpenFileCache, SharedFile
from tftptui.server.root.path_resolution import FOLDER, RootError, ServedFile, Walk
from tftptui.server.root.places import Place, Places, PlacesWalk, open_places
from tftptui.settings import Named, words_of
from tftptui.telemetry.refusal_reasons import Reason

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class NewPlace:
    """The destination of an upload.

    Attributes:
        folder: a descriptor of the directory, which the caller closes.
        part: the name in it.
        is_there: whether the file already exists.
        name: the path below the root.
    """

    folder: int
    part: bytes
    is_there: bool
    name: bytes


class Root:
    """The directory served; links are followed while they stay inside.

    With NAMED places only these are served, next to each other, each as its own root.

    Attributes:
        path: of the directory; of the common parent of all named places.
        names: how names are resolved; may be changed while serving.
        is_there: whether the directory still exists at its path.
        version: increases when the directory was replaced by another, or when a named
            one disappeared or came back.

    Raises:
        OSError: the directory can't be opened.
    """

    def __init__(
        self,
        path: Path,
        names: Names | None = None,
        named: Sequence[Named] = (),
    ) -> None:
        self.names = names or Names()
        self.is_there = True
        self.version = 0
        self._given = path.absolute()
        self._descriptor = -1
        self._opened = OpenFileCache()
        self._places: Places | None = None
        self._lost: set[bytes] = set()
        if named:
            self._places, self.path = open_places(named), self._given
        else:
            self._take()

    @property
    def top(self) -> list[bytes] | None:
        """The names of the named places; None for a directory."""
        places = self._places
        return None if places is None else [*places]

    @property
    def places(self) -> list[Place]:
        """The named places."""
        return [*(self._places or {}).values()]

    @property
    def title(self) -> str:
        """A short description of what is served."""
        places = self.places
        return words_of([one.given.name for one in places]) or str(self.path)

    def _take(self) -> None:
        """Open the directory that is there now."""
        path = self._given.resolve(strict=True)
        opened = os.open(path, FOLDER)
        if self._descriptor < 0:
            self._descriptor = opened
        else:
            # Atomic: a walk in a thread starts in the old directory or in the new one.
            os.dup2(opened, self._descriptor, inheritable=False)
            os.close(opened)
        self.path = path
        self._absolute = os.fsencode(path).rstrip(b"/")  # "/" may be the root

    def follow(self) -> None:
        """Serve the directory now at the path if it was replaced.

        It may be replaced by a rename, a link with a new target, a mount or an unmount.
        If nothing is there the old directory is still served.
        """
        if self._places is not None:
            self._follow_places(self._places)
            return
        try:
            found = self._given.stat()
            is_same = os.path.samestat(found, os.fstat(self._descriptor))
            if not is_same:
                self._take()
                self.version += 1
            self.is_there = True
        except OSError:
            self.is_there = False

    def _follow_places(self, places: Places) -> None:
        now = {name: place.now() for name, place in places.items()}
        lost = {name for name, place in now.items() if place.is_lost}
        if lost != self._lost or any(now[name] is not places[name] for name in places):
            self._places, self._lost = now, lost
            self.version += 1

    def move(self, path: Path) -> None:
        """Serve another directory from now on.

        Raises:
            OSError: it can't be opened; nothing has changed then.
        """
        before, self._given = self._given, path.absolute()
        try:
            self._take()
        except OSError:
            self._given = before
            raise
        self._places = None
        self.is_there = True
        self.version += 1

    def close(self) -> None:
        """Close the root and all cached files."""
        self._places = None
        self._opened.forget()
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def open(self, requested: bytes, client: str = "") -> ServedFile:
        """Open the file that a request of CLIENT names.

        The candidates are tried in order until one exists.

        Raises:
            RootError: there is no such file, or it must not be served.
        """
        return self._open(requested, client, lambda _, file: file)

    def share(self, requested: bytes, client: str = "") -> SharedFile:
        """Like open(), but may return a file already open; see OpenFileCache.

        Raises:
            RootError: like open().
        """
        if self._places is not None or not self.names.is_plain:
            return self._open(requested, client, self._shared)
        found = self._opened.find(requested, self._descriptor)
        return found or self._open(requested, client, partial(self._keep, requested))

    def _keep(self, requested: bytes, walk: Walk, file: ServedFile) -> SharedFile:
        return self._opened.keep(requested, walk, self._shared(walk, file))

    def _shared(self, _: Walk, file: ServedFile) -> SharedFile:
        return SharedFile(file, lambda name: self.look(name)[0])

    def forget_opened(self) -> None:
        """Clear the cache of open files; call it once a second."""
        self._opened.forget()

    def _open(
        self, requested: bytes, client: str, take: Callable[[Walk, ServedFile], T]
    ) -> T:
        missing = None
        for candidate in self.names.candidates(requested, client):
            try:
                with self.walk(ignore_case=candidate.ignore_case) as walk:
                    return take(walk, walk.open(candidate.name))
            except RootError as error:
                if error.reason != Reason.NOT_FOUND:
                    raise
                missing = error
        raise missing or _nameless(ErrorCode.FILE_NOT_FOUND)

    def open_folder(self, name: bytes) -> int:
        """Return a descriptor of a directory below the root, for listing it.

        Raises:
            RootError: there is no such directory, or it is not readable.
        """
        with self.walk() as walk:
            if walk.reach(name) is not None:
                raise NotADirectoryError(errno.ENOTDIR, "not a folder")
            return walk.folder()

    def look(self, name: bytes) -> tuple[os.stat_result, bool]:
        """Return the status of a name, links followed, and whether we may read it.

        Raises:
            RootError: it does not exist or is outside the root.
        """
        with self.walk() as walk:
            part = walk.reach(name)
            return walk.look(part), walk.may_read(part)

    def reach_new(self, requested: bytes, client: str = "") -> NewPlace:
        """Find the destination of an upload of CLIENT.

        Raises:
            RootError: there is no such directory, or something else has that name.
        """
        missing = None
        for candidate in self.names.targets(requested, client):
            try:
                return self.try_new(candidate)
            except RootError as error:
                if error.reason != Reason.NOT_FOUND:
                    raise
                missing = error
        raise missing or _nameless(ErrorCode.ACCESS_VIOLATION)

    def try_new(self, target: Candidate) -> NewPlace:
        """Return the destination of an upload to TARGET.

        Raises:
            RootError: TARGET is not possible.
        """
        with self.walk(ignore_case=target.ignore_case) as walk:
            part, is_there = walk.reach_new(target.name)
            return NewPlace(walk.folder(), part, is_there, walk.new_name(target.name))

    def walk(self, *, ignore_case: bool = False) -> Walk:
        """Return a walk that starts at the root, for a with statement."""
        places = self._places
        if places is not None:
            return PlacesWalk(places, ignore_case=ignore_case)
        return Walk(self._descriptor, self._absolute, ignore_case=ignore_case)


def _nameless(code: ErrorCode) -> RootError:
    return RootError(Reason.MALFORMED, code, "the request names no file")
