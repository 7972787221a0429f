"""Ports, networks, octets and bandwidths: how people write them."""

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
_OCTETS = re.compile(
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
    """A setting is wrong; the text names it, its value and what would be right."""


class PortRange(msgspec.Struct, frozen=True):
    """The server's TIDs, first and last included (UDP ports).

    Raises:
        SettingsError: out of order or outside 1 to 65535.
    """

    first: int
    last: int

    def __post_init__(self) -> None:
        for port in (self.first, self.last):
            if not LOWEST_PORT <= port <= HIGHEST_PORT:
                raise SettingsError(
                    f"port {port} does not exist; choose from "
                    f"{LOWEST_PORT} to {HIGHEST_PORT}"
                )
        if self.first > self.last:
            raise SettingsError(
                f"the range {self.first}-{self.last} runs backwards; "
                f"try {self.last}-{self.first}"
            )

    def __len__(self) -> int:
        return self.last - self.first + 1

    def __contains__(self, port: int) -> bool:
        return self.first <= port <= self.last

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


def parse_port_range(text: str) -> PortRange:
    """Read ``A-B``, or ``A`` for a range of one port.

    Raises:
        SettingsError: the text is no range.
    """
    first, dash, last = text.strip().replace("–", "-").partition("-")
    try:
        return PortRange(int(first), int(last) if dash else int(first))
    except SettingsError:
        raise
    except ValueError:
        raise SettingsError(
            f"{text!r} is no port range; write it like 40000-40099"
        ) from None


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """Read a network in CIDR notation, or one address.

    An IPv4 network written as IPv6 carries it (::ffff:192.0.2.0/120) is returned
    as what it is.

    Raises:
        SettingsError: the text is no network.
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
    """Read octets a second: ``500k``, ``2.5M``, ``64Ki``, or bits: ``100Mbit``.

    Raises:
        SettingsError: the text is no bandwidth.
    """
    found = _BANDWIDTH.fullmatch(text)
    if found is None:
        raise SettingsError(
            f"{text!r} is no bandwidth; write octets a second like 500k or 2M, "
            "or bits like 100Mbit"
        )
    factor = _FACTORS[(found["factor"] or "").lower()]
    return int(float(found["number"]) * factor / (8 if found["bits"] else 1))


def parse_octets(text: str) -> int:
    """Read a number of octets: ``100M``, ``64Ki``.

    Raises:
        SettingsError: the text is none.
    """
    found = _OCTETS.fullmatch(text)
    if found is None:
        raise SettingsError(f"{text!r} is no number of octets; write it like 100M")
    return int(float(found["number"]) * _FACTORS[(found["factor"] or "").lower()])


def parse_place(text: str) -> tuple[str, int]:
    """Read where to listen: ``ADDR:PORT``, or ``PORT`` for this host alone.

    IPv6 addresses stand in brackets. ``:PORT`` is every address, told as "".

    Raises:
        SettingsError: the text is no such place.
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
    if ":" in address and not found:  # where it ends and the port begins is a guess
        raise SettingsError(_place_trouble(text))
    return address, int(port)


def _place_trouble(text: str) -> str:
    return (
        f"{text!r} is no place to listen; write it like 127.0.0.1:9469, [::1]:9469, "
        "9469 for this host alone, or :9469 for every address"
    )


def _network_trouble(text: str) -> str:
    try:
        network = ip_interface(text.strip()).network
    except ValueError:
        return f"{text!r} is no network; write it like 192.0.2.0/24 or 2001:db8::/32"
    return f"{text!r} is an address inside a network; for the network write {network}"
