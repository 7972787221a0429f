"""ICMP errors by name (RFC 792, RFC 1812 §5.2.7.1, RFC 4443 §3)."""

import re

_PORT_CLOSED = ((4, 3, 3), (6, 1, 4))
NAMES = {  # by IP version, type, code
    (4, 3, 0): "network unreachable",
    (4, 3, 1): "host unreachable",
    (4, 3, 2): "protocol unreachable",
    (4, 3, 3): "port unreachable",
    (4, 3, 4): "fragmentation needed",
    (4, 3, 9): "network prohibited",
    (4, 3, 10): "host prohibited",
    (4, 3, 13): "administratively prohibited",
    (4, 11, 0): "time to live exceeded",
    (6, 1, 0): "no route",
    (6, 1, 1): "administratively prohibited",
    (6, 1, 2): "beyond scope",
    (6, 1, 3): "address unreachable",
    (6, 1, 4): "port unreachable",
    (6, 1, 5): "prohibited by policy",
    (6, 1, 6): "route rejected",
    (6, 2, 0): "packet too big",
    (6, 3, 0): "hop limit exceeded",
}
_REJECTIONS = {
    "protocol unreachable",
    "port unreachable",
    "network prohibited",
    "host prohibited",
    "administratively prohibited",
    "prohibited by policy",
    "route rejected",
}
_NUMBERS = re.compile(r"type (\d{1,3}) code (\d{1,3})")


def error_name(version: int, kind: int, code: int) -> str:
    """Return the name of an ICMP error for an IP VERSION."""
    return NAMES.get((version, kind, code), f"type {kind} code {code}")


def is_port_closed(version: int, kind: int, code: int) -> bool:
    """Return whether an ICMP error means that nobody listens on the port."""
    return (version, kind, code) in _PORT_CLOSED


def is_rejection(name: str) -> bool:
    """Return whether an error means that a rule rejects the packet."""
    return name in _REJECTIONS


def numbers(version: int, name: str) -> tuple[int, int] | None:
    """Return type and code of an error named by error_name(), or None."""
    for (of_version, kind, code), known in NAMES.items():
        if of_version == version and known == name:
            return kind, code
    found = _NUMBERS.fullmatch(name)
    return (int(found[1]) & 0xFF, int(found[2]) & 0xFF) if found else None
