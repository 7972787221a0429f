"""RFC 2347, TFTP Option Extension."""

import pytest

from tests.support.builders import (
    receiving_session,
    requesting_session,
    sample_bytes,
    wire_for,
)
from tests.support.wire import LOST, Direction, Path
from tftptui.protocol.commands import (
    End,
    Outcome,
    SendAck,
    SendBlocks,
    SendError,
    SendOack,
    SendRequest,
)
from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.options import Limits, negotiate
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Mode,
    Oack,
    Opcode,
    ReadRequest,
    encode_oack,
    encode_request,
    parse,
)
from tftptui.protocol.requester import Begin
from tftptui.protocol.sender import SendSession


def _asking() -> SendSession:
    """Return a session that has sent its OACK at time 0."""
    session = SendSession(last_block=4, negotiated=True)
    session.start(0.0)
    return session


def test_packet_formats_request_carries_options_after_the_mode() -> None:
    packet = parse(b"\0\1a\0octet\0blksize\x001428\0tsize\x000\0")
    options = ((b"blksize", b"1428"), (b"tsize", b"0"))
    assert packet == ReadRequest(b"a", Mode.OCTET, options)


def test_packet_formats_option_is_name_nul_value_nul() -> None:
    request = ReadRequest(b"a", Mode.OCTET, ((b"tsize", b"0"),))
    assert encode_request(request) == b"\0\1a\0octet\0tsize\x000\0"


def test_packet_formats_oack_is_opcode_6_and_options() -> None:
    assert encode_oack(((b"blksize", b"8"),)) == b"\0\6blksize\x008\0"
    assert int(Opcode.OACK) == 6


def test_packet_formats_oack_can_be_read() -> None:
    assert parse(b"\0\6tsize\x0012\0") == Oack(((b"tsize", b"12"),))


def test_packet_formats_names_are_case_insensitive() -> None:
    agreed = negotiate(((b"BlkSize", b"1024"),), Limits(), 100)
    assert (agreed.block_size, agreed.oack) == (1_024, ((b"blksize", b"1024"),))


def test_packet_formats_option_counts_once() -> None:
    asked = ((b"blksize", b"1024"), (b"blksize", b"512"))
    assert negotiate(asked, Limits(), 100).oack == ((b"blksize", b"1024"),)


def test_packet_formats_order_does_not_matter_and_is_kept() -> None:
    asked = ((b"tsize", b"0"), (b"blksize", b"1024"), (b"timeout", b"3"))
    names = [name for name, _ in negotiate(asked, Limits(), 100).oack]
    assert names == [b"tsize", b"blksize", b"timeout"]


def test_packet_formats_error_8_ends_a_negotiation() -> None:
    assert int(ErrorCode.OPTION_REFUSED) == 8
    text = "the client ended it with ERROR 8"
    assert _asking().receive_error(8, "") == [End(Outcome.FAILED, text)]


def test_negotiation_unknown_option_is_left_out() -> None:
    asked = ((b"multicast", b""), (b"blksize", b"1024"), (b"x-colour", b"red"))
    assert negotiate(asked, Limits(), 100).oack == ((b"blksize", b"1024"),)


def test_negotiation_without_a_known_option_there_is_no_oack() -> None:
    assert negotiate(((b"x-colour", b"red"),), Limits(), 100).oack == ()


@pytest.mark.parametrize("value", [b"", b"x", b"-8", b"+8", b"8.0", b" 8", b"0x200"])
def test_negotiation_value_that_is_no_number_is_left_out(value: bytes) -> None:
    assert negotiate(((b"blksize", value),), Limits(), 100).oack == ()


def test_negotiation_oack_answers_the_request() -> None:
    session = SendSession(last_block=4, negotiated=True)
    assert session.start(0.0) == [SendOack(attempt=1)]


def test_negotiation_ack_0_confirms_a_read() -> None:
    assert _asking().receive_ack(0, 0.1) == [SendBlocks(1, 1, attempt=1)]


def test_negotiation_repeated_ack_0_does_not_repeat_data_1() -> None:
    session = _asking()
    session.receive_ack(0, 0.1)
    assert session.receive_ack(0, 0.2) == []


def test_negotiation_lost_oack_is_sent_again() -> None:
    wire, client = wire_for(
        sample_bytes(20), negotiated=True, path=Path(to_client=Direction({0: LOST}))
    )
    wire.run()
    assert (wire.oacks, client.content) == (2, sample_bytes(20))


def test_negotiation_lost_ack_0_brings_the_oack_again() -> None:
    wire, client = wire_for(
        sample_bytes(20), negotiated=True, path=Path(to_server=Direction({0: LOST}))
    )
    wire.run()
    assert (wire.oacks, client.content) == (2, sample_bytes(20))


def test_negotiation_oack_is_never_repeated_after_ack_0() -> None:
    session = _asking()
    session.receive_ack(0, 0.1)
    due = session.deadline()
    assert due is not None
    assert session.handle_timer(due) == [SendBlocks(1, 1, attempt=2)]


class TestAsking:
    """The same rules for the client."""

    def test_option_that_was_not_asked_for_is_refused_with_error_8(self) -> None:
        session = requesting_session(Offer(block_size=1_024))
        refusal, end = session.receive(Oack(((b"tsize", b"1"),)), 0.1)
        assert isinstance(refusal, SendError)
        assert refusal.code is ErrorCode.OPTION_REFUSED
        assert isinstance(end, End)

    def test_names_count_in_any_case(self) -> None:
        answer = ((b"BLKSIZE", b"1024"),)
        terms = Offer(block_size=1_024).accept(answer, is_write=False)
        assert terms.block_size == 1_024

    def test_option_left_out_of_the_oack_is_not_in_force(self) -> None:
        offer = Offer(total_size=0, block_size=1_024)
        assert offer.accept(((b"tsize", b"9"),), is_write=False).block_size == 512

    def test_server_without_options_answers_a_read_with_data(self) -> None:
        session = requesting_session(Offer(block_size=1_024))
        assert session.receive(Data(1, b""), 0.1) == [Begin(Terms(), has_data=True)]

    def test_server_without_options_answers_a_write_with_ack_0(self) -> None:
        session = requesting_session(Offer(block_size=1_024), is_write=True)
        assert session.receive(Ack(0), 0.1) == [Begin(Terms())]

    def test_request_may_be_repeated_without_options_after_error_8(self) -> None:
        session = requesting_session(Offer(block_size=1_024))
        again = session.receive(ErrorPacket(8, b""), 0.1)
        assert again == [SendRequest((), attempt=1)]

    def test_oack_that_comes_again_gets_ack_0_again(self) -> None:
        assert receiving_session().receive_oack(1.0) == [SendAck(0, attempt=2)]
