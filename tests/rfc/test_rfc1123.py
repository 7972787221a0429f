"""RFC 1123 §4.2, what hosts must fix in TFTP."""

import pathlib

import pytest

from tests.support.builders import last_block, running_session, sample_bytes, wire_for
from tests.support.office import office
from tests.support.wire import TWICE, Direction, Path
from tftptui.protocol.commands import Outcome, SendBlocks
from tftptui.telemetry.events import Refused


def test_s4_2_3_1_duplicate_ack_sends_nothing() -> None:
    session, _ = running_session()
    session.receive_ack(1, 0.1)
    assert session.receive_ack(1, 0.2) == []


def test_s4_2_3_1_sorcerers_apprentice_stays_away() -> None:
    path = Path(Direction(rest=TWICE), Direction(rest=TWICE))
    wire, client = wire_for(sample_bytes(800), path=path)
    wire.run()
    assert (wire.outcome, client.content) == (Outcome.COMPLETED, sample_bytes(800))
    assert wire.data_sent == last_block(800)


def test_s4_2_3_1_data_is_sent_again_by_the_timer_alone() -> None:
    session, _ = running_session(timeout=1.0)
    session.receive_ack(1, 0.5)
    assert session.handle_timer(1.5) == [SendBlocks(2, 1, attempt=2)]


def test_s4_2_3_2_timeout_adapts_to_the_path() -> None:
    session, _ = running_session()
    session.receive_ack(1, 0.5)
    assert session.deadline() == 0.5 + (0.5 + 4 * 0.25)


def test_s4_2_3_2_timeout_backs_off_exponentially() -> None:
    session, _ = running_session()
    session.handle_timer(2.0)
    session.handle_timer(6.0)
    assert session.deadline() == 6.0 + 8.0


@pytest.mark.parametrize(
    "datagram", [b"\0\1file\0octet\0", b"\0\2new\0octet\0", b"no TFTP"]
)
def test_s4_2_3_4_nothing_to_a_broadcast_address_is_answered(
    tmp_path: pathlib.Path, datagram: bytes
) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with office(tmp_path, write="new") as desk:
        desk.take(datagram, is_to_many=True)
        assert desk.sent() == []
        assert not desk.reception.transfers
        assert desk.written.recorder.counters.unanswered == 1
        desk.take(datagram)
        assert desk.sent()


def test_s4_2_3_4_a_request_to_a_broadcast_address_is_counted_and_told(
    tmp_path: pathlib.Path,
) -> None:
    (tmp_path / "file").write_bytes(b"content")
    with office(tmp_path) as desk:
        desk.take(b"\0\1file\0octet\0", is_to_many=True)
        counters = desk.written.recorder.counters
        assert (counters.requests, counters.broadcast) == (1, 1)
        (told,) = desk.written.of(Refused)
        assert (told.reason, told.file) == ("broadcast", "file")
