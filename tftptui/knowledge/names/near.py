"""Finds files with names similar to a missing one.

The rules are ordered by confidence. Those that only change the spelling may be stated
as facts; all others are guesses, shown as questions.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice

from tftptui.knowledge.names import families
from tftptui.knowledge.names.distance import distance
from tftptui.knowledge.names.identity import identity, is_address
from tftptui.knowledge.names.known import KnownNames
from tftptui.knowledge.names.spelling import (
    EXTENSIONS,
    LONGEST,
    folded,
    parts,
    spellings,
    split_extension,
)

RULES: dict[str, str] = {
    "trailing": "without the characters after the name",
    "quotes": "without the quotes",
    "percent": "with its percent signs decoded",
    "slashes": "with slashes the other way",
    "case": "in another case",
    "unicode": "in another Unicode spelling",
    "arguments": "without the part after the space",
    "extra-folder": "without the folder in front",
    "other-folder": "in another folder",
    "extension": "with another extension",
    "family": "the same thing under another name",
    "address": "with the address written in another way",
    "typo": "a letter or two differ",
}
"""Each rule in words, ordered by confidence."""

SURE = frozenset({"trailing", "quotes", "percent", "slashes", "case", "unicode"})
"""Rules that change only the spelling."""

MOST = 3
"""Maximum number of names offered."""

_LETTERS = 2
"""Edits that count as a typo; one in short names."""
_SHORT = 5

_ADDED = (
    ".0",
    ".gz",
    ".xz",
    ".bin",
    ".img",
    ".signed",
    ".efi",
    ".txt",
    ".cfg",
    ".uimg",
)
_KNOWN_EXTENSIONS = frozenset(f".{one}".encode() for one in EXTENSIONS)
_LONGEST_TAIL = 8
_MOST_COMPARED = 1_000


@dataclass(frozen=True, slots=True)
class Near:
    """A file that may be meant.

    Attributes:
        name: bytes as on disk, below the root.
        rule: a key of RULES, the least confident one applied.
        note: the kind of file, if that matters.
    """

    name: bytes
    rule: str
    note: str = ""

    @property
    def is_sure(self) -> bool:
        """True if only the spelling differs."""
        return self.rule in SURE

    @property
    def words(self) -> str:
        """The difference, for people."""
        words = RULES[self.rule]
        return f"{words}, for {self.note}" if self.note else words


def near_names(requested: bytes, known: KnownNames, *, most: int = MOST) -> list[Near]:
    """Return files with names similar to REQUESTED, the most likely first.

    If files differ only in spelling, guesses are left out.

    Args:
        requested: bytes as on the wire.
        known: the existing names.
        most: maximum number to return.
    """
    if not requested or not len(known):
        return []
    found: dict[bytes, Near] = {}
    written = [*spellings(requested)]
    for near in _spelt_differently(written, known):
        found.setdefault(near.name, near)
    if not found:
        plain = written[-1][1]
        for near in _guesses(plain, known):
            found.setdefault(near.name, near)
            if len(found) >= most:
                break
    return [*found.values()][:most]


def _spelt_differently(
    written: Iterable[tuple[str, bytes]], known: KnownNames
) -> Iterator[Near]:
    for rule, name in written:
        for one in known.spelt_like(name):
            if one == name:
                yield Near(one, rule)
            elif _lower(one) == _lower(name):
                yield Near(one, "case")
            else:
                yield Near(one, "unicode")


def _lower(name: bytes) -> bytes:
    """Return NAME in lower case, without Unicode normalization."""
    return (
        name.decode("utf-8", "surrogateescape")
        .casefold()
        .encode("utf-8", "surrogateescape")
    )


def _guesses(requested: bytes, known: KnownNames) -> Iterator[Near]:
    """Yield guesses by confidence; the last two rules only if others find nothing."""
    if not requested:
        return
    is_found = False
    for rule in (
        _without_arguments,
        _elsewhere,
        _other_extension,
        _family,
        _other_address,
    ):
        for near in rule(requested, known):
            is_found = True
            yield near
    if not is_found:
        base = requested.rpartition(b"/")[2]
        for one in _by_likeness(families.same_series(base, known), requested):
            yield Near(one, "family")
        yield from _typo(requested, known)


def _without_arguments(requested: bytes, known: KnownNames) -> Iterator[Near]:
    name, space, _ = requested.partition(b" ")
    if space and name:
        for one in known.spelt_like(name):
            yield Near(one, "arguments")
        for near in _elsewhere(name, known):
            yield Near(near.name, "arguments")


def _elsewhere(requested: bytes, known: KnownNames) -> Iterator[Near]:
    """Yield the same base name in other directories, the most similar path first."""
    steps = parts(folded(requested))
    below_root = _below_root(steps, known)
    for one in _by_likeness(known.with_base(requested.rpartition(b"/")[2]), requested):
        theirs = parts(folded(one))
        ends_alike = steps[-len(theirs) :] == theirs
        is_short = theirs == below_root or (ends_alike and len(theirs) < len(steps))
        yield Near(one, "extra-folder" if is_short else "other-folder")


def _below_root(steps: tuple[bytes, ...], known: KnownNames) -> tuple[bytes, ...]:
    """Return a name without the root's own path at its start."""
    root = tuple(folded(part) for part in known.root)
    return steps[len(root) :] if root and steps[: len(root)] == root else steps


