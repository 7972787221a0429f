"""Files that stay open for a moment: a rack of machines asks for the same few.

Each request still asks the system what its name means now, step by step below the
root. Only where every step is what it was when the file was opened, and the file has
neither been written nor got other rights since, is the open one used again.
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
"""Files kept open."""

DESCRIPTOR_SHARE = 4
"""The cache holds at most one of so many descriptors that this process may have: the
rest is for transfers."""

SHARED_ROOM, SHARED_BLOCKS = 65_536, 160
"""Bytes of a file, and its blocks, that are read once for all who ask for it."""

AT_REST = 5 * 10**9
"""Nanoseconds for which a file must not have been changed for that: what is written
within one tick of the disk's clock has the same time as what was there before."""

_MOST_STAGED = 2
"""Kinds of blocks of one file."""

_PLAIN = (DEFAULT_BLOCK_SIZE, 1, 0)
"""How blocks are staged for who asks without options."""

Look = Callable[[bytes], os.stat_result]

_look = os.stat


class SharedFile:
    """An open file of the root, and how many use it; see ReadFile.

    Args:
        look: tells what a name below the root means now, or raises RootError.

    Attributes:
        status: how it stood when it was opened; ``size`` are its bytes.
        name: how it is called below the root.
        packet: the only DATA of a file of one block, once it was read for somebody.
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
        """Whether its name still means it."""
        try:
            return os.path.samestat(self._look(self.name), self.status)
        except RootError:
            return False

    def settle(self, version: Version) -> None:
        """Share the content of a small file among its readers, if it is unchanged."""
        is_far = is_far_device(version.device)
        rests = time.time_ns() - max(version.modified_ns, version.changed_ns)
        if self.size <= SHARED_ROOM and rests > AT_REST and not is_far:
            self._staged = {}

    def staging(self, block_size: int, window: int, numbering: Numbering) -> Staging:
        """Return where to stage its blocks: all of them, or a window for a moment."""
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
        """Whether there is ``packet``; it is made where it can be."""
        if self.packet is None and self._staged and self.size < DEFAULT_BLOCK_SIZE:
            whole = self._staged.get(_PLAIN)
            if whole is not None and whole.is_read:
                self.packet = whole.packet(0, self.size)
        return self.packet is not None

    def close(self) -> None:
        """Let go of it; the last one closes it."""
        self.users -= 1
        if not self.users:
            os.close(self.descriptor)


class _Kept:
    """An open file, and the way that led to it.

    Attributes:
        way: each folder on it: the name, device and inode, and a descriptor.
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
        """Whether its name still means this file, unchanged."""
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
        """How many descriptors it holds."""
        return 1 + len(self.way)

    def close(self) -> None:
        self.file.close()
        for _, _, folder in self.way:
            os.close(folder)


class OpenFileCache:
    """The files opened a moment ago, by the requested name; the least used go first.

    Call forget() once a second: what it keeps is never older.
    """

    def __init__(self) -> None:
        self._kept: dict[bytes, _Kept] = {}  # the last used comes last
        self._descriptors = 0

    def find(self, asked: bytes, root: int) -> SharedFile | None:
        """Return the file that ASKED means below the folder ROOT, if it is open."""
        kept = self._kept.pop(asked, None)
        if kept is None:
            return None
        if not kept.is_there(root):
            self._close(kept)
            return None
        self._kept[asked] = kept
        kept.file.users += 1
        return kept.file

    def keep(self, asked: bytes, walk: Walk, shared: SharedFile) -> SharedFile:
        """Keep what a walk has just opened where that is simple; return it."""
        names = walk.steps
        is_simple = not walk.links and b".." not in names
        if is_simple and tuple(names) == components(asked):
            if (old := self._kept.pop(asked, None)) is not None:
                self._close(old)
            self._make_room(len(names))
            shared.users += 1
            kept = self._kept[asked] = _Kept(shared, walk.detach(), names)
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
        """Let go of all that is kept; who uses a file still has it."""
        kept, self._kept, self._descriptors = self._kept, {}, 0
        for one in kept.values():
            one.close()
