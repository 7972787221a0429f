"""Bytes to packets and back; the rules of the RFCs are in tests/rfc."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.packets import (
    Ack,
    Data,
    ErrorPacket,
    Mode,
    Oack,
    Options,
    Packet,
    ReadRequest,
    WriteRequest,
    acknowledged,
    encode_ack,
    encode_data,
    encode_error,
    encode_oack,
    encode_request,
    parse,
)

BLOCKS = st.integers(0, 65_535)
TEXTS = st.binary(max_size=40).map(lambda text: text.replace(b"\0", b""))
NAMES = TEXTS.filter(bool)
OPTIONS = st.lists(st.tuples(NAMES, TEXTS), max_size=6).map(tuple)
# Bytes that begin like a packet reach more code than random bytes.
DATAGRAMS = st.one_of(
    st.binary(max_size=80),
    st.builds(
        lambda opcode, rest: opcode.to_bytes(2) + rest,
        st.integers(0, 8),
        st.binary(max_size=80),
    ),
    st.builds(
        lambda opcode, fields: opcode.to_bytes(2) + b"\0".join(fields),
        st.sampled_from((1, 2, 6)),
        st.lists(st.one_of(st.sampled_from((b"octet", b"")), TEXTS), max_size=9),
    ),
)


@given(DATAGRAMS)
@example(b"")
@example(b"\0")
@example(b"\0\1")
@example(b"\0\1\0\0")
@example(b"\0\6\0\0")
def test_parse_is_total(datagram: bytes) -> None:
    result: Packet | PeerError
    try:
        result = parse(datagram)
    except PeerError as error:
        result = error
    assert isinstance(result, Packet | PeerError)


@given(DATAGRAMS)
def test_parse_never_asks_to_answer_an_error(datagram: bytes) -> None:
    code: ErrorCode | None = None
    try:
        parse(b"\0\5" + datagram)
    except PeerError as error:
        code = error.code
    assert code is None


@given(DATAGRAMS)
def test_fast_path_agrees_with_parse(datagram: bytes) -> None:
    try:
        packet: Packet | None = parse(datagram)
    except PeerError:
        packet = None
    block16 = packet.block16 if isinstance(packet, Ack) else None
    assert acknowledged(datagram) == block16


@given(BLOCKS, st.binary(max_size=600))
def test_data_round_trip(block16: int, payload: bytes) -> None:
    assert parse(encode_data(block16, payload)) == Data(block16, payload)


@given(BLOCKS)
def test_ack_round_trip(block16: int) -> None:
    assert parse(encode_ack(block16)) == Ack(block16)


@given(BLOCKS, st.text(max_size=60))
def test_error_round_trip(code: int, text: str) -> None:
    message = text.replace("\0", "").encode("utf-8", "replace")
    assert parse(encode_error(code, text)) == ErrorPacket(code, message)


@given(OPTIONS.filter(bool))
def test_oack_round_trip(options: Options) -> None:
    assert parse(encode_oack(options)) == Oack(options)


@given(
    st.sampled_from((ReadRequest, WriteRequest)), TEXTS, st.sampled_from(Mode), OPTIONS
)
def test_request_round_trip(
    kind: type[ReadRequest | WriteRequest], name: bytes, mode: Mode, options: Options
) -> None:
    request = kind(name, mode, options)
    assert parse(encode_request(request)) == request


@pytest.mark.parametrize(
    "request_",
    [
        ReadRequest(b"a\0b", Mode.OCTET),
        ReadRequest(b"a", Mode.OCTET, ((b"blk\0size", b"8"),)),
        ReadRequest(b"a", Mode.OCTET, ((b"blksize", b"8\0"),)),
    ],
)
def test_nul_inside_a_string_cannot_be_encoded(request_: ReadRequest) -> None:
    with pytest.raises(ValueError, match="NUL"):
        encode_request(request_)


def test_nul_in_an_error_text_does_not_cut_it() -> None:
    assert encode_error(0, "a\0b") == b"\0\5\0\0ab\0"


def test_surrogate_in_an_error_text_does_not_break_it() -> None:
    assert encode_error(0, "\udc80") == b"\0\5\0\0?\0"


@pytest.mark.parametrize(
    ("datagram", "text"),
    [
        pytest.param(b"", "0 bytes is too short", id="empty"),
        pytest.param(b"\0\4\1", "3 bytes is too short", id="ack-without-its-end"),
        pytest.param(b"\0\0\0\0", "opcode 0", id="opcode-0"),
        pytest.param(b"\0\7\0\0", "opcode 7", id="opcode-7"),
        pytest.param(b"\1\1a\0octet\0", "opcode 257", id="high-octet-of-opcode"),
        pytest.param(b"\0\1name\0", "without a mode", id="no-mode"),
        pytest.param(b"\0\1name\0octet", "without its NUL", id="open-mode"),
        pytest.param(b"\0\1name\0oktet\0", "unknown transfer mode 'oktet'", id="mode"),
        pytest.param(b"\0\1a\0octet\0tsize\0", "without a value", id="odd-options"),
        pytest.param(b"\0\1a\0octet\0tsize\x000", "without its NUL", id="open-value"),
        pytest.param(b"\0\6blksize\0", "without a value", id="odd-oack"),
    ],
)
def test_malformed_datagram_is_named(datagram: bytes, text: str) -> None:
    with pytest.raises(PeerError, match=text) as raised:
        parse(datagram)
    assert raised.value.code is ErrorCode.ILLEGAL_OPERATION


def test_long_unknown_mode_is_cut() -> None:
    with pytest.raises(PeerError) as raised:
        parse(b"\0\1a\0" + b"x" * 400 + b"\0")
    assert len(raised.value.text) < 80


def test_stub_of_an_error_is_not_answered() -> None:
    with pytest.raises(PeerError) as raised:
        parse(b"\0\5\0")
    assert raised.value.code is None


def test_error_without_its_nul_is_forgiven() -> None:
    assert parse(b"\0\5\0\3full") == ErrorPacket(3, b"full")


def test_request_padded_with_nuls_has_no_options() -> None:
    assert parse(b"\0\1a\0octet\0" + b"\0" * 20) == ReadRequest(b"a", Mode.OCTET)


def test_empty_option_value_does_not_shift_the_pairs() -> None:
    packet = parse(b"\0\1a\0octet\0tsize\0\0blksize\x008\0")
    options = ((b"tsize", b""), (b"blksize", b"8"))
    assert packet == ReadRequest(b"a", Mode.OCTET, options)


def test_name_stays_bytes() -> None:
    assert parse(b"\0\1\xff\x1b[2J\0octet\0") == ReadRequest(b"\xff\x1b[2J", Mode.OCTET)


def test_fast_path_ignores_padding_of_an_ack() -> None:
    assert acknowledged(b"\0\4\x12\x34\0\0\0") == 0x1234
