"""Fetched programs that the machine can't start."""

import pytest

from tests.support.facts import completed
from tftptui.findings.client.wrong_machine import is_particular, misfit, starts
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Scene
from tftptui.knowledge.clients import TABLE
from tftptui.knowledge.magic.table import BIOS
from tftptui.telemetry.file_views import KindView
from tftptui.telemetry.findings import FACT

ROM, LINUX_ON_BIOS, UEFI = "Intel boot ROM", "PXELINUX", "UEFI PXE (edk2)"
SCENE = Scene(root="/srv/images")

EFI = KindView(key="efi", words="EFI program, x86-64 UEFI", machine="x86-64 UEFI")
NBP = KindView(key="nbp", words="PXELINUX, x86 BIOS", machine=BIOS)
SCRIPT = KindView(key="script", words="iPXE script")
KERNEL = KindView(key="kernel", words="Linux kernel, x86", machine="x86")
ARM_KERNEL = KindView(key="kernel", words="Linux kernel, arm64", machine="arm64")
TEXT = KindView(key="text", words="text")
WIM = KindView(key="wim", words="Windows image (WIM)")
MISNAMED = KindView(
    key="efi",
    words="EFI program, x86-64 UEFI",
    machine="x86-64 UEFI",
    troubles=["named for arm64 firmware, which can't start x86-64"],
)


def judged(client: str, file: KindView) -> Draft | None:
    return misfit(completed(1, kind=client, file="boot/loader"), file, SCENE)


@pytest.mark.parametrize(
    ("client", "file", "why"),
    [
        (ROM, EFI, "a BIOS cannot start EFI programs"),
        (LINUX_ON_BIOS, ARM_KERNEL, "the file is for another processor"),
        (UEFI, NBP, "UEFI starts EFI programs only"),
        (UEFI, SCRIPT, "it must get iPXE first, which then reads the script"),
        (UEFI, MISNAMED, "named for arm64 firmware, which can't start x86-64"),
    ],
)
def test_what_can_not_start_is_told_with_its_reason(
    client: str, file: KindView, why: str
) -> None:
    draft = judged(client, file)
    assert draft is not None
    assert (draft.code, draft.stands_at) == ("wrong-machine", "nobody")
    assert f"boot/loader ({file.words}): " in draft.headline
    assert draft.headline.endswith(f"{why}.")
    assert draft.proof == "file /srv/images/boot/loader"
    assert draft.remedies


@pytest.mark.parametrize(
    ("client", "file"),
    [
        (ROM, NBP),
        (ROM, WIM),
        (ROM, KERNEL),
        (LINUX_ON_BIOS, KERNEL),
        (LINUX_ON_BIOS, TEXT),
        (UEFI, EFI),
        (UEFI, WIM),  # Windows' boot manager sends requests through the firmware
        (UEFI, ARM_KERNEL),
        ("U-Boot", EFI),
        ("curl", NBP),
        ("", EFI),
    ],
)
def test_of_all_else_nothing_is_told(client: str, file: KindView) -> None:
    assert judged(client, file) is None


def test_dhcp_is_told_how_to_tell_clients_apart() -> None:
    draft = judged(UEFI, NBP)
    assert draft is not None
    assert "option 93" in draft.remedies[0].text
    assert draft.remedies[1].command.startswith(
        "dhcp-match=set:uefi,option:client-arch,7"
    )


def test_a_program_that_starts() -> None:
    assert starts(ROM, NBP)
    assert starts(UEFI, EFI)
    assert not starts(UEFI, NBP)
    assert not starts(UEFI, TEXT)
    assert not starts("curl", NBP)


def test_particular_clients_are_among_those_that_are_known() -> None:
    known = {client.kind for client in TABLE if is_particular(client.kind)}
    assert known == {ROM, LINUX_ON_BIOS, UEFI}


@pytest.mark.parametrize(
    ("arch", "client", "file", "why"),
    [
        (7, "", NBP, "UEFI starts EFI programs only"),
        (11, "", EFI, "the file is for x86-64, and the machine is arm64"),
        (0, "", EFI, "a BIOS cannot start EFI programs"),
        (0, UEFI, EFI, "a BIOS cannot start EFI programs"),
    ],
)
def test_with_option_93_it_is_a_fact_whatever_the_request_looks_like(
    arch: int, client: str, file: KindView, why: str
) -> None:
    draft = misfit(completed(1, kind=client, file="boot/loader"), file, SCENE, arch)
    assert draft is not None
    assert draft.confidence == FACT
    assert f"(DHCP option 93: {arch}) and got boot/loader" in draft.headline
    assert draft.headline.endswith(f"{why}.")
    assert f"option:client-arch,{arch}" in draft.remedies[1].command


@pytest.mark.parametrize(
    ("arch", "file"), [(7, EFI), (9, EFI), (0, NBP), (7, TEXT), (3, NBP)]
)
def test_with_option_93_nothing_is_told_of_what_starts_or_is_not_known(
    arch: int, file: KindView
) -> None:
    assert misfit(completed(1, file="boot/loader"), file, SCENE, arch) is None
