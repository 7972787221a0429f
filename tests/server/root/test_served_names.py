"""Names in a running server: on the wire, in the journal and in the view."""

from pathlib import Path

import pytest

from tests.support.running import Running, running
from tests.support.udp_client import UdpClient
from tftptui.protocol.packets import (
    Mode,
    WriteRequest,
    encode_data,
    encode_request,
)
from tftptui.server.service import ServiceError
from tftptui.telemetry.events import (
    Refused,
    Requested,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.journal import journal_line

pytestmark = pytest.mark.net


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Boot").mkdir()
    (tmp_path / "127.0.0.1").mkdir()
    (tmp_path / "Boot" / "BCD").write_bytes(b"all")
    (tmp_path / "127.0.0.1" / "BCD").write_bytes(b"own")
    return tmp_path


def shown(server: Running) -> list[tuple[str, str]]:
    """Return file and served name of the views of ended transfers."""
    return [(view.file, view.served) for view in server.service.take_finished()]


async def read(server: Running, client: UdpClient, name: bytes) -> bytes:
    content = await client.read(server.at, name)
    await server.written.until(TransferEnded)
    return content


async def test_the_name_served_is_told_where_it_is_not_the_one_asked(
    folder: Path,
) -> None:
    with running(folder) as server, UdpClient() as client:
        assert await read(server, client, rb"\Boot\BCD") == b"all"
        started = server.event(TransferStarted)
        assert (started.file, started.served) == (r"\Boot\BCD", "Boot/BCD")
        assert server.event(Requested).file == r"\Boot\BCD"
        assert shown(server) == [(r"\Boot\BCD", "Boot/BCD")]


@pytest.mark.parametrize("name", [b"Boot/BCD", b"/Boot/BCD", b"//Boot/./BCD"])
async def test_slashes_that_mean_nothing_make_no_other_name(
    folder: Path, name: bytes
) -> None:
    with running(folder) as server, UdpClient() as client:
        assert await read(server, client, name) == b"all"
        assert server.event(TransferStarted).served is None
        assert shown(server) == [(name.decode(), "")]


async def test_the_journal_has_the_key_always(folder: Path) -> None:
    with running(folder) as server, UdpClient() as client:
        await read(server, client, b"Boot/BCD")
        assert b'"served":null' in journal_line(server.event(TransferStarted))


async def test_a_client_gets_what_lies_in_its_own_folder(folder: Path) -> None:
    with running(folder, per_client="ip") as server, UdpClient() as client:
        assert await read(server, client, b"BCD") == b"own"
        assert server.event(TransferStarted).served == "127.0.0.1/BCD"


async def test_rules_and_case_work_together(folder: Path) -> None:
    rules = ("^tftpboot/=",)
    with (
        running(folder, rewrite=rules, ignore_case=True) as server,
        UdpClient() as client,
    ):
        assert await read(server, client, b"tftpboot/boot/bcd") == b"all"
        assert server.event(TransferStarted).served == "Boot/BCD"


async def test_an_upload_tells_where_it_goes(folder: Path) -> None:
    with running(folder, write="new") as server, UdpClient() as client:
        wanted = WriteRequest(rb"C:\Boot\new", Mode.OCTET)
        client.send(encode_request(wanted), server.at)
        await client.receive()
        client.send(encode_data(1, b"uploaded"))
        await client.receive()
        started = server.event(TransferStarted)
    assert (started.file, started.served) == (r"C:\Boot\new", "Boot/new")
    assert (folder / "Boot" / "new").read_bytes() == b"uploaded"


async def test_an_upload_without_its_folder_is_told_so(folder: Path) -> None:
    with running(folder, write="new") as server, UdpClient() as client:
        wanted = WriteRequest(b"none/new", Mode.OCTET)
        client.send(encode_request(wanted), server.at)
        error = await client.error()
        refused = server.event(Refused)
    assert (error.code, error.message) == (1, b"there is no such folder")
    assert (refused.reason, refused.near) == ("not-found", [])


async def test_names_that_case_tells_apart_are_refused(folder: Path) -> None:
    (folder / "Boot" / "bcd").write_bytes(b"other")
    with running(folder, ignore_case=True) as server, UdpClient() as client:
        client.ask(server.at, b"Boot/Bcd")
        error = await client.error()
        refused = server.event(Refused)
    assert error.message == b"several names differ only in case: BCD and bcd"
    assert (error.code, refused.reason) == (2, "ambiguous")


async def test_a_file_of_an_upload_in_progress_is_not_found(folder: Path) -> None:
    (folder / ".tftptui-new.0123").write_bytes(b"half")
    with running(folder) as server, UdpClient() as client:
        client.ask(server.at, b".tftptui-new.0123")
        assert (await client.error()).message == b"file not found"


async def test_a_block_after_65535_has_the_number_that_was_agreed(folder: Path) -> None:
    (folder / "big").write_bytes(bytes(64 * 65_540))
    options = ((b"rollover", b"1"), (b"blksize", b"64"), (b"windowsize", b"64"))
    with running(folder) as server, UdpClient() as client:
        client.ask(server.at, b"big", options=options)
        assert (b"rollover", b"1") in (await client.oack()).options
        client.ack(0)
        numbers = []
        for block in range(1, 65_541):
            numbers.append((await client.data()).block16)
            if block % 64 == 0:
                client.ack(numbers[-1])
    assert numbers == [*range(1, 65_536), 1, 2, 3, 4, 5]


async def test_a_wrong_rule_stops_the_start(folder: Path) -> None:
    with (
        pytest.raises(ServiceError, match="in the pattern, missing"),
        running(folder, rewrite=("(=x",)),
    ):
        pass
