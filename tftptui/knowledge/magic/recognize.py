"""Recognizes the type of a file by its first bytes."""

from tftptui.knowledge.magic import programs, texts
from tftptui.knowledge.magic.kind import EMPTY, UNKNOWN, FileKind
from tftptui.knowledge.magic.table import MARKS

_SMALLEST_GZIP = 18
_PACKED_NAMES = {
    b".gz": "gzip",
    b".tgz": "gzip",
    b".xz": "xz",
    b".zst": "zstd",
    b".bz2": "bzip2",
    b".zip": "zip",
}

_FIRST: tuple[programs.Recognizer, ...] = (
    programs.linux,
    programs.efi,
    programs.elf,
    programs.uimage,
    programs.device_tree,
    texts.certificate,
)


def recognize(head: bytes, size: int, name: bytes = b"") -> FileKind:
    """Return the type of a file.

    Args:
        head: its start, kind.READ bytes or all of it.
        size: of the whole file, bytes.
        name: of the file; used only if the content is ambiguous.
    """
    if not size:
        return EMPTY
    for recognizer in _FIRST:
        if (kind := recognizer(head, size, name)) is not None:
            return kind
    return _by_mark(head, size) or _by_words(head, size, name)


def _by_mark(head: bytes, size: int) -> FileKind | None:
    for mark in MARKS:
        if head.startswith(mark.data, mark.offset):
            troubles: tuple[str, ...] = ()
            if mark.key == "gzip" and size < _SMALLEST_GZIP:
                troubles = ("truncated: too small for gzip",)
            return FileKind(mark.key, mark.text, mark.machine, troubles)
    return None


def _by_words(head: bytes, size: int, name: bytes) -> FileKind:
    kind = texts.text(head, size, name) or UNKNOWN
    wanted = (
        _PACKED_NAMES.get(name[name.rfind(b".") :].lower()) if b"." in name else None
    )
    if wanted is None:
        return kind
    trouble = f"not {wanted}, as its name says: damaged by a transfer in text mode?"
    return FileKind(kind.key, kind.text, kind.machine, (*kind.troubles, trouble))
