"""Files as their authors write them, by their first bytes."""

import gzip
import io
import lzma
import tarfile
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.knowledge.magic import READ, FileKind, recognize


def at(*pieces: tuple[int, bytes], size: int = 1_024) -> bytes:
    """Return zeros with bytes at offsets."""
    content = bytearray(size)
    for offset, data in pieces:
        content[offset : offset + len(data)] = data
    return bytes(content)


def pe(machine: int, subsystem: int) -> bytes:
    header = 0x80
    return at(
        (0, b"MZ"),
        (0x3C, header.to_bytes(4, "little")),
        (header, b"PE\0\0" + machine.to_bytes(2, "little")),
        (header + 0x5C, subsystem.to_bytes(2, "little")),
    )


def elf(machine: int, *, big: bool = False) -> bytes:
    order = b"\2" if big else b"\1"
    code = machine.to_bytes(2, "big" if big else "little")
    return at((0, b"\x7fELF\1" + order), (18, code))


def uimage(length: int, *, kind: int = 2, machine: int = 2) -> bytes:
    header = bytes.fromhex("27051956") + bytes(8) + length.to_bytes(4)
    header += bytes(12) + bytes([5, machine, kind, 0]) + b"Linux-6.1".ljust(32, b"\0")
    return header + bytes(100)


def fdt(*nodes: bytes, told: int | None = None) -> bytes:
    body = b"".join(b"\0\0\0\1" + node + b"\0" for node in nodes).ljust(100, b"\0")
    size = 40 + len(body) if told is None else told
    return bytes.fromhex("d00dfeed") + size.to_bytes(4) + bytes(32) + body


def tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("version"), "4.32")
    return buffer.getvalue()


def of(content: bytes, name: bytes = b"") -> FileKind:
    return recognize(content[:READ], len(content), name)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty file"),
        (pe(0x8664, 10), "EFI program, x86-64 UEFI"),
        (pe(0xAA64, 10), "EFI program, arm64 UEFI"),
        (pe(0x014C, 11), "EFI boot driver, i386 UEFI"),
        (pe(0x8664, 3), "Windows program, x86-64"),
        (at((0, b"MZ")), "DOS program"),
        (at((0x202, b"HdrS")), "Linux kernel (bzImage), x86"),
        (
            at((0, b"MZ"), (0x202, b"HdrS")),
            "Linux kernel (bzImage), starts from EFI too, x86",
        ),
        (
            at((0, b"MZ"), (0x38, b"ARM\x64")),
            "Linux kernel, starts from EFI too, arm64",
        ),
        (at((0x24, bytes.fromhex("18286f01"))), "Linux kernel (zImage), arm"),
        (elf(62), "ELF program, x86-64"),
        (elf(183), "ELF program, arm64"),
        (elf(8, big=True), "ELF program, mips"),
        (elf(40)[:64] + b"U-Boot 2023.01", "U-Boot (ELF), arm"),
        (uimage(100), "U-Boot uImage: kernel “Linux-6.1”, arm"),
        (uimage(100, kind=6, machine=22), "U-Boot uImage: script “Linux-6.1”, arm64"),
        (fdt(b"", b"chosen"), "device tree"),
        (fdt(b"", b"images", b"configurations"), "U-Boot FIT image"),
        (at((0, bytes.fromhex("ea0500c007"))), "iPXE, x86 BIOS"),
        (at((0, bytes.fromhex("ea247c0000"))), "PXELINUX, x86 BIOS"),
        (at((0, bytes.fromhex("b27fea00820000"))), "GRUB, x86 BIOS"),
        (gzip.compress(b"x" * 100, mtime=0), "gzip"),
        (lzma.compress(b"x"), "xz"),
        (tar(), "tar archive"),
        (zipped(), "zip archive"),
        (at((0x8001, b"CD001"), size=READ), "ISO 9660 image"),
        (
            at((0, bytes.fromhex("ea0500c007")), (0x8001, b"CD001"), size=READ),
            "ISO 9660 image",
        ),
        (at((510, b"\x55\xaa")), "boot sector or disk image"),
        (b"MSWIM\0\0\0" + bytes(50), "Windows image (WIM)"),
        (b"regf" + bytes(50), "Windows boot configuration (BCD)"),
        (b"MZIP" + bytes(50), "Cisco IOS image, packed"),
        (b"hsqs" + bytes(50), "squashfs"),
        (b"070701" + b"0" * 100, "cpio (initramfs)"),
        (b"#!ipxe\ndhcp\n", "iPXE script"),
        (b"#!/bin/sh\nexit 0\n", "shell script"),
        (b"DEFAULT menu.c32\n", "PXELINUX menu"),
        (b"# a comment\n\nlabel linux\n", "PXELINUX menu"),
        (b"set timeout=5\n", "GRUB configuration"),
        (b"!\nversion 15.2\n", "IOS configuration"),
        (b"hostname core-1\n", "IOS configuration"),
        (b"## Last commit: 2026-01-01\nversion 20;\n", "Junos config"),
        (b"<?xml version='1.0'?><device/>", "XML"),
        (b'{"a": 1}', "JSON"),
        (b"[all]\narm_64bit=1\n", "configuration (INI)"),
        (b":100000000C942A000C9434000C9434000C943400\r\n", "Intel HEX"),
        (b"S00600004844521B\r\n", "Motorola S-records"),
        (
            b"-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n",
            "Certificate (PEM)",
        ),
        (b"\x30\x82\x00\x64" + bytes(100), "certificate or key (DER)"),
        ("Grüße".encode(), "text"),
        (b"just words", "text"),
        (b"\xff\xfe\xfd\xfc", "data"),
        (bytes(600), "data"),
    ],
)
def test_what_a_file_is(content: bytes, words: str) -> None:
    assert of(content).words == words
    assert of(content).troubles == ()


