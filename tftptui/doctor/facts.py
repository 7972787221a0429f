"""What a machine said of itself: plain data, so that it can be judged anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A program that holds the port for requests.

    Attributes:
        unit: the systemd unit that it runs in, or None.
        is_tftptui: whether it is a server like this one.
    """

    pid: int
    name: str
    unit: str | None = None
    is_tftptui: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """A network interface.

    Attributes:
        mtu: bytes of a packet.
        return_path: rp_filter in force: 0 off, 1 strict, 2 loose; None if unknown.
    """

    name: str
    is_up: bool
    mtu: int
    addresses: tuple[Interface, ...] = ()
    return_path: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the packet filter programs printed.

    Attributes:
        nft: JSON of the whole ruleset; None if it can't be had.
        saved: of iptables-save, by family "ip" and "ip6".
        legacy: the same of the legacy variant.
        trouble: why there is nothing to judge; empty if there is.
        is_ufw: whether that front end of iptables is switched on.
    """

    nft: str | None = None
    saved: Mapping[str, str] = field(default_factory=dict)
    legacy: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    is_ufw: bool = False


PARTS = ".tftptui-*"
"""Names of unfinished uploads, as a shell pattern; see files/hidden_file.py."""

LEFT_BEHIND = 3_600.0
"""Seconds: a part of an upload that has not grown for so long is nobody's any more."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A hidden part of an upload whose server was killed.

    Attributes:
        path: where it is, as the disk has it.
        octets: its size.
        age: seconds since it was written last.
    """

    path: str
    octets: int
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The folder that is to be served, as this user sees it.

    Attributes:
        trouble: why it can't be read; empty if it can.
        unreadable: some names below it that can't be read.
        astray: links that lead nowhere, or out of the folder, as "a → ../b": they are
            not served.
        folders: how many there are, at most what was counted to.
        is_writable: whether files can be put into it.
        writer: who would do that, where a server that root starts becomes another.
        leftovers: parts of uploads that a killed server has left.
    """

    path: Path
    trouble: str = ""
    unreadable: tuple[str, ...] = ()
    astray: tuple[str, ...] = ()
    folders: int = 1
    is_writable: bool = False
    writer: str = ""
    leftovers: tuple[Leftover, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The terminal.

    Attributes:
        name: TERM.
        colours: COLORTERM.
    """

    is_terminal: bool
    name: str = ""
    colours: str = ""
    encoding: str = ""
    columns: int = 0
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that the checks judge.

    Attributes:
        system: like "Linux" (platform.system()).
        own_pids: processes of this very server, if it runs already.
        may_attach: whether the control socket of a server on this port answers us.
        bind_errno: what binding the port ended with, None if it went well.
        first_plain_port: lowest port that needs no right.
        may_bind_low: whether this process may bind those below, too.
        sources: our address towards the default route, for each IP version.
        ephemeral: ports that the system hands out, first and last.
        reserved: ports that it keeps back from that, as A-B.
        tracked, tracked_most: flows that conntrack knows, and may; None if it sleeps.
        helper: whether the kernel has the TFTP helper; None if that can't be told.
        landlock: version of the kernel's Landlock, 0 for none.
        watches, instances: inotify's limits; None where there is no inotify.
        descriptors: that this process may open at most, None for no limit.
        requests_at_once: that find room in the server's socket.
        year: of this machine's clock.
        is_synchronised: whether its clock is kept right; None if that can't be told.
    """

    system: str
    own_pids: frozenset[int] = frozenset()
    landlock: int = 0
    may_attach: bool = False
    user: str
    is_root: bool
    bind_errno: int | None
    first_plain_port: int
    may_bind_low: bool
    holders: tuple[Holder, ...]
    devices: tuple[Device, ...]
    sources: tuple[Address, ...]
    ephemeral: tuple[int, int]
    reserved: tuple[str, ...]
    filters: Filters
    tracked: int | None
    tracked_most: int | None
    helper: bool | None
    watches: int | None
    instances: int | None
    descriptors: int | None
    requests_at_once: int
    served: Served
    year: int
    is_synchronised: bool | None
    screen: Screen

    def reachable(
        self, listen: tuple[str, ...] = ()
    ) -> tuple[tuple[Device, Interface], ...]:
        """Return each address that others can ask, with its device, which is up.

        LISTEN are the addresses the server is to listen on; empty means all.
        """
        return tuple(
            (device, address)
            for device in self.devices
            if device.is_up
            for address in device.addresses
            if not (address.ip.is_loopback or address.ip.is_link_local)
            and is_heard(address.ip, listen)
        )

    def heard_sources(self, listen: tuple[str, ...]) -> tuple[Address, ...]:
        """Return our addresses towards other networks that the server listens on."""
        return tuple(source for source in self.sources if is_heard(source, listen))


EVERYWHERE = {"0.0.0.0": 4, "::": 6}  # noqa: S104 - compared
"""What listens on all addresses of an IP version."""


def is_heard(address: Address, listen: tuple[str, ...]) -> bool:
    """Return whether a server hears what is sent to an address."""
    hosts = {host.strip("[]") for host in listen}
    all_of = {EVERYWHERE[host] for host in hosts if host in EVERYWHERE}
    return not hosts or str(address) in hosts or address.version in all_of
