"""Encodes the blocks of a pcapng file (IETF draft-ietf-opsawg-pcapng).

Sections have no length, so a file is valid after every block. No custom blocks: editcap
stops at them.
"""

import struct

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
BYTE_ORDER = 0x1A2B3C4D
NO_LIMIT = 262_144
"""Snapshot length in bytes for an interface that truncates nothing."""

_UNKNOWN_LENGTH = -1
_END, _COMMENT = 0, 1
_APPLICATION = 4
_NAME, _DESCRIPTION, _RESOLUTION = 2, 3, 9
_NANOSECONDS = bytes([9])
_FLAGS = 2
_RECEIVED, _SENT = 1, 2
_DROPPED = 5
_LONGEST_TEXT = 65_000
_WORD = 4


def section(application: str) -> bytes:
    """Return a section header block."""
    body = struct.pack("<IHHq", BYTE_ORDER, 1, 0, _UNKNOWN_LENGTH)
    return _block(SECTION, body + _options((_APPLICATION, _text(application))))


def interface(link_type: int, snaplen: int, name: str, description: str) -> bytes:
    """Return an interface description block; they are numbered from 0 in order."""
    body = struct.pack("<HHI", link_type, 0, snaplen)
    options = _options(
        (_NAME, _text(name)),
        (_DESCRIPTION, _text(description)),
        (_RESOLUTION, _NANOSECONDS),
    )
    return _block(INTERFACE, body + options)


def packet(
    number: int,
    time: int,
    data: bytes,
    length: int,
    *,
    is_sent: bool,
    comment: str = "",
) -> bytes:
    """Return an enhanced packet block.

    Args:
        number: of its interface.
        time: nanoseconds since the epoch.
        data: captured bytes.
        length: original length.
        is_sent: its direction.
        comment: comment for the reader.
    """
    when = (time >> 32, time & 0xFFFF_FFFF)
    head = struct.pack("<IIIII", number, *when, len(data), length)
    flags = (_FLAGS, struct.pack("<I", _SENT if is_sent else _RECEIVED))
    said = [(_COMMENT, _text(comment))] if comment else []
    return _block(PACKET, head + _padded(data) + _options(*said, flags))


def statistics(number: int, time: int, dropped: int) -> bytes:
    """Return an interface statistics block with the number of dropped packets."""
    head = struct.pack("<III", number, time >> 32, time & 0xFFFF_FFFF)
    return _block(STATISTICS, head + _options((_DROPPED, struct.pack("<Q", dropped))))


def _block(kind: int, body: bytes) -> bytes:
    length = struct.pack("<I", len(body) + 3 * _WORD)
    return struct.pack("<I", kind) + length + body + length


def _options(*options: tuple[int, bytes]) -> bytes:
    packed = [
        struct.pack("<HH", code, len(value)) + _padded(value) for code, value in options
    ]
    return b"".join(packed) + struct.pack("<HH", _END, 0)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % _WORD)


def _text(text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    return data[:_LONGEST_TEXT].decode("utf-8", "ignore").encode()
