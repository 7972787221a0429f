"""Identifies versions of a file."""

import msgspec


class Version(msgspec.Struct, frozen=True, array_like=True):
    """A file's identity and version at one time.

    If two are equal, the content is the same. If only ``changed_ns`` differs, the
    content may differ, or just permissions or a name.

    Attributes:
        device, inode: which file; ``size`` in bytes.
        modified_ns: modification time, nanoseconds of the wall clock; any writer can
            set it.
        changed_ns: time of the last change of any kind; nobody can set it.
    """

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    def may_be(self, other: "Version") -> bool:
        """Return whether it equals OTHER except maybe for ``changed_ns``."""
        return (self.device, self.inode, self.size, self.modified_ns) == (
            other.device,
            other.inode,
            other.size,
            other.modified_ns,
        )
