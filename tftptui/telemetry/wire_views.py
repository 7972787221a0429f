"""ARP and DHCP of machines before TFTP, as shown on screens."""

import msgspec

MOST_DEVICES = 256
"""Machines remembered; the one heard least recently is dropped."""


class WireLine(msgspec.Struct, frozen=True):
    """One step of a machine.

    Attributes:
        time: when it happened first, wall clock in seconds; last: when last.
        direction: "→" from the machine, "←" to it, "–" for the link.
        text: as printed by ``tftptui wire``.
    """

    time: float
    last: float
    direction: str
    text: str


class WireDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A machine, with what it sent and received, oldest first.

    Attributes:
        mac: like "52:54:00:12:34:56".
        interface: of this host, where it was heard.
        address: its address; "" before it has one.
        title: manufacturer, program and processor, as far as known.
        last: when it was last heard, wall clock in seconds.
        begun: when its latest boot attempt started; 0 if it only sent ARP.
        requested: when that led to a TFTP request; 0 before. requester: its source.
        because: why it sends its request here; "" if unknown or not here.
        missing_address: an address it looks for by ARP and no host has; "" for none.
        findings: numbers of the findings about it.
    """

    mac: str
    interface: str
    address: str = ""
    title: str = ""
    last: float = 0.0
    begun: float = 0.0
    requested: float = 0.0
    requester: str = ""
    because: str = ""
    missing_address: str = ""
    findings: tuple[int, ...] = ()
    lines: tuple[WireLine, ...] = ()


class WireNews(msgspec.Struct, kw_only=True):
    """Changes since the previous frame.

    Attributes:
        interfaces: the watched ones: "eth1 (up, 10.0.0.1/24)".
        notice: what can't be heard, and what to do about it; "" if nothing is missing.
        may_add_address: whether this server may add an address to its interface.
        devices: the machines that changed, complete.
    """

    interfaces: str
    notice: str = ""
    may_add_address: bool = False
    devices: list[WireDevice] = []

    def merged(self, later: "WireNews") -> "WireNews":
        """Return this with LATER news; the machine heard last comes last."""
        devices = {one.mac: one for one in self.devices}
        for one in later.devices:
            devices.pop(one.mac, None)
            devices[one.mac] = one
        kept = list(devices.values())[-MOST_DEVICES:]
        return msgspec.structs.replace(later, devices=kept)
