"""Transfers rebuilt from packets: client, file, progress, result."""

import pytest

from tests.support.talk import CLIENT, SERVER, Talk
from tftptui.protocol.packets import encode_data
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen
from tftptui.telemetry.events import (
    IcmpReceived,
    Refused,
    Requested,
    TransferEnded,
    TransferStarted,
)
from tftptui.telemetry.records.ring import NO_TRANSFER, Flag, Kind

TSIZE = ((b"tsize", b"0"),)


@pytest.fixture
def talk() -> Talk:
    return Talk()


class TestRead:
    def test_it_is_completed_when_the_last_block_is_acknowledged(
        self, talk: Talk
    ) -> None:
        talk.small_read()
        view = talk.one()
        assert (view.phase, view.acked_bytes, view.total_size) == (
            "completed",
            612,
            612,
        )
        assert (view.client, view.client_tid) == (CLIENT, 2_072)
        assert (view.server, view.server_tid) == (SERVER, 40_017)
        assert (view.file, view.direction, view.error) == ("pxelinux.0", "read", "")

    def test_it_tells_what_a_server_tells(self, talk: Talk) -> None:
        talk.small_read()
        kinds = [type(event) for event in talk.events]
        assert kinds == [Requested, TransferStarted, TransferEnded]
        ended = talk.events[-1]
        assert isinstance(ended, TransferEnded)
        assert (ended.outcome, ended.octets, ended.blocks) == ("completed", 612, 2)
        assert ended.seconds == pytest.approx(0.04)

    def test_records_are_those_of_a_server(self, talk: Talk) -> None:
        talk.small_read()
        told = [(one.kind, one.block, one.server_tid) for one in talk.records()]
        assert told == [
            (Kind.RRQ, 0, 69),
            (Kind.DATA, 1, 40_017),
            (Kind.ACK, 1, 40_017),
            (Kind.DATA, 2, 40_017),
            (Kind.ACK, 2, 40_017),
        ]
        assert talk.records(Kind.DATA)[-1].flags == Flag.LAST

    def test_options_granted_count(self, talk: Talk) -> None:
        talk.ask(options=((b"blksize", b"1468"), (b"windowsize", b"8")))
        talk.move()
        talk.oack((b"blksize", b"1428"))
        talk.ack(0)
        talk.data(1, nbytes=1_428)
        talk.ack(1)
        view = talk.one()
        assert view.agreed == [("blksize", "1428")]
        assert (view.block_size, view.acked_bytes) == (1_428, 1_428)
        assert view.notes == [
            "blksize 1468 requested, 1428 granted",
            "windowsize was not granted",
        ]

    def test_repeat_of_the_server_is_an_attempt(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1, 1, 1)
        talk.ack(1)
        attempts = [one.attempt for one in talk.records(Kind.DATA)]
        assert (attempts, talk.one().retransmits) == ([1, 2, 3], 2)

    def test_repeat_of_the_client_is_a_duplicate(self, talk: Talk) -> None:
        talk.ask()
        talk.ask()
        talk.move()
        talk.data(1)
        talk.ack(1, 1)
        flags = [one.flags for one in talk.records(Kind.RRQ, Kind.ACK)]
        lost = Flag.LOST_TO_SERVER
        assert flags == [0, Flag.DUPLICATE, 0, Flag.DUPLICATE | lost]
        assert talk.one().duplicates == 2

    def test_blocks_that_did_not_come_past_are_named(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1, 4)
        assert talk.ring.note(2) == "2–3 not captured before"

    @pytest.mark.parametrize("after", [0, 1])
    def test_numbers_that_wrap_go_on(self, talk: Talk, after: int) -> None:
        talk.step = 0.000_1
        talk.ask(options=((b"blksize", b"8"),))
        talk.move()
        talk.oack((b"blksize", b"8"))
        talk.ack(0)
        for block in [*range(1, 65_536), *range(after, after + 3)]:
            talk.data(block, nbytes=8)
            talk.ack(block)
        view = talk.one()
        assert (view.acked_blocks, view.retransmits) == (65_538, 0)

    def test_round_trip_is_measured(self, talk: Talk) -> None:
        talk.small_read()
        assert talk.one().round_trip == pytest.approx(0.01)

    def test_file_is_probed(self, talk: Talk) -> None:
        talk.ask(options=TSIZE)
        talk.move()
        talk.oack((b"tsize", b"42012"))
        talk.error(0, "TFTP Aborted", from_client=True)
        view = talk.one()
        assert (view.phase, view.total_size) == ("probed", 42_012)

    def test_oack_that_is_missing_is_made_up_for(self, talk: Talk) -> None:
        talk.ask(options=((b"blksize", b"1432"),))
        talk.move()
        talk.data(1, nbytes=1_432)
        talk.ack(1)
        talk.data(2, nbytes=600)
        talk.ack(2)
        view = talk.one()
        assert (view.phase, view.acked_bytes) == ("completed", 2_032)

    def test_first_block_that_is_the_last(self, talk: Talk) -> None:
        talk.ask(options=((b"blksize", b"1432"),))
        talk.move()
        talk.data(1, nbytes=100)
        talk.ack(1)
        assert talk.one().phase == "completed"


