"""Files that are written while they are read, with their mtime restored."""

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.set_back import write_over
from tftptui.client.upload_source import open_original
from tftptui.files.source import (
    FileSource,
    NetasciiSource,
    ReadFile,
    Source,
    SourceChangedError,
)
from tftptui.protocol import netascii
from tftptui.protocol.packets import Mode
from tftptui.server.root.root import Root

BLOCK = 512
SMALL, BIG = 3_000, 700_000

Make = Callable[[ReadFile], Source]

each = pytest.mark.parametrize("make", [FileSource, NetasciiSource])
sizes = pytest.mark.parametrize("size", [SMALL, BIG])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file"


@pytest.fixture
def root(path: Path) -> Iterator[Root]:
    with contextlib.closing(Root(path.parent)) as root:
        yield root


@contextlib.contextmanager
def begun(make: Make, root: Root) -> Iterator[Source]:
    """Yield a source whose first block was read."""
    with contextlib.closing(make(root.share(b"file"))) as source:
        read(source, 0, 1)
        yield source


def read(source: Source, offset: int, count: int) -> bytes:
    views = [memoryview(bytearray(BLOCK)) for _ in range(count)]
    filled = source.read_into(views, offset)
    return b"".join(views)[:filled]


def rest(source: Source) -> bytes:
    """Return everything after the first block, with the end."""
    got, piece = b"", None
    while piece is None or len(piece) == 8 * BLOCK:
        piece = read(source, BLOCK + len(got), 8)
        got += piece
    return got


def chmod(path: Path) -> None:
    path.chmod(0o600)


def link(path: Path) -> None:
    path.with_name("twin").hardlink_to(path)


def replace(path: Path) -> None:
    new = path.with_name("new")
    new.write_bytes(b"x" * path.stat().st_size)
    new.rename(path)


def move(path: Path) -> None:
    folder = path.with_name("old")
    folder.mkdir()
    path.rename(folder / path.name)


def move_and_replace(path: Path) -> None:
    """Replace a file and keep the old one under another name, like `cp --backup`."""
    path.rename(path.with_name("file~"))
    path.write_bytes(b"another")


unharmed = pytest.mark.parametrize(
    "change", [chmod, link, Path.unlink, replace, move, move_and_replace]
)


@pytest.mark.parametrize(
    ("make", "size"),
    # A small text is converted at once: it keeps the old content to its end.
    [(FileSource, SMALL), (FileSource, BIG), (NetasciiSource, BIG)],
)
def test_what_was_written_with_its_time_set_back_is_never_got_whole(
    root: Root, path: Path, make: Make, size: int
) -> None:
    path.write_bytes(sample_bytes(size))
    with begun(make, root) as source:
        write_over(path, b"other", size - 10)
        with pytest.raises(SourceChangedError, match="was changed"):
            rest(source)


@each
@sizes
@unharmed
def test_what_leaves_the_bytes_alone_does_no_harm(
    root: Root, path: Path, make: Make, size: int, change: Callable[[Path], None]
) -> None:
    path.write_bytes(sample_bytes(size))
    whole = (
        sample_bytes(size)
        if make is FileSource
        else netascii.encode(sample_bytes(size))
    )
    with begun(make, root) as source:
        change(path)
        assert rest(source) == whole[BLOCK:]


def test_another_owner_does_no_harm(root: Root, path: Path) -> None:
    path.write_bytes(sample_bytes(SMALL))
    own = path.stat().st_gid
    groups = [group for group in os.getgroups() if group != own]
    if not groups and os.geteuid():
        pytest.skip("there is no other group that it may be given to")
    with begun(FileSource, root) as source:
        os.chown(path, -1, groups[0] if groups else own + 1)
        assert rest(source) == sample_bytes(SMALL)[BLOCK:]


def test_after_other_rights_what_is_written_is_seen(root: Root, path: Path) -> None:
    path.write_bytes(sample_bytes(SMALL))
    with begun(FileSource, root) as source:
        path.chmod(0o600)
        rest(source)
        write_over(path, b"other", SMALL - 10)
        with pytest.raises(SourceChangedError, match="was changed"):
            rest(source)


def test_each_that_shares_an_open_file_sees_it(root: Root, path: Path) -> None:
    path.write_bytes(sample_bytes(SMALL))
    with begun(FileSource, root) as one, begun(FileSource, root) as other:
        write_over(path, b"other", SMALL - 10)
        for source in (one, other):
            with pytest.raises(SourceChangedError, match="was changed"):
                rest(source)


def test_who_asks_after_it_gets_the_new_bytes(root: Root, path: Path) -> None:
    path.write_bytes(sample_bytes(SMALL))
    with begun(FileSource, root):
        write_over(path, bytes(SMALL))
        with begun(FileSource, root) as after:
            assert rest(after) == bytes(SMALL)[BLOCK:]


def test_a_file_that_is_put_is_looked_at_likewise(path: Path) -> None:
    path.write_bytes(sample_bytes(SMALL))
    with contextlib.closing(open_original(str(path), Mode.OCTET)) as source:
        read(source, 0, 1)
        move(path)
        assert rest(source) == sample_bytes(SMALL)[BLOCK:]
    path = path.with_name("old") / path.name
    with contextlib.closing(open_original(str(path), Mode.OCTET)) as source:
        read(source, 0, 1)
        write_over(path, b"other")
        with pytest.raises(SourceChangedError, match="was changed"):
            rest(source)
