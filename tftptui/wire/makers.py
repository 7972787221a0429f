"""Identifies machines and programs by MAC address and DHCP options."""

from tftptui.telemetry.escapes import visible
from tftptui.wire.dhcp import DhcpMessage

_MAKERS = {
    "00:05:69": "VMware",
    "00:0c:29": "VMware",
    "00:1c:42": "Parallels",
    "00:15:5d": "Hyper-V",
    "00:16:3e": "Xen",
    "00:50:56": "VMware",
    "08:00:27": "VirtualBox",
    "28:cd:c1": "Raspberry Pi",
    "2c:cf:67": "Raspberry Pi",
    "52:54:00": "QEMU",
    "b8:27:eb": "Raspberry Pi",
    "d8:3a:dd": "Raspberry Pi",
    "dc:a6:32": "Raspberry Pi",
    "e4:5f:01": "Raspberry Pi",
}
"""By the first three bytes: makers of network-booting machines with certain
prefixes."""

_LOCAL = 2
"""Bit of the first byte: a locally administered address, as of virtual machines."""

FIRMWARE = "PXE firmware"

_PROGRAMS = (
    (b"iPXE", "iPXE"),
    (b"HTTPClient", "UEFI HTTP Boot"),
    (b"PXEClient", FIRMWARE),
    (b"U-Boot", "U-Boot"),
    (b"onie_vendor", "ONIE"),
    (b"barebox", "barebox"),
    (b"udhcp", "BusyBox udhcpc"),
    (b"dhcpcd", "dhcpcd"),
    (b"MSFT", "Windows"),
    (b"android-dhcp", "Android"),
    (b"anaconda", "Anaconda"),
    (b"docsis", "cable modem"),
    (b"Cisco", "Cisco"),
)
"""By prefix of option 60."""


def maker(mac: bytes) -> str:
    """Return the maker of a network interface; "" if not certain."""
    known = _MAKERS.get(mac[:3].hex(":"), "")
    return known or ("local MAC" if mac and mac[0] & _LOCAL else "")


def program(message: DhcpMessage) -> str:
    """Return the program that sent a request, by options 77 and 60; else "".

    Unknown programs are shown by the text that they send.
    """
    if message.user_class.startswith(b"iPXE"):
        return "iPXE"
    said = message.vendor_class
    known = (name for begun, name in _PROGRAMS if said.startswith(begun))
    return next(known, visible(said))
