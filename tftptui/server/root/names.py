"""Candidate names to try for a requested name. No disk access here.

Firmware writes names in many ways: with backslashes, with a drive letter, with bytes of
the DHCP packet at the end. Each spelling is tried in turn, the requested one first.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from tftptui.server.root.rewriting import LONGEST, Rule, rewrite

_DRIVE = re.compile(rb"/*[A-Za-z]:/+")
_PADDING = b"\xff"


class Candidate(msgspec.Struct, frozen=True):
    """A name to try below the root.

    Attributes:
        name: bytes; may still contain ``.``, ``..`` and double slashes.
        why: why it is tried, as text.
        rules: numbers of the rewrite rules applied, from 1.
        ignore_case: whether names that differ only in case also match.
    """

    name: bytes
    why: str
    rules: tuple[int, ...] = ()
    ignore_case: bool = False


def no_folder(_client: str) -> None:
    """Return None: no client has a directory of its own."""


@dataclass(frozen=True, slots=True)
class Names:
    """The rules for resolving names.

    Attributes:
        rules: the rewrite table.
        folder_of: returns the directory of a client, or None.
        ignore_case: whether to ignore case if nothing else matches.
    """

    rules: tuple[Rule, ...] = ()
    folder_of: Callable[[str], bytes | None] = no_folder
    ignore_case: bool = False

    @property
    def is_plain(self) -> bool:
        """True without rewrite rules, client directories or ignored case."""
        return not (self.rules or self.ignore_case) and self.folder_of is no_folder

    def candidates(self, requested: bytes, client: str = "") -> Iterator[Candidate]:
        """Yield the names to try for a read, in order, without duplicates.

        A name changed by a rule is not tried unchanged. The client's own directory
        comes first, so that its files override the common ones; names that climb out of
        it are not tried in it.
        """
        if not self.ignore_case:
            yield from (
                _in_turn(requested) if self.is_plain else self._exact(requested, client)
            )
            return
        exact = []
        for candidate in self._exact(requested, client):
            exact.append(candidate)
            yield candidate
        for candidate in exact:
            why = f"{candidate.why}, ignoring case"
            yield replace(candidate, why=why, ignore_case=True)

    def targets(self, requested: bytes, client: str = "") -> Iterator[Candidate]:
        """Yield the names to try for an upload; the first existing directory wins.

        Only the most normalized spelling counts; otherwise a client that writes
        backslashes would create files with backslashes in their names.
        """
        plain = self._plain(requested)
        if not plain.name:
            return
        plain = replace(plain, ignore_case=self.ignore_case)
        folder = self.folder_of(client) if client else None
        if folder is not None and not _climbs(plain.name):
            yield _inside(folder, plain)
        yield plain

    def _exact(self, requested: bytes, client: str) -> Iterator[Candidate]:
        folder = self.folder_of(client) if client else None
        tried: set[tuple[bytes, ...]] = set()
        if folder is not None:
            for candidate in self._rewritten(requested):
                parts = components(candidate.name)
                if parts and not _climbs(candidate.name) and _is_new(tried, parts):
                    yield _inside(folder, candidate)
            tried.clear()
        for candidate in self._rewritten(requested):
            if candidate.name and _is_new(tried, components(candidate.name)):
                yield candidate

    def _rewritten(self, requested: bytes) -> Iterator[Candidate]:
        for spelling in _spellings(requested):
            yield self._apply(spelling)

    def _apply(self, spelling: Candidate) -> Candidate:
        if not self.rules:
            return spelling
        done = rewrite(self.rules, spelling.name)
        if not done.rules:
            return spelling
        numbers = " and ".join(str(number) for number in done.rules)
        rules = f"rule {numbers}" if len(done.rules) == 1 else f"rules {numbers}"
        why = f"{spelling.why}, rewritten by {rules}"
        return Candidate(done.name, why, done.rules)

    def _plain(self, requested: bytes) -> Candidate:
        plain = Candidate(requested, _AS_ASKED)
        for plain in _spellings(requested, padded=True):
            changed = self._apply(plain)
            if changed is not plain:
                # A captured group may need the same cleaning as the name.
                *_, last = _spellings(changed.name, padded=True)
                return replace(changed, name=last.name)
        return plain


@lru_cache(maxsize=1_024)
def components(name: bytes) -> tuple[bytes, ...]:
    """Return the path components; empty ones and "." are dropped."""
    return tuple(part for part in name.split(b"/") if part not in (b"", b"."))


_AS_ASKED = "as requested"


def _spellings(requested: bytes, *, padded: bool = False) -> Iterator[Candidate]:
    """Yield the spellings of a name; PADDED keeps trailing 0xFF bytes."""
    yield Candidate(requested, _AS_ASKED)
    if len(requested) > LONGEST:
        return
    name, why = requested, _AS_ASKED
    if b"\\" in name:
        name, why = name.replace(b"\\", b"/"), "backslashes as slashes"
        yield Candidate(name, why)
    drive = _DRIVE.match(name)
    if drive is not None:
        name = name[drive.end() :]
        why = "without the drive letter"
        yield Candidate(name, why)
    if name.endswith(_PADDING) and not padded:
        bare = name.rstrip(_PADDING)
        yield Candidate(bare, "without trailing 0xFF bytes")


def _inside(folder: bytes, candidate: Candidate) -> Candidate:
    name = folder + b"/" + candidate.name.lstrip(b"/")
    why = f"in the client's own folder, {candidate.why}"
    return replace(candidate, name=name, why=why)


@lru_cache(maxsize=1_024)
def _in_turn(requested: bytes) -> tuple[Candidate, ...]:
    """Return the candidates if there are no rules and no client directories."""
    tried: set[tuple[bytes, ...]] = set()
    return tuple(
        spelling
        for spelling in _spellings(requested)
        if spelling.name and _is_new(tried, components(spelling.name))
    )


def _climbs(name: bytes) -> bool:
    """Return whether a name leads above its starting point."""
    depth = 0
    for part in components(name):
        depth += -1 if part == b".." else 1
        if depth < 0:
            return True
    return False


def _is_new(tried: set[tuple[bytes, ...]], parts: tuple[bytes, ...]) -> bool:
    if parts in tried:
        return False
    tried.add(parts)
    return True
