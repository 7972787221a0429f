"""RFC 2348, TFTP Blocksize Option."""

import pytest

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


def test_without_the_option_blocks_hold_512_octets() -> None:
    assert negotiate(((b"tsize", b"0"),), Limits(block_size=1_024), 9).block_size == 512
