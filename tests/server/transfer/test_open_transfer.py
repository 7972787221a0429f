"""Options left out for all clients, or for one client program."""

from pathlib import Path

import pytest

from tests.support.running import settings_for
from tests.support.udp_client import UdpClient
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.engine import Engine
from tftptui.engine.messages import ChangeSettings
from tftptui.protocol.packets import Options
from tftptui.server.transfer.open_transfer import refused_options

CURL: Options = ((b"tsize", b"0"), (b"blksize", b"512"), (b"timeout", b"6"))


@pytest.mark.parametrize(
    ("refuse", "kind", "left_out"),
    [
        ((), "curl", set()),
        (("tsize", "BLKSIZE"), "", {b"tsize", b"blksize"}),
        (("tsize@curl",), "curl", {b"tsize"}),
        (("tsize@CURL",), "curl", {b"tsize"}),
        (("tsize@edk2",), "UEFI PXE (edk2)", {b"tsize"}),
        (("tsize@curl",), "atftp", set()),
        (("tsize@curl",), "", set()),
        (("tsize", "tsize@curl"), "", {b"tsize"}),
    ],
)
def test_who_is_refused_what(
    refuse: tuple[str, ...], kind: str, left_out: set[bytes]
) -> None:
    assert refused_options(refuse, kind) == left_out


async def granted(engine: Engine, options: Options) -> dict[bytes, bytes]:
    """Send a request to a running engine; return the agreed options."""
    with UdpClient() as client:
        client.ask(engine.service.listeners[0].local, b"file", options=options)
        agreed = dict((await client.oack()).options)
        client.leave()
    return agreed


async def test_a_program_is_refused_what_others_get(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x")
    engine = Engine(settings_for(tmp_path, refuse=("timeout@curl",)))
    await engine.start()
    try:
        curl = await granted(engine, CURL)
        other = await granted(engine, ((b"timeout", b"6"), (b"blksize", b"512")))
    finally:
        await engine.stop()
    assert (set(curl), set(other)) == ({b"tsize", b"blksize"}, {b"timeout", b"blksize"})


async def test_a_program_that_nobody_knows_is_told_at_the_start(tmp_path: Path) -> None:
    engine = Engine(settings_for(tmp_path, refuse=("tsize@crul",)))
    with pytest.raises(EngineError, match="no client program is called 'crul'"):
        await engine.start()


async def test_and_while_it_runs(tmp_path: Path) -> None:
    engine = Engine(settings_for(tmp_path))
    await engine.start()
    try:
        with pytest.raises(CommandRefusedError, match="no client program is called"):
            engine.carry_out(ChangeSettings({"refuse": ["tsize@crul"]}))
        engine.carry_out(ChangeSettings({"refuse": ["tsize@curl"]}))
        assert engine.service.settings.refuse == ("tsize@curl",)
    finally:
        await engine.stop()
