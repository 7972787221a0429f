"""Table of known client programs.

They are recognized by their requests: options in order, source port, file name. Sources
of the facts: [S] the program's source, [E] captures of the firmware in an emulator, [F]
field captures, [V] the program itself.
"""

from dataclasses import dataclass

Ports = tuple[int, int]

EPHEMERAL: Ports = (32_768, 60_999)
"""Default ephemeral ports of Linux (net.ipv4.ip_local_port_range)."""

DYNAMIC: Ports = (49_152, 65_535)
"""IANA's dynamic ports; used by some boot loaders and Windows."""


@dataclass(frozen=True, slots=True)
class Client:
    """One client program with one kind of request.

    Attributes:
        kind: its name, for people.
        options: pattern of the options in wire order, each as "name=value"; see
            signatures.pattern().
        ports: range of its source ports, or None for any.
        sure: confidence of the recognition (0 to 1).
        gap: seconds until it retries without a reply.
        steps: how much its port changes with each retry; 0: not at all.
        is_firmware: whether it runs without an operating system, and so without a
            firewall of its own.
        name: pattern of the file names it requests, or "" for any.
        quirk: a sentence about its behavior; is_of_oacks: it matters only after a
            resent OACK.
        ignores_repeats: whether it sometimes ignores retransmissions, restarts its own
            timeout with each, and sends only after ``gap`` of silence.
        source: source of these facts.
    """

    kind: str
    options: str
    ports: Ports | None
    sure: float
    gap: float
    source: str
    steps: int = 0
    is_firmware: bool = False
    name: str = ""
    quirk: str = ""
    is_of_oacks: bool = False
    ignores_repeats: bool = False


_INTEL = (
    "It uses a new port for each try, one higher: 2070, 2071 and so on. Its first "
    "request is for the size only."
)
_EDK2 = (
    "It requests the size first and ends that with ERROR 8, which is normal; then it "
    "requests the file from the next port."
)
_GRUB = (
    "It accepts only an OACK or an ERROR as first reply. It uses ports from 25300 up "
    "after each start. Several of the files it requests need not exist."
)
_PXELINUX = "It looks for up to ten names of its configuration; nine may be missing."
_U_BOOT = (
    "It rejects an OACK with another timeout than its own, or with a larger blksize."
)
_ATFTP = "Version 0.8.0 of atftp aborts when it gets the same OACK twice."
_RASPBERRY = "It requests many files that need not exist."

TABLE: tuple[Client, ...] = (
    Client("Intel boot ROM", "tsize=0", (2_070, 2_079), 0.95, 2.02, "[F] field capture",
           steps=1, is_firmware=True, quirk=_INTEL),
    Client("Intel boot ROM", "blksize=1456", (2_070, 2_079), 0.95, 2.02,
           "[F] field capture", steps=1, is_firmware=True, quirk=_INTEL),
    Client("UEFI PXE (edk2)", "tsize=0 blksize=* windowsize=4", (1_024, 4_095), 0.95,
           4.0, "[S] edk2 PxeBcMtftp.c, Udp4Driver.c; [E]; [F]",
           is_firmware=True, quirk=_EDK2),
    Client("UEFI PXE (edk2)", "blksize=* windowsize=4", (1_024, 4_095), 0.95, 4.0,
           "[S] edk2 PxeBcMtftp.c; [E]; [F]", is_firmware=True, quirk=_EDK2),
    Client("UEFI PXE (edk2)", "tsize=0 blksize=14\\d\\d", (1_024, 4_095), 0.8, 4.0,
           "[S] edk2 before 2018-09; [F]", is_firmware=True, quirk=_EDK2),
    Client("UEFI PXE (edk2)", "blksize=14\\d\\d", (1_024, 2_069), 0.7, 4.0,
           "[S] edk2 before 2018-09; [F]", is_firmware=True, quirk=_EDK2),
    Client("iPXE", "blksize=1432 tsize=0", (1_025, 65_535), 0.95, 0.25,
           "[S] ipxe src/net/udp/tftp.c, tcpip.c, retry.h; [E]", is_firmware=True),
    Client("U-Boot", "timeout=* [tsize=*] blksize=* [windowsize=*]", (1_024, 4_095),
           0.95, 5.0, "[S] u-boot net/tftp.c; [E]", is_firmware=True, quirk=_U_BOOT),
    Client("U-Boot", "tsize=0 blksize=1468", DYNAMIC, 0.6, 1.0,
           "[S] u-boot net/lwip/tftp.c", is_firmware=True),
    Client("GRUB", "blksize=1024 tsize=0", (25_300, 25_999), 0.98, 0.4,
           "[S] grub-core/net/tftp.c, udp.c; [E]",
           is_firmware=True, quirk=_GRUB),
    Client("PXELINUX", "tsize=0 blksize=1408", None, 0.95, 0.11,
           "[S] syslinux core/fs/pxe/tftp.c, legacynet/portnum.c; [E]; [F]",
           is_firmware=True, quirk=_PXELINUX),
    Client("Raspberry Pi ROM", "tsize=0", DYNAMIC, 0.9, 2.0,
           "[F] raspberrypi/firmware 1041", is_firmware=True,
           name=r"(.*/)?(bootcode\.bin|bootsig\.bin|start4?\.elf|fixup4?\.dat|"
                r"config\.txt|autoboot\.txt|cmdline\.txt|pieeprom\.\w+|vl805\.\w+)",
           quirk=_RASPBERRY),
    Client("curl", "tsize=* blksize=* timeout=*", None, 0.95, 7.0, "[V] curl 7.88.1"),
    Client("tftptui", "tsize=* blksize=* [windowsize=*] timeout=*", EPHEMERAL, 0.6, 2.0,
           "[V] tftptui get"),
    Client("tftptui or atftp", "tsize=* blksize=* [windowsize=*]", EPHEMERAL, 0.6, 2.0,
           "[V] tftptui get, atftp 0.8.0", quirk=_ATFTP, is_of_oacks=True,
           ignores_repeats=True),
    Client("BusyBox", "tsize=0", EPHEMERAL, 0.7, 0.1, "[V] busybox 1.35"),
    Client("BusyBox", "blksize=* tsize=0", EPHEMERAL, 0.7, 0.1, "[V] busybox 1.35"),
    Client("atftp", "[tsize=*] timeout=* [blksize=*] [windowsize=*]", EPHEMERAL, 0.6,
           5.0, "[V] atftp 0.8.0", quirk=_ATFTP, is_of_oacks=True,
           ignores_repeats=True),
    Client("atftp", "blksize=* windowsize=*", EPHEMERAL, 0.4, 5.0,
           "[V] atftp 0.8.0", quirk=_ATFTP, is_of_oacks=True, ignores_repeats=True),
    Client("atftp", "windowsize=*", EPHEMERAL, 0.6, 5.0, "[V] atftp 0.8.0",
           quirk=_ATFTP, is_of_oacks=True, ignores_repeats=True),
    Client("tftp-hpa or atftp", "", EPHEMERAL, 0.5, 5.0,
           "[V] tftp-hpa 5.2, atftp 0.8.0", ignores_repeats=True),
)  # fmt: skip
"""Most specific first: the first match is taken."""
