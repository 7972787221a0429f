"""The fields of any packet are named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tftptui.telemetry.capture.dissect import dissect

TAILS = st.one_of(
    st.binary(max_size=40), st.lists(st.sampled_from([b"a", b"\0"])).map(b"".join)
)


@given(st.integers(0, 8), TAILS)
def test_fields_are_the_whole_packet(opcode: int, tail: bytes) -> None:
    for packet in (tail, opcode.to_bytes(2) + tail):
        fields = dissect(packet)
        assert b"".join(one.data for one in fields) == packet
        assert [one.offset for one in fields] == [
            sum(len(one.data) for one in fields[:place]) for place in range(len(fields))
        ]


@pytest.mark.parametrize(
    ("packet", "told"),
    [
        (
            b"\0\1pxelinux.0\0octet\0tsize\x000\0",
            "opcode 1 (RRQ), file name pxelinux.0, mode octet, option tsize, value 0",
        ),
        (b"\0\3\0\7abc", "opcode 3 (DATA), block 7, data 3 bytes"),
        (b"\0\4\0\7", "opcode 4 (ACK), block 7"),
        (
            b"\0\5\0\1no\x1b file\0",
            "opcode 5 (ERROR), error code 1 (file not found), message no\\x1b file",
        ),
        (b"\0\6blksize", "opcode 6 (OACK), option blksize (no NUL at the end)"),
        (b"\0\4\0", "opcode 4 (ACK), block cut: 2 bytes are due"),
        (b"\0\x09x", "opcode 9 (unknown: TFTP has 1 to 6), data not TFTP"),
        (b"\0", "too short a packet begins with an opcode of 2 bytes"),
    ],
)
def test_each_field_is_named_as_in_the_rfc(packet: bytes, told: str) -> None:
    fields = [f"{one.name} {one.value}" for one in dissect(packet)]
    assert ", ".join(fields) == told
