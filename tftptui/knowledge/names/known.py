"""An index of the names below a root, to find similar names fast.

Built once from a list of names, without disk access: callers must check that matches
still exist.
"""

from collections.abc import Iterable, Iterator

from tftptui.knowledge.names.identity import identity
from tftptui.knowledge.names.spelling import folded, parts

_LETTERS = 128


class KnownNames:
    """Names of files below a root, as bytes with ``/`` between components.

    Args:
        names: relative to the root.
        root: the root's own absolute path; a requested name may start with it.
    """

    def __init__(self, names: Iterable[bytes] = (), *, root: bytes = b"") -> None:
        self.root = parts(root)
        self._names = list(names)
        self._of_base: dict[bytes, int | list[int]] = {}
        self._of_identity: dict[bytes, list[int]] = {}
        self._masked: dict[int, list[tuple[bytes, int]]] = {}
        self._lengths: dict[int, list[bytes]] = {}
        self._extensions: dict[bytes, list[int]] = {}
        for number, name in enumerate(self._names):
            self._add(number, name)

    def __len__(self) -> int:
        return len(self._names)

    def spelt_like(self, name: bytes) -> Iterator[bytes]:
        """Yield the files that match NAME except for case or Unicode form."""
        wanted = folded(name)
        for one in self.with_base(name.rpartition(b"/")[2]):
            if folded(one) == wanted:
                yield one

    def with_base(self, base: bytes) -> list[bytes]:
        """Return files with this last component, ignoring case, in any directory."""
        return self._named(self._of_base.get(folded(base), ()))

    def with_identity(self, name: bytes) -> list[bytes]:
        """Return the files with the same addresses in another spelling."""
        key = identity(name)
        return [] if key is None else self._named(self._of_identity.get(key, ()))

    def with_identity_base(self, base: bytes) -> list[bytes]:
        """Return the files whose normalized last component is BASE."""
        return self._named(self._of_identity.get(base, ()))

    def with_extension(self, extension: bytes) -> list[bytes]:
        """Return the files whose names end with EXTENSION (with its dot)."""
        if not self._extensions:
            for number, name in enumerate(self._names):
                key = folded(name.rpartition(b".")[2])
                self._extensions.setdefault(key, []).append(number)
        return self._named(self._extensions.get(folded(extension.lstrip(b".")), ()))

    def alike(self, base: bytes, *, distance: int) -> Iterator[bytes]:
        """Yield folded last components that may be within DISTANCE edits of BASE."""
        wanted = letters(base)
        for length in range(len(base) - distance, len(base) + distance + 1):
            for one, mask in self._with_length(length):
                # One edit changes at most two bits.
                if (mask ^ wanted).bit_count() <= 2 * distance:
                    yield one

    def _add(self, number: int, name: bytes) -> None:
        base = folded(name.rpartition(b"/")[2])
        others = self._of_base.get(base)
        if others is None:
            self._of_base[base] = number
            self._lengths.setdefault(len(base), []).append(base)
        elif isinstance(others, int):
            self._of_base[base] = [others, number]
        else:
            others.append(number)
        key = identity(name)
        if key is not None:
            for one in {key, key.rpartition(b"/")[2]}:
                self._of_identity.setdefault(one, []).append(number)

    def _named(self, numbers: int | Iterable[int]) -> list[bytes]:
        if isinstance(numbers, int):
            return [self._names[numbers]]
        return [self._names[number] for number in numbers]

    def _with_length(self, length: int) -> list[tuple[bytes, int]]:
        masked = self._masked.get(length)
        if masked is None:
            bases = self._lengths.get(length, ())
            masked = self._masked[length] = [(base, letters(base)) for base in bases]
        return masked


def letters(name: bytes) -> int:
    """Return the set of bytes in NAME as a bit mask; some bytes share a bit."""
    mask = 0
    for octet in name:
        mask |= 1 << octet % _LETTERS
    return mask
