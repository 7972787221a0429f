"""The processor types of option 93 (RFC 4578 §2.1, IANA "Processor Architecture")."""

NAMES = {
    0: "x86 BIOS",
    1: "NEC PC98",
    2: "Itanium",
    3: "DEC Alpha",
    4: "Arc x86",
    5: "Intel Lean Client",
    6: "x86 UEFI",
    7: "x64 UEFI",
    8: "EFI Xscale",
    9: "x64 UEFI",
    10: "ARM 32-bit UEFI",
    11: "ARM 64-bit UEFI",
    12: "PowerPC Open Firmware",
    13: "PowerPC ePAPR",
    14: "POWER OPAL",
    15: "x86 UEFI HTTP",
    16: "x64 UEFI HTTP",
    17: "EBC HTTP",
    18: "ARM 32-bit UEFI HTTP",
    19: "ARM 64-bit UEFI HTTP",
    20: "x86 BIOS HTTP",
    21: "ARM 32-bit U-Boot",
    22: "ARM 64-bit U-Boot",
    23: "ARM 32-bit U-Boot HTTP",
    24: "ARM 64-bit U-Boot HTTP",
    25: "RISC-V 32-bit UEFI",
    26: "RISC-V 32-bit UEFI HTTP",
    27: "RISC-V 64-bit UEFI",
    28: "RISC-V 64-bit UEFI HTTP",
    37: "LoongArch 32-bit UEFI",
    38: "LoongArch 32-bit UEFI HTTP",
    39: "LoongArch 64-bit UEFI",
    40: "LoongArch 64-bit UEFI HTTP",
    41: "Raspberry Pi boot loader",
}
"""By number. 9 was meant for EFI byte code; firmware for x64 sends 7 or 9."""

_HTTP = frozenset(number for number, name in NAMES.items() if name.endswith(" HTTP"))


def architecture_name(number: int) -> str:
    """Return the name of a processor type, or its number where it has none."""
    return NAMES.get(number, f"type {number}")


def is_http(number: int) -> bool:
    """Return whether such a machine boots by HTTP and never uses TFTP."""
    return number in _HTTP
