"""Reported mistakes, each with a root that contains the right file.

Sources are issues and manuals, abbreviated. Of 77 collected reports, 61 are about a
name whose file exists, and all of these are in MISTAKES, some in several spellings,
with a few unreported ones. NO_NAMES lists the topics of the other 16: no suggested name
would have helped there.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mistake:
    """A requested name, the file that was meant, and other files in the root."""

    asked: bytes
    meant: bytes
    rule: str
    source: str
    beside: tuple[bytes, ...] = ()


MISTAKES = (
    Mistake(b"/Boot\\x64\\wdsnbp.com", b"Boot/x64/wdsnbp.com", "slashes", "ipxe 31"),
    Mistake(b"\\Boot\\BCD", b"boot/BCD", "case", "windows-itpro-docs 5121"),
    Mistake(b"\\Boot\\boot.sdi", b"boot/boot.sdi", "case", "puppet-tftp 1"),
    Mistake(b"Boot/BCD", b"boot/BCD", "case", "netboot.xyz 567"),
    Mistake(
        b"netboot.xyz.efi\xff",
        b"netboot.xyz.efi",
        "trailing",
        "netboot.xyz 1198",
        (b"netboot.xyz.kpxe",),
    ),
    Mistake(
        b"netboot.xyz.kpxe\x9c\x01\x00\xe2\xff",
        b"netboot.xyz.kpxe",
        "trailing",
        "netboot.xyz 1198",
    ),
    Mistake(b"pxelinux.0\xff", b"pxelinux.0", "trailing", "mikrotik 58039"),
    Mistake(b"shim.efi\x80", b"shim.efi", "trailing", "novaboot 9"),
    Mistake(b"shim.efia", b"shim.efi", "extension", "novaboot 9"),
    Mistake(b"undionly.kpxe.0", b"undionly.kpxe", "extension", "matchbox 483"),
    Mistake(b"image.0", b"image", "extension", "warewulf3 178"),
    Mistake(
        b"grubx64.efi",
        b"NWA_PXE/rhel-8.3-x86_64-dvd/EFI/BOOT/grubx64.efi",
        "other-folder",
        "shim 300",
        (b"NWA_PXE/rhel-8.3-x86_64-dvd/EFI/BOOT/BOOTX64.EFI",),
    ),
    Mistake(
        b"grubx64.efi",
        b"MaintenanceOS/ESXi_LinuxISO/grubx64.efi",
        "other-folder",
        "shim 524",
    ),
    Mistake(b"grub_x64.efi", b"bblefi-x64/grub_x64.efi", "other-folder", "shim 710"),
    Mistake(
        "grub/\N{REPLACEMENT CHARACTER}Onboard".encode(),
        b"grub/grubx64.efi",
        "family",
        "shim 696",
        (b"grub/shimx64.efi", b"grubx64.efi.old"),
    ),
    Mistake(b"loader/?USB", b"loader/grubx64.efi", "family", "shim 649"),
    Mistake(
        b"ipxe.efi",
        b"secureboot/snponly.efi",
        "family",
        "ipxe 1684",
        (b"secureboot/snponly-shim.efi",),
    ),
    Mistake(
        b"grub2/bootx64.efi",
        b"grub2/shim.efi",
        "family",
        "puppet-dhcp 217",
        (b"grub2/grubx64.efi", b"EFI/ipxe.efi"),
    ),
    Mistake(
        b"/EFI/BOOT/grub.cfg",
        b"cluster/shredos/EFI/BOOT/grub.cfg",
        "other-folder",
        "shredos 147",
        (b"pxe/grub.cfg", b"grub.cfg.old"),
    ),
    Mistake(
        b"/EFI/BOOT/x86_64-efi/command.lst",
        b"cluster/shredos/EFI/BOOT/x86_64-efi/command.lst",
        "other-folder",
        "shredos 147",
        (b"other/command.lst",),
    ),
    Mistake(
        b"/auto/tftp-blr-users2/dkhanure/ncs540l-x64.iso",
        b"dkhanure/ncs540l-x64.iso",
        "extra-folder",
        "ipxe 408",
        (b"old/ncs540l-x64.iso",),
    ),
    Mistake(b"tftpboot/boot.img", b"boot.img", "extra-folder", "docker-tftp-hpa 4"),
    Mistake(
        b"examples/examples/ubuntu-2004.yml",
        b"examples/ubuntu-2004.yml",
        "extra-folder",
        "netbootd 29",
    ),
    Mistake(b"/tftpboot/start.elf", b"start.elf", "extra-folder", "rpi 1135"),
    Mistake(b"ipxe/netboot.xyz.kpxe", b"netboot.xyz.kpxe", "extra-folder", "xyz 1097"),
    Mistake(
        b"MAC-00155dd03907.ipxe",
        b"MAC-00-15-5d-d0-39-07.ipxe",
        "address",
        "netboot.xyz 1632",
        (b"MAC-00-15-5d-d0-39-08.ipxe",),
    ),
    Mistake(
        b"pxelinux.cfg/01-aa-bb-cc-0d-0e-0f",
        b"pxelinux.cfg/01-AA-BB-CC-0D-0E-0F",
        "case",
        "ocp4-helpernode 133",
        (b"pxelinux.cfg/01-AA-BB-CC-0D-0E-0A",),
    ),
    Mistake(
        b"dc-a6-32-01-36-c2/start4.elf",
        b"DC-A6-32-01-36-C2/start4.elf",
        "case",
        "rpi 1562",
        (b"start4.elf",),
    ),
    Mistake(
        b"grub.cfg-01-aa-bb-cc-0d-0e-0f",
        b"grub.cfg-aa-bb-cc-0d-0e-0f",
        "address",
        "smart-proxy 449",
        (b"grub.cfg",),
    ),
    Mistake(b"grub.cfg-C0A801F2", b"grub.cfg-c0a801f2", "case", "xcat-core 2174"),
    Mistake(
        b"pxelinux.cfg/a661122",
        b"pxelinux.cfg/0A661122",
        "address",
        "digitalrebar 644",
        (b"pxelinux.cfg/default",),
    ),
    Mistake(
        b"pxelinux.cfg/BOOTIF=aa:bb:cc:0d:0e:0f",
        b"pxelinux.cfg/01-aa-bb-cc-0d-0e-0f",
        "address",
        "community-templates 422",
    ),
    Mistake(b"fitimage", b"fitImage", "case", "freedom-u540 16"),
    Mistake(
        b"hifive-unmatched-a00.dtb",
        b"sifive/hifive-unmatched-a00.dtb",
        "other-folder",
        "th1520 14",
    ),
    Mistake(
        b"sifive/hifive-unmatched-a00.dtb",
        b"hifive-unmatched-a00.dtb",
        "extra-folder",
        "th1520 14",
    ),
    Mistake(
        b"boot%5cx64%5cwdsnbp.com", b"boot/x64/wdsnbp.com", "slashes", "u-root 2329"
    ),
    Mistake(
        b"linux26%20vga=791%20initrd=initrd",
        b"linux26",
        "arguments",
        "netboot.xyz 1668",
        (b"initrd",),
    ),
    Mistake(b"/boot.cfg", b"images/esxi/boot.cfg", "other-folder", "cobbler 365"),
    Mistake(b"/b.b00", b"images/ESXi-6.0/b.b00", "other-folder", "cobbler 1761"),
    Mistake(
        b"/images/esxi60-x86_64/mboot.c32",
        b"syslinux/mboot.c32",
        "other-folder",
        "cobbler 2121",
    ),
    Mistake(
        b"ldlinux.c32",
        b"syslinux/modules/bios/ldlinux.c32",
        "other-folder",
        "livecd-tools 25",
    ),
    Mistake(b"a0b1c2d3/bootcode.bin", b"bootcode.bin", "extra-folder", "RPi-PXE 11"),
    Mistake(
        b"wr1043v5_tp_recovery.bin",
        b"wr1043ndv5_tp_recovery.bin",
        "family",
        "openwrt 1096",
    ),
    Mistake(
        b"ArcherC7v5_tp_recovery.bin",
        b"openwrt-ath79-generic-tplink_archer-c7-v5-squashfs-factory.bin",
        "family",
        "openwrt 893",
        (
            b"openwrt-ath79-generic-tplink_archer-a7-v5-squashfs-factory.bin",
            b"u-boot.bin",
        ),
    ),
    Mistake(
        b"tp_recovery.bin",
        b"openwrt-ramips-mt7621-tplink_re650-v1-squashfs-factory.bin",
        "family",
        "openwrt 2774",
        (b"openwrt-ramips-mt7621-tplink_re650-v1-kernel.bin",),
    ),
    Mistake(
        b"image.out",
        b"FGT_60E-v6-build1234-FORTINET.out",
        "family",
        "Fortinet 90452",
        (b"log.out",),
    ),
    Mistake(b"ECS4620-Series.bix", b"ECS4620-28T.bix", "family", "Edgecore p. 100"),
    Mistake(b"es020000.bin", b"ES020000.BIN", "case", "Brocade 6910 p. 708"),
    Mistake(
        b"SEP001122334455.cnf.xml",
        b"SIP001122334455.cnf",
        "family",
        "Provisioner 154",
        (b"SIP001122334466.cnf",),
    ),
    Mistake(b"XMLDefault.cnf.xml", b"XmlDefault.cnf.xml", "case", "sccp 88"),
    Mistake(
        b"CTLSEP001122334455.tlv",
        b"CTLSEP001122334455.tvl",
        "family",
        "a public script",
    ),
    Mistake(
        b"menu-bios/lpxelinux.0",
        b"syslinux/lpxelinux.0",
        "other-folder",
        "RPi-PXE-Server 32",
        (b"menu-bios/pxelinux.cfg/default",),
    ),
    Mistake(b"cfg000b82aabbcc", b"cfg000B82AABBCC", "case", "Grandstream p. 68"),
    Mistake(b"australia.cfg", b"australi.cfg", "family", "AI2524 p. 5-4"),
    Mistake(b"switch_to_setup.cfg", b"switch_t.cfg", "family", "M6100 p. 21"),
    Mistake(b"newrouter-confg", b"Newrouter-confg", "case", "AI2524 p. 5-9"),
    Mistake(b"pxeboot.0", b"pxeboot.n12", "family", "WDS guides"),
    Mistake(b"abortpxe.0", b"abortpxe.com", "family", "WDS guides"),
    Mistake(b"C:\\f.bin", b"f.bin", "slashes", "tftp-hpa -l"),
    Mistake(b"vmlinuz\r", b"vmlinuz", "trailing", "unraid 2613"),
    Mistake(b'"pxelinux.0"', b"pxelinux.0", "quotes", "a quoted option 67"),
    Mistake(b"C:\\Temp\\fw.bin", b"fw.bin", "extra-folder", "tftp.net 18"),
    Mistake(b"/test.cfg", b"test.cfg", "slashes", "rs-tftpd 29"),
    Mistake(b"\\test.cfg", b"test.cfg", "slashes", "rs-tftpd 29"),
    Mistake(b"SWCORE vrf management", b"SWCORE", "arguments", "routerconfigs 110"),
    Mistake(
        "固件.bin".encode("gb18030"),
        "固件.bin".encode("gb18030"),
        "slashes",
        "TFTPServer 2",
    ),
    Mistake("Bo\u0308ot".encode(), "Böot".encode(), "unicode", "in two spellings"),
    Mistake("Böot".encode("latin-1"), "Böot".encode(), "unicode", "in Latin-1"),
    Mistake(b"/srv/tftp/pxe/f.bin", b"pxe/f.bin", "extra-folder", "whole path"),
    Mistake(
        b"u-boot-2023.04.img",
        b"u-boot-2023.07.img",
        "typo",
        "one digit",
        (b"u-boot-2024.10.img",),
    ),
    Mistake(b"pxelinx.0", b"pxelinux.0", "typo", "a letter left out"),
    Mistake(b"vmliunz", b"vmlinuz", "typo", "letters swapped"),
    Mistake(
        b"pxelinx.cfg/default",
        b"pxelinux.cfg/default",
        "other-folder",
        "a letter of the folder",
        (b"menu/default", b"doc/pxe/default"),
    ),
    Mistake(b"vmlinuz", b"vmlinuz.gz", "extension", "packed"),
    Mistake(b"grubx64.efi", b"grubx64.efi.signed", "extension", "Debian's name"),
    Mistake(
        b"u-boot.bin",
        b"u-boot.img",
        "extension",
        "another build",
        (b"u-boot.cfg", b"u-boot.elf", b"u-boot-spl.bin", b"u-boot.dtb"),
    ),
    Mistake(
        b"boards/a/fw.bin",
        b"boards/a/fw.itb",
        "extension",
        "another build",
        (b"boards/b/fw.img",),
    ),
    Mistake(b"initrd.img", b"initrd.gz", "extension", "Debian's installer"),
    Mistake(b"core-1.conf", b"core-1.cfg", "extension", "another habit"),
    Mistake(b"boot.scr", b"boot.scr.uimg", "extension", "U-Boot's distro boot"),
    Mistake(b"IPXE.0", b"ipxe.pxe", "extension", "another build", (b"ipxe.efi",)),
)

NOTHING_MEANT = (
    (b"", (b"a",)),
    (b"z1", (b"f.bin", b"zz")),
    (b"up/", (b"f.bin",)),
    (b"grubx64_real.efi", (b"undionly.kpxe", b"pxelinux.0")),
    (b"pxelinux.cfg/01-aa-bb-cc-0d-0e-0f", (b"pxelinux.cfg/01-aa-bb-cc-0d-0e-0a",)),
    (b"pxelinux.cfg/C0A801", (b"pxelinux.cfg/C0A802", b"pxelinux.cfg/C0A8")),
    (b"SEP001122334455.cnf.xml", (b"SEP001122334456.cnf.xml",)),
    (b"u-boot-2023.04.img", (b"u-boot-2024.10.img",)),
    (b"bootaa64.efi", (b"bootx64.efi", b"shimx64.efi")),
    (b"pxelinux.0", (b"shimx64.efi", b"ipxe.efi")),
    (b"ipxe.elf", (b"ipxe.efi",)),
    (b"u-boot.bin", (b"u-boot.cfg", b"u-boot.txt", b"u-boot.efi", b"u-boot.elf")),
    (b"fw.gz", (b"fw.txt", b"fw.cfg", b"fw.sha256", b"fw.dtb")),
    (b"pxelinux.0", (b"pxelinux.efi", b"pxelinux.bin", b"pxelinux.cfg/default")),
    (b"boot.ipxe", (b"boot.cfg", b"boot.txt")),
    (b"netboot.xyz.kpxe", (b"netboot.xyz.efi",)),
    (b"pxelinux.0", (b"efi-source/README",)),  # the root is wrong
    (b"bootx64.efi", (b"undionly.kpxe", b"pxeboot")),
)
"""Names for which any suggestion would mislead, with the files in the root."""

NO_NAMES = {
    "Super-UEFIinSecureBoot 4": "the second loader was never copied",
    "virtualbox-pxe-boot 1": "another folder is the root",
    "thinstation 640": "another folder is the root",
    "xcat-core 325": "another folder is the root",
    "systemd 11850": "the file is there; it fails later",
    "kayak 246": "the file is there, for another machine",
    "xcat-core 7645": "the file is there, for another machine",
    "docker-netbootxyz 8": "nothing is asked for",
    "nix-netboot-serve 2": "the file is there, for another machine",
    "bootimus 130": "the server's name is wrong",
    "firmware 871": "the server's address is wrong",
    "onie 126": "the client reads another DHCP option",
    "tftp-hpa without -l": "the client sends its local name",
    "curl without a file": "the name is empty",
    "tftp-hpa put F up/": "an upload, of which nothing says how it is to be called",
    "Thinstation 294": "the file is there; its octets were changed on the way",
}
"""Reports about something other than a name, and their topics."""
