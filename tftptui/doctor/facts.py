"""The facts about a host: plain data, so that they can be checked anywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv6Address, IPv6Interface
from pathlib import Path

Address = IPv4Address | IPv6Address
Interface = IPv4Interface | IPv6Interface


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A program that holds the request port.

    Attributes:
        unit: its systemd unit, or None.
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
        mtu: in bytes.
        return_path: rp_filter in force: 0 off, 1 strict, 2 loose; None if unknown.
    """

    name: str
    is_up: bool
    mtu: int
    addresses: tuple[Interface, ...] = ()
    return_path: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """The output of the packet filter programs.

    Attributes:
        nft: JSON of the whole ruleset; None if not available.
        saved: of iptables-save, by family "ip" and "ip6".
        legacy: the same of the legacy variant.
        trouble: why there are no rules to check; empty if there are.
        is_ufw: whether ufw is enabled.
    """

    nft: str | None = None
    saved: Mapping[str, str] = field(default_factory=dict)
    legacy: Mapping[str, str] = field(default_factory=dict)
    trouble: str = ""
    is_ufw: bool = False


PARTS = ".tftptui-*"
"""Names of unfinished uploads, as a shell pattern; see files/hidden_file.py."""

LEFT_BEHIND = 3_600.0
"""Seconds without growth after which a partial upload counts as abandoned."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """A hidden partial upload whose server was killed.

    Attributes:
        path: its path on the disk.
        nbytes: its size.
        age: seconds since the last write.
    """

    path: str
    nbytes: int
    age: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The folder to serve, as this user sees it.

    Attributes:
        trouble: why it can't be read; empty if it can.
        unreadable: some names below it that can't be read.
        astray: symlinks that are broken or leave the folder, as "a → ../b": they are
            not served.
        folders: number of folders, up to the limit of counting.
        is_writable: whether files can be created in it.
        writer: the user who would create them, if a server started by root drops
            privileges.
        leftovers: partial uploads left by a killed server.
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
    """All facts for the checks.

    Attributes:
        system: such as "Linux" (platform.system()).
        own_pids: processes of this very server, if it is running.
        may_attach: whether the control socket of a server on this port replies to us.
        bind_errno: the error of binding the port, None if that succeeded.
        first_plain_port: lowest port that needs no permission.
        may_bind_low: whether this process may bind lower ports, too.
        sources: our address towards the default route, for each IP version.
        ephemeral: the system's ephemeral ports, first and last.
        reserved: ports excluded from these, as A-B.
        tracked, tracked_most: number and limit of flows in conntrack; None if unused.
        helper: whether the kernel has the TFTP helper; None if unknown.
        landlock: version of the kernel's Landlock, 0 for none.
        watches, instances: inotify's limits; None without inotify.
        descriptors: limit for this process, None for no limit.
        requests_at_once: requests that fit into the server's socket buffer.
        year: of this host's clock.
        is_synchronised: whether its clock is synchronized; None if unknown.
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
        """Return each reachable address of a device that is up, with the device.

        LISTEN are the addresses the server listens on; empty means all.
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
"""Wildcard addresses, by IP version."""


def is_heard(address: Address, listen: tuple[str, ...]) -> bool:
    """Return whether a server receives packets to an address."""
    hosts = {host.strip("[]") for host in listen}
    all_of = {EVERYWHERE[host] for host in hosts if host in EVERYWHERE}
    return not hosts or str(address) in hosts or address.version in all_of
