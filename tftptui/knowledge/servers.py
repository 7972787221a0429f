"""Names of settings in other servers that a capture may show, and in ours.

Sources: in.tftpd(8) of tftpd-hpa 5.2; dnsmasq 2.90 --help, its range and MTU tested;
atftpd 0.8.0 --help, which has neither a range nor a single-port mode.
"""

from shlex import quote

from tftptui.settings import PortRange

_TFTP_HEADERS = 32
"""Bytes of IPv4, UDP and TFTP headers, which dnsmasq subtracts from the MTU."""

_ATFTPD_OPTIONS = frozenset({"blksize", "timeout", "tsize", "windowsize"})
_DNSMASQ_OPTIONS = {"blksize": "--tftp-no-blocksize"}


def range_settings(ports: PortRange) -> str:
    """Return the options that make a server reply from these ports."""
    first, last = ports.first, ports.last
    return (
        f"tftptui: --ports {first}-{last}; tftpd-hpa: --port-range {first}:{last}; "
        f"dnsmasq: --tftp-port-range={first},{last}"
    )


ONE_PORT = "tftptui: --single-port; dnsmasq: --tftp-single-port"
"""The options that make a server reply from the request port."""


def block_settings(nbytes: int) -> str:
    """Return the options that limit a server's block size."""
    return (
        f"tftptui: --max-blksize {nbytes}; tftpd-hpa: --blocksize {nbytes}; "
        f"dnsmasq: --tftp-mtu={nbytes + _TFTP_HEADERS}"
    )


def refusal_settings(names: list[str], whom: str = "") -> str:
    """Return the options that make a server refuse options.

    WHOM is appended to the name in our own setting, to limit it to one client program.
    """
    ways = {
        "tftptui": [f"--refuse {quote(name + whom)}" for name in names],
        "tftpd-hpa": [f"--refuse {quote(name)}" for name in names],
        "atftpd": [f"--no-{name}" for name in names if name in _ATFTPD_OPTIONS],
        "dnsmasq": [_DNSMASQ_OPTIONS[one] for one in names if one in _DNSMASQ_OPTIONS],
    }
    return "; ".join(f"{who}: {' '.join(how)}" for who, how in ways.items() if how)