def test_a_cisco_image_is_told_by_its_name_too() -> None:
    name = b"ios/c2900-universalk9-mz.SPA.157-3.M.bin"
    assert of(elf(8, big=True), name).words == "Cisco IOS image, mips"


@pytest.mark.parametrize(
    ("content", "name", "trouble"),
    [
        (uimage(200), b"", "truncated: its header says 264 bytes, the file has 164"),
        (uimage(90), b"", "10 bytes more than its header says"),
        (fdt(told=500), b"", "truncated: its header says 500 bytes, the file has 140"),
        (b"\x1f\x8b\x08\0", b"", "truncated: too small for gzip"),
        (b"-----BEGIN CERTIFICATE-----\nMII\n", b"", "truncated: END is missing"),
        (
            b"DEFAULT a\r\nLABEL a\r\n",
            b"",
            "lines end in CR LF, which many boot loaders cannot read",
        ),
        (
            b"\x1f\x3f\x08" + b"\xff" * 50,
            b"image.gz",
            "not gzip, as its name says: damaged by a transfer in text mode?",
        ),
        (
            pe(0x8664, 10),
            b"EFI/BOOT/BOOTIA32.EFI",
            "named for i386 firmware, which can't start x86-64",
        ),
        (
            pe(0x014C, 10),
            b"shimx64.efi.signed",
            "named for x86-64 firmware, which can't start i386",
        ),
    ],
)
def test_what_is_wrong_with_a_file(content: bytes, name: bytes, trouble: str) -> None:
    assert of(content, name).troubles == (trouble,)


@pytest.mark.parametrize(
    ("machine", "name"),
    [
        (0x8664, b"bootx64.efi"),
        (0xAA64, b"grub/grubaa64.efi"),
        (0x01C2, b"bootarm.efi"),
        (0x014C, b"x64/ipxe.efi"),  # a folder, or another program, guarantees nothing
        (0x014C, b"rebootx64.efi"),
    ],
)
def test_a_name_that_promises_no_other_processor_is_fine(
    machine: int, name: bytes
) -> None:
    assert of(pe(machine, 10), name).troubles == ()


def test_a_letter_cut_in_two_at_the_end_of_the_sample_is_still_text() -> None:
    content = b"x" * 8_191 + "é".encode() + b"more"
    assert of(content).key == "text"


@given(head=st.binary(max_size=700), more=st.integers(0, 10**12), name=st.binary())
def test_any_bytes_are_something(head: bytes, more: int, name: bytes) -> None:
    kind = recognize(head, len(head) + more, name)
    assert kind.key
    assert kind.words
