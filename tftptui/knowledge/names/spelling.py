"""Normalizes the spelling of names as written by people, firmware and shells.

Names are bytes as on the wire. Each step changes only the spelling; the result may
still not exist.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from urllib.parse import unquote_to_bytes

LONGEST = 512
"""Maximum bytes of a name examined: requests end there (RFC 2347)."""

_EXTENSIONS = """
    0 bin bix cfg cnf com conf c32 dtb dtbo efi elf e32 e64 gz hex img
    ipxe iso itb kkpxe kpxe lkrn n12 out pxe scr txt uimg wim xml xz
"""
EXTENSIONS = tuple(_EXTENSIONS.split())
"""Extensions of boot files; anything after one does not belong to the name."""

_JUNK = b"\xff\x00\r\n\t "
_REPLACED = "\N{REPLACEMENT CHARACTER}".encode()
_QUOTES = {b'"': b'"', b"'": b"'", b"<": b">"}
_DRIVE = re.compile(rb"/*[A-Za-z]:/*")
_BEHIND = re.compile(
    rb"(.*\.(?:" + "|".join(EXTENSIONS).encode() + rb"))[^A-Za-z0-9._-].*",
    re.DOTALL | re.IGNORECASE,
)
_ESCAPE = re.compile(rb"%[0-9A-Fa-f]{2}")


def folded(name: bytes) -> bytes:
    """Return NAME for comparison without case and Unicode form.

    Bytes that are not UTF-8 are read as Latin-1.
    """
    if name.isascii():
        return name.lower()
    text = unicodedata.normalize("NFC", decoded(name)).casefold()
    return unicodedata.normalize("NFC", text).encode("utf-8", "surrogatepass")


def decoded(name: bytes) -> str:
    """Return NAME as text: UTF-8, or else Latin-1."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("latin-1")


def parts(name: bytes) -> tuple[bytes, ...]:
    """Return the components of NAME, ignoring empty ones."""
    return tuple(part for part in name.split(b"/") if part not in (b"", b"."))


def spellings(requested: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield possible spellings of REQUESTED as (rule, name), step by step.

    The first one is the name itself, without redundant slashes.
    """
    name = requested[:LONGEST]
    yield "slashes", b"/".join(parts(name))
    for rule, step in _STEPS:
        changed = step(name)
        if changed != name:
            name = changed
            yield rule, b"/".join(parts(name))


def split_extension(base: bytes) -> tuple[bytes, bytes]:
    """Return the stem and the last extension with its dot, or b""."""
    stem, dot, extension = base.rpartition(b".")
    return (stem, dot + extension) if stem else (base, b"")


def _without_junk(name: bytes) -> bytes:
    while (shorter := name.rstrip(_JUNK).removesuffix(_REPLACED)) != name:
        name = shorter
    return name


def _without_quotes(name: bytes) -> bytes:
    closing = _QUOTES.get(name[:1])
    if closing and name.endswith(closing) and len(name) > 1:
        return name[1:-1]
    return name.strip(b"\"'")


def _percent_decoded(name: bytes) -> bytes:
    return unquote_to_bytes(name) if _ESCAPE.search(name) else name


def _with_slashes(name: bytes) -> bytes:
    name = name.replace(b"\\", b"/")
    drive = _DRIVE.match(name)
    return name[drive.end() :] if drive else name


def _without_rest(name: bytes) -> bytes:
    """Cut off everything after an extension that can't belong to the name."""
    folder, slash, base = name.rpartition(b"/")
    found = _BEHIND.fullmatch(base)
    return folder + slash + found[1] if found else name


_STEPS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("trailing", _without_junk),
    ("quotes", _without_quotes),
    ("percent", _percent_decoded),
    ("slashes", _with_slashes),
    ("trailing", _without_rest),
)
