"""Requests of programs during a healthy boot, from reports and source.

A name with ``-`` in front does not exist. Each is requested shortly after the previous
one; ``+N`` adds a pause of N seconds.
"""

from collections.abc import Iterator

from tftptui.knowledge.names import Attempt

BEGAN = 1_790_000_000.0
STEP = 0.01

MAC = "aa-bb-cc-0d-0e-0f"
UUID = "b8945908-d6a6-41a9-611d-74a6ab80b83d"
HEX = "C0A801F2"
SHORTER = [HEX[:length] for length in range(8, 0, -1)]
IP_NAMES = " ".join(f"-pxelinux.cfg/{digits}" for digits in SHORTER)
GRUB_IP_NAMES = " ".join(f"-/grub/grub.cfg-{digits}" for digits in SHORTER)
KERNEL = "vmlinuz initrd.img"
EFI = "EFI/Microsoft/Boot/Policies"

HEALTHY: dict[str, str] = {
    "PXELINUX": f"pxelinux.0 ldlinux.c32 -pxelinux.cfg/{UUID} -pxelinux.cfg/01-{MAC} "
    f"{IP_NAMES} pxelinux.cfg/default menu.c32 libutil.c32 +30 {KERNEL}",
    "PXELINUX, own file": f"pxelinux.0 ldlinux.c32 -pxelinux.cfg/{UUID} "
    f"pxelinux.cfg/01-{MAC} {KERNEL}",
    "syslinux.efi": f"syslinux.efi ldlinux.e64 -pxelinux.cfg/01-{MAC} "
    f"{IP_NAMES.lower()} pxelinux.cfg/default {KERNEL}",
    "below a prefix": f"a/pxelinux.0 -a/pxelinux.cfg/01-{MAC} a/pxelinux.cfg/default",
    "U-Boot": f"-boot.scr.uimg +8 -boot.scr.uimg -pxelinux.cfg/{UUID} "
    f"-pxelinux.cfg/01-{MAC} {IP_NAMES} -pxelinux.cfg/default-arm-imx6-sabre "
    "-pxelinux.cfg/default-arm-imx6 -pxelinux.cfg/default-arm pxelinux.cfg/default "
    "uImage board.dtb",
    "U-Boot without a bootfile": f"-{HEX}.img -pxelinux.cfg/01-{MAC} {IP_NAMES} "
    "-pxelinux.cfg/default-arm pxelinux.cfg/default zImage",
    "GRUB": f"shimx64.efi shimx64.efi -revocations.efi -shim_certificate.efi "
    f"grubx64.efi -/grub/grub.cfg-01-{MAC} {GRUB_IP_NAMES} /grub/grub.cfg "
    "-/grub/x86_64-efi/command.lst -/grub/x86_64-efi/fs.lst "
    "-/grub/x86_64-efi/crypto.lst -/grub/x86_64-efi/terminal.lst -/grub/grubenv "
    f"-/grub/fonts/unicode.pf2 -/grub/locale/de.mo {KERNEL}",
    "shim, all in one": "shimx64.efi -revocations.efi grubx64.efi grub.cfg -mmx64.efi",
    "iPXE on UEFI": f"ipxe.efi -autoexec.ipxe boot.ipxe {KERNEL}",
    "netboot.xyz": "netboot.xyz.efi -local-vars.ipxe -HOSTNAME-box.ipxe "
    "-MAC-00155dd03907.ipxe menu.ipxe boot.cfg",
    "Raspberry Pi 3": "bootcode.bin -bootsig.bin -a0b1c2d3/start.elf -autoboot.txt "
    "config.txt -recovery.elf start.elf fixup.dat -dt-blob.bin -bootcfg.txt "
    "bcm2710-rpi-3-b.dtb cmdline.txt -recovery8.img -recovery8-32.img "
    "-recovery7.img -recovery.img -kernel8-32.img kernel8.img",
    "Raspberry Pi 3, 32 bits": "bootcode.bin start.elf -kernel8.img kernel7.img",
    "Raspberry Pi 4": "-9ffefdef/start4.elf -9ffefdef/start.elf config.txt "
    "-pieeprom.sig -vl805.sig start4.elf fixup4.dat -kernel8.img kernel7l.img",
    "Raspberry Pi 4, own folder": f"{MAC}/start4.elf {MAC}/config.txt "
    f"-{MAC}/recovery.elf {MAC}/kernel8.img",
    "Windows": f"bootmgfw.efi bootmgfw.efi -{EFI}/SbcpFlightToken.p7b "
    f"\\Boot\\BCD -{EFI}/SecureBootPolicy.p7b -\\EFI\\SkuSiPolicy.p7b "
    "-\\Boot\\Fonts\\segmono_boot.ttf -\\hiberfil.sys \\Boot\\boot.sdi boot.wim "
    "-EFI/WinSiPolicy.p7b",
    "petitboot": f"-pxelinux.cfg/01-{MAC} {IP_NAMES} pxelinux.cfg/default vmlinux",
    "ONIE": f"-{MAC}/onie-installer-x86_64-dell_s6000-r0 "
    + " ".join(f"-{digits}/onie-installer-x86_64-dell_s6000-r0" for digits in SHORTER)
    + " -onie-installer-x86_64-dell_s6000-r0 -onie-installer-x86_64-dell_s6000 "
    "-onie-installer-x86_64-bcm -onie-installer-x86_64 onie-installer",
    "Cisco AutoInstall": "-network-confg -cisconet.cfg -router-confg ciscortr.cfg",
    "Cisco AutoInstall, known": "network-confg -newrouter-confg newroute.cfg",
    "a small switch": "-fp-net.cfg host.cfg",
    "Junos": "-network.conf router.conf",
    "a Cisco phone": "-CTLSEP001122334455.tlv -ITLSEP001122334455.tlv -ITLFile.tlv "
    "-SEP001122334455.cnf.xml XMLDefault.cnf.xml SCCP42.loads "
    "-English_United_States/mk-sccp.jar -Germany/g3-tones.xml -dialplan.xml",
    "an old Cisco phone": "-CTLSEP001122334455.tlv SIPDefault.cnf SIP001122334455.cnf",
    "a Polycom": "-0004f2aabbcc.cfg 000000000000.cfg -0004f2aabbcc-phone.cfg "
    "-0004f2aabbcc-web.cfg -0004f2aabbcc-license.cfg",
    "a Yealink": "-001565aabbcc.boot -y000000000000.boot -y000000000028.cfg "
    "001565aabbcc.cfg",
    "a Yealink with common settings": "y000000000028.cfg -001565aabbcc.cfg",
    "a Grandstream": "-cfg000b82aabbcc -cfg000b82aabbcc.xml cfg.xml",
    "ThinStation": "-thinstation.conf-AABBCC0D0E0F -thinstation.conf-10.0.0.5 "
    "-thinstation.hosts thinstation.conf.network",
}

