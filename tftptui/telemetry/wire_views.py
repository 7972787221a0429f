"""What machines sent before TFTP, as screens show it."""

import msgspec

MOST_DEVICES = 256
"""Machines that are remembered; of more, the one heard longest ago goes."""


class WireLine(msgspec.Struct, frozen=True):
    """One step of a machine's story.

    Attributes:
        time: when it happened first, wall clock in seconds; last: when last.
        direction: "→" from the machine, "←" to it, "–" for the link.
        text: as ``tftptui wire`` prints it.
    """

    time: float
    last: float
    direction: str
    text: str


class WireDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A machine and what it sent and was told, oldest first.

    Attributes:
        mac: like "52:54:00:12:34:56".
        interface: of this host, where it was heard.
        address: that it uses; "" before it has one.
        title: maker, program and processor, as far as known.
        last: when it was heard last, wall clock in seconds.
        begun: when its latest try to boot began; 0 if it only sent ARP.
        requested: when that led to a TFTP request; 0 before. requester: from where.
        because: why it sends its request here; "" if unknown or not here.
        missing_address: that it looks for by ARP and no host has; "" for none.
        findings: numbers of those that hold for it.
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
    """What of the wire is new since the frame before.

    Attributes:
        interfaces: those that are watched: "eth1 (up, 10.0.0.1/24)".
        notice: what is not heard, and what to do about it; "" if nothing is missing.
        may_add_address: whether this server may add an address to its interface.
        devices: those of which there is news, whole.
    """

    interfaces: str
    notice: str = ""
    may_add_address: bool = False
    devices: list[WireDevice] = []

    def merged(self, later: "WireNews") -> "WireNews":
        """Return this with what came LATER; the machine heard last stands last."""
        devices = {one.mac: one for one in self.devices}
        for one in later.devices:
            devices.pop(one.mac, None)
            devices[one.mac] = one
        kept = list(devices.values())[-MOST_DEVICES:]
        return msgspec.structs.replace(later, devices=kept)
