"""Programs that the machine that fetched them can't start.

TFTP does not say what processor a client has (DHCP does: option 93, RFC 4578 §2.1), so
this goes by which program asks: some run on one kind of machine alone. Their own kind
of request is known, and what a file is for stands in its first octets.
"""

from shlex import quote

from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Scene
from tftptui.findings.kind import Kind, Scope
from tftptui.knowledge.magic.table import BIOS
from tftptui.telemetry.file_views import KindView
from tftptui.telemetry.findings import LIKELY, Evidence, Remedy
from tftptui.telemetry.views import TransferView

_X86 = frozenset({"", "x86", "i386", "x86-64", BIOS})

_ON_BIOS = {
    "Intel boot ROM": "a boot ROM of an x86 BIOS",
    "PXELINUX": "PXELINUX, which runs on an x86 BIOS",
}

_UEFI = {"UEFI PXE (edk2)": "UEFI firmware"}

_KERNELS = frozenset({"kernel", "uimage", "u-boot"})

_STARTED = frozenset({"nbp", "efi"})
"""Kinds of file that firmware starts at once."""

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
    """Whether a program, by its name, runs on one kind of machine alone."""
    return client in _ON_BIOS or client in _UEFI


def starts(client: str, file: KindView) -> bool:
    """Whether FILE is a boot program that such a client can start."""
    return file.key in _STARTED and is_particular(client) and not _why(client, file)


def misfit(view: TransferView, file: KindView, scene: Scene) -> Draft | None:
    """A program was fetched that the client can't start: it will seem to hang.

    Args:
        view: the transfer; it is over.
        file: what its file is.
        scene: of the server.
    """
    why = _why(view.kind, file)
    if not why:
        return None
    name = view.served or view.file
    who = {**_ON_BIOS, **_UEFI}[view.kind]
    return Draft(
        kind=KIND,
        headline=f"{view.client} is {who} and got {name} ({file.words}): {why}.",
        confidence=LIKELY,
        stands_at="nobody",
        transfers=(view.number,),
        since=view.started,
        evidence=(
            Evidence(
                text=f"its requests look like {view.kind}, from port {view.client_tid}",
                transfer=view.number,
                time=view.started,
            ),
            Evidence(
                text=f"the first bytes of {name} are those of: {file.words}",
                transfer=view.number,
                time=view.ended,
            ),
        ),
        remedies=_remedies(view.kind, file),
        proof=f"file {quote(scene.place(name))}",
    )


def _why(client: str, file: KindView) -> str:
    """Return why a client can't start a file; "" where it can, or starts none."""
    if client in _UEFI:
        return _not_by_uefi(file)
    if client in _ON_BIOS and file.key == "efi":
        return "a BIOS cannot start EFI programs"
    is_kernel = client in _ON_BIOS and file.key in _KERNELS
    return (
        "it is for another processor" if is_kernel and file.machine not in _X86 else ""
    )


def _not_by_uefi(file: KindView) -> str:
    only = "UEFI starts EFI programs only"
    if file.key == "script":
        return f"{only}; iPXE reads the script once it runs"
    if file.key == "nbp":
        return only
    return next((one for one in file.troubles if "firmware" in one), "")


def _remedies(client: str, file: KindView) -> tuple[Remedy, ...]:
    if file.key in _KERNELS:
        return (Remedy(text="name a kernel for x86 in the client's configuration"),)
    if client in _ON_BIOS:
        code, tag, boot = 0, "bios", "pxelinux.0"
    else:
        code, tag, boot = (
            7,
            "uefi",
            "ipxe.efi" if file.key == "script" else "grubx64.efi",
        )
    dnsmasq = Remedy(
        platform="dnsmasq",
        text=f"for clients that are {'x86 BIOS' if code == 0 else 'x86-64 UEFI'}",
        command=f"dhcp-match=set:{tag},option:client-arch,{code}\n"
        f"dhcp-boot=tag:{tag},{boot}",
    )
    return _BY_OPTION, dnsmasq
