"""Kinds of TFTP clients: options, ports and timeouts.

Timeouts and ports were observed in captures of the programs and of firmware in an
emulator, or read in their source; assumptions are marked.
"""

from dataclasses import dataclass

EPHEMERAL = (32_768, 60_999)
"""Linux's range (net.ipv4.ip_local_port_range)."""

DYNAMIC = (49_152, 65_535)
"""IANA's range, used by Windows and others."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One request and what follows.

    Attributes:
        options: names and values in the order of the wire, such as "blksize=1468".
            "tsize" has the value 0 in a read and the file's size in a write.
        waits: seconds after each transmission of the request; one per transmission.
        leaves: whether it only requests the size: it ends the transfer with ERROR 8 at
            the OACK and continues with the next stage.
        goes_on: whether it continues with the next stage without a reply.
    """

    options: tuple[str, ...]
    waits: tuple[float, ...]
    leaves: bool = False
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class ClientKind:
    """A program or firmware that fetches files.

    Attributes:
        title: its display name.
        ports: range of its random first port.
        stages: its requests, in order.
        retry_step: added to its port for each retry.
        stage_step: added to its port for the next stage.
        data_waits: seconds before it resends its last ACK or block.
        needs_oack: whether it ignores DATA as a first reply.
        rejects_second_oack: whether it gives up on a repeated OACK.
        leading_slash: whether it puts a slash in front of the name.
    """

    title: str
    ports: tuple[int, int]
    stages: tuple[Stage, ...]
    retry_step: int = 0
    stage_step: int = 0
    data_waits: tuple[float, ...] = (5.0,) * 5
    needs_oack: bool = False
    rejects_second_oack: bool = False
    leading_slash: bool = False


_BIOS_TICK = 0.055
_BUSYBOX = (0.1, 0.15, 0.23, 0.34, 0.48, 0.8, 1.1, 1.7, 2.0, 2.0, 2.0, 2.1)
_PXELINUX_TICKS = (2, 2, 3, 3, 4, 5, 6, 7, 9, 10, 12, 15, 18, 21, 26, 31, 37, 44)
_INTEL_PROBES = (2.02, 4.01, 5.99, 7.96, 9.95)

KINDS: dict[str, ClientKind] = {
    "intel-rom": ClientKind(
        "Intel boot ROM",
        (2_070, 2_070),
        (
            Stage(("tsize",), _INTEL_PROBES, leaves=True, goes_on=True),
            Stage(("blksize=1456",), (8.0,)),  # PXE-E32 some 35 to 40 s after the first
        ),
        retry_step=1,
        stage_step=1,
        data_waits=(4.0,) * 5,  # assumed
    ),
    "uefi": ClientKind(
        "UEFI",
        (1_024, 2_047),
        (
            Stage(("tsize", "blksize=1468", "windowsize=4"), (4.0,) * 6, leaves=True),
            Stage(("blksize=1468", "windowsize=4"), (4.0,) * 6),
        ),
        stage_step=1,
        data_waits=(4.0,) * 6,
    ),
    "ipxe": ClientKind(
        "iPXE",
        (1_025, 65_535),
        (Stage(("blksize=1432", "tsize"), (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)),),
        data_waits=(0.25, 0.5, 1.0, 2.0, 4.0, 8.0),
    ),
    "u-boot": ClientKind(
        "U-Boot",
        (1_024, 4_095),
        (Stage(("timeout=5", "blksize=1468"), (5.0,) * 11),),
        data_waits=(5.0,) * 10,
    ),
    "grub": ClientKind(
        "GRUB",
        (25_300, 25_300),
        (
            Stage(
                ("blksize=1024", "tsize"),
                tuple(0.4 + 0.02 * number for number in range(40)),
            ),
        ),
        stage_step=1,
        data_waits=tuple(0.4 + 0.02 * number for number in range(40)),
        needs_oack=True,
        leading_slash=True,
    ),
    "pxelinux": ClientKind(
        "PXELINUX",
        (49_152, 49_152),
        (
            Stage(
                ("tsize", "blksize=1408"),
                tuple(_BIOS_TICK * ticks for ticks in _PXELINUX_TICKS),
            ),
        ),
        stage_step=1,
        data_waits=tuple(_BIOS_TICK * ticks for ticks in _PXELINUX_TICKS),
    ),
    "cisco": ClientKind(  # assumed, from documentation: no options by default
        "Cisco IOS", DYNAMIC, (Stage((), (5.0,) * 6),)
    ),
    "curl": ClientKind(
        "curl",
        EPHEMERAL,
        (Stage(("tsize", "blksize=512", "timeout=6"), (7.0,) * 15),),
    ),
    "atftp": ClientKind(
        "atftp",
        EPHEMERAL,
        (Stage((), (5.0,) * 6),),
        rejects_second_oack=True,
    ),
    "tftp-hpa": ClientKind("tftp-hpa", EPHEMERAL, (Stage((), (5.0,) * 5),)),
    "busybox": ClientKind(
        "busybox tftp",
        EPHEMERAL,
        (Stage(("tsize",), _BUSYBOX),),
        data_waits=_BUSYBOX,
    ),
}
"""All kinds, by their names in scenarios."""
