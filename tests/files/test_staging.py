"""Blocks staged for sending, and what must be read first."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.builders import sample_bytes
from tftptui.files.staging import Scratch, Staging, Whole, scratch
from tftptui.protocol.packets import ROLL_TO_0, encode_ack, encode_data


class Memory:
    """A Source of some bytes, or of endless ones."""

    def __init__(self, content: bytes, size: int | None = None) -> None:
        self._content = content
        self.size: int | None = len(content) if size is None else size
        self.reads = 0

    def read_into(self, views: Sequence[memoryview], offset: int) -> int:
        self.reads += 1
        count, left = 0, (self.size or 0) - offset
        for view in views:
            here = max(0, min(len(view), left - count))
            start = (offset + count) % len(self._content)
            view[:here] = (self._content * 2)[start : start + here]
            count += here
        return count

    def close(self) -> None:
        pass

    def packets(self, first: int, count: int, block_size: int) -> bytes:
        """Return the DATA of COUNT blocks, end to end."""
        doubled = self._content * 2
        starts = [
            (block - 1) * block_size % len(self._content)
            for block in range(first, first + count)
        ]
        return b"".join(
            encode_data(block % 65_536, doubled[start : start + block_size])
            for block, start in zip(range(first, first + count), starts, strict=True)
        )


def endless() -> Memory:
    return Memory(sample_bytes(5_000), size=1 << 40)


@given(
    block_size=st.integers(8, 2_000),
    window=st.integers(1, 40),
    jumps=st.lists(
        st.integers(0, 200) | st.integers(65_300, 65_600), min_size=1, max_size=6
    ),
)
def test_the_windows_after_any_block_are_staged_with_the_acks_before_them(
    block_size: int, window: int, jumps: list[int]
) -> None:
    source = endless()
    staging = Staging(block_size, window)
    for block in jumps:
        index = staging.window_after(source, block)
        assert index is not None
        *awaited, end = staging.awaited
        assert end is None
        assert len(awaited) == len(staging.windows)
        following = range(block, 1 << 40, window)
        for acked, at in zip(following, range(index, len(awaited)), strict=False):
            assert awaited[at] == encode_ack(acked % 65_536)
            expected = source.packets(acked + 1, window, block_size)
            assert bytes(staging.windows[at]) == expected


def test_what_is_staged_is_not_read_again() -> None:
    source, staging = endless(), Staging(512, 4)
    for block in range(0, len(staging.windows) * 4, 4):
        assert staging.window_after(source, block) == block // 4
    assert source.reads == 1


def test_amid_a_window_it_is_read_anew_from_there() -> None:
    source, staging = endless(), Staging(512, 4)
    staging.fill(source, 1, 4)
    assert staging.window_after(source, 6) == 0
    assert bytes(staging.windows[0]) == source.packets(7, 4, 512)


@pytest.mark.parametrize("size", [4 * 512 * 3, 4 * 512 * 3 + 1, 4 * 512 * 4 - 1])
def test_only_full_windows_are_awaited(size: int) -> None:
    source, staging = Memory(sample_bytes(size)), Staging(512, 4, size=size)
    staging.window_after(source, 0)
    assert staging.awaited == (*map(encode_ack, (0, 4, 8)), None)


def test_nothing_is_awaited_before_anything_is_staged() -> None:
    assert Staging(512, 1).awaited == (None,)


def test_a_small_file_is_staged_for_all_from_its_beginning() -> None:
    source = Memory(sample_bytes(2_100))
    whole = Whole(512, 2, ROLL_TO_0, 2_100)
    assert [whole.window_after(source, block) for block in (0, 2, 1)] == [0, 1, None]
    assert whole.awaited == (encode_ack(0), encode_ack(2), None)
    assert bytes(whole.windows[1]) == source.packets(3, 2, 512)
    assert source.reads == 1


def test_room_that_all_share_holds_one_window() -> None:
    source, room = endless(), scratch(512, 3)
    assert isinstance(room, Scratch)
    assert room.window_after(source, 7) == 0
    assert bytes(room.windows[0]) == source.packets(8, 3, 512)
    assert set(room.awaited) == {None}  # nothing there is kept until an ACK
