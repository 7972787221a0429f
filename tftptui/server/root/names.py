"""From the name in a request to the names to try on the disk. Nothing here looks there.

Clients write names as their firmware likes: with backslashes, with a drive letter,
with bytes of the DHCP packet behind. Each spelling is tried in turn, the one
asked for first.
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
        name: bytes; it may still hold ``.``, ``..`` and doubled slashes.
        why: what makes it worth a try, for people.
        rules: numbers of the rewrite rules that made it, from 1.
        ignore_case: whether names that differ in case only will do as well.
    """

    name: bytes
    why: str
    rules: tuple[int, ...] = ()
    ignore_case: bool = False


def no_folder(_client: str) -> None:
    """Tell that no client has a folder of its own."""


@dataclass(frozen=True, slots=True)
class Names:
    """How names are understood.

    Attributes:
        rules: the rewrite table.
        folder_of: gives the folder that would be a client's own, or None.
        ignore_case: whether case is ignored where nothing else was found.
    """

    rules: tuple[Rule, ...] = ()
    folder_of: Callable[[str], bytes | None] = no_folder
    ignore_case: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether a name means the same for everybody, and first of all itself."""
        return not (self.rules or self.ignore_case) and self.folder_of is no_folder

    def candidates(self, asked: bytes, client: str = "") -> Iterator[Candidate]:
        """Yield what to try for a read, in order, nothing twice.

        A name that a rule changes is not tried unchanged. A client's own folder
        comes first, or what lies there could never replace what all others get;
        names that climb out of it are not tried in it.
        """
        if not self.ignore_case:
            yield from _in_turn(asked) if self.is_plain else self._exact(asked, client)
            return
        exact = []
        for candidate in self._exact(asked, client):
            exact.append(candidate)
            yield candidate
        for candidate in exact:
            why = f"{candidate.why}, ignoring case"
            yield replace(candidate, why=why, ignore_case=True)

    def targets(self, asked: bytes, client: str = "") -> Iterator[Candidate]:
        """Yield where an upload may go: the first whose folder exists is the place.

        Only the plainest spelling counts, or a client that writes backslashes would
        make files with backslashes in their names.
        """
        plain = self._plain(asked)
        if not plain.name:
            return
        plain = replace(plain, ignore_case=self.ignore_case)
        folder = self.folder_of(client) if client else None
        if folder is not None and not _climbs(plain.name):
            yield _inside(folder, plain)
        yield plain

    def _exact(self, asked: bytes, client: str) -> Iterator[Candidate]:
        folder = self.folder_of(client) if client else None
        tried: set[tuple[bytes, ...]] = set()
        if folder is not None:
            for candidate in self._rewritten(asked):
                parts = components(candidate.name)
                if parts and not _climbs(candidate.name) and _is_new(tried, parts):
                    yield _inside(folder, candidate)
            tried.clear()
        for candidate in self._rewritten(asked):
            if candidate.name and _is_new(tried, components(candidate.name)):
                yield candidate

    def _rewritten(self, asked: bytes) -> Iterator[Candidate]:
        for spelling in _spellings(asked):
            yield self._apply(spelling)

    def _apply(self, spelling: Candidate) -> Candidate:
        if not self.rules:
            return spelling
        done = rewrite(self.rules, spelling.name)
        if not done.rules:
            return spelling
        told = " and ".join(str(number) for number in done.rules)
        rules = f"rule {told}" if len(done.rules) == 1 else f"rules {told}"
        why = f"{spelling.why}, rewritten by {rules}"
        return Candidate(done.name, why, done.rules)

    def _plain(self, asked: bytes) -> Candidate:
        plain = Candidate(asked, _AS_ASKED)
        for plain in _spellings(asked, padded=True):
            changed = self._apply(plain)
            if changed is not plain:
                # What a group of the pattern caught may be as sloppy as the name.
                *_, last = _spellings(changed.name, padded=True)
                return replace(changed, name=last.name)
        return plain


@lru_cache(maxsize=1_024)
def components(name: bytes) -> tuple[bytes, ...]:
    """Return the steps of a name: slashes in front, behind and doubled mean nothing."""
    return tuple(part for part in name.split(b"/") if part not in (b"", b"."))


_AS_ASKED = "as requested"


def _spellings(asked: bytes, *, padded: bool = False) -> Iterator[Candidate]:
    """Yield the ways to read a name; PADDED keeps trailing bytes 0xFF."""
    yield Candidate(asked, _AS_ASKED)
    if len(asked) > LONGEST:
        return
    name, why = asked, _AS_ASKED
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
def _in_turn(asked: bytes) -> tuple[Candidate, ...]:
    """Return what to try where neither rules nor folders of clients matter."""
    tried: set[tuple[bytes, ...]] = set()
    return tuple(
        spelling
        for spelling in _spellings(asked)
        if spelling.name and _is_new(tried, components(spelling.name))
    )


def _climbs(name: bytes) -> bool:
    """Whether a name leads above where it starts."""
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
