"""Checksum files: their names, and their content."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 1_000_000
"""Maximum bytes read of such a file."""

_DIGITS = {64: "sha256", 32: "md5"}
_GNU = re.compile(r"\\?([0-9a-fA-F]{32}|[0-9a-fA-F]{64})[ \t]+\*?(.+)")
_BSD = re.compile(
    r"(?:SHA256|SHA2-256|MD5) ?\((.+)\) ?= ?([0-9a-fA-F]{32}|[0-9a-fA-F]{64})",
    re.IGNORECASE,
)
_BARE = re.compile(r"([0-9a-fA-F]{32}|[0-9a-fA-F]{64})")

_OF_FOLDER = (
    "SHA256SUMS",
    "SHA256SUMS.txt",
    "sha256sums",
    "sha256sums.txt",
    "sha256sum.txt",
    "MD5SUMS",
    "MD5SUMS.txt",
    "md5sums",
    "md5sums.txt",
    "md5sum.txt",
)
_OF_FILE = (".sha256", ".sha256sum", ".sha256.txt", ".md5", ".md5sum", ".md5.txt")


@dataclass(frozen=True, slots=True)
class Expected:
    """An entry of a checksum file; ALGORITHM is "sha256" or "md5"."""

    algorithm: str
    digest: str


def places(name: bytes) -> Iterator[bytes]:
    """Yield names of checksum files that may cover NAME, the nearest first.

    Both are names below the root; files in parent directories count, too.
    """
    for ending in _OF_FILE:
        yield name + ending.encode()
    folder = name
    while folder:
        folder = folder.rpartition(b"/")[0]
        above = folder + b"/" if folder else b""
        for one in _OF_FOLDER:
            yield above + one.encode()


def expected(text: str, *, of: bytes, place: bytes) -> Expected | None:
    """Return the checksum of the file OF in a checksum file, or None.

    PLACE is the name of the file that TEXT is from. A line without a name counts only
    if PLACE is named after OF.
    """
    folder = place.rpartition(b"/")[0]
    wanted = of[len(folder) + 1 :] if folder else of
    is_its_own = place.startswith(of + b".")
    base = wanted.rpartition(b"/")[2]
    for line in text.splitlines():
        found = _read_line(line.strip())
        if found is None:
            continue
        digest, name = found
        plain = _plain(name)
        is_base = plain.rpartition(b"/")[2] == base
        if plain == wanted or (is_its_own and (not name or is_base)):
            return Expected(_DIGITS[len(digest)], digest.lower())
    return None


def _read_line(line: str) -> tuple[str, str] | None:
    if (found := _GNU.fullmatch(line)) is not None:
        return found[1], found[2]
    if (found := _BSD.fullmatch(line)) is not None:
        return found[2], found[1]
    if (found := _BARE.fullmatch(line)) is not None:
        return found[1], ""
    return None


def _plain(name: str) -> bytes:
    parts = name.replace("\\", "/").split("/")
    kept = [part for part in parts if part not in ("", ".")]
    return "/".join(kept).encode("utf-8", "surrogateescape")
