"""Text from the network or the disk, made fit to be shown.

Nobody else strips control bytes: a file name could drive the terminal. What is
shown, journalled or sent back passes through here once; the raw bytes stay in
the model for look-ups.
"""

import re
from functools import lru_cache

_MARKUP = frozenset("\\`*_[]<>|#&~")

LONGEST = 256
"""Characters of one name or message that are shown."""

_ESCAPED = re.compile(r"\\(x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8})|…$")

_MOST_OCTETS = 4
"""Of one character in UTF-8."""

# C0, DEL, C1, soft hyphen, bidirectional and zero-width controls, surrogates,
# shorthand and musical controls, tags.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def visible(text: bytes | str) -> str:
    r"""Return TEXT with everything invisible written out, cut after LONGEST.

    Bytes that are no UTF-8 become ``\xNN``, control characters ``\xNN``,
    ``\uNNNN`` or ``\UNNNNNNNN``. A cut is marked by an ellipsis.
    """
    # The same names come again and again: a rack of machines boots one file.
    return _visible(text) if len(text) > LONGEST else _remembered(text)


def _visible(text: bytes | str) -> str:
    if isinstance(text, bytes):
        text = text[: _MOST_OCTETS * (LONGEST + 1)].decode("utf-8", "surrogateescape")
    shown = _UNSAFE.sub(_escape, text[:LONGEST])
    return shown + "…" if len(text) > LONGEST else shown


_remembered = lru_cache(maxsize=1_024)(_visible)


def may_be_changed(text: str) -> bool:
    """Whether visible() may have written something out in a text, or cut it."""
    return _ESCAPED.search(text) is not None


def markdown(text: str) -> str:
    """Return a text that Markdown takes for nothing but text; on one line."""
    return "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in text)


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - a byte, by surrogateescape
        code -= 0xDC00
    if code < 0x100:  # noqa: PLR2004 - a byte
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x1_0000 else f"\\U{code:08x}"  # noqa: PLR2004
