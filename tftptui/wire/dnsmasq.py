"""A configuration for dnsmasq that sends machines here for their boot file.

dnsmasq gives addresses (full), or adds the boot file to what another DHCP server gives
(proxy, PXE specification 2.1 §2.2.1). It serves no files: TFTP stays with tftptui.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import msgspec


class Mode(StrEnum):
    """The mode of dnsmasq."""

    FULL = "full"
    PROXY = "proxy"


class Machine(msgspec.Struct, frozen=True):
    """A kind of machine that boots from the network.

    Attributes:
        tag: its name in the configuration.
        title: its display name.
        types: its processor types in option 93 (RFC 4578 §2.1).
        services: its names in dnsmasq's pxe-service.
        loaders: usual names of its first file, the most likely first.
    """

    tag: str
    title: str
    types: tuple[int, ...]
    services: tuple[str, ...]
    loaders: tuple[str, ...]


MACHINES = (
    Machine(
        "bios",
        "x86 BIOS",
        (0,),
        ("x86PC",),
        ("undionly.kpxe", "ipxe.pxe", "lpxelinux.0", "pxelinux.0", "grldr"),
    ),
    Machine(
        "x64",
        "x64 UEFI",
        (7, 9),
        ("x86-64_EFI", "BC_EFI"),
        ("ipxe.efi", "snponly.efi", "shimx64.efi", "grubx64.efi", "bootx64.efi"),
    ),
    Machine(
        "arm64",
        "ARM 64-bit UEFI",
        (11,),
        ("ARM64_EFI",),
        ("ipxe-arm64.efi", "shimaa64.efi", "grubaa64.efi", "bootaa64.efi"),
    ),
)
IPXE_SCRIPT = "boot.ipxe"
PLAIN = "plain"
"""Tag of the file for boards that are not PXE, like U-Boot."""

_MOST_NAMES = 50_000
"""Limit of files that are examined in a root."""

_WRITABLE = re.compile(r"[A-Za-z0-9._/+-]+")
"""Names that need no quoting in dnsmasq."""

_POOL = 100
"""Limit of addresses to give out."""


def find_loaders(root: Path) -> dict[str, str]:
    """Return the first file of each kind of machine in ROOT, by tag.

    The script of iPXE has the tag "ipxe". Names are relative to ROOT. The most likely
    name wins, then the shortest path.
    """
    return loaders_among(_names(root))


def loaders_among(names: Iterable[str]) -> dict[str, str]:
    """Return the same of names as they are requested."""
    wanted = {machine.tag: machine.loaders for machine in MACHINES}
    wanted["ipxe"] = (IPXE_SCRIPT,)
    found: dict[str, tuple[int, int, str]] = {}
    for name in names:
        base = name.rpartition("/")[2].lower()
        for tag, loaders in wanted.items():
            if base in loaders:
                rank = (loaders.index(base), len(name), name)
                found[tag] = min(rank, found.get(tag, rank))
    return {tag: name for tag, (_, _, name) in found.items()}


def _names(root: Path) -> Iterator[str]:
    left = _MOST_NAMES
    for folder, folders, files in os.walk(root):
        folders.sort()
        below = Path(folder).relative_to(root)
        for file in files:
            left -= 1
            if left < 0:
                return
            name = (below / file).as_posix()
            if _WRITABLE.fullmatch(name):
                yield name


def dnsmasq_config(
    mode: Mode, interface: str, address: IPv4Interface, loaders: Mapping[str, str]
) -> str:
    """Return a complete configuration file.

    Args:
        mode: of dnsmasq.
        interface: the interface to the machines.
        address: our address there, with the network.
        loaders: the first file by tag, from find_loaders(); missing ones become a
            comment with the usual name.
    """
    lines = [
        "# Save as boot.conf, and run: sudo dnsmasq --no-daemon --conf-file=boot.conf",
        "# TFTP stays with tftptui: dnsmasq serves no files here.",
        *_about_missing(loaders),
        "port=0",
        f"interface={interface}",
        "bind-interfaces",
        "log-dhcp",
        "",
        *(_full if mode is Mode.FULL else _proxy)(interface, address, loaders),
    ]
    return "".join(f"{line}\n" for line in lines)


def _about_missing(loaders: Mapping[str, str]) -> Iterator[str]:
    if any(machine.tag not in loaders for machine in MACHINES):
        yield "# Lines that begin with #dhcp-boot or #pxe-service: no such file was"
        yield "# found in the root. Put the name of yours in, and remove the #."


def _full(
    interface: str, address: IPv4Interface, loaders: Mapping[str, str]
) -> Iterator[str]:
    server = address.ip
    yield "# Gives out addresses: use it only where no other DHCP server is. To check:"
    yield f"#   tftptui wire --ask {interface}"
    first, last = _pool(address)
    yield f"dhcp-range={first},{last},{address.netmask},1h"
    yield "# No default route and no DNS server for the machines:"
    yield "dhcp-option=3"
    yield "dhcp-option=6"
    yield f'dhcp-option=66,"{server}"'
    yield f"dhcp-option=150,{server}"
    yield "dhcp-userclass=set:ipxe,iPXE"
    for machine in MACHINES:
        yield ""
        yield f"# {machine.title}"
        for number in machine.types:
            yield f"dhcp-match=set:{machine.tag},option:client-arch,{number}"
        yield _line(
            machine, loaders, f"dhcp-boot=tag:{machine.tag},tag:!ipxe,{{}},,{server}"
        )
    yield ""
    yield "# Boards that are not PXE (U-Boot, BusyBox)"
    others = "".join(f"tag:!{machine.tag}," for machine in MACHINES) + "tag:!ipxe"
    name = loaders.get(PLAIN)
    yield f"{'' if name else '#'}dhcp-boot={others},{name or 'u-boot.img'},,{server}"
    yield ""
    yield "# iPXE, once it runs; without a script it loads itself again and again"
    script = loaders.get("ipxe")
    off = "" if script else "#"
    yield f"{off}dhcp-boot=tag:ipxe,{script or IPXE_SCRIPT},,{server}"


def _proxy(
    interface: str, address: IPv4Interface, loaders: Mapping[str, str]
) -> Iterator[str]:
    yield "# Adds the boot file to the offers of the DHCP server that is there already."
    yield "# It needs UDP ports 67 and 4011 of this machine. To see what machines get:"
    yield f"#   tftptui wire --ask {interface}"
    yield f"dhcp-range={address.network.network_address},proxy"
    for machine in MACHINES:
        yield ""
        yield f"# {machine.title}"
        for service in machine.services:
            line = f'pxe-service={service},"{machine.title}",{{}},{address.ip}'
            yield _line(machine, loaders, line)


def _line(machine: Machine, loaders: Mapping[str, str], line: str) -> str:
    name = loaders.get(machine.tag)
    return line.format(name) if name else f"#{line.format(machine.loaders[0])}"


def _pool(address: IPv4Interface) -> tuple[IPv4Address, IPv4Address]:
    """Return the first and last address to give out, without ours, at most 100.

    Raises:
        ValueError: the network is too small.
    """
    network, own = address.network, int(address.ip)
    lowest, highest = (
        int(network.network_address) + 1,
        int(network.broadcast_address) - 1,
    )
    sides = (lowest, min(own - 1, highest)), (max(own + 1, lowest), highest)
    first, last = max(sides, key=lambda side: side[1] - side[0])
    if last < first:
        raise ValueError(f"{network} has no room for other machines")
    return IPv4Address(max(first, last - (_POOL - 1))), IPv4Address(last)
