"""File types recognized by a few bytes at a fixed offset.

The first matching row wins.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mark:
    """Bytes at an offset, and the type of a file with them."""

    offset: int
    data: bytes
    key: str
    text: str
    machine: str = ""


BIOS = "x86 BIOS"

MARKS: tuple[Mark, ...] = (
    # First: a bootable image starts like a boot program.
    Mark(0x8001, b"CD001", "iso", "ISO 9660 image"),
    # Boot programs: ipxe, syslinux 6.04, GRUB 2.06, from their files.
    Mark(0, bytes.fromhex("ea0500c007"), "nbp", "iPXE", BIOS),
    Mark(0, bytes.fromhex("ea247c0000"), "nbp", "PXELINUX", BIOS),
    Mark(0, bytes.fromhex("b27fea00820000"), "nbp", "GRUB", BIOS),
    # file's magic/Magdir/linux
    Mark(0x24, bytes.fromhex("18286f01"), "kernel", "Linux kernel (zImage)", "arm"),
    # First stages: file's magic/Magdir/firmware; vendors' boot manuals.
    Mark(4, b"eGON.BT", "spl", "first stage", "Allwinner"),
    Mark(0x20, bytes.fromhex("665599aa584e4c58"), "spl", "BOOT.BIN", "Xilinx Zynq"),
    Mark(0, bytes.fromhex("d1002040"), "spl", "i.MX image", "NXP i.MX"),
    Mark(0x400, bytes.fromhex("d1002040"), "spl", "i.MX image", "NXP i.MX"),
    # u-boot-qemu 2023.01: no magic number, but typical first instructions.
    Mark(0, bytes.fromhex("b80000ea14f09fe5"), "u-boot", "U-Boot, raw", "arm"),
    Mark(0, bytes.fromhex("0a0000141f2003d5"), "u-boot", "U-Boot, raw", "arm64"),
    # Compressed files.
    Mark(0, bytes.fromhex("1f8b08"), "gzip", "gzip"),
    Mark(0, bytes.fromhex("fd377a585a00"), "xz", "xz"),
    Mark(0, bytes.fromhex("28b52ffd"), "zstd", "zstd"),
    Mark(0, b"BZh", "bzip2", "bzip2"),
    Mark(0, bytes.fromhex("04224d18"), "lz4", "lz4"),
    Mark(0, bytes.fromhex("02214c18"), "lz4", "lz4, as kernels have it"),
    Mark(0, bytes.fromhex("894c5a4f"), "lzop", "lzop"),
    # Archives and file systems.
    Mark(0, b"hsqs", "squashfs", "squashfs"),
    Mark(0, b"sqsh", "squashfs", "squashfs, big-endian"),
    Mark(0, b"UBI#", "ubi", "UBI image"),
    Mark(0, bytes.fromhex("31181006"), "ubifs", "UBIFS"),
    Mark(0, bytes.fromhex("8519"), "jffs2", "JFFS2"),
    Mark(0, bytes.fromhex("1985"), "jffs2", "JFFS2, big-endian"),
    Mark(0, b"070701", "cpio", "cpio (initramfs)"),
    Mark(0, b"070702", "cpio", "cpio (initramfs)"),
    Mark(0, b"070707", "cpio", "cpio"),
    Mark(257, b"ustar", "tar", "tar archive"),
    Mark(0, b"PK\x03\x04", "zip", "zip archive"),
    # Windows: file's magic/Magdir/windows.
    Mark(0, b"MSWIM\0\0\0", "wim", "Windows image (WIM)"),
    Mark(0, b"regf", "bcd", "Windows boot configuration (BCD)"),
    # Network devices: file's magic/Magdir/cisco; vendors' tools.
    Mark(0, b"MZIP", "cisco", "Cisco IOS image, packed"),
    Mark(0, bytes.fromhex("850114"), "cisco", "Cisco IOS microcode"),
    Mark(0, bytes.fromhex("8501cb"), "cisco", "Cisco IOS experimental image"),
    Mark(0, b"MZ", "dos", "DOS program"),
    Mark(0, b"HDR0", "firmware", "Broadcom TRX firmware"),
    Mark(0, b"*#$^", "firmware", "Netgear CHK firmware"),
    Mark(0, b"UBNT", "firmware", "Ubiquiti firmware"),
    Mark(0, bytes.fromhex("5ea3a417"), "firmware", "D-Link SEAMA firmware"),
    Mark(0, b"ANDROID!", "firmware", "Android boot image"),
    Mark(0, bytes.fromhex("1ef1d0ba"), "firmware", "MikroTik package"),
    Mark(0, bytes.fromhex("55aa"), "rom", "PCI option ROM", "x86"),
    Mark(510, bytes.fromhex("55aa"), "disk", "boot sector or disk image"),
)
