"""The hardware addresses of hosts on our own segment, as the kernel has learnt them."""

from pathlib import Path

ARP_TABLE = Path("/proc/net/arp")
"""IPv4 only; a host behind a router is not in it."""

_COMPLETE = 0x2
_ETHERNET = "0x1"


def hardware_address(host: str, table: Path = ARP_TABLE) -> str | None:
    """Return the MAC of HOST like ``01-02-03-0a-0b-0c``, or None if it is not known."""
    try:
        lines = table.read_text("ascii", "replace").splitlines()
    except OSError:  # no Linux, or no such right
        return None
    for line in lines:
        match line.split():
            case [address, kind, flags, mac, *_] if address == host:
                if kind == _ETHERNET and int(flags, 16) & _COMPLETE:
                    return mac.lower().replace(":", "-")
    return None
