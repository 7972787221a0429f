"""What is seen on the wire, as the sources of ``sources.py`` and the server tell it.

Times are seconds of a wall clock that never runs backwards (see server/clock.py).
"""

from ipaddress import IPv4Address, IPv4Interface

import msgspec

from tftptui.wire.dhcp import DhcpMessage
from tftptui.wire.frames import Arp


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """Something seen at an interface of this machine."""

    time: float
    interface: str


class LinkSeen(Seen, frozen=True, kw_only=True):
    """A cable was plugged in or out, or the other end was switched on or off."""

    is_up: bool


class AddressSeen(Seen, frozen=True, kw_only=True):
    """This machine has an address now, or no longer."""

    address: IPv4Interface
    is_here: bool


class ArpSeen(Seen, frozen=True, kw_only=True):
    """An ARP packet; ``is_ours`` if this machine sent it."""

    arp: Arp
    is_ours: bool = False


class DhcpSeen(Seen, frozen=True, kw_only=True):
    """A BOOTP or DHCP message.

    Attributes:
        source: the sender's IP address, 0.0.0.0 of a machine without one.
        port: UDP port that it went to: 67 and 4011 take requests, 68 replies.
        is_ours: whether this machine sent it.
    """

    message: DhcpMessage
    source: IPv4Address
    port: int
    is_ours: bool = False


class FileRequested(Seen, frozen=True, kw_only=True):
    """A TFTP request.

    Attributes:
        client: address of who asks.
        server: address that is asked.
        file: the name asked for.
        mac: hardware address of who asks; b"" where that was not seen.
    """

    client: str
    server: str
    file: bytes
    mac: bytes = b""
    is_write: bool = False


WireEvent = LinkSeen | AddressSeen | ArpSeen | DhcpSeen | FileRequested
