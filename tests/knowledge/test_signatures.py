"""Clients are recognized by their options, their port, and their retries."""

import pytest

from tftptui.knowledge.clients import TABLE
from tftptui.knowledge.signatures import (
    is_firmware,
    kinds_like,
    known,
    recognize,
    retry_gap,
    surer,
    unknown_kind,
)


def options(text: str) -> list[tuple[str, str]]:
    pairs = [word.split("=") for word in text.split()]
    return [(name, value) for name, value in pairs]


@pytest.mark.parametrize(
    ("asked", "port", "kind"),
    [
        ("tsize=0", 2_070, "Intel boot ROM"),
        ("blksize=1456", 2_075, "Intel boot ROM"),
        ("tsize=0 blksize=1468 windowsize=4", 1_548, "UEFI PXE (edk2)"),
        ("blksize=1468 windowsize=4", 1_549, "UEFI PXE (edk2)"),
        ("tsize=0 blksize=1468", 1_340, "UEFI PXE (edk2)"),
        ("blksize=1468", 1_341, "UEFI PXE (edk2)"),
        ("blksize=1432 tsize=0", 40_959, "iPXE"),
        ("timeout=5 blksize=1468", 1_403, "U-Boot"),
        ("timeout=5 tsize=0 blksize=1468 windowsize=1", 3_000, "U-Boot"),
        ("tsize=0 blksize=1468", 50_000, "U-Boot"),
        ("blksize=1024 tsize=0", 25_301, "GRUB"),
        ("tsize=0 blksize=1408", 49_152, "PXELINUX"),
        ("tsize=0 blksize=512 timeout=6", 2_072, "curl"),
        ("tsize=12 blksize=512 timeout=6", 44_669, "curl"),
        ("tsize=0", 40_001, "BusyBox"),
        ("blksize=1428 tsize=0", 40_001, "BusyBox"),
        ("timeout=2 blksize=1428", 40_001, "atftp"),
        ("windowsize=8", 40_001, "atftp"),
        ("blksize=1428 windowsize=8", 40_001, "atftp"),
        ("tsize=0 blksize=512", 40_001, "tftptui or atftp"),
        ("tsize=0 blksize=1428 windowsize=8", 40_001, "tftptui or atftp"),
        ("", 44_669, "tftp-hpa or atftp"),
        ("TSIZE=0 BlkSize=1408", 49_160, "PXELINUX"),
    ],
)
def test_a_client_is_recognized(asked: str, port: int, kind: str) -> None:
    found = recognize(options(asked), port)
    assert found is not None
    assert found.kind == kind


def test_a_name_tells_a_raspberry_from_busybox() -> None:
    asked = options("tsize=0")
    boots = recognize(asked, 49_158, "9ffefdef/start4.elf")
    other = recognize(asked, 49_158, "vmlinuz")
    assert boots is not None
    assert other is not None
    assert (boots.kind, other.kind) == ("Raspberry Pi ROM", "BusyBox")


@pytest.mark.parametrize(
    ("asked", "port"),
    [
        ("multicast=", 44_000),
        ("blksize=1468 rollover=0", 44_000),
        ("", 1_500),
        ("tsize=0 tsize=0 tsize=0", 2_070),
    ],
)
def test_others_are_nobody(asked: str, port: int) -> None:
    pairs = [(name, value) for name, _, value in map(_split, asked.split())]
    assert recognize(pairs, port) is None


def _split(word: str) -> tuple[str, str, str]:
    return word.partition("=")


def test_the_rhythm_makes_surer_or_less_sure() -> None:
    assert surer("tftp-hpa or atftp", 0.5, 5.0) > 0.5
    assert surer("tftp-hpa or atftp", 0.5, 1.0) < 0.5
    assert surer("BusyBox", 0.7, 0.1) > 0.7


def test_who_moves_its_port_has_no_rhythm_on_one() -> None:
    assert surer("Intel boot ROM", 0.95, 77.0) == 0.95


def test_an_unknown_kind_is_patient() -> None:
    assert (known("abacus"), retry_gap("abacus"), is_firmware("abacus")) == (
        None,
        10.0,
        False,
    )


@pytest.mark.parametrize(
    ("words", "kinds"),
    [
        ("u-boot", ["U-Boot"]),
        (" CURL ", ["curl"]),
        ("edk2", ["UEFI PXE (edk2)"]),
        ("hpa", ["tftp-hpa or atftp"]),
        ("abacus", []),
    ],
)
def test_kinds_are_found_in_any_case_and_by_a_part(
    words: str, kinds: list[str]
) -> None:
    assert kinds_like(words) == kinds


def test_a_client_that_nobody_knows_is_told_with_those_that_are() -> None:
    assert unknown_kind(["tsize", "windowsize@uefi"]) == ""
    trouble = unknown_kind(["windowsize@uefy"])
    assert "no client program is called 'uefy'; known are Intel boot ROM" in trouble


@pytest.mark.parametrize("client", TABLE, ids=lambda one: f"{one.kind} {one.options}")
def test_each_row_says_where_it_comes_from(client: object) -> None:
    source = getattr(client, "source", "")
    assert source[:3] in ("[S]", "[E]", "[F]", "[V]")
