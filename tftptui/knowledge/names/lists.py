"""Search lists: names that boot programs look for in order, mostly without success."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

_MAC = r"[0-9a-f]{2}(-[0-9a-f]{2}){5}"
_UUID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_NEVER = r"(?!)"

PATIENCE = 10.0
"""Seconds without another request after which most clients have stopped."""

_ONE_NAME = 3.0
"""The same after a single name: the next request follows at once, or after a link is
up."""


@dataclass(frozen=True, slots=True)
class SearchList:
    """The names that one program looks for.

    The patterns match at the end of a path, after a slash or from its start.

    Attributes:
        key: identifier.
        client: the program, for people.
        entries: alternative names: one is enough.
        last: the entry without which the program gives up; may match nothing.
        extras: optional names.
        patience: seconds without another request after which the client has stopped.
        hint: the meaning of such a request, if the name is itself a file.
    """

    key: str
    client: str
    entries: re.Pattern[str]
    last: re.Pattern[str]
    extras: re.Pattern[str]
    patience: float = PATIENCE
    hint: str = ""

    def is_entry(self, name: str) -> bool:
        """Return whether NAME is one of the alternatives."""
        return bool(self.entries.search(name))

    def is_last(self, name: str) -> bool:
        """Return whether NAME is the last entry."""
        return bool(self.last.search(name))

    def is_extra(self, name: str) -> bool:
        """Return whether NAME is optional."""
        return bool(self.extras.search(name))

    def __contains__(self, name: str) -> bool:
        return self.is_entry(name) or self.is_extra(name)


def _search_list(
    key: str,
    client: str,
    entries: str = _NEVER,
    last: str = _NEVER,
    extras: str = _NEVER,
) -> SearchList:
    return SearchList(
        key, client, _at_end(f"{entries}|{last}"), _at_end(last), _at_end(extras)
    )


def _at_end(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:^|/)(?:{pattern})$", re.IGNORECASE)


SEARCH_LISTS: tuple[SearchList, ...] = (
    # syslinux core/fs/pxe/pxe.c; U-Boot cmd/pxe.c; petitboot discover/user-event.c
    _search_list(
        "pxelinux",
        "PXELINUX",
        rf"pxelinux\.cfg/({_UUID}|[0-9a-f]{{2}}-{_MAC}|{_MAC}|[0-9A-F]{{1,8}}"
        r"|default(-[a-z0-9_]+){1,3})",
        r"pxelinux\.cfg/default",
    ),
    # U-Boot distro boot
    _search_list("u-boot", "U-Boot", r"boot\.scr(\.uimg)?"),
    # U-Boot net/tftp.c: not a list, but the image; `dhcp; pxe get` continues without it
    replace(
        _search_list("u-boot-image", "U-Boot", r"[0-9A-F]{8}\.img"),
        patience=_ONE_NAME,
        hint="U-Boot asks for its own address in hex where nobody has named a file: "
        "set its bootfile, or have DHCP name one",
    ),
    # GRUB grub-core/net/net.c; modules and fonts that a monolithic build does not need
    _search_list(
        "grub",
        "GRUB",
        rf"grub\.cfg-({_UUID}|(01-)?{_MAC}|[0-9A-F]{{1,8}}|[0-9a-f-]{{15,39}})",
        r"grub\.cfg",
        r"(x86_64-efi|i386-pc|i386-efi|arm64-efi|arm-efi|powerpc-ieee1275)"
        r"/(command|fs|crypto|terminal)\.lst"
        r"|grubenv|fonts/\w+\.pf2|locale/[\w@]+\.(mo|gmo)",
    ),
    # shim 15.8: rhboot/shim issues 649, 662
    _search_list(
        "shim",
        "shim",
        extras=r"revocations(_sbat|_sku)?\.efi|shim_certificate(_\d+)?\.efi"
        r"|mm(x64|ia32|aa64)\.efi",
    ),
    # iPXE src/interface/efi/efi_autoexec.c; netboot.xyz issues 1632, 1638
    _search_list(
        "ipxe",
        "iPXE",
        extras=r"autoexec\.ipxe|local-vars\.ipxe|HOSTNAME-[^/]+\.ipxe"
        rf"|MAC-([0-9a-f]{{12}}|{_MAC})\.ipxe",
    ),
    # Raspberry Pi boot-net.adoc, eeprom-bootloader.adoc
    _search_list(
        "raspberry-pi",
        "Raspberry Pi",
        rf"([0-9a-f]{{8}}|{_MAC})/start4?\.elf|start4\.elf"
        r"|kernel(8-32|8|7l|7|_2712)\.img",
        r"(?<!/)start\.elf|kernel\.img",
        r"bootsig\.bin|autoboot\.txt|recovery\.elf|dt-blob\.bin|bootcfg\.txt"
        r"|recovery(7l?|8|8-32|_2712)?\.img|(pieeprom|vl805)\.(sig|upd|bin)"
        r"|recover[4y]\.elf|armstub\d.*\.bin|overlays/overlay_map\.dtb",
    ),
    # martanne/bitpixie issue 5; Microsoft's pages on bootmgr
    _search_list(
        "windows",
        "Windows boot manager",
        extras=r"([a-z]*SiPolicy|SecureBootPolicy|SbcpFlightToken)\.p7b"
        r"|hiberfil\.sys|fonts/\w+_boot\.ttf",
    ),
    # opencomputeproject/onie issue 492
    _search_list(
        "onie",
        "ONIE",
        rf"({_MAC}|[0-9A-F]{{1,8}})/onie-(installer|updater)(-[\w.-]+)?"
        r"|onie-(installer|updater)-[\w.-]+",
        r"onie-(installer|updater)",
    ),
    # Cisco AI2524 manual p. 5-4
    _search_list(
        "autoinstall",
        "Cisco AutoInstall",
        r"network-confg|cisconet\.cfg|[a-z0-9._-]+-confg",
        r"ciscortr\.cfg",
    ),
    # Cisco SG200 p. 61, Netgear M6100 p. 21
    _search_list("switch", "a bare switch", r"fp-net\.cfg", r"host\.cfg"),
    # Junos 10.3, autoinstallation
    _search_list("junos", "Junos autoinstallation", r"network\.conf", r"router\.conf"),
    # Cisco 7961G guide p. 2-8, uoverip.com
    _search_list(
        "cisco-phone",
        "a Cisco phone",
        r"SEP[0-9A-F]{12}\.cnf\.xml(\.sgn)?|SIPDefault\.cnf",
        r"XMLDefault\.cnf\.xml|SIP[0-9A-F]{12}\.cnf",
        r"(CTL|ITL)(SEP[0-9A-F]{12}|File)\.tlv|dialplan\.xml|ringlist\.xml"
        r"|\w+/[\w-]+(-sccp|-sip)?\.jar|\w+/g[34]-tones\.xml|RINGLIST\.DAT|OS79XX\.TXT",
    ),
    # Yealink T2x and W52P guides; Polycom's from memory of the vendor's guide
    _search_list(
        "phone",
        "a phone (Polycom, Yealink)",
        r"y0{9}\d{3}\.(boot|cfg)|[0-9a-f]{12}\.(boot|cfg)",
        r"0{12}\.cfg",
        r"[0-9a-f]{12}-(phone|web|license|directory|calls)\.(cfg|xml)",
    ),
    # Grandstream HT801 p. 68
    _search_list(
        "grandstream", "a Grandstream", r"cfg[0-9a-f]{12}(\.xml)?", r"cfg\.xml"
    ),
    # Thinstation issue 566
    _search_list(
        "thinstation",
        "ThinStation",
        r"thinstation\.(hosts|conf-[^/]+)",
        r"thinstation\.conf\.network",
    ),
)
"""All lists, with their sources."""


@lru_cache(maxsize=4_096)
def list_of(name: str) -> SearchList | None:
    """Return the list that a requested name is on, or None.

    NAME is printable; slashes and backslashes are equivalent.
    """
    plain = "/".join(part for part in name.replace("\\", "/").split("/") if part)
    return next((one for one in SEARCH_LISTS if plain in one), None)
