"""RFC 2349, TFTP Timeout Interval and Transfer Size Options."""

import pytest

from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import Limits, negotiate
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer


@pytest.mark.parametrize("seconds", [1, 5, 255])
def test_timeout_is_confirmed_unchanged(seconds: int) -> None:
    value = str(seconds).encode()
    agreed = negotiate(((b"timeout", value),), Limits(), 100)
    assert (agreed.timeout, agreed.oack) == (seconds, ((b"timeout", value),))


@pytest.mark.parametrize("value", [b"0", b"256", b"-1", b"1.0", b""])
def test_timeout_outside_1_to_255_is_left_out(value: bytes) -> None:
    agreed = negotiate(((b"timeout", value),), Limits(), 100)
    assert (agreed.timeout, agreed.oack) == (None, ())


def test_timeout_is_kept_by_every_retransmission() -> None:
    session = SendSession(last_block=1, timer=RetransmitTimer(3.0))
    session.start(0.0)
    session.handle_timer(3.0)
    session.handle_timer(6.0)
    assert session.deadline() == 9.0


@pytest.mark.parametrize("size", [0, 1, 65_536, 1 << 40])
def test_tsize_of_a_read_is_answered_with_the_size(size: int) -> None:
    agreed = negotiate(((b"tsize", b"0"),), Limits(), size)
    assert agreed.oack == ((b"tsize", str(size).encode()),)


def test_tsize_is_left_out_when_the_size_is_not_known() -> None:
    assert negotiate(((b"tsize", b"0"),), Limits(), None).oack == ()


def test_timeout_is_confirmed_as_it_was_asked() -> None:
    terms = Offer(timeout=5).accept(((b"timeout", b"5"),), is_write=False)
    assert terms.timeout == 5


@pytest.mark.parametrize("value", [b"4", b"6", b"5.0", b""])
def test_any_other_timeout_is_refused(value: bytes) -> None:
    with pytest.raises(PeerError) as raised:
        Offer(timeout=5).accept(((b"timeout", value),), is_write=False)
    assert raised.value.code is ErrorCode.OPTION_REFUSED


@pytest.mark.parametrize("size", [0, 1, 1 << 40])
def test_tsize_tells_a_reader_the_size(size: int) -> None:
    answer = ((b"tsize", str(size).encode()),)
    assert Offer(total_size=0).accept(answer, is_write=False).total_size == size


def test_tsize_of_a_write_comes_back_as_it_was_told() -> None:
    terms = Offer(total_size=99).accept(((b"tsize", b"99"),), is_write=True)
    assert terms.total_size == 99


@pytest.mark.parametrize(
    ("value", "is_write"), [(b"98", True), (b"-1", False), (b"big", False)]
)
def test_tsize_that_makes_no_sense_is_refused(value: bytes, *, is_write: bool) -> None:
    with pytest.raises(PeerError) as raised:
        Offer(total_size=99).accept(((b"tsize", value),), is_write=is_write)
    assert raised.value.code is ErrorCode.OPTION_REFUSED
