"""Families of interchangeable files: the same loader under different names.

Each family is for one architecture, because a loader for another one is never meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from tftptui.knowledge.names.known import KnownNames
from tftptui.knowledge.names.spelling import folded, parts, split_extension

_MEMBERS = {
    "x86-64 UEFI": "shimx64.efi shim.efi shimx64.efi.signed bootx64.efi grubx64.efi "
    "grubx64.efi.signed grubnetx64.efi grubnetx64.efi.signed grub.efi core.efi "
    "snponly.efi ipxe.efi ipxe-x86_64.efi syslinux.efi bootmgfw.efi wdsmgfw.efi",
    "arm64 UEFI": "shimaa64.efi bootaa64.efi grubaa64.efi grubaa64.efi.signed "
    "grubnetaa64.efi grubnetaa64.efi.signed ipxe-arm64.efi snponly-arm64.efi",
    "32-bit x86 UEFI": "shimia32.efi bootia32.efi grubia32.efi grubnetia32.efi "
    "ipxe-i386.efi",
    "x86 BIOS": "lpxelinux.0 pxelinux.0 gpxelinux.0 undionly.kpxe undionly.pxe "
    "undionly.kkpxe ipxe.pxe ipxe.kpxe grubnet.0 pxegrub pxegrub.0 netboot.xyz.kpxe",
    "Windows on x86 BIOS": "pxeboot.n12 pxeboot.com pxeboot.0 wdsnbp.com",
    "Windows on x86 BIOS, to end a boot": "abortpxe.com abortpxe.0",
    "Cisco AutoInstall": "network-confg network-config cisconet.cfg",
}
_FAMILIES = {kind: members.split() for kind, members in _MEMBERS.items()}

_SWAPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement)
    for pattern, replacement in (
        (r"^SEP([0-9A-F]{12})\.cnf\.xml$", r"SIP\1.cnf"),
        (r"^SIP([0-9A-F]{12})\.cnf$", r"SEP\1.cnf.xml"),
        (r"\.cnf\.xml$", ".cnf"),
        (r"\.tlv$", ".tvl"),
        (r"\.tvl$", ".tlv"),
        (r"-confg$", "-config"),
        (r"-config$", "-confg"),
        (r"^([^.]{8})[^.]+(\.[^.]*)?$", r"\1\2"),  # 8.3 names of a DOS server
    )
)

_RENAMED: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(asked, re.IGNORECASE), re.compile(there, re.IGNORECASE))
    for asked, there in (
        (r".*tp_recovery\.bin", r".*(factory|recovery|sysupgrade).*\.bin"),
        (r"image\.out", r"fgt.*\.out"),
    )
)
_LIKE_KINDS = tuple(
    tuple(f".{one}".encode() for one in kinds.split())
    for kinds in (
        "bin img itb fit ub uimg imx bix trx chk rom raw gz xz zst bz2 lzma lz4",
        "tgz tar.gz tar",
        "cfg conf cnf config ini txt",
        "0 pxe kpxe kkpxe",
    )
)
"""Extensions of interchangeable files: one build or one configuration in several
formats. Extensions for other machines (``.efi`` for ``.0``) or other content (``.elf``,
``.dtb``) are excluded."""
_NO_WORD = re.compile(r"[^a-z0-9]|tp_recovery|\.bin$|\.out$")
_NO_NAME = re.compile(rb"[^A-Za-z0-9]+[A-Za-z][A-Za-z0-9 ]*")
_LOADER = re.compile(rb"grub(x64|aa64|ia32)?\.efi")
_SHORTEST_STEM = 4
_MOST_ALIKE = 1_000


@dataclass(frozen=True, slots=True)
class Relative:
    """A base name that may replace another; ``note`` describes its family."""

    base: bytes
    note: str


def relatives(base: bytes) -> Iterator[Relative]:
    """Yield base names of the same program for the same machine, the best first."""
    name = folded(base).decode("utf-8", "replace")
    for kind, members in _FAMILIES.items():
        if name in members:
            yield from (Relative(one.encode(), kind) for one in members if one != name)
    for pattern, replacement in _SWAPS:
        swapped = pattern.sub(replacement, name)
        if swapped != name:
            yield Relative(swapped.encode(), "")


def renamed(base: bytes, known: KnownNames) -> list[bytes]:
    """Return files that a device may want under its fixed name, the best first.

    Recovery loaders request a fixed name, while the vendor's file has another.
    """
    name = folded(base).decode("utf-8", "replace")
    candidates = []
    for requested, there in _RENAMED:
        if requested.fullmatch(name):
            for one in known.with_extension(split_extension(base)[1]):
                text = folded(one.rpartition(b"/")[2]).decode("utf-8", "replace")
                if there.fullmatch(text):
                    candidates.append((-_in_common(name, text), one))
    return [one for _, one in sorted(candidates)]


def same_series(base: bytes, known: KnownNames) -> list[bytes]:
    """Return files with the same extension and the same prefix up to a dash.

    A switch requests ``ECS4620-Series.bix`` while the download is called
    ``ECS4620-28T.bix``.
    """
    stem, extension = split_extension(folded(base))
    series, dash, _ = stem.partition(b"-")
    if not extension or not dash or len(series) < _SHORTEST_STEM:
        return []
    start = series + dash
    alike = known.with_extension(extension)
    if len(alike) > _MOST_ALIKE:
        return []  # too many files of this type to be a hint
    return [one for one in alike if folded(one.rpartition(b"/")[2]).startswith(start)]


def of_like_kind(stem: bytes, extension: bytes) -> Iterator[bytes]:
    """Yield names with the same stem and an interchangeable extension."""
    for kinds in _LIKE_KINDS:
        if folded(extension) in kinds:
            yield from (stem + one for one in kinds if one != folded(extension))


def loader_beside(requested: bytes, known: KnownNames) -> list[bytes]:
    r"""Return GRUB in the directory of a name that is the label of a boot entry.

    Some firmware passes ``\xef\xbf\xbdOnboard`` or ``?USB`` to shim as the name of the
    second stage.
    """
    *folder, base = parts(requested) or (b"",)
    if not _NO_NAME.fullmatch(base):
        return []
    return [
        one
        for one in known.with_extension(b".efi")
        if list(parts(one)[:-1]) == folder and _LOADER.fullmatch(folded(parts(one)[-1]))
    ]


def kind_of(base: bytes) -> str | None:
    """Return the machine that a loader is for; None if its name does not say."""
    name = folded(base).decode("utf-8", "replace")
    return next((kind for kind, names in _FAMILIES.items() if name in names), None)


def _in_common(one: str, other: str) -> int:
    """Return the length of the longest common substring, ignoring separators."""
    ours, theirs = _NO_WORD.sub("", one), _NO_WORD.sub("", other)
    return SequenceMatcher(None, ours, theirs, autojunk=False).find_longest_match().size