class TestWrite:
    def test_it_is_completed_when_the_server_says_so(self, talk: Talk) -> None:
        talk.offer()
        talk.move()
        talk.down(b"\0\4\0\0")
        talk.up(encode_data(1, bytes(512)))
        talk.down(b"\0\4\0\1")
        talk.up(encode_data(2, bytes(3)))
        talk.up(encode_data(2, bytes(3)))
        talk.down(b"\0\4\0\2")
        view = talk.one()
        assert (view.phase, view.direction, view.acked_bytes) == (
            "completed",
            "write",
            515,
        )
        received = talk.records(Kind.DATA_RECEIVED)
        flags = [one.flags for one in received]
        assert flags == [0, Flag.LAST, Flag.DUPLICATE | Flag.LOST_TO_SERVER]
        assert len(talk.records(Kind.ACK_SENT)) == 3


class TestEndings:
    def test_error_of_the_first_answer_refuses(self, talk: Talk) -> None:
        talk.ask(b"nosuch")
        talk.move()
        talk.error(1, "File not found")
        assert talk.over() == []
        (refusal,) = talk.rebuilding.take_refusals()
        assert (refusal.file, refusal.reason) == ("nosuch", "not-found")
        assert any(isinstance(event, Refused) for event in talk.events)
        assert {one.transfer for one in talk.records()} == {NO_TRANSFER}
        assert talk.ring.note(0) == f"{CLIENT} nosuch octet"
        assert talk.rebuilding.recorder.counters.refused == 1

    def test_error_within_fails(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1)
        talk.error(3, "disk full", from_client=True)
        view = talk.one()
        assert view.phase == "failed"
        assert view.error == "the client ended it with ERROR 3: disk full"

    def test_nobody_answers(self, talk: Talk) -> None:
        for _ in range(3):
            talk.ask()
            talk.wait(3)
        talk.client = ("10.0.4.38", 2_070)
        talk.wait(20)
        talk.ask()
        first, _ = talk.over()
        assert first.phase == "abandoned"
        assert first.error == "no reply to the request was captured"

    def test_client_falls_silent(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1)
        for _ in range(4):
            talk.wait(2)
            talk.data(1)
        talk.client = ("10.0.4.38", 2_070)
        talk.wait(20)
        talk.ask()
        first = talk.over()[0]
        assert (first.phase, first.timeouts) == ("abandoned", 4)
        assert first.error == "the client never replied"
        assert first.ended == pytest.approx(first.started + 8.05, abs=0.02)

    @pytest.mark.parametrize("who", ["client", "server"])
    def test_either_falls_silent_amid_a_file(self, talk: Talk, who: str) -> None:
        talk.ask()
        talk.move()
        talk.data(1)
        talk.ack(1)
        for _ in range(4):
            talk.data(2) if who == "client" else talk.ack(1)
            talk.wait(2)
        talk.client = ("10.0.4.38", 2_070)
        talk.wait(20)
        talk.ask()
        first = talk.over()[0]
        assert first.phase == "abandoned"
        assert first.error == f"the {who} stopped replying"

    def test_last_ack_is_missing(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1, nbytes=5)
        talk.client = ("10.0.4.38", 2_070)
        talk.wait(20)
        talk.ask()
        assert talk.over()[0].phase == "unconfirmed"

    def test_capture_ends_within(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1)
        view = talk.one()
        assert (view.phase, view.running) == ("sending", True)

    def test_stall_shows_while_it_lasts(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1, 1, 1)
        assert talk.one().phase == "stalled"


