"""RFC 2347 with options refused by the operator: left out as if unknown."""

from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.running import running
from tests.support.udp_client import UdpClient
from tftptui.protocol.options import KNOWN, Limits, negotiate
from tftptui.protocol.packets import Options
from tftptui.telemetry.events import TransferStarted

ALL: Options = (
    (b"blksize", b"1024"),
    (b"tsize", b"0"),
    (b"timeout", b"3"),
    (b"windowsize", b"4"),
    (b"utimeout", b"500000"),
    (b"rollover", b"1"),
)


def refusing(*names: bytes) -> Limits:
    return Limits(refused=frozenset(names))


@pytest.mark.parametrize("name", KNOWN)
def test_oack_leaves_out_a_refused_option_and_keeps_the_others(name: bytes) -> None:
    granted = [option for option, _ in negotiate(ALL, refusing(name), 100).oack]
    assert granted == [option for option, _ in ALL if option != name]


def test_no_oack_is_due_when_all_are_refused() -> None:
    agreed = negotiate(ALL, refusing(*KNOWN), 100)
    assert agreed.oack == ()
    assert (agreed.block_size, agreed.window, agreed.timeout) == (512, 1, None)
    assert agreed.numbering.rollover == 0


def test_names_are_case_insensitive() -> None:
    agreed = negotiate(((b"WindowSize", b"4"),), refusing(b"windowsize"), 100)
    assert (agreed.window, agreed.oack) == (1, ())


def test_a_refused_option_that_was_not_asked_for_changes_nothing() -> None:
    asked = ((b"blksize", b"1024"),)
    assert negotiate(asked, refusing(b"tsize"), 100) == negotiate(asked, Limits(), 100)


def test_each_refused_option_is_told() -> None:
    notes = negotiate(ALL, refusing(b"windowsize", b"tsize"), 100).notes
    assert notes == (
        "tsize not granted: refused by --refuse",
        "windowsize not granted: refused by --refuse",
    )


def test_an_unknown_option_is_not_told() -> None:
    assert negotiate(((b"speed", b"9"),), refusing(b"tsize"), 100).notes == ()


@pytest.mark.net
async def test_a_server_told_to_refuse_answers_the_rest(tmp_path: Path) -> None:

    (tmp_path / "file").write_bytes(sample_bytes(2_000))
    asked = ((b"windowsize", b"8"), (b"blksize", b"1024"))
    with running(tmp_path, refuse=("WindowSize",)) as server, UdpClient() as client:
        client.ask(server.at, b"file", options=asked)
        assert (await client.oack()).options == ((b"blksize", b"1024"),)
        started = server.event(TransferStarted)
        (view,) = [each.whole().view() for each in server.service.transfers.values()]
    assert started.agreed == {"blksize": "1024"}
    assert view.notes == ["windowsize not granted: refused by --refuse"]
