"""Refusals: sent to the client, counted, logged, and limited in a flood."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.office import CLIENT, Office, office
from tftptui.net.addresses import Endpoint
from tftptui.protocol.errors import ErrorCode
from tftptui.server.intake.admission import LONGEST_REQUEST, WORDS
from tftptui.server.intake.eviction import GRACE
from tftptui.server.intake.refusal_limits import ALL_LINES, KEPT_NETWORKS, NETWORK_LINES
from tftptui.server.intake.refusals import KEPT_REFUSALS
from tftptui.server.rate_limits import KEPT_ADDRESSES
from tftptui.telemetry.events import Refused, Requested, Suppressed
from tftptui.telemetry.records.ring import Kind

REQUEST_BYTES = len(b"\0\1gone\0octet\0")
MANY = 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "file").write_bytes(bytes(2_000))
    return tmp_path


@pytest.fixture
def desk(folder: Path) -> Iterator[Office]:
    with office(folder) as opened:
        yield opened


def many_clients(count: int = MANY) -> list[Endpoint]:
    """Return clients of COUNT networks."""
    return [
        Endpoint(f"10.{number // 256}.{number % 256}.7", 2_070)
        for number in range(count)
    ]


def reasons(desk: Office) -> list[str]:
    return [event.reason for event in desk.written.of(Refused)]


def test_a_denied_client_is_told_counted_and_written_down(folder: Path) -> None:
    with office(folder, deny=("192.0.2.0/24",)) as desk:
        desk.ask(b"file")
        (refused,) = desk.written.of(Refused)
        assert desk.errors() == [(ErrorCode.ACCESS_VIOLATION, refused.message)]
        assert (refused.reason, refused.client) == ("denied", CLIENT.host)
        counters = desk.written.recorder.counters
        assert (counters.refused, counters.denied) == (1, 1)


def test_a_client_beyond_its_transfers_is_refused(folder: Path) -> None:
    with office(folder, max_client_transfers=1) as desk:
        desk.ask(b"file")
        desk.ask(b"file", Endpoint(CLIENT.host, 2_071))
        desk.ask(b"file", Endpoint("192.0.2.8", 2_070))
        assert reasons(desk) == ["client-limit"]
        assert desk.written.recorder.counters.limited == 1
        assert len(desk.reception.transfers) == 2


def test_the_address_with_most_silent_transfers_makes_way_first(folder: Path) -> None:
    with office(folder, max_transfers=3) as desk:
        desk.ask(b"file")
        for port in (2_070, 2_071):
            desk.ask(b"file", Endpoint("192.0.2.8", port))
        desk.clock.advance(GRACE)
        desk.ask(b"file", Endpoint("192.0.2.8", 2_072))
        assert reasons(desk) == []
        assert [one.port for one in desk.reception.transfers] == [2_070, 2_071, 2_072]
        assert desk.reception.of_client == {CLIENT.host: 1, "192.0.2.8": 2}


def test_a_transfer_that_is_over_makes_room(folder: Path) -> None:
    with office(folder, max_client_transfers=1) as desk:
        desk.ask(b"file")
        desk.transfer().abort("enough")
        desk.ask(b"file", Endpoint(CLIENT.host, 2_071))
        assert reasons(desk) == []
        assert desk.reception.of_client == {CLIENT.host: 1}


def test_too_many_requests_are_refused(folder: Path) -> None:
    with office(folder, request_rate=1.0) as desk:
        for _ in range(25):
            desk.ask(b"gone")
        assert reasons(desk) == ["not-found"] * 20 + ["rate"] * 5
        assert desk.written.recorder.counters.too_fast == 5


def test_transfers_that_are_acknowledged_do_not_count(folder: Path) -> None:
    with office(folder, request_rate=1.0) as desk:
        for port in range(3_000, 3_050):
            client = Endpoint(CLIENT.host, port)
            desk.ask(b"file", client)
            for block in (1, 2, 3, 4):
                desk.ack(block, client)
        assert reasons(desk) == []
        assert desk.written.recorder.counters.completed == 50


def test_transfers_that_nobody_answers_count(folder: Path) -> None:
    with office(folder, request_rate=1.0) as desk:
        for port in range(3_000, 3_020):
            desk.ask(b"file", Endpoint(CLIENT.host, port))
            desk.transfer(Endpoint(CLIENT.host, port)).abort("enough")
        desk.ask(b"file")
        assert reasons(desk) == ["rate"]


def test_a_living_transfer_is_not_ended_by_a_refusal(folder: Path) -> None:
    with office(folder, request_rate=1.0) as desk:
        desk.ask(b"file")
        for _ in range(50):
            desk.ask(b"file")
        assert desk.errors() == []
        assert desk.transfer().outcome is None


def test_after_a_few_errors_none_is_longer_than_its_request(desk: Office) -> None:
    for _ in range(100):
        desk.ask(b"gone")
    lengths = [len(packet) for _, _, packet in desk.listener.sent]
    words = int(WORDS.burst)
    assert min(lengths[:words]) > REQUEST_BYTES
    assert lengths[words:] == [REQUEST_BYTES] * (100 - words)


def test_an_error_that_is_cut_keeps_its_code(desk: Office) -> None:
    for _ in range(100):
        desk.ask(b"gone")
    assert {code for code, _ in desk.errors()} == {ErrorCode.FILE_NOT_FOUND}


def test_an_error_is_cut_between_characters(folder: Path) -> None:
    with office(folder) as desk:
        for _ in range(100):
            desk.ask("日本語".encode())
        assert all(message.isprintable() for _, message in desk.errors())


def test_words_come_back_with_time(desk: Office) -> None:
    for _ in range(100):
        desk.ask(b"gone")
    desk.clock.advance(1.0)
    desk.ask(b"gone")
    assert len(desk.listener.sent[-1][2]) > REQUEST_BYTES


def test_a_flood_of_rubbish_gets_no_answer_after_a_while(desk: Office) -> None:
    for _ in range(100):
        desk.take(b"\0\x09rubbish")
    counters = desk.written.recorder.counters
    assert len(desk.listener.sent) == WORDS.burst
    assert counters.unanswered == 100 - WORDS.burst
    assert counters.malformed == 100


def test_a_request_longer_than_any_is_refused_unread(desk: Office) -> None:
    desk.ask(b"x" * LONGEST_REQUEST)
    ((code, message),) = desk.errors()
    assert code == ErrorCode.ILLEGAL_OPERATION
    assert "RFC 2347" in message
    assert desk.written.of(Requested) == []


def test_the_longest_request_is_read(desk: Office) -> None:
    desk.ask(b"x" * (LONGEST_REQUEST - len(b"\0\1\0octet\0")))
    assert len(desk.written.of(Requested)) == 1


def test_a_flood_from_one_network_is_summed_up(desk: Office) -> None:
    for _ in range(1_500):
        desk.ask(b"gone")
    desk.clock.advance(10.0)
    desk.tick()
    (told,) = desk.written.of(Suppressed)
    assert (told.reason, told.network) == ("not-found", "192.0.2.0/24")
    assert told.count == 1_500 - NETWORK_LINES.burst
    assert desk.written.recorder.counters.suppressed == told.count


def test_a_summary_is_told_before_the_end(desk: Office) -> None:
    for _ in range(1_500):
        desk.ask(b"gone")
    desk.reception.close()
    assert len(desk.written.of(Suppressed)) == 1


def test_every_refusal_that_is_written_has_its_request(desk: Office) -> None:
    for _ in range(1_500):
        desk.ask(b"gone")
    assert len(desk.written.of(Requested)) == len(desk.written.of(Refused))


def test_the_packet_log_keeps_no_texts_of_a_flood(desk: Office) -> None:
    for _ in range(1_500):
        desk.ask(b"gone")
    ring = desk.written.ring
    kinds = [ring.record(number).kind for number in range(ring.first, ring.next)]
    asked = [ring.first + place for place, kind in enumerate(kinds) if kind == Kind.RRQ]
    assert "gone" in ring.note(asked[0])
    assert "gone" not in ring.note(asked[-1])
    assert ring.note(asked[-1]).startswith(CLIENT.host)


def test_a_flood_from_many_addresses_gets_one_answer_each_and_leaves_bounded_tables(
    desk: Office,
) -> None:
    for client in many_clients():
        desk.ask(b"gone", client)
    assert len({to for _, to, _ in desk.listener.sent}) == MANY
    assert len(desk.listener.sent) == MANY
    desk.clock.advance(0.5)
    desk.reception.close()
    assert desk.reception.policy.known_addresses == 2 * KEPT_ADDRESSES
    assert len(desk.reception.take_refusals()) == KEPT_REFUSALS
    assert len(desk.written.of(Refused)) == ALL_LINES.burst
    assert len(desk.written.of(Suppressed)) == KEPT_NETWORKS + 1
    counters = desk.written.recorder.counters
    assert counters.refused == MANY
    assert counters.suppressed == MANY - ALL_LINES.burst


def test_a_flood_of_requests_for_a_file_begins_no_more_than_allowed(
    folder: Path,
) -> None:
    with office(folder, max_transfers=50) as desk:
        for client in many_clients():
            desk.ask(b"file", client)
        counters = desk.written.recorder.counters
        assert (counters.started, counters.limited) == (50, MANY - 50)
        assert len(desk.reception.transfers) == len(desk.reception.of_client) == 50


def test_what_an_address_gets_that_never_answers_is_bounded(folder: Path) -> None:
    with office(folder, retries=6) as desk:
        desk.ask(b"file")
        for _ in range(1_500):
            desk.wait(0.05)
        data = [r for r in desk.written.packets() if r.kind == Kind.DATA]
        assert len(data) == 1 + 4
        assert sum(len(packet) for _, _, packet in desk.listener.sent) == 5 * 516
        assert desk.reception.transfers == {}