ILL: dict[str, tuple[str, str]] = {
    "PXELINUX, no default": (
        f"pxelinux.0 -pxelinux.cfg/01-{MAC} {IP_NAMES} -pxelinux.cfg/default",
        "empty",
    ),
    "PXELINUX that dies on the way": (
        f"pxelinux.0 -pxelinux.cfg/01-{MAC} -pxelinux.cfg/C0A801F2",
        "stopped",
    ),
    "GRUB, no configuration": (
        f"grubx64.efi {GRUB_IP_NAMES} -/grub/grub.cfg",
        "empty",
    ),
    "U-Boot with nothing to boot": (f"-boot.scr.uimg -{HEX}.img", "stopped"),
    "a Raspberry Pi without firmware": (
        "bootcode.bin -a0b1c2d3/start.elf -autoboot.txt -start.elf",
        "empty",
    ),
    "a Raspberry Pi without a kernel": (
        "-kernel8.img -kernel7l.img -kernel7.img -kernel.img",
        "empty",
    ),
    "ONIE without an image": (
        "-onie-installer-x86_64-dell_s6000-r0 -onie-installer-x86_64 -onie-installer",
        "empty",
    ),
    "AutoInstall": (
        "-network-confg -cisconet.cfg -router-confg -ciscortr.cfg",
        "empty",
    ),
    "a phone": ("-SEP001122334455.cnf.xml -XMLDefault.cnf.xml", "empty"),
    "a Yealink": ("-y000000000028.cfg -001565aabbcc.cfg", "stopped"),
}


def boot(story: str) -> list[Attempt]:
    """Return the requests of a story."""
    return [*_attempts(story)]


def _attempts(story: str) -> Iterator[Attempt]:
    time = BEGAN
    for word in story.split():
        if word.startswith("+"):
            time += float(word)
            continue
        time += STEP
        yield Attempt(time, word.removeprefix("-"), not word.startswith("-"))
