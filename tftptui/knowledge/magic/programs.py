"""Recognizes boot programs and kernels: EFI, ELF, U-Boot images, device trees."""

import re
from collections.abc import Callable

from tftptui.knowledge.magic.kind import FileKind

# PE/COFF, ELF and U-Boot's include/image.h; verified ones are in names.md.
_PE_MACHINES = {
    0x014C: "i386",
    0x8664: "x86-64",
    0xAA64: "arm64",
    0x01C0: "arm",
    0x01C2: "arm",
    0x5032: "riscv32",
    0x5064: "riscv64",
    0x6264: "loongarch64",
    0x0200: "ia64",
    0x0EBC: "EFI byte code",
}
_SUBSYSTEMS = {10: "EFI program", 11: "EFI boot driver", 12: "EFI runtime driver"}
_ELF_MACHINES = {
    3: "i386",
    8: "mips",
    20: "powerpc",
    21: "powerpc64",
    40: "arm",
    62: "x86-64",
    183: "arm64",
    243: "riscv",
    258: "loongarch",
}
_UIMAGE_TYPES = {
    1: "program",
    2: "kernel",
    3: "ramdisk",
    4: "several images",
    5: "firmware",
    6: "script",
    7: "file system",
    8: "device tree",
}
_UIMAGE_MACHINES = {
    2: "arm",
    3: "i386",
    5: "mips",
    6: "mips64",
    7: "powerpc",
    22: "arm64",
    24: "x86-64",
    26: "riscv",
}
_KERNELS = {b"ARM\x64": "arm64", b"RSC\x05": "riscv"}
_UIMAGE_HEADER = 64
_FDT_HEADER = 40
_EFI_NAMES = {
    b"ia32": "i386",
    b"x64": "x86-64",
    b"aa64": "arm64",
    b"arm": "arm",
    b"riscv32": "riscv32",
    b"riscv64": "riscv64",
    b"loongarch64": "loongarch64",
    b"ia64": "ia64",
}
"""Processor by default file name of the firmware, UEFI 2.10 §3.5.1.1; shim and GRUB are
named the same way."""
_EFI_NAME = re.compile(
    rb"(?:^|/)(?:boot|grub|grubnet|shim|mm|fb)("
    + b"|".join(_EFI_NAMES)
    + rb")\.efi(?:\.signed)?$",
    re.IGNORECASE,
)
_CISCO_NAME = re.compile(rb"(^|/)c\d{3,4}[a-z0-9]*-[a-z0-9]+.*\.bin$", re.IGNORECASE)

Recognizer = Callable[[bytes, int, bytes], FileKind | None]


def number(head: bytes, offset: int, nbytes: int, *, big: bool = False) -> int:
    """Return a number from a file's head; missing bytes count as zero."""
    return int.from_bytes(
        head[offset : offset + nbytes].ljust(nbytes, b"\0"), "big" if big else "little"
    )


def linux(head: bytes, _size: int, _name: bytes) -> FileKind | None:
    """Recognize a kernel (Linux Documentation/arch: x86/boot, arm64/booting, riscv)."""
    stub = ", starts from EFI too" if head[:2] == b"MZ" else ""
    if head[0x202:0x206] == b"HdrS":
        return FileKind("kernel", f"Linux kernel (bzImage){stub}", "x86")
    machine = _KERNELS.get(head[0x38:0x3C])
    return FileKind("kernel", f"Linux kernel{stub}", machine) if machine else None


def efi(head: bytes, _size: int, name: bytes) -> FileKind | None:
    """Recognize a PE file; most here are EFI programs."""
    if head[:2] != b"MZ":
        return None
    at = number(head, 0x3C, 4)
    if head[at : at + 4] != b"PE\0\0":
        return None
    machine = _PE_MACHINES.get(number(head, at + 4, 2), "an unknown processor")
    what = _SUBSYSTEMS.get(number(head, at + 0x5C, 2))
    if what is None:
        return FileKind("pe", "Windows program", machine)
    return FileKind("efi", what, f"{machine} UEFI", _name_trouble(name, machine))


def _name_trouble(name: bytes, machine: str) -> tuple[str, ...]:
    """Return a warning if the name is for another processor: it won't start."""
    found = _EFI_NAME.search(name)
    promised = _EFI_NAMES[found[1].lower()] if found else machine
    if promised == machine:
        return ()
    return (f"named for {promised} firmware, which can't start {machine}",)


def elf(head: bytes, _size: int, name: bytes) -> FileKind | None:
    """Recognize an ELF file; Cisco's classic images are ELF, too."""
    if head[:4] != b"\x7fELF":
        return None
    is_big = head[5:6] == b"\2"
    code = number(head, 18, 2, big=is_big)
    machine = _ELF_MACHINES.get(code, "an unknown processor")
    if is_big and _CISCO_NAME.search(name):
        return FileKind("cisco", "Cisco IOS image", machine)
    if b"U-Boot " in head:
        return FileKind("u-boot", "U-Boot (ELF)", machine)
    return FileKind("elf", "ELF program", machine)


def uimage(head: bytes, size: int, _name: bytes) -> FileKind | None:
    """Recognize a legacy U-Boot image (include/image.h)."""
    if head[:4] != bytes.fromhex("27051956"):
        return None
    kind = _UIMAGE_TYPES.get(number(head, 30, 1), "image")
    machine = _UIMAGE_MACHINES.get(number(head, 29, 1), "")
    title = head[32:64].rstrip(b"\0").decode("ascii", "replace")
    text = f"U-Boot uImage: {kind}" + (f" “{title}”" if title else "")
    return FileKind(
        "uimage",
        text,
        machine,
        _length_trouble(size, number(head, 12, 4, big=True) + _UIMAGE_HEADER),
    )


def device_tree(head: bytes, size: int, _name: bytes) -> FileKind | None:
    """Recognize a flattened device tree; a FIT image is one (U-Boot doc/usage/fit)."""
    if head[:4] != bytes.fromhex("d00dfeed") or len(head) < _FDT_HEADER:
        return None
    expected = number(head, 4, 4, big=True)
    is_fit = b"\0\0\0\1images\0" in head or b"\0\0\0\1configurations\0" in head
    if is_fit:  # its images may follow after the tree
        return FileKind("fit", "U-Boot FIT image", "", _short_trouble(size, expected))
    return FileKind("dtb", "device tree", "", _short_trouble(size, expected))


def _length_trouble(size: int, expected: int) -> tuple[str, ...]:
    if size == expected:
        return ()
    if size > expected:
        return (f"{size - expected:,} bytes more than its header says",)
    return _short_trouble(size, expected)


def _short_trouble(size: int, expected: int) -> tuple[str, ...]:
    if size >= expected:
        return ()
    return (f"truncated: its header says {expected:,} bytes, the file has {size:,}",)
