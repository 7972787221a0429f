"""wrong-machine: a fetched program that the machine can't start.

TFTP does not name a client's processor. DHCP does (option 93, RFC 4578 §2.1): if the
wire is watched and the firmware itself made the request, it is a fact. Otherwise it is
inferred from the client program: some run only on one kind of machine. The target of a
file is in its first bytes.
"""

from shlex import quote

from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Scene
from tftptui.findings.kind import Kind, Scope
from tftptui.knowledge.magic.table import BIOS
from tftptui.telemetry.file_views import KindView
from tftptui.telemetry.findings import FACT, LIKELY, Evidence, Remedy
from tftptui.telemetry.views import TransferView
from tftptui.wire.architectures import architecture_name

_X86 = frozenset({"", "x86", "i386", "x86-64", BIOS})

_ON_BIOS = {
    "Intel boot ROM": "a boot ROM (x86 BIOS)",
    "PXELINUX": "PXELINUX (x86 BIOS)",
}

_UEFI = {"UEFI PXE (edk2)": "UEFI firmware"}

_KERNELS = frozenset({"kernel", "uimage", "u-boot"})

_PROCESSORS = {
    0: "",
    6: "i386",
    7: "x86-64",
    9: "x86-64",
    10: "arm",
    11: "arm64",
    25: "riscv32",
    27: "riscv64",
    39: "loongarch64",
}
"""Processors of UEFI firmware that boots from TFTP, by option 93; "" is BIOS."""

BYTE_CODE = "EFI byte code"
"""The machine type of programs that start on any processor."""

_STARTED = frozenset({"nbp", "efi"})
"""Kinds of files that firmware starts directly."""

_BY_OPTION = Remedy(
    text="let DHCP name a file for each kind of client by option 93: 0 is x86 BIOS, 7 "
    "and 9 x86-64 UEFI, 11 arm64 UEFI"
)


KIND = Kind(
    code=Code.WRONG_MACHINE,
    scope=Scope.CLIENT,
    broken=(),
    helps={},
    ended=never,
)


def is_particular(client: str) -> bool:
    """Return whether a client program runs only on one kind of machine."""
    return client in _ON_BIOS or client in _UEFI


def is_known(arch: int | None) -> bool:
    """Return whether it is known what a machine with this option 93 can start."""
    return arch in _PROCESSORS


def starts(client: str, file: KindView, arch: int | None = None) -> bool:
    """Return whether FILE is a boot program that such a client can start."""
    is_judged = is_known(arch) or is_particular(client)
    return file.key in _STARTED and is_judged and not _why(client, file, arch)


def misfit(
    view: TransferView, file: KindView, scene: Scene, arch: int | None = None
) -> Draft | None:
    """Detect a fetched program that the client can't start, so that it seems to hang.

    Args:
        view: the transfer; it is over.
        file: the kind of its file.
        scene: of the server.
        arch: option 93, if the firmware itself made this request.
    """
    why = _why(view.kind, file, arch)
    if not why:
        return None
    name = view.served or view.file
    if arch is not None and is_known(arch):
        who = f"{architecture_name(arch)} (DHCP option 93: {arch})"
        seen = f"its DISCOVER has option 93 = {arch}: {architecture_name(arch)}"
    else:
        who = {**_ON_BIOS, **_UEFI}[view.kind]
        seen = f"its requests look like {view.kind}, from port {view.client_tid}"
    is_bios = arch == 0 if is_known(arch) else view.kind in _ON_BIOS
    return Draft(
        kind=KIND,
        headline=f"{view.client} is {who} and got {name} ({file.words}): {why}.",
        confidence=FACT if is_known(arch) else LIKELY,
        stands_at="nobody",
        transfers=(view.number,),
        since=view.started,
        evidence=(
            Evidence(
                text=seen,
                transfer=view.number,
                time=view.started,
            ),
            Evidence(
                text=f"{name} begins like this kind of file: {file.words}",
                transfer=view.number,
                time=view.ended,
            ),
        ),
        remedies=_remedies(arch or 0, file) if is_bios else _remedies(arch or 7, file),
        proof=f"file {quote(scene.place(name))}",
    )


def _why(client: str, file: KindView, arch: int | None) -> str:
    """Return why a client can't start a file; "" if it can, or starts no files."""
    processor = _PROCESSORS.get(-1 if arch is None else arch)
    if processor or (processor is None and client in _UEFI):
        return _not_by_uefi(file, processor or "")
    is_bios = processor is not None or client in _ON_BIOS
    if is_bios and file.key == "efi":
        return "a BIOS cannot start EFI programs"
    is_kernel = is_bios and file.key in _KERNELS
    return (
        "the file is for another processor"
        if is_kernel and file.machine not in _X86
        else ""
    )


def _not_by_uefi(file: KindView, processor: str) -> str:
    only = "UEFI starts EFI programs only"
    if file.key == "script":
        return f"{only}; it must get iPXE first, which then reads the script"
    if file.key == "nbp":
        return only
    made_for = file.machine.removesuffix(" UEFI")
    if processor and file.key == "efi" and made_for not in (processor, BYTE_CODE):
        return f"the file is for {made_for}, and the machine is {processor}"
    return next((one for one in file.troubles if "firmware" in one), "")


def _remedies(code: int, file: KindView) -> tuple[Remedy, ...]:
    """Return how to give machines with option 93 CODE their own file."""
    if file.key in _KERNELS:
        return (Remedy(text="name a kernel for x86 in the client's configuration"),)
    tag, boot = ("uefi", "ipxe.efi") if code else ("bios", "pxelinux.0")
    if code in (7, 9) and file.key != "script":
        boot = "grubx64.efi"
    dnsmasq = Remedy(
        platform="dnsmasq",
        text=f"for clients that are {architecture_name(code)}",
        command=f"dhcp-match=set:{tag},option:client-arch,{code}\n"
        f"dhcp-boot=tag:{tag},{boot}",
    )
    return _BY_OPTION, dnsmasq
