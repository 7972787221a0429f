"""The situation: server, clients, and the place and kind of the firewall."""

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from tftptui.settings import (
    DEFAULT_PORTS,
    HIGHEST_PORT,
    LOWEST_PORT,
    TFTP_PORT,
    PortRange,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

CLIENT_PORTS = PortRange(1_024, HIGHEST_PORT)
"""Ports that a client may choose (RFC 1350 §4): boot ROMs use 2070, U-Boot 1024-4095,
UEFI 1024 and up, Linux programs 32768 and up, pxelinux 49152 and up."""

ANYWHERE: tuple[Network, ...] = (IPv4Network("0.0.0.0/0"), IPv6Network("::/0"))


class SituationError(ValueError):
    """A situation is invalid; the text says what to change."""


class Where(Enum):
    """Place of the firewall."""

    SERVER = "server"
    """On the server's host."""
    BETWEEN = "between"
    """On a router on the path."""
    CLIENT = "client"
    """On the client."""


class Kind(Enum):
    """The way a firewall tracks flows."""

    STATELESS = "stateless"
    """It checks each packet separately."""
    STATEFUL = "stateful"
    """It allows replies to allowed packets."""
    HELPER = "helper"
    """It is stateful and reads TFTP requests (helper, ALG, inspection)."""


class Way(Enum):
    """A way to allow the replies."""

    HELPER = "helper"
    RANGE = "range"
    SINGLE_PORT = "single-port"


@dataclass(frozen=True, slots=True)
class Family:
    """The servers and clients of one IP version."""

    version: int
    servers: tuple[Address, ...]
    clients: tuple[Network, ...]

    @property
    def is_from_anywhere(self) -> bool:
        """True if a client network is the whole Internet."""
        return any(network.prefixlen == 0 for network in self.clients)


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """The case that rules are needed for.

    Attributes:
        servers: addresses of the server.
        clients: networks of the clients.
        port: UDP port that receives requests.
        ports: UDP ports that the server replies from, unless in single-port mode.
        client_ports: source UDP ports of clients.
        where: place of the firewall.
        kind: how it tracks flows.
        is_single_port: whether the server replies from the request port.
        has_nat: whether addresses of clients or of the server are translated.
        is_ours: whether the server is tftptui; a capture may show any.

    Raises:
        SituationError: there is no server, no client of its IP version, or stateless
            NAT.
    """

    servers: tuple[Address, ...]
    clients: tuple[Network, ...] = ANYWHERE
    port: int = TFTP_PORT
    ports: PortRange = DEFAULT_PORTS
    client_ports: PortRange = CLIENT_PORTS
    where: Where = Where.BETWEEN
    kind: Kind = Kind.HELPER
    is_single_port: bool = False
    has_nat: bool = False
    is_ours: bool = True

    def __post_init__(self) -> None:
        if not self.servers:
            raise SituationError(
                "--server is missing: write it like --server 192.0.2.1"
            )
        if not self.clients:
            raise SituationError(
                "--clients is missing: write it like --clients 198.51.100.0/24"
            )
        if not LOWEST_PORT <= self.port <= HIGHEST_PORT:
            raise SituationError(
                f"--port {self.port}: ports are {LOWEST_PORT}–{HIGHEST_PORT}"
            )
        if not self.families:
            raise SituationError(
                f"server {self.servers[0]} and clients {self.clients[0]} have "
                "different IP versions: both must be IPv4, or both IPv6"
            )
        if self.has_nat and not self.keeps_state:
            raise SituationError(
                "NAT keeps state: --kind stateless does not go with --nat"
            )

    @property
    def keeps_state(self) -> bool:
        """True if replies are allowed automatically."""
        return self.kind is not Kind.STATELESS

    @property
    def way(self) -> Way:
        """The way to allow the replies."""
        if self.is_single_port:
            return Way.SINGLE_PORT
        return Way.HELPER if self.kind is Kind.HELPER else Way.RANGE

    @property
    def families(self) -> tuple[Family, ...]:
        """The IP versions that both sides have, IPv4 first."""
        families = (
            Family(
                version,
                tuple(a for a in self.servers if a.version == version),
                tuple(n for n in self.clients if n.version == version),
            )
            for version in (4, 6)
        )
        return tuple(family for family in families if family.servers and family.clients)
