"""What tells one version of a file from another."""

import msgspec


class Version(msgspec.Struct, frozen=True, array_like=True):
    """A file as it stood at one moment.

    Two that are equal are of the same bytes. Where ``changed_ns`` alone is another,
    the bytes may be, or only rights or a name.

    Attributes:
        device, inode: which file; ``size`` are its bytes.
        modified_ns: when it was last written, nanoseconds of the wall clock; its
            writer can set that.
        changed_ns: when anything of it was last changed; nobody can set that.
    """

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int

    def may_be(self, other: "Version") -> bool:
        """Whether nothing but the time of any change tells it from the OTHER."""
        return (self.device, self.inode, self.size, self.modified_ns) == (
            other.device,
            other.inode,
            other.size,
            other.modified_ns,
        )
