"""The dnsmasq configuration that sends machines here."""

import shutil
import subprocess
from ipaddress import IPv4Address, IPv4Interface
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.wire.dnsmasq import MACHINES, Mode, dnsmasq_config, find_loaders

OURS = IPv4Interface("10.0.0.5/24")
ALL = {machine.tag: machine.loaders[0] for machine in MACHINES} | {"ipxe": "boot.ipxe"}

both = pytest.mark.parametrize("mode", list(Mode))


@both
@pytest.mark.parametrize("loaders", [{}, ALL], ids=["none", "all"])
def test_dnsmasq_accepts_it(
    mode: Mode, loaders: dict[str, str], tmp_path: Path
) -> None:
    if (program := shutil.which("dnsmasq")) is None:
        pytest.skip("dnsmasq is not installed")
    file = tmp_path / "boot.conf"
    file.write_text(dnsmasq_config(mode, "lo", OURS, loaders))
    subprocess.run([program, "--test", f"--conf-file={file}"], check=True)


@both
def test_what_the_root_does_not_hold_is_a_comment_that_says_so(mode: Mode) -> None:
    partly = dnsmasq_config(mode, "eth1", OURS, {"bios": "a/pxelinux.0"})
    active = [line for line in partly.splitlines() if not line.startswith("#")]
    assert any("a/pxelinux.0" in line for line in active)
    assert not any(".efi" in line for line in active)
    assert "no such file was" in partly
    assert "no such file was" not in dnsmasq_config(mode, "eth1", OURS, ALL)


@both
def test_every_machine_is_sent_to_our_address(mode: Mode) -> None:
    lines = dnsmasq_config(mode, "eth1", OURS, ALL).splitlines()
    named = [one for one in lines if one.startswith(("dhcp-boot", "pxe-service"))]
    assert len(named) == 4
    assert all(line.endswith(",10.0.0.5") for line in named)


@given(address=st.ip_addresses(v=4), prefix=st.integers(8, 30))
def test_the_pool_is_in_our_network_and_leaves_our_address_out(
    address: IPv4Address, prefix: int
) -> None:
    ours = IPv4Interface((address, prefix))
    lines = dnsmasq_config(Mode.FULL, "eth1", ours, {}).splitlines()
    (pool,) = [line for line in lines if line.startswith("dhcp-range=")]
    first, last, netmask, _ = pool.removeprefix("dhcp-range=").split(",")
    low, high = IPv4Address(first), IPv4Address(last)
    network = ours.network
    assert network.network_address < low <= high < network.broadcast_address
    assert not low <= ours.ip <= high
    assert int(high) - int(low) < 100
    assert netmask == str(network.netmask)


def test_a_network_of_one_address_has_no_room() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.5/32 has no room"):
        dnsmasq_config(Mode.FULL, "eth1", IPv4Interface("10.0.0.5/32"), {})


def test_the_likeliest_name_counts_then_the_shortest_path(tmp_path: Path) -> None:
    for name in ("old/undionly.kpxe", "undionly.kpxe", "pxelinux.0", "efi/GRUBX64.EFI"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "a,b").mkdir()
    (tmp_path / "a,b" / "bootaa64.efi").touch()  # dnsmasq could not parse that name
    assert find_loaders(tmp_path) == {"bios": "undionly.kpxe", "x64": "efi/GRUBX64.EFI"}
