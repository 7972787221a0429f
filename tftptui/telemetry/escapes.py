"""Makes text from the network or the disk safe to show.

A file name with control characters could control the terminal. Whatever is shown,
journaled or sent back passes through here once; lookups use the raw bytes.
"""

import re
from functools import lru_cache

_MARKUP = frozenset("\\`*_[]<>|#&~")

LONGEST = 256
"""Maximum characters shown of a name or message."""

_ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})|…$")

_MOST_BYTES = 4
"""Maximum bytes of a character in UTF-8."""

# C0, DEL, C1, soft hyphen, bidirectional and zero-width controls, surrogates, shorthand
# and musical controls, tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: bytes | str) -> str:
    r"""Return TEXT with invisible characters escaped, truncated to LONGEST.

    Bytes that are not UTF-8 become ``\xNN``, control characters ``\xNN``, ``\uNNNN`` or
    ``\UNNNNNNNN``. A truncated text ends with an ellipsis.
    """
    # Cached: a rack of machines requests the same file again and again.
    return _visible(text) if len(text) > LONGEST else _remembered(text)


def _visible(text: bytes | str) -> str:
    if isinstance(text, bytes):
        text = text[: _MOST_BYTES * (LONGEST + 1)].decode("utf-8", "surrogateescape")
    shown = _UNSAFE.sub(_escape, text[:LONGEST])
    return shown + "…" if len(text) > LONGEST else shown


_remembered = lru_cache(maxsize=1_024)(_visible)


def may_be_changed(text: str) -> bool:
    """Return whether a text may have been escaped or truncated by visible()."""
    return _ESCAPED.search(text) is not None


def markdown(text: str) -> str:
    """Return a text escaped for Markdown; it must be a single line."""
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - a byte, by surrogateescape
        code -= 0xDC00
    if code < 0x100:  # noqa: PLR2004 - a byte
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x1_0000 else f"\\U{code:08x}"  # noqa: PLR2004
