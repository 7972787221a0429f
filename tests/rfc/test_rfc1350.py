"""RFC 1350, The TFTP Protocol (Revision 2): the rules for the sender of a file."""

import pytest

from tests.support.builders import (
    BLOCK,
    receiving_session,
    requesting_session,
    running_session,
    sample_bytes,
    wire_for,
)
from tests.support.wire import LOST, Direction, Path
from tftptui.protocol.commands import (
    Commit,
    End,
    Outcome,
    SendAck,
    SendBlocks,
    Store,
)
from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.netascii import encode
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Mode,
    Opcode,
    ReadRequest,
    WriteRequest,
    encode_ack,
    encode_data,
    encode_error,
    parse,
)
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.requester import Begin


@pytest.mark.parametrize(
    ("written", "mode"),
    [
        (b"octet", Mode.OCTET),
        (b"OCTET", Mode.OCTET),
        (b"OcTeT", Mode.OCTET),
        (b"NETASCII", Mode.NETASCII),
        (b"netascii", Mode.NETASCII),
        (b"Mail", Mode.MAIL),
    ],
)
def test_s1_mode_in_any_combination_of_cases(written: bytes, mode: Mode) -> None:
    assert parse(b"\0\1a\0" + written + b"\0") == ReadRequest(b"a", mode)


def test_s1_netascii_ends_lines_with_cr_lf() -> None:
    assert encode(b"one\ntwo\n") == b"one\r\ntwo\r\n"


def test_s2_one_block_is_outstanding_at_a_time() -> None:
    session, _ = running_session(last_block=3)
    sent = [session.receive_ack(1, 0.1), session.receive_ack(2, 0.2)]
    assert sent == [[SendBlocks(2, 1, attempt=1)], [SendBlocks(3, 1, attempt=1)]]


def test_s2_only_the_lost_packet_is_sent_again() -> None:
    path = Path(to_client=Direction({1: LOST}))
    wire, _ = wire_for(sample_bytes(30), path=path)
    wire.run()
    assert wire.sent == {1: 1, 2: 2, 3: 1, 4: 1}


def test_s2_error_ends_the_transfer_without_an_answer() -> None:
    session, _ = running_session()
    text = "the client ended it with ERROR 3: disk full"
    assert session.receive_error(3, "disk full") == [End(Outcome.FAILED, text)]


def test_s4_first_answer_to_a_read_is_data_1() -> None:
    _, sent = running_session()
    assert sent == [SendBlocks(1, 1, attempt=1)]


def test_s4_repeated_request_is_answered_by_the_same_session() -> None:
    session, _ = running_session()
    assert session.receive_request(1.0) == [SendBlocks(1, 1, attempt=2)]


@pytest.mark.parametrize(
    ("opcode", "number"),
    [("RRQ", 1), ("WRQ", 2), ("DATA", 3), ("ACK", 4), ("ERROR", 5)],
)
def test_s5_opcodes(opcode: str, number: int) -> None:
    assert Opcode[opcode] == number


def test_s5_read_request_is_opcode_name_mode() -> None:
    assert parse(b"\0\1name\0octet\0") == ReadRequest(b"name", Mode.OCTET)


def test_s5_write_request_is_opcode_name_mode() -> None:
    assert parse(b"\0\2name\0octet\0") == WriteRequest(b"name", Mode.OCTET)


def test_s5_data_is_opcode_block_bytes() -> None:
    assert encode_data(258, b"xyz") == b"\0\3\1\2xyz"


def test_s5_data_may_be_empty() -> None:
    assert parse(b"\0\3\0\2") == Data(2, b"")


def test_s5_ack_is_four_bytes() -> None:
    assert encode_ack(258) == b"\0\4\1\2"


def test_s5_ack_names_the_block_it_acknowledges() -> None:
    assert parse(b"\0\4\1\2") == Ack(258)


def test_s5_error_is_opcode_code_message_nul() -> None:
    assert encode_error(1, "File not found") == b"\0\5\0\1File not found\0"


def test_s5_error_message_ends_at_its_nul() -> None:
    assert parse(b"\0\5\0\2denied\0rubbish") == ErrorPacket(2, b"denied")


@pytest.mark.parametrize("datagram", [b"", b"\0", b"\0\4", b"\0\4\0", b"\0\x09\0\0"])
def test_s5_what_is_no_packet_is_an_illegal_operation(datagram: bytes) -> None:
    with pytest.raises(PeerError) as raised:
        parse(datagram)
    assert raised.value.code is ErrorCode.ILLEGAL_OPERATION


