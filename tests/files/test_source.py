"""Bytes of one version of one file, in blocks of any order."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.builders import sample_bytes
from tests.support.cold import SlowDisk
from tftptui.files.source import (
    ColdError,
    FileSource,
    NetasciiSource,
    OpenFile,
    Source,
    SourceChangedError,
)
from tftptui.protocol import netascii
from tftptui.server.root.root import Root

BLOCK = 512
MIXED_ENDS = b"a\nb\rc\r\nd\0" * 40_000  # longer than several pieces

reused_folder = settings(
    max_examples=40,
    # Each example rewrites the file: nothing of the previous one is left.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


def opened(path: Path) -> OpenFile:
    with contextlib.closing(Root(path.parent)) as root:
        return root.open(os.fsencode(path.name))


@contextlib.contextmanager
def reading(make: Callable[[OpenFile], Source], path: Path) -> Iterator[Source]:
    with contextlib.closing(make(opened(path))) as source:
        yield source


def read(source: Source, offset: int, count: int, block: int = BLOCK) -> bytes:
    """Return the content of COUNT blocks from OFFSET on."""
    views = [memoryview(bytearray(block)) for _ in range(count)]
    filled = source.read_into(views, offset)
    return b"".join(views)[:filled]


SIZES = [0, 1, 511, 512, 513, 1_024, 5_120, 65_536, 100_000]
MAKERS = [FileSource, NetasciiSource]
both = pytest.mark.parametrize("make", MAKERS)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_read_as_it_is(path: Path, size: int) -> None:
    path.write_bytes(sample_bytes(size))
    with reading(FileSource, path) as source:
        assert source.size == size
        assert read(source, 0, size // BLOCK + 1) == sample_bytes(size)


@pytest.mark.parametrize("size", [0, 512, 1_024])
def test_the_block_behind_an_exact_multiple_is_empty(path: Path, size: int) -> None:
    path.write_bytes(sample_bytes(size))
    with reading(FileSource, path) as source:
        assert read(source, size, 1) == b""


def test_a_window_may_have_more_blocks_than_one_system_call_takes(path: Path) -> None:
    path.write_bytes(sample_bytes(3_000 * 8))
    with reading(FileSource, path) as source:
        assert (
            read(source, 8, 2_500, block=8)
            == sample_bytes(3_000 * 8)[8 : 8 + 2_500 * 8]
        )


@pytest.mark.parametrize("size", SIZES)
def test_netascii_of_a_text(path: Path, size: int) -> None:
    text = MIXED_ENDS[:size]
    path.write_bytes(text)
    with reading(NetasciiSource, path) as source:
        assert read(source, 0, 2 * size // BLOCK + 1) == netascii.encode(text)


def test_netascii_splits_a_line_end_between_two_blocks(path: Path) -> None:
    path.write_bytes(b"x" * 511 + b"\n" + b"y")
    with reading(NetasciiSource, path) as source:
        first, second = read(source, 0, 1), read(source, 512, 1)
    assert (first[-1:], second) == (b"\r", b"\ny")


def test_netascii_knows_its_length_only_at_the_end(path: Path) -> None:
    path.write_bytes(MIXED_ENDS)
    converted = netascii.encode(MIXED_ENDS)
    with reading(NetasciiSource, path) as source:
        read(source, 0, 1)
        before = source.size
        read(source, len(converted) - 5, 1)
        assert (before, source.size) == (None, len(converted))


@pytest.mark.parametrize("size", [65_535, 65_536, 65_537, 131_072])
def test_netascii_at_the_edge_of_a_piece(path: Path, size: int) -> None:
    text = (b"line\n" * 30_000)[:size]
    path.write_bytes(text)
    converted = netascii.encode(text)
    with reading(NetasciiSource, path) as source:
        assert read(source, 0, len(converted) // BLOCK + 1) == converted
        assert source.size == len(converted)


def test_netascii_of_an_earlier_offset_again(path: Path) -> None:
    path.write_bytes(MIXED_ENDS)
    with reading(NetasciiSource, path) as source:
        once = read(source, 100_000, 8)
        read(source, 104_096, 8)
        assert read(source, 100_000, 8) == once


def test_netascii_keeps_a_whole_window_for_sending_again(path: Path) -> None:
    path.write_bytes(MIXED_ENDS * 10)  # more than is buffered
    converted = netascii.encode(MIXED_ENDS * 10)
    far, window = 3_500_000, 1 << 20
    with reading(NetasciiSource, path) as source:
        read(source, far, window // 65_464, block=65_464)
        assert read(source, far - window, 1) == converted[far - window :][:BLOCK]


@given(st.data())
@reused_folder
def test_blocks_in_any_order_are_those_of_the_file(
    path: Path, data: st.DataObject
) -> None:
    content = data.draw(st.binary(max_size=2_000))
    block = data.draw(st.integers(8, 600))
    path.write_bytes(content)
    starts = st.integers(0, len(content) // block)
    with reading(FileSource, path) as source:
        for first in data.draw(st.lists(starts, max_size=12)):
            count = data.draw(st.integers(1, 8))
            expected = content[first * block : (first + count) * block]
            assert read(source, first * block, count, block) == expected


@given(st.data())
@reused_folder
def test_netascii_blocks_in_any_order_are_those_of_the_conversion(
    path: Path, data: st.DataObject
) -> None:
    text = data.draw(
        st.lists(st.sampled_from([b"\n", b"\r", b"\0", b"ab"])).map(b"".join)
    )
    block = data.draw(st.integers(8, 40))
    path.write_bytes(text)
    converted = netascii.encode(text)
    starts = st.integers(0, len(converted) // block)
    with reading(NetasciiSource, path) as source:
        for first in data.draw(st.lists(starts, max_size=12)):
            count = data.draw(st.integers(1, 8))
            expected = converted[first * block : (first + count) * block]
            assert read(source, first * block, count, block) == expected


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> SlowDisk:
    return SlowDisk(monkeypatch)


@pytest.mark.usefixtures("slow")
@pytest.mark.parametrize("size", [8_000, 3_000_000])
def test_a_cold_file_is_read_once_it_is_warm(path: Path, size: int) -> None:
    path.write_bytes(sample_bytes(size))
    got, waited = b"", 0
    with contextlib.closing(FileSource(opened(path), may_wait=False)) as source:
        while len(got) < size:
            try:
                got += read(source, len(got), 16)
            except ColdError as cold:
                cold.warm()
                waited += 1
    assert got == sample_bytes(size)
    assert waited == 1 + size // 2**20  # each wait covers several blocks


@pytest.mark.usefixtures("slow")
def test_a_cold_file_that_was_cut_short_shows_once_it_is_warm(path: Path) -> None:
    path.write_bytes(sample_bytes(3_000_000))
    with contextlib.closing(FileSource(opened(path), may_wait=False)) as source:
        with pytest.raises(ColdError) as caught:
            read(source, 0, 16)
        os.truncate(path, 5_000)
        caught.value.warm()
        with pytest.raises(SourceChangedError, match="cut short"):
            read(source, 0, 16)


@pytest.mark.usefixtures("slow")
def test_what_is_only_partly_in_memory_is_waited_for(path: Path) -> None:
    path.write_bytes(sample_bytes(3_000_000))
    with contextlib.closing(FileSource(opened(path), may_wait=False)) as source:
        os.pread(source._descriptor, 5 * BLOCK + 7, 0)
        assert read(source, 0, 5) == sample_bytes(3_000_000)[: 5 * BLOCK]
        with pytest.raises(ColdError) as caught:
            read(source, BLOCK, 16)
        caught.value.warm()
        assert read(source, BLOCK, 16) == sample_bytes(3_000_000)[BLOCK : 17 * BLOCK]


@pytest.mark.usefixtures("slow")
def test_who_may_wait_never_hears_of_it(path: Path) -> None:
    path.write_bytes(sample_bytes(100_000))
    with reading(FileSource, path) as source:
        assert read(source, 0, 200) == sample_bytes(100_000)


def test_where_it_can_not_be_told_it_is_simply_read() -> None:
    with tempfile.NamedTemporaryFile(dir="/dev/shm") as file:
        file.write(sample_bytes(100_000))
        file.flush()
        path = Path(file.name)
        with contextlib.closing(FileSource(opened(path), may_wait=False)) as source:
            assert read(source, 0, 200) == sample_bytes(100_000)


@both
@pytest.mark.parametrize("left", [0, 1, 99_999])
def test_a_file_that_was_cut_short_is_an_error(
    path: Path, make: Callable[[OpenFile], Source], left: int
) -> None:
    path.write_bytes(sample_bytes(200_000))
    with reading(make, path) as source:
        read(source, 0, 1)
        os.truncate(path, left)
        with pytest.raises(SourceChangedError, match="cut short"):
            read(source, 102_400, 400)


@both
def test_a_file_that_has_grown_is_an_error(
    path: Path, make: Callable[[OpenFile], Source]
) -> None:
    path.write_bytes(b"x" * 1_000)
    with reading(make, path) as source, path.open("ab") as appending:
        appending.write(b"more")
        appending.flush()
        with pytest.raises(SourceChangedError, match="changed"):
            read(source, 512, 1)


@both
def test_a_file_written_over_in_place_is_an_error(
    path: Path, make: Callable[[OpenFile], Source]
) -> None:
    path.write_bytes(b"x" * 1_000)
    with reading(make, path) as source:
        os.utime(path, ns=(0, 1))
        with pytest.raises(SourceChangedError, match="changed"):
            read(source, 512, 1)


@both
@pytest.mark.parametrize("count", [1, 100])
def test_a_change_is_noticed_before_much_more_is_read(
    path: Path, make: Callable[[OpenFile], Source], count: int
) -> None:
    path.write_bytes(b"x" * 2_000_000)
    passed = 0
    with reading(make, path) as source:
        read(source, 0, count)
        write_over(path, 1_000_000)
        with contextlib.suppress(SourceChangedError):
            while passed < 1_000_000:
                passed += len(read(source, passed, count))
    assert passed <= 1 << 18


@pytest.mark.parametrize("size", [1_024, 5_000, 100 * 512, 100 * 512 + 1])
def test_nothing_that_was_changed_is_read_to_its_end(path: Path, size: int) -> None:
    path.write_bytes(b"x" * size)
    with reading(FileSource, path) as source:
        read(source, 0, 1)
        write_over(path, size - 10)
        blocks = range(0, size + 1, BLOCK)
        with pytest.raises(SourceChangedError, match="changed"):
            [read(source, offset, 1) for offset in blocks]


def write_over(path: Path, offset: int) -> None:
    with path.open("r+b") as other:
        other.seek(offset)
        other.write(b"other")
    os.utime(path, ns=(0, 1))  # file system clocks tick slowly


@both
def test_a_file_that_was_replaced_is_read_to_its_old_end(
    path: Path, make: Callable[[OpenFile], Source]
) -> None:
    path.write_bytes(b"old" * 400)
    with reading(make, path) as source:
        read(source, 0, 1)
        new = path.with_name("new")
        new.write_bytes(b"new" * 5_000)
        new.rename(path)
        assert read(source, 512, 8) == (b"old" * 400)[512:]


@both
def test_a_file_that_was_deleted_is_read_to_its_end(
    path: Path, make: Callable[[OpenFile], Source]
) -> None:
    path.write_bytes(b"old" * 400)
    with reading(make, path) as source:
        path.unlink()
        assert read(source, 0, 8) == b"old" * 400


@both
def test_close_lets_go_of_the_file(
    path: Path, make: Callable[[OpenFile], Source]
) -> None:
    path.write_bytes(b"x")
    file = opened(path)
    make(file).close()
    with pytest.raises(OSError, match="descriptor"):
        os.fstat(file.descriptor)
