"""The contents of a DHCP server's reply to a machine that boots."""

from ipaddress import AddressValueError, IPv4Address

import msgspec

from tftptui.telemetry.escapes import visible
from tftptui.telemetry.words import joined
from tftptui.wire.dhcp import DhcpMessage, Option

_BOOT_MENU = 9
"""Of PXE, inside option 43 (PXE 2.1 §2.2.3)."""


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """One reply: an OFFER, an ACK, or BOOTP's only one.

    Attributes:
        time: of arrival, in seconds of its events' clock.
        server: option 54, else the sender's address.
        address: for the machine; "" from a proxy, which gives none.
        next_server: siaddr; "" if it is 0.0.0.0.
        server_name: option 66 as text; four raw bytes are read as an address.
        tftp_servers: option 150.
        file: option 67 or the field ``file``, raw; b"" if none is named.
        vendor_class: option 60.
        has_vendor_options: whether there is an option 43.
        has_menu: whether it has a boot menu.
        relay: giaddr; "" without a relay.
        lease: seconds; None in BOOTP and from a proxy.
    """

    time: float
    server: str
    address: str = ""
    next_server: str = ""
    server_name: str = ""
    tftp_servers: tuple[str, ...] = ()
    file: bytes = b""
    vendor_class: str = ""
    has_vendor_options: bool = False
    has_menu: bool = False
    relay: str = ""
    lease: int | None = None

    @property
    def is_proxy(self) -> bool:
        """Whether it names a boot server without giving an address."""
        return not self.address

    @property
    def boot_servers(self) -> tuple[str, ...]:
        """The boot servers in all fields that may name one, without duplicates.

        Clients differ in which field they read. If none is set and a file is named, it
        is the DHCP server itself, as for U-Boot.
        """
        named = (self.next_server, self.server_name, *self.tftp_servers)
        found = tuple(dict.fromkeys(one for one in named if one))
        return found or ((self.server,) if self.file else ())

    @property
    def shown_file(self) -> str:
        """The file's name, printable."""
        return visible(self.file)

    def words(self) -> str:
        """Return its contents: address 10.0.0.7, next-server 10.0.0.5, file a.efi."""
        parts = [f"address {self.address}" if self.address else "no address (proxy)"]
        if self.next_server:
            parts.append(f"next-server {self.next_server}")
        if self.server_name and self.server_name != self.next_server:
            parts.append(f"option 66 {self.server_name}")
        others = [one for one in self.tftp_servers if one != self.next_server]
        if others:
            parts.append(f"option 150 {joined(others)}")
        parts.append(f"file {self.shown_file}" if self.file else self._no_file())
        return ", ".join(parts)

    def as_fields(self) -> dict[str, object]:
        """Return its fields for JSON, names printable."""
        fields = msgspec.structs.asdict(self)
        del fields["time"]
        return fields | {"file": self.shown_file, "is_proxy": self.is_proxy}

    def _no_file(self) -> str:
        return "a boot menu" if self.has_menu else "no file"


def offer_of(message: DhcpMessage, source: IPv4Address, time: float) -> Offer:
    """Return the contents of a reply from SOURCE."""
    vendor = dict(message.vendor_options)
    return Offer(
        time=time,
        server=str(message.server_id or source),
        address=_text(message.yiaddr),
        next_server=_text(message.siaddr),
        server_name=_server_name(message.tftp_server_name),
        tftp_servers=tuple(map(str, message.tftp_servers)),
        file=message.boot_file,
        vendor_class=visible(message.vendor_class),
        has_vendor_options=message.option(Option.VENDOR_SPECIFIC) is not None,
        has_menu=_BOOT_MENU in vendor,
        relay=_text(message.giaddr),
        lease=message.lease_seconds,
    )


def _text(address: IPv4Address) -> str:
    return str(address) if int(address) else ""


def _server_name(value: bytes) -> str:
    try:
        IPv4Address(value.decode("ascii"))
    except (AddressValueError, UnicodeDecodeError):
        is_raw = len(value) == 4 and not value.isalnum()  # noqa: PLR2004 - an address
        return str(IPv4Address(value)) if is_raw else visible(value)
    return value.decode("ascii")
