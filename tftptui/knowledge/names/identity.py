"""MAC addresses, IP addresses and UUIDs in names, in their many spellings."""

import re

_MAC = re.compile(
    rb"(?<![0-9A-Za-z])(?:(?:BOOTIF=)?(?:01[-:])?)"
    rb"([0-9A-Fa-f]{2}(?:([-:])[0-9A-Fa-f]{2})(?:\2[0-9A-Fa-f]{2}){4})(?![0-9A-Fa-f])",
    re.IGNORECASE,
)
_BARE_MAC = re.compile(rb"(?<![0-9A-Fa-f<])([0-9A-Fa-f]{12})(?![0-9A-Fa-f])")
_UUID = re.compile(rb"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")
_HEX_IP = re.compile(rb"(?<![0-9A-Za-z<])([0-9A-Fa-f]{7,8})(?![0-9A-Za-z])")
_DOTTED_IP = re.compile(
    rb"(?<![0-9.])(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![0-9])"
)
_MAYBE = re.compile(
    rb"[0-9A-Fa-f]{7}|[0-9A-Fa-f]{2}[-:][0-9A-Fa-f]{2}[-:]|\d\.\d{1,3}\.\d"
)
_HEX_ONLY = re.compile(rb"(?:[\w.]+-)??[0-9A-Fa-f]{1,8}")

_OCTET = 255
_IP_DIGITS = 8


def identity(name: bytes) -> bytes | None:
    """Return NAME with its addresses normalized; None if it has none.

    A hardware type ``01-`` before a MAC is dropped, an IP address becomes eight hex
    digits, and case is ignored.
    """
    if _MAYBE.search(name) is None:  # a cheap test that excludes most names
        return None
    changed = _MAC.sub(_plain_mac, name)
    changed = _BARE_MAC.sub(lambda found: b"<" + found[1] + b">", changed)
    changed = _DOTTED_IP.sub(_hex_ip, changed)
    changed = _HEX_IP.sub(_padded_ip, changed)
    return changed.lower() if changed != name else None


def is_address(base: bytes) -> bool:
    """Return whether a base name is, or contains, an address: no typos there."""
    return bool(
        _MAC.search(base)
        or _BARE_MAC.search(base)
        or _UUID.search(base)
        or _DOTTED_IP.search(base)
        or _HEX_ONLY.fullmatch(base)
    )


def _plain_mac(found: re.Match[bytes]) -> bytes:
    return b"<" + found[1].replace(b"-", b"").replace(b":", b"") + b">"


def _padded_ip(found: re.Match[bytes]) -> bytes:
    return b"<" + found[1].rjust(_IP_DIGITS, b"0") + b">"


def _hex_ip(found: re.Match[bytes]) -> bytes:
    octets = [int(found[place]) for place in range(1, 5)]
    if max(octets) > _OCTET:
        return found[0]
    return b"<" + bytes(octets).hex().encode() + b">"