class TestWhoIsWho:
    def test_transfers_in_a_row_from_one_port_are_several(self, talk: Talk) -> None:
        for port in range(40_000, 40_005):
            talk.small_read(port)
        views = talk.over()
        assert [view.server_tid for view in views] == [*range(40_000, 40_005)]
        assert {view.phase for view in views} == {"completed"}

    def test_answers_from_the_port_that_was_asked(self, talk: Talk) -> None:
        talk.small_read(69)
        view = talk.one()
        assert (view.phase, view.single_port) == ("completed", True)

    def test_server_that_answers_from_another_address(self, talk: Talk) -> None:
        talk.ask()
        talk.server = ("10.0.0.10", 40_001)
        talk.data(1, nbytes=5)
        talk.ack(1)
        view = talk.one()
        assert (view.server, view.phase) == ("10.0.0.10", "completed")
        assert view.asked_address == "10.0.0.9"
        assert view.notes == [
            "requested at 10.0.0.9, replied from 10.0.0.10: clients may reject that"
        ]

    def test_request_to_any_port_counts(self, talk: Talk) -> None:
        talk.server = (SERVER, 6_969)
        talk.send(talk.client, talk.server, b"\0\1x\0octet\0")
        assert talk.one().file == "x"

    def test_other_datagrams_are_counted(self, talk: Talk) -> None:
        talk.up(b"\1\2\3\4")
        talk.data(7)
        assert (talk.over(), talk.rebuilding.orphans) == ([], 2)

    def test_transfer_without_its_request_is_found(self, talk: Talk) -> None:
        talk.move()
        talk.data(40_000)
        talk.ack(40_000)
        talk.data(40_001, 40_001)
        talk.ack(40_001)
        talk.data(40_002, nbytes=3)
        talk.ack(40_002)
        view = talk.one()
        assert view.file == "(request not in the capture)"
        assert (view.phase, view.acked_blocks, view.retransmits) == (
            "completed",
            40_002,
            1,
        )
        assert talk.rebuilding.orphans == 0

    def test_large_packet_is_the_run_that_it_was(self, talk: Talk) -> None:
        talk.ask(options=((b"windowsize", b"4"),))
        talk.move()
        talk.oack((b"windowsize", b"4"))
        talk.ack(0)
        talk.down(b"".join(encode_data(block, bytes(512)) for block in (1, 2, 3)))
        talk.ack(3)
        (run,) = talk.records(Kind.DATA)
        assert (run.block, run.count, talk.one().acked_blocks) == (1, 3, 3)


class TestIcmp:
    def _error(self, talk: Talk, *, about_client: bool) -> None:
        ends = (
            (talk.client, talk.server) if about_client else (talk.server, talk.client)
        )
        about = Datagram(0, *ends, b"", 4, is_sent=False)
        time = round(talk.now * 1_000_000_000)
        talk.take(IcmpSeen(time, 4, 3, 3, "10.0.4.1", about))

    def test_error_about_the_server_s_packet_is_told(self, talk: Talk) -> None:
        talk.ask()
        talk.move()
        talk.data(1)
        self._error(talk, about_client=False)
        told = talk.events[-1]
        assert isinstance(told, IcmpReceived)
        assert (told.name, told.sender) == ("port unreachable", "10.0.4.1")
        assert len(talk.records(Kind.ICMP)) == 1

    def test_error_about_the_request_is_recorded(self, talk: Talk) -> None:
        talk.ask()
        self._error(talk, about_client=True)
        assert talk.ring.note(1) == (
            "port unreachable, says 10.0.4.1, of what the client sent"
        )
        assert not any(isinstance(event, IcmpReceived) for event in talk.events)
