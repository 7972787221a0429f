"""The contents of a folder below the root, as seen by a watcher."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.unprivileged import unprivileged
from tftptui.server.root.root import Root
from tftptui.server.watch import directory_listing
from tftptui.server.watch.directory_listing import list_folder
from tftptui.telemetry.views import Entry, Listing


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    return tmp_path


@pytest.fixture
def root(folder: Path) -> Iterator[Root]:
    with contextlib.closing(Root(folder)) as root:
        yield root


def entry(root: Root, name: bytes, folder: bytes = b"") -> Entry:
    """Return one entry of a folder's listing."""
    (found,) = [e for e in list_folder(root, folder).entries if e.name == name]
    return found


def test_an_empty_folder(root: Root) -> None:
    assert list_folder(root, b"sub") == Listing(folder=b"sub")


def test_folders_come_first_then_names_whatever_their_case(
    root: Root, folder: Path
) -> None:
    for name in ("b", "A", "c"):
        (folder / name).touch()
    (folder / "Z").mkdir()
    names = [entry.text for entry in list_folder(root, b"").entries]
    assert names == ["sub", "Z", "A", "b", "c"]


def test_a_file_has_its_size_and_time(root: Root, folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    os.utime(folder / "file", (0, 1_234.5))
    found = entry(root, b"file")
    assert (found.kind, found.size, found.modified) == ("file", 5, 1_234.5)


def test_a_folder_in_a_folder(root: Root, folder: Path) -> None:
    (folder / "sub" / "inner").write_bytes(b"x")
    assert entry(root, b"inner", folder=b"sub").kind == "file"


def test_a_link_inside_is_what_it_leads_to(root: Root, folder: Path) -> None:
    (folder / "file").write_bytes(b"12345")
    (folder / "link").symlink_to("file")
    found = entry(root, b"link")
    assert (found.kind, found.size, found.link) == ("file", 5, True)
    assert found.target == "file"


@pytest.mark.parametrize(
    ("target", "why"),
    [
        ("/etc/passwd", "outside the root, not served"),
        ("missing", "broken link"),
        ("link", "the server cannot read that file: too many links"),
    ],
)
def test_a_link_that_cannot_be_served_says_why(
    root: Root, folder: Path, target: str, why: str
) -> None:
    (folder / "link").symlink_to(target)
    found = entry(root, b"link")
    assert (found.kind, found.why, found.link) == ("other", why, True)
    assert found.target == target


def test_a_pipe_says_what_it_is(root: Root, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    found = entry(root, b"pipe")
    assert (found.kind, found.why) == ("other", "pipe, cannot be served")


def test_a_socket_says_what_it_is(root: Root, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(folder / "socket"))
        assert entry(root, b"socket").why == "socket, cannot be served"


@pytest.mark.parametrize("name", [b"caf\xe9", b"a\x1b[2Jb", b"line\nfeed"])
def test_any_name_survives_and_is_shown_escaped(
    root: Root, folder: Path, name: bytes
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"any")
    found = entry(root, name)
    assert (found.kind, found.size) == ("file", 3)
    assert found.text.isprintable()


def test_a_file_that_may_not_be_read_says_so(root: Root, folder: Path) -> None:
    folder.chmod(0o755)
    (folder / "secret").touch(mode=0)
    with unprivileged():
        found = entry(root, b"secret")
    assert (found.kind, found.why) == ("other", "permission denied")


def test_a_folder_that_may_not_be_read_is_gone_and_says_why(
    root: Root, folder: Path
) -> None:
    (folder / "sub").chmod(0)
    with unprivileged():
        listing = list_folder(root, b"sub")
    assert (listing.gone, listing.why) == (True, "permission denied")


@pytest.mark.parametrize("name", [b"missing", b"file", b"sub/missing"])
def test_what_is_no_folder_is_gone(root: Root, folder: Path, name: bytes) -> None:
    (folder / "file").touch()
    listing = list_folder(root, name)
    assert (listing.gone, listing.why) == (True, "file not found")


def test_a_folder_outside_is_gone(root: Root) -> None:
    assert list_folder(root, b"..").gone


def test_listing_closes_what_it_opened(root: Root, folder: Path) -> None:
    (folder / "file").touch()
    before = {path.name for path in Path("/proc/self/fd").iterdir()}
    list_folder(root, b"")
    list_folder(root, b"missing")
    assert {path.name for path in Path("/proc/self/fd").iterdir()} == before


def test_an_upload_in_progress_is_not_listed(root: Root, folder: Path) -> None:
    (folder / ".tftptui-new.0123").write_bytes(b"half")
    (folder / ".other").write_bytes(b"whole")
    names = [entry.name for entry in list_folder(root, b"").entries]
    assert names == [b"sub", b".other"]


def test_of_a_huge_folder_the_first_names_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_listing, "MOST_ENTRIES", 3)
    for name in ("b", "a", "c", "e"):
        (tmp_path / name).touch()
    (tmp_path / "d").mkdir()
    with contextlib.closing(Root(tmp_path)) as root:
        listing = directory_listing.list_folder(root, b"")
    assert [entry.name for entry in listing.entries] == [b"d", b"a", b"b"]
    assert listing.more == 2


def test_numbers_in_names_are_counted(root: Root, folder: Path) -> None:
    names = ["FW-2.9.bin", "fw-2.10.bin", "fw-10.bin", "a", "fw"]
    for name in reversed(names):
        (folder / name).touch()
    (folder / "sub2").mkdir()
    (folder / "sub10").mkdir()
    told = [entry.name.decode() for entry in list_folder(root, b"").entries]
    ours = [name for name in told if name in {*names, "sub2", "sub10"}]
    assert ours == ["sub2", "sub10", "a", "fw", *names[:3]]
