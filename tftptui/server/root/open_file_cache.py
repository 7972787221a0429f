"""A cache of open files: a booting rack requests the same few.

Each request still checks on the disk what its name means, component by component. The
cached file is used only if every component is unchanged since it was opened and the
file was neither written nor changed in its permissions.
"""

import os
import time
from collections.abc import Callable

from tftptui.files.mounts import is_far_device
from tftptui.files.staging import Staging, Whole, scratch
from tftptui.files.versions import version_of
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.protocol.packets import Numbering
from tftptui.server.process_limits import descriptor_limit
from tftptui.server.root.names import components
from tftptui.server.root.path_resolution import RootError, ServedFile, Walk
from tftptui.telemetry.versions import Version

MOST_KEPT = 2_048
"""Maximum number of files kept open."""

DESCRIPTOR_SHARE = 4
"""The cache uses at most this fraction (one nth) of the process's descriptors; the rest
are for transfers."""

SHARED_ROOM, SHARED_BLOCKS = 65_536, 160
"""Maximum size, in bytes and in blocks, of a file read once for all its readers."""

AT_REST = 5 * 10**9
"""Nanoseconds a file must be unchanged to be shared: two writes within one tick of the
file system's clock get the same timestamp."""

_MOST_STAGED = 2
"""Block layouts kept for one file."""

_PLAIN = (DEFAULT_BLOCK_SIZE, 1, 0)
"""Block layout for requests without options."""

Look = Callable[[bytes], os.stat_result]

_look = os.stat


class SharedFile:
    """An open file of the root with a reference count; see ReadFile.

    Args:
        look: returns the status of a name below the root now, or raises RootError.

    Attributes:
        status: as of the opening; ``size`` in bytes.
        name: below the root.
        packet: the DATA packet of a one-block file, once it has been read.
    """

    __slots__ = (
        "_look",
        "_staged",
        "descriptor",
        "name",
        "packet",
        "size",
        "status",
        "users",
    )

    def __init__(self, file: ServedFile, look: Look) -> None:
        self.descriptor, self.name = file.descriptor, file.name
        self.status, self.size = file.status, file.status.st_size
        self._look = look
        self.users = 1
        self._staged: dict[tuple[int, int, int], Whole] | None = None
        self.packet: memoryview | None = None

    def is_named(self) -> bool:
        """Return whether its name still refers to this file."""
        try:
            return os.path.samestat(self._look(self.name), self.status)
        except RootError:
            return False

    def settle(self, version: Version) -> None:
        """Share the content of a small file among its readers if it is not changing."""
        is_far = is_far_device(version.device)
        rests = time.time_ns() - max(version.modified_ns, version.changed_ns)
        if self.size <= SHARED_ROOM and rests > AT_REST and not is_far:
            self._staged = {}

    def staging(self, block_size: int, window: int, numbering: Numbering) -> Staging:
        """Return the staging for its blocks: for the whole file, or one window."""
        blocks, staged = self.size // block_size + 1, self._staged
        key = (block_size, window, numbering.rollover)
        if staged is None or blocks > SHARED_BLOCKS:
            return scratch(*key)
        found = staged.get(key)
        if found is None:
            if len(staged) >= _MOST_STAGED:
                return scratch(*key)
            found = staged[key] = Whole(block_size, window, numbering, self.size)
        return found

    def find_packet(self) -> bool:
        """Return whether ``packet`` is available; build it if possible."""
        if self.packet is None and self._staged and self.size < DEFAULT_BLOCK_SIZE:
            whole = self._staged.get(_PLAIN)
            if whole is not None and whole.is_read:
                self.packet = whole.packet(0, self.size)
        return self.packet is not None

    def close(self) -> None:
        """Drop one reference; the last one closes the file."""
        self.users -= 1
        if not self.users:
            os.close(self.descriptor)


class _Kept:
    """An open file with the directories on its path.

    Attributes:
        way: for each directory: name, device and inode, descriptor.
        part: the name in the last one.
    """

    __slots__ = ("file", "part", "version", "way")

    def __init__(
        self, file: SharedFile, folders: list[int], names: list[bytes]
    ) -> None:
        self.file = file
        self.version = version_of(file.status)
        found = map(os.fstat, folders)
        inodes = [(one.st_dev, one.st_ino) for one in found]
        *above, self.part = names
        self.way = tuple(zip(above, inodes, folders, strict=True))

    def is_there(self, root: int) -> bool:
        """Return whether its name still refers to this file, unchanged."""
        folder = root
        try:
            for name, inode, opened in self.way:
                found = _look(name, dir_fd=folder, follow_symlinks=False)
                if (found.st_dev, found.st_ino) != inode:
                    return False
                folder = opened
            found = _look(self.part, dir_fd=folder, follow_symlinks=False)
        except OSError:
            return False
        return version_of(found) == self.version

    @property
    def descriptors(self) -> int:
        """Number of descriptors it holds."""
        return 1 + len(self.way)

    def close(self) -> None:
        self.file.close()
        for _, _, folder in self.way:
            os.close(folder)


class OpenFileCache:
    """Recently opened files by requested name, with LRU eviction.

    Call forget() once a second: that limits the age of an entry.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept] = {}  # most recently used last
        self._descriptors = 0

    def find(self, requested: bytes, root: int) -> SharedFile | None:
        """Return the open file for REQUESTED below the directory ROOT, or None."""
        kept = self._kept.pop(requested, None)
        if kept is None:
            return None
        if not kept.is_there(root):
            self._close(kept)
            return None
        self._kept[requested] = kept
        kept.file.users += 1
        return kept.file

    def keep(self, requested: bytes, walk: Walk, shared: SharedFile) -> SharedFile:
        """Cache a file just opened if its path has no links or ".."; return it."""
        names = walk.steps
        is_simple = not walk.links and b".." not in names
        if is_simple and tuple(names) == components(requested):
            if (old := self._kept.pop(requested, None)) is not None:
                self._close(old)
            self._make_room(len(names))
            shared.users += 1
            kept = self._kept[requested] = _Kept(shared, walk.detach(), names)
            self._descriptors += kept.descriptors
            shared.settle(kept.version)
        return shared

    def _make_room(self, descriptors: int) -> None:
        most = descriptor_limit() // DESCRIPTOR_SHARE
        while self._kept and (
            len(self._kept) >= MOST_KEPT or self._descriptors + descriptors > most
        ):
            self._close(self._kept.pop(next(iter(self._kept))))

    def _close(self, kept: _Kept) -> None:
        self._descriptors -= kept.descriptors
        kept.close()

    def forget(self) -> None:
        """Drop all entries; files in use stay open."""
        kept, self._kept, self._descriptors = self._kept, {}, 0
        for one in kept.values():
            one.close()