def _other_extension(requested: bytes, known: KnownNames) -> Iterator[Near]:
    base = requested.rpartition(b"/")[2]
    stem, extension = split_extension(base)
    others = [base + added.encode() for added in _ADDED]
    if extension:
        others.insert(0, stem)
    else:
        others += [base + one for one in sorted(_KNOWN_EXTENSIONS)]
    for other in others:
        for one in _by_likeness(known.with_base(other), requested):
            yield Near(one, "extension")
    yield from _glued(requested, known)
    like = [known.with_base(one) for one in families.of_like_kind(stem, extension)]
    for one in _by_likeness(chain.from_iterable(like), requested):
        yield Near(one, "extension")


def _glued(requested: bytes, known: KnownNames) -> Iterator[Near]:
    """Yield files REQUESTED equals but for a few characters after the extension."""
    base = requested.rpartition(b"/")[2]
    for length in range(1, min(_LONGEST_TAIL, len(base) - 1) + 1):
        shorter = base[:-length]
        if split_extension(folded(shorter))[1] in _KNOWN_EXTENSIONS:
            for one in _by_likeness(known.with_base(shorter), requested):
                yield Near(one, "extension")


def _family(requested: bytes, known: KnownNames) -> Iterator[Near]:
    base = requested.rpartition(b"/")[2]
    folder = parts(folded(requested))[:-1]
    hits: list[tuple[bool, int, bytes, str]] = []
    for order, relative in enumerate(families.relatives(base)):
        for one in _by_likeness(known.with_base(relative.base), requested):
            is_here = parts(folded(one))[:-1] == folder
            hits.append((not is_here, order, one, relative.note))
    for _, _, one, note in sorted(hits, key=lambda hit: hit[:2]):
        yield Near(one, "family", note)
    for one in families.loader_beside(requested, known):
        yield Near(one, "family")
    for one in families.renamed(base, known):
        yield Near(one, "family")


def _other_address(requested: bytes, known: KnownNames) -> Iterator[Near]:
    for one in known.with_identity(requested):
        yield Near(one, "address")
    key = identity(requested)
    if key is not None:  # the directory may differ, too
        base = key.rpartition(b"/")[2]
        for one in known.with_identity_base(base):
            yield Near(one, "address")


def _typo(requested: bytes, known: KnownNames) -> Iterator[Near]:
    base = folded(requested.rpartition(b"/")[2])
    if is_address(base) or len(base) < 3:  # noqa: PLR2004 - too short to compare
        return
    most = 1 if len(base) <= _SHORT else _LETTERS
    hits: list[tuple[int, bytes]] = []
    for other in islice(known.alike(base, distance=most), _MOST_COMPARED):
        if _is_another_kind(base, other):
            continue
        edits = distance(base, other, most=most)
        if 0 < edits <= most:
            hits.append((edits, other))
    for _, other in sorted(hits):
        for one in _by_likeness(known.with_base(other), requested):
            yield Near(one, "typo")


def _is_another_kind(base: bytes, other: bytes) -> bool:
    """Return whether two folded names are of incompatible file types."""
    ours, theirs = split_extension(base)[1], split_extension(other)[1]
    if ours in _KNOWN_EXTENSIONS and theirs != ours:
        return True
    kinds = {families.kind_of(base), families.kind_of(other)} - {None}
    return len(kinds) > 1


def _by_likeness(names: Iterable[bytes], requested: bytes) -> list[bytes]:
    """Sort files with one base name by how much of their path matches REQUESTED."""
    steps = parts(folded(requested[:LONGEST]))[:-1]

    def unlikeness(name: bytes) -> tuple[int, int, int, bytes]:
        theirs = parts(folded(name))[:-1]
        behind = _common(reversed(steps), reversed(theirs))
        in_front = _common(iter(steps), iter(theirs))
        return -max(behind, in_front), _step_edits(steps, theirs), len(theirs), name

    return sorted(names, key=unlikeness)


def _common(ours: Iterable[bytes], theirs: Iterable[bytes]) -> int:
    count = 0
    for one, other in zip(ours, theirs, strict=False):
        if one != other:
            break
        count += 1
    return count


def _step_edits(ours: tuple[bytes, ...], theirs: tuple[bytes, ...]) -> int:
    """Return the edits in directory names, if the depths are equal."""
    if len(ours) != len(theirs):
        return _LETTERS + 1
    edits = (
        distance(one, other, most=_LETTERS)
        for one, other in zip(ours, theirs, strict=True)
    )
    return min(sum(edits), _LETTERS + 1)
