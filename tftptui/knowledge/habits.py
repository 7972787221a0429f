"""Typical source ports of client programs: each chooses its own, unlike the server.

These are starting points; a port alone proves nothing. Sources: Intel PXE ROM: field
captures (2070, +1 per request). edk2: Udp4Dxe, 1024 plus a random number below 1024, +1
per request. U-Boot: net/tftp.c, 1024 plus time modulo 3072. GRUB: grub-core/net/udp.c,
25300 plus the number of sockets. PXELINUX: core/legacynet/portnum.c, from 49152. Linux:
default ip_local_port_range. Windows, macOS and the rest: RFC 6335 §6. iPXE,
src/net/udp/tftp.c, uses any from 1025, so it is in no zone.
"""

from dataclasses import dataclass

ALL_PORTS = 65_536


@dataclass(frozen=True, slots=True)
class Zone:
    """A range of ports used by the same programs.

    Attributes:
        first, last: inclusive; the zones cover all ports without gaps.
        weight: its share of a picture's width, relative to the others.
        names: programs that use it, the most typical first; may be empty.
    """

    first: int
    last: int
    weight: int
    names: tuple[str, ...] = ()


ZONES: tuple[Zone, ...] = (
    Zone(0, 1_023, 3),
    Zone(1_024, 2_047, 6, ("UEFI", "U-Boot")),
    Zone(2_048, 4_095, 8, ("boot ROM", "U-Boot")),
    Zone(4_096, 25_299, 6),
    Zone(25_300, 32_767, 6, ("GRUB",)),
    Zone(32_768, 49_151, 9, ("Linux",)),
    Zone(49_152, 60_999, 10, ("Windows", "Linux", "PXELINUX")),
    Zone(61_000, 65_535, 5, ("macOS", "Windows")),
)


def zone_of(port: int) -> Zone:
    """Return the zone of a port, 0 to 65535."""
    return next(zone for zone in ZONES if zone.first <= port <= zone.last)