@pytest.mark.parametrize(
    ("length", "blocks"), [(0, 1), (1, 1), (7, 1), (8, 2), (9, 2), (16, 3)]
)
def test_s6_last_block_is_shorter_than_a_full_one(length: int, blocks: int) -> None:
    wire, client = wire_for(sample_bytes(length))
    wire.run()
    assert (wire.data_sent, client.content) == (blocks, sample_bytes(length))


def test_s6_lost_last_ack_is_repeated_by_the_dallying_client() -> None:
    path = Path(to_server=Direction({1: LOST}))
    wire, _ = wire_for(sample_bytes(10), path=path)
    wire.run()
    assert (wire.outcome, wire.sent[2]) == (Outcome.COMPLETED, 2)


def test_s6_host_that_never_hears_the_last_ack_does_not_claim_success() -> None:
    path = Path(to_server=Direction({0: (0.0,)}, rest=LOST))
    wire, client = wire_for(sample_bytes(10), path=path)
    wire.run()
    assert (wire.outcome, client.complete) == (Outcome.UNCONFIRMED, True)


def test_s7_timeout_with_a_dead_client_ends_the_transfer() -> None:
    wire, _ = wire_for(sample_bytes(10), path=Path(to_client=Direction(rest=LOST)))
    wire.run()
    assert wire.outcome is Outcome.ABANDONED


def test_s7_error_is_never_answered_by_an_error() -> None:
    with pytest.raises(PeerError) as raised:
        parse(b"\0\5\0")
    assert raised.value.code is None


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UNDEFINED", 0),
        ("FILE_NOT_FOUND", 1),
        ("ACCESS_VIOLATION", 2),
        ("DISK_FULL", 3),
        ("ILLEGAL_OPERATION", 4),
        ("UNKNOWN_TID", 5),
        ("FILE_EXISTS", 6),
        ("NO_SUCH_USER", 7),
    ],
)
def test_appendix_error_codes(name: str, code: int) -> None:
    assert ErrorCode[name] == code


class TestReceiving:
    """The same rules for the receiver."""

    def test_s2_each_block_is_acknowledged(self) -> None:
        session = receiving_session()
        answers = [session.receive_data(number, BLOCK, 0.1) for number in (1, 2)]
        assert answers == [[Store(), SendAck(1, 1)], [Store(), SendAck(2, 1)]]

    def test_s2_lost_ack_is_repaired_by_the_repeated_block(self) -> None:
        session = receiving_session(blocks=1)
        assert session.receive_data(1, BLOCK, 1.0) == [SendAck(1, attempt=2)]

    def test_s2_repeated_block_is_not_stored_twice(self) -> None:
        session = receiving_session(blocks=1)
        assert Store() not in session.receive_data(1, BLOCK, 1.0)

    def test_s4_ack_0_answers_a_write(self) -> None:
        assert ReceiveSession(block_size=512).start(0.0) == [SendAck(0, attempt=1)]

    def test_s4_first_data_block_of_a_write_is_1(self) -> None:
        assert receiving_session().receive_data(0, BLOCK, 0.1) == []

    def test_s4_data_1_answers_a_read(self) -> None:
        begun = requesting_session(Offer()).receive(Data(1, b"octets"), 0.1)
        assert begun == [Begin(Terms(), has_data=True)]

    @pytest.mark.parametrize("nbytes", [0, 1, 511])
    def test_s6_block_shorter_than_512_ends_it(self, nbytes: int) -> None:
        session = ReceiveSession(block_size=512)
        session.start(0.0)
        assert session.receive_data(1, nbytes, 0.1) == [Store(), Commit()]

    def test_s6_block_of_512_does_not_end_it(self) -> None:
        session = ReceiveSession(block_size=512)
        session.start(0.0)
        assert session.receive_data(1, 512, 0.1) == [Store(), SendAck(1, attempt=1)]

    def test_s6_dallying_side_repeats_the_last_ack(self) -> None:
        session = receiving_session()
        session.receive_data(1, 0, 0.1)
        session.committed(0.2)
        assert session.receive_data(1, 0, 0.3) == [SendAck(1, attempt=2)]

    def test_s7_error_is_not_answered(self) -> None:
        text = "the client ended it with ERROR 3: disk full"
        ended = receiving_session().receive_error(3, "disk full")
        assert ended == [End(Outcome.FAILED, text)]
