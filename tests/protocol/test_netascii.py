"""netascii, octet by octet."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.protocol.netascii import encode


@pytest.mark.parametrize(
    ("text", "wire"),
    [
        pytest.param(b"", b"", id="empty"),
        pytest.param(b"plain", b"plain", id="plain"),
        pytest.param(b"a\nb\n", b"a\r\nb\r\n", id="line-feeds"),
        pytest.param(b"a\rb", b"a\r\0b", id="carriage-return"),
        pytest.param(b"a\r\n", b"a\r\0\r\n", id="both"),
        pytest.param(b"\0\xff", b"\0\xff", id="other-octets"),
    ],
)
def test_encode(text: bytes, wire: bytes) -> None:
    assert encode(text) == wire


@given(st.binary(), st.binary())
def test_pieces_can_be_converted_one_by_one(first: bytes, second: bytes) -> None:
    assert encode(first) + encode(second) == encode(first + second)


@given(st.text(alphabet="a\r\n\0").map(str.encode))
def test_nothing_is_lost(text: bytes) -> None:
    assert encode(text).replace(b"\r\n", b"\n").replace(b"\r\0", b"\r") == text


@given(st.binary())
def test_carriage_return_never_stands_alone(text: bytes) -> None:
    rest = encode(text).replace(b"\r\n", b"").replace(b"\r\0", b"")
    assert b"\r" not in rest
