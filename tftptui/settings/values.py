"""Ports, networks, sizes and bandwidths: parsing of their text forms."""

import re
from ipaddress import (
    IPv4Network,
    IPv6Network,
    ip_address,
    ip_interface,
    ip_network,
)

import msgspec

LOWEST_PORT, HIGHEST_PORT = 1, 65_535

LOOPBACK = "127.0.0.1"

_MAPPED_PREFIX = 96
_BANDWIDTH = re.compile(
    r"\s*(?P<number>\d+(\.\d+)?)\s*(?P<factor>[kmg]i?)?(B|(?P<bits>bit))?(/s)?\s*",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\[(.*:.*)\]")
_BYTES = re.compile(
    r"\s*(?P<number>\d+(\.\d+)?)\s*(?P<factor>[kmg]i?)?B?\s*", re.IGNORECASE
)
_FACTORS = {
    "": 1,
    "k": 10**3,
    "m": 10**6,
    "g": 10**9,
    "ki": 2**10,
    "mi": 2**20,
    "gi": 2**30,
}


class SettingsError(ValueError):
    """A setting is invalid; the text gives its value and what is allowed."""


class PortRange(msgspec.Struct, frozen=True):
    """The server's TIDs, first and last inclusive (UDP ports).

    Raises:
        SettingsError: out of order or outside 1 to 65535.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        for port in (self.first, self.last):
            if not LOWEST_PORT <= port <= HIGHEST_PORT:
                raise SettingsError(f"{self}: ports are {LOWEST_PORT}–{HIGHEST_PORT}")
        if self.first > self.last:
            raise SettingsError(
                f"{self}: the first port is above the last; "
                f"did you mean {self.last}-{self.first}?"
            )

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def parse_port_range(text: str) -> PortRange:
    """Parse ``A-B``, or ``A`` for a range of one port.

    Raises:
        SettingsError: not a port range.
    """
    first, dash, last = text.strip().replace("–", "-").partition("-")
    try:
        return PortRange(int(first), int(last) if dash else int(first))
    except SettingsError:
        raise
    except ValueError:
        raise SettingsError(
            f"{text!r} is not a port range; write it like 40000-40099"
        ) from None


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """Parse a network in CIDR notation, or one address.

    An IPv4-mapped IPv6 network (::ffff:192.0.2.0/120) is returned as IPv4.

    Raises:
        SettingsError: not a network.
    """
    try:
        network = ip_network(text.strip())
    except ValueError:
        raise SettingsError(_network_trouble(text)) from None
    if isinstance(network, IPv6Network) and network.prefixlen >= _MAPPED_PREFIX:
        mapped = network.network_address.ipv4_mapped
        if mapped is not None:
            return IPv4Network((mapped, network.prefixlen - _MAPPED_PREFIX))
    return network


def parse_bandwidth(text: str) -> int:
    """Parse a bandwidth in bytes/s: ``500k``, ``2.5M``, ``64Ki``; bits: ``100Mbit``.

    Raises:
        SettingsError: not a bandwidth.
    """
    found = _BANDWIDTH.fullmatch(text)
    if found is None:
        raise SettingsError(
            f"{text!r} is not a bandwidth; write bytes/s like 500k or 2M, "
            "or bits/s like 100Mbit"
        )
    factor = _FACTORS[(found["factor"] or "").lower()]
    return int(float(found["number"]) * factor / (8 if found["bits"] else 1))


def parse_bytes(text: str) -> int:
    """Parse a size in bytes: ``100M``, ``64Ki``.

    Raises:
        SettingsError: not a size.
    """
    found = _BYTES.fullmatch(text)
    if found is None:
        raise SettingsError(f"{text!r} is not a size in bytes; write it like 100M")
    return int(float(found["number"]) * _FACTORS[(found["factor"] or "").lower()])


def parse_place(text: str) -> tuple[str, int]:
    """Parse an address to listen on: ``ADDR:PORT``, or ``PORT`` for this host only.

    IPv6 addresses are in brackets. ``:PORT`` is every address, returned as "".

    Raises:
        SettingsError: not an address and port.
    """
    host, colon, port = text.strip().rpartition(":")
    found = _BRACKETS.fullmatch(host)
    if (
        not (port.isascii() and port.isdecimal())
        or not LOWEST_PORT <= int(port) <= HIGHEST_PORT
    ):
        raise SettingsError(_place_trouble(text))
    if not colon:
        return LOOPBACK, int(port)
    try:
        address = str(ip_address(found[1] if found else host)) if host else ""
    except ValueError:
        raise SettingsError(_place_trouble(text)) from None
    if ":" in address and not found:  # ambiguous: where does the port start?
        raise SettingsError(_place_trouble(text))
    return address, int(port)


def _place_trouble(text: str) -> str:
    return (
        f"{text!r} is not an address and port; write it like 127.0.0.1:9469, "
        "[::1]:9469, 9469 for this host only, or :9469 for every address"
    )


def _network_trouble(text: str) -> str:
    try:
        network = ip_interface(text.strip()).network
    except ValueError:
        return f"{text!r} is not a network; write it like 192.0.2.0/24 or 2001:db8::/32"
    return f"{text!r} has host bits set; did you mean {network}?"
