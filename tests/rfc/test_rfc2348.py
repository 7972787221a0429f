"""RFC 2348, TFTP Blocksize Option."""

import pytest

from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.offer import Offer
from tftptui.protocol.options import Limits, negotiate


@pytest.mark.parametrize(
    ("asked", "granted"),
    [
        pytest.param(8, 8, id="smallest"),
        pytest.param(512, 512, id="default"),
        pytest.param(1_428, 1_428, id="ethernet"),
        pytest.param(65_464, 65_464, id="largest"),
        pytest.param(65_465, 65_464, id="too-large-is-lowered"),
        pytest.param(9_999_999, 65_464, id="far-too-large-is-lowered"),
    ],
)
def test_blksize_from_8_to_65464(asked: int, granted: int) -> None:
    agreed = negotiate(((b"blksize", str(asked).encode()),), Limits(), 100)
    assert agreed.block_size == granted
    assert agreed.oack == ((b"blksize", str(granted).encode()),)


@pytest.mark.parametrize("asked", [b"0", b"1", b"7"])
def test_blksize_below_8_is_left_out(asked: bytes) -> None:
    agreed = negotiate(((b"blksize", asked),), Limits(), 100)
    assert (agreed.block_size, agreed.oack) == (512, ())


def test_server_may_answer_with_a_smaller_value() -> None:
    agreed = negotiate(((b"blksize", b"8192"),), Limits(block_size=1_024), 100)
    assert agreed.oack == ((b"blksize", b"1024"),)


def test_server_never_answers_with_a_larger_value() -> None:
    agreed = negotiate(((b"blksize", b"256"),), Limits(block_size=1_024), 100)
    assert agreed.oack == ((b"blksize", b"256"),)


def test_without_the_option_blocks_hold_512_bytes() -> None:
    assert negotiate(((b"tsize", b"0"),), Limits(block_size=1_024), 9).block_size == 512


@pytest.mark.parametrize("size", [8, 512, 1_428])
def test_server_may_lower_what_was_asked(size: int) -> None:
    answer = ((b"blksize", str(size).encode()),)
    assert Offer(block_size=1_428).accept(answer, is_write=False).block_size == size


@pytest.mark.parametrize("value", [b"1429", b"7", b"0", b"-8", b"", b"1428.0"])
def test_server_may_not_raise_it_nor_leave_the_range(value: bytes) -> None:
    with pytest.raises(PeerError) as raised:
        Offer(block_size=1_428).accept(((b"blksize", value),), is_write=False)
    assert raised.value.code is ErrorCode.OPTION_REFUSED
