"""Finds the IP packet in a captured frame, after link headers and VLAN tags."""

import struct

import msgspec

_ETHERTYPES = {0x0800: 4, 0x86DD: 6}
_TAGS = (0x8100, 0x88A8, 0x9100)
"""802.1Q, 802.1ad and the old value of the latter."""

_PPPOE = 0x8864
_PPP = {0x0021: 4, 0x0057: 6}
_FAMILIES = {2: 4, 10: 6, 24: 6, 28: 6, 30: 6}
"""Address families that BSD and Linux write before a packet."""

_SENT = 4

Place = tuple[int, int]
"""Interface number and packet type of a Linux cooked capture."""


class Inner(msgspec.Struct, frozen=True, gc=False):
    """An IP packet in a frame.

    Attributes:
        version: 4 or 6.
        start: its offset in the frame.
        place: where a cooked capture saw it; the same packet may be seen in several
            places.
        is_sent: whether the capturing machine sent it, if known.
    """

    version: int
    start: int
    place: Place | None = None
    is_sent: bool = False


def inner(link_type: int, frame: bytes) -> Inner | None:
    """Return the IP packet in a frame; None if there is none."""
    find = _FINDERS.get(link_type)
    try:
        return None if find is None else find(frame)
    except (IndexError, struct.error):
        return None


def is_known(link_type: int) -> bool:
    """Return whether frames of this link type can be read."""
    return link_type in _FINDERS


def _ethernet(frame: bytes) -> Inner | None:
    return _after_type(frame, 12)


def _after_type(frame: bytes, at: int, place: Place | None = None) -> Inner | None:
    """Find the packet after the EtherType at AT, skipping tags."""
    kind = frame[at] << 8 | frame[at + 1]
    while kind in _TAGS:
        at += 4
        kind = frame[at] << 8 | frame[at + 1]
    start, version = at + 2, _ETHERTYPES.get(kind)
    if kind == _PPPOE:
        inside = frame[start + 6] << 8 | frame[start + 7]
        start, version = start + 8, _PPP.get(inside)
    if version is None:
        return None
    is_sent = place is not None and place[1] == _SENT
    return Inner(version, start, place, is_sent)


def _cooked(frame: bytes) -> Inner | None:
    """Linux cooked, version 1 (LINKTYPE_LINUX_SLL)."""
    place = (0, frame[0] << 8 | frame[1])
    return _after_type(frame, 14, place)


def _cooked_2(frame: bytes) -> Inner | None:
    """Linux cooked, version 2 (LINKTYPE_LINUX_SLL2): the type comes first."""
    kind, index, way = struct.unpack_from("!HxxIxxB", frame)
    start, version = 20, _ETHERTYPES.get(kind)
    if kind in _TAGS:
        tagged = _after_type(frame, start + 2)
        if tagged is None:
            return None
        start, version = tagged.start, tagged.version
    if version is None:
        return None
    return Inner(version, start, (index, way), way == _SENT)


def _raw(frame: bytes) -> Inner | None:
    version = frame[0] >> 4
    return Inner(version, 0) if version in (4, 6) else None


def _null(frame: bytes) -> Inner | None:
    """BSD loopback: an address family in the capturing machine's byte order."""
    family = int.from_bytes(frame[:4], "little")
    if family > 0xFFFF:  # noqa: PLR2004 - then swapped
        family = int.from_bytes(frame[:4])
    version = _FAMILIES.get(family)
    return None if version is None else Inner(version, 4)


def _ppp(frame: bytes) -> Inner | None:
    start = 2 if frame[:2] == b"\xff\x03" else 0
    version = _PPP.get(frame[start] << 8 | frame[start + 1])
    return None if version is None else Inner(version, start + 2)


_FINDERS = {
    0: _null,
    1: _ethernet,
    9: _ppp,
    12: _raw,
    14: _raw,
    101: _raw,
    108: _null,
    113: _cooked,
    228: _raw,
    229: _raw,
    276: _cooked_2,
}
"""By LINKTYPE_ number: tcpdump.org/linktypes."""
