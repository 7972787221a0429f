"""What this machine does with its UDP ports: which need a right, which it hands out."""

import os
from pathlib import Path

_IPV4 = Path("/proc/sys/net/ipv4")
_CAPABILITIES = Path("/proc/self/status")

_DYNAMIC = (49_152, 65_535)
"""RFC 6335 §6: what systems hand out that don't say otherwise."""

_FIRST_PLAIN = 1_024

_BIND_LOW = 10
"""CAP_NET_BIND_SERVICE, a bit of the capabilities (capability.h)."""


def ephemeral_range() -> tuple[int, int]:
    """Return first and last port that the system gives to programs that ask for any."""
    match _numbers(_IPV4 / "ip_local_port_range"):
        case [first, last]:
            return first, last
        case _:
            return _DYNAMIC


def first_plain_port() -> int:
    """Return the lowest port that may be bound without a right."""
    match _numbers(_IPV4 / "ip_unprivileged_port_start"):
        case [first]:
            return first
        case _:
            return _FIRST_PLAIN


def may_bind_low() -> bool:
    """Return whether this process may bind the ports below that one, too."""
    try:
        lines = _CAPABILITIES.read_text("ascii", "replace").splitlines()
        effective = next(line for line in lines if line.startswith("CapEff:"))
        return bool(int(effective.split()[1], 16) >> _BIND_LOW & 1)
    except (OSError, StopIteration, ValueError, IndexError):
        return hasattr(os, "geteuid") and os.geteuid() == 0


def _numbers(file: Path) -> list[int]:
    try:
        return [int(word) for word in file.read_text("ascii").split()]
    except (OSError, ValueError):
        return []
