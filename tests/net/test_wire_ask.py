"""DISCOVERs of each kind of machine to real DHCP servers."""

from collections.abc import Iterator
from functools import partial
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest

from tests.support.bridge_lab import ADDRESSES, BridgeLab, bridge_lab
from tftptui.commands.wire import asked
from tftptui.doctor.checks.boot_offers import Here, check_offers
from tftptui.doctor.result import Mark
from tftptui.settings import Settings
from tftptui.wire.ask import ask
from tftptui.wire.dnsmasq import Mode, dnsmasq_config
from tftptui.wire.questions import Arch

pytestmark = pytest.mark.netns

RANGE = "--dhcp-range=10.66.0.50,10.66.0.99,255.255.255.0"
AT_ONCE = 1.5
"""Seconds: these servers do not probe addresses before they reply."""

UEFI = "--dhcp-match=set:uefi,option:client-arch,7"


@pytest.fixture(scope="module")
def lab() -> Iterator[BridgeLab]:
    yield from bridge_lab()


def test_each_kind_is_told_its_own_file_and_no_lease_is_left(
    lab: BridgeLab, tmp_path: Path
) -> None:
    """One server gives addresses and files by kind, a proxy has a menu for BIOS."""
    (tmp_path / "snp.efi").write_bytes(b"content")
    boot = f"--dhcp-boot=tag:uefi,snp.efi,,{ADDRESSES['server']}"
    other = f"--dhcp-boot=tag:!uefi,undionly.kpxe,,{ADDRESSES['server']}"
    proxy = ("--dhcp-range=10.66.0.0,proxy", "--pxe-service=x86PC,Menu,pxelinux")
    kinds = [Arch.BIOS, Arch.X64, Arch.PLAIN]
    with (
        lab.dnsmasq("dhcp", RANGE, UEFI, boot, other) as leases,
        lab.dnsmasq("second", *proxy),
    ):
        settings = Settings(root=tmp_path)
        answers, results = lab.inside("server", partial(asked, "eth0", kinds, settings))
        assert leases.read_text() == ""
    found = {one.arch: {offer.server: offer for offer in one.offers} for one in answers}
    dhcp, second = ADDRESSES["dhcp"], ADDRESSES["second"]
    assert found[Arch.X64][dhcp].file == b"snp.efi"
    assert found[Arch.BIOS][dhcp].file == b"undionly.kpxe"
    assert found[Arch.BIOS][second].is_proxy
    assert found[Arch.PLAIN].keys() == {dhcp}
    told = {one.text: one.mark for one in results}
    served = f"x64 UEFI: {dhcp} points to this host for snp.efi: served, 7 bytes."
    assert told[served] is Mark.OK
    missing = [text for text, mark in told.items() if mark is Mark.BAD]
    assert missing
    assert all("undionly.kpxe: not served" in text for text in missing)
    assert not any("DHCP servers offer" in text for text in told)


@pytest.mark.parametrize("mode", list(Mode))
def test_a_dnsmasq_with_our_configuration_sends_each_kind_here(
    lab: BridgeLab, tmp_path: Path, mode: Mode
) -> None:
    loaders = {"bios": "undionly.kpxe", "x64": "efi/ipxe.efi"}
    ours = IPv4Interface(f"{ADDRESSES['server']}/24")
    file = tmp_path / "boot.conf"
    file.write_text(dnsmasq_config(mode, "eth0", ours, loaders))
    work = partial(ask, "eth0", [Arch.BIOS, Arch.X64, Arch.PLAIN], AT_ONCE)
    with lab.dnsmasq("server", f"--conf-file={file}"):
        told = {one.arch: one.offers for one in lab.inside("dhcp", work)}
    if mode is Mode.PROXY:
        assert all(offer.is_proxy for offer in (*told[Arch.BIOS], *told[Arch.X64]))
        assert told[Arch.BIOS]
        assert told[Arch.X64]
        assert not told[Arch.PLAIN]
        return
    (bios,), (x64,), (plain,) = told[Arch.BIOS], told[Arch.X64], told[Arch.PLAIN]
    assert (bios.file, bios.next_server) == (b"undionly.kpxe", str(ours.ip))
    assert (x64.file, x64.next_server) == (b"efi/ipxe.efi", str(ours.ip))
    assert IPv4Address(plain.address) in ours.network


def test_two_servers_are_both_heard_and_told(lab: BridgeLab) -> None:
    second = "--dhcp-range=10.66.0.150,10.66.0.199,255.255.255.0"
    work = partial(ask, "eth0", [Arch.X64], AT_ONCE)
    with lab.dnsmasq("dhcp", RANGE), lab.dnsmasq("second", second):
        answers = lab.inside("server", work)
    told = check_offers(answers, Here(frozenset()))[0]
    assert "2 DHCP servers offer addresses" in told.text


def test_nobody_answers_where_nobody_is(lab: BridgeLab) -> None:
    (answers,) = lab.inside("server", partial(ask, "eth0", [Arch.PLAIN], AT_ONCE))
    assert answers.offers == ()
