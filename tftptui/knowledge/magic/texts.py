"""Recognizes text formats: scripts, configurations, certificates."""

import re

from tftptui.knowledge.magic.kind import FileKind

_LOOKED_AT = 8_192
_MACHINE_READ = frozenset({"hex", "srec"})
_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----")

_BEGINNINGS: tuple[tuple[bytes, str, str], ...] = (
    (rb":[0-9A-F]{10,}\r?\n", "hex", "Intel HEX"),
    (rb"S[0-9][0-9A-F]{4,}\r?\n", "srec", "Motorola S-records"),
    (rb"#!ipxe", "script", "iPXE script"),
    (rb"#!gpxe", "script", "gPXE script"),
    (rb"#!\s*/\S*sh\b", "script", "shell script"),
    (rb"#!", "script", "script"),
    (rb"\s*(default|label|ui|serial|timeout|prompt|menu)\s", "config", "PXELINUX menu"),
    (rb"\s*(set |menuentry|insmod |search |if \[)", "config", "GRUB configuration"),
    (rb"(!|version \d|hostname |Current configuration)", "config", "IOS configuration"),
    (rb"## Last (commit|changed)|(system|groups|version) \{", "config", "Junos config"),
    (rb"\s*<\?xml|\s*<[A-Za-z]", "xml", "XML"),
    (rb'\s*(\{|\[\s*["\[{\d\]-])', "json", "JSON"),
    (rb"\s*\[[^\]\n]+\]\s*\n", "config", "configuration (INI)"),
)
_PATTERNS = tuple(
    (re.compile(pattern, re.IGNORECASE), key, text)
    for pattern, key, text in _BEGINNINGS
)
_COMMENT = re.compile(rb"(?:[ \t]*#(?![!#])[^\n]*\n|[ \t]*\r?\n)+")


def text(head: bytes, size: int, _name: bytes) -> FileKind | None:
    """Recognize a text file."""
    sample = head[:_LOOKED_AT]
    if not _is_text(sample, is_whole=len(sample) == size):
        return None
    if (found := _PEM.match(sample)) is not None:
        return _pem(found[1].decode("ascii"), head, size)
    key, what = _language(sample)
    return FileKind(key, what, "", () if key in _MACHINE_READ else _line_ends(sample))


def _language(sample: bytes) -> tuple[str, str]:
    # For scripts, the first line is not a comment.
    comment = None if sample[:2] == b"#!" else _COMMENT.match(sample)
    body = sample[comment.end() :] if comment else sample
    fitting = (kind for pattern, *kind in _PATTERNS if pattern.match(body))
    key, what = next(fitting, ("text", "text"))
    return key, what


def certificate(head: bytes, size: int, _name: bytes) -> FileKind | None:
    """Recognize a certificate or key in DER: a sequence as long as the file."""
    if head[:2] != bytes.fromhex("3082"):
        return None
    expected = int.from_bytes(head[2:4]) + 4
    return (
        FileKind("certificate", "certificate or key (DER)")
        if expected == size
        else None
    )


def _pem(label: str, head: bytes, size: int) -> FileKind:
    is_whole = len(head) < size or f"-----END {label}-----".encode() in head
    troubles = () if is_whole else ("truncated: END is missing",)
    return FileKind("certificate", f"{label.capitalize()} (PEM)", "", troubles)


def _is_text(sample: bytes, *, is_whole: bool) -> bool:
    if b"\0" in sample:
        return False
    try:
        sample.decode()
    except UnicodeDecodeError as error:
        # The sample may end within a character.
        return not is_whole and error.end == len(sample) and error.start > 0
    return True


def _line_ends(sample: bytes) -> tuple[str, ...]:
    """Return a warning for CR LF: boot loaders take the CR as part of a word."""
    if b"\r\n" in sample:
        return ("lines end in CR LF, which many boot loaders cannot read",)
    return ()
