"""A machine that has fetched a program it can't start, with a real server."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.free_ports import free_range
from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tests.support.watcher import Watcher, watching
from tftptui.engine.holders.inline import InlineEngine
from tftptui.protocol.packets import Options
from tftptui.telemetry.findings import Finding

EDK2: Options = ((b"tsize", b"0"), (b"blksize", b"1468"), (b"windowsize", b"4"))
PXELINUX = bytes.fromhex("ea247c0000") + bytes(600)
EFI = (
    b"MZ".ljust(0x3C, b"\0")
    + (0x80).to_bytes(4, "little")
    + bytes(0x40)
    + b"PE\0\0"
    + (0x8664).to_bytes(2, "little")
    + bytes(0x5C - 6)
    + (10).to_bytes(2, "little")
    + bytes(300)
)


@pytest.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watcher]:
    (tmp_path / "pxelinux.0").write_bytes(PXELINUX)
    (tmp_path / "grubx64.efi").write_bytes(EFI)
    settings = settings_for(tmp_path, ports=free_range(20))
    async with watching(InlineEngine(settings)) as watched:
        yield watched


def firmware() -> UdpClient:
    """Return a client on a low port, like firmware."""
    for port in range(1_900, 2_059):
        with contextlib.suppress(OSError):
            return UdpClient(port=port)
    return UdpClient(port=2_059)


async def boot(watched: Watcher, name: bytes, *options: tuple[bytes, bytes]) -> None:
    """Fetch a file like firmware."""
    with firmware() as client:
        client.ask(watched.at, name, options=options)
        await client.oack()
        client.ack(0)
        await client.data()
        client.ack(1)
    number = len(watched.transfers)
    await watched.until(
        lambda: all(
            one.phase == "completed"
            for one in list(watched.transfers.values())[number:]
        )
    )


def standing(watched: Watcher) -> list[Finding]:
    latest = {one.number: one for frame in watched.frames for one in frame.findings}
    return [one for one in latest.values() if one.code == "wrong-machine"]


@pytest.mark.net
async def test_uefi_that_got_a_bios_program_is_told_until_it_gets_its_own(
    watched: Watcher,
) -> None:
    await boot(watched, b"pxelinux.0", *EDK2)
    await watched.until(lambda: bool(standing(watched)))
    (finding,) = standing(watched)
    assert finding.headline == (
        "127.0.0.1 is UEFI firmware and got pxelinux.0 (PXELINUX, x86 BIOS): "
        "UEFI starts EFI programs only."
    )
    assert finding.transfers == [1]
    await boot(watched, b"grubx64.efi", *EDK2)
    await watched.until(lambda: bool(standing(watched)[0].withdrawn))
    assert "can start" in standing(watched)[0].withdrawn
