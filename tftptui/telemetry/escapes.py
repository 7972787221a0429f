"""Text from the network or the disk, made fit to be shown.

Nobody else strips control octets: a file name could drive the terminal. What is
shown, journalled or sent back passes through here once; the raw octets stay in
the model for look-ups.
"""

import re

LONGEST = 256
"""Characters of one name or message that are shown."""

# C0, DEL, C1, soft hyphen, bidirectional and zero-width controls, surrogates.
_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e"
    "\u2060-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


def visible(text: bytes | str) -> str:
    """Return TEXT with everything invisible written out, at most LONGEST long.

    Octets that are no UTF-8 become ``\\xNN``, control characters ``\\xNN`` or
    ``\\uNNNN``.
    """
    if isinstance(text, bytes):
        text = text[: 4 * LONGEST].decode("utf-8", "surrogateescape")
    shown = _UNSAFE.sub(_escape, text[:LONGEST])
    return shown + "…" if len(text) > LONGEST else shown


def _escape(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - an octet, by surrogateescape
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"  # noqa: PLR2004
