"""The vendor of a network card, from the IEEE registry of MAC prefixes.

The system's copy of the registry is used (Debian and Ubuntu: package ieee-data).
"""

import re
from functools import cache, lru_cache
from pathlib import Path

REGISTRIES = (
    Path("/usr/share/ieee-data/oui.txt"),
    Path("/var/lib/ieee-data/oui.txt"),
    Path("/usr/share/hwdata/oui.txt"),
)
"""Paths of the registry: Debian, Debian after `update-ieee-data`, Fedora."""

LOCAL = "local"
"""Instead of a vendor: a locally administered MAC (virtual machine, or random)."""

_LOCAL_BIT = 0x02  # IEEE 802-2014 §8.4: U/L, of the first byte


@cache
def registry() -> Path | None:
    """Return the path of the registry; None if this host has none."""
    return next((path for path in REGISTRIES if path.is_file()), None)


@lru_cache(maxsize=1024)
def vendor(mac: str, path: Path | None) -> str:
    """Return the vendor of a MAC like ``01-02-03-0a-0b-0c``; "" if unknown.

    PATH is the registry, 5 MB of text. It is read once per MAC: clients are few, and an
    index would take longer to build and stay in memory.
    """
    prefix = mac[:8].upper()
    if int(prefix[:2], 16) & _LOCAL_BIT:
        return LOCAL
    if path is None:
        return ""
    try:
        registered = path.read_bytes()
    except OSError:
        return ""
    pattern = rb"^%s\s+\(hex\)[ \t]+(.+?)\s*$" % prefix.encode()
    found = re.search(pattern, registered, re.MULTILINE)
    return found[1].decode("utf-8", "replace") if found else ""
