"""Events on the wire, created by ``sources.py`` and by the server.

Times are seconds of a wall clock that never runs backwards (see server/clock.py).
"""

from ipaddress import IPv4Address, IPv4Interface

import msgspec

from tftptui.wire.dhcp import DhcpMessage
from tftptui.wire.frames import Arp


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """An event at an interface of this host."""

    time: float
    interface: str


class LinkSeen(Seen, frozen=True, kw_only=True):
    """The link went up or down."""

    is_up: bool


class AddressSeen(Seen, frozen=True, kw_only=True):
    """An address of this host was added or removed."""

    address: IPv4Interface
    is_here: bool


class ArpSeen(Seen, frozen=True, kw_only=True):
    """An ARP packet; ``is_ours`` if this host sent it."""

    arp: Arp
    is_ours: bool = False


class DhcpSeen(Seen, frozen=True, kw_only=True):
    """A BOOTP or DHCP message.

    Attributes:
        source: the sender's IP address, 0.0.0.0 if it has none.
        port: destination port: 67 and 4011 for requests, 68 for replies.
        is_ours: whether this host sent it.
    """

    message: DhcpMessage
    source: IPv4Address
    port: int
    is_ours: bool = False


class FileRequested(Seen, frozen=True, kw_only=True):
    """A TFTP request.

    Attributes:
        client: address of the client.
        server: address of the server.
        file: the requested name.
        mac: hardware address of the client; b"" if not known.
    """

    client: str
    server: str
    file: bytes
    mac: bytes = b""
    is_write: bool = False


class ServerLogged(Seen, frozen=True, kw_only=True):
    """A line in the log of the DHCP server of this host, see ``dnsmasq_log.py``.

    Attributes:
        mac: of the machine that it is about; b"" if it is about none.
        text: what the server decided, made visible.
    """

    text: str
    mac: bytes = b""


WireEvent = LinkSeen | AddressSeen | ArpSeen | DhcpSeen | FileRequested | ServerLogged
