"""From a requested name to an open file, and never to one outside the root."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.unprivileged import unprivileged
from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.path_resolution import MAX_LINKS, RootError, kind_of
from tftptui.server.root.root import Root

SECRET = b"not yours"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder to serve, with a secret next to it."""
    (tmp_path / "secret").write_bytes(SECRET)
    folder = tmp_path / "root"
    (folder / "sub" / "deep").mkdir(parents=True)
    (folder / "file").write_bytes(b"content")
    (folder / "sub" / "inner").write_bytes(b"inside")
    return folder


@pytest.fixture
def root(folder: Path) -> Iterator[Root]:
    with contextlib.closing(Root(folder)) as root:
        yield root


def read(root: Root, name: bytes) -> bytes:
    file = root.open(name)
    try:
        return os.read(file.descriptor, 1_000)
    finally:
        os.close(file.descriptor)


def refusal(root: Root, name: bytes) -> tuple[str, ErrorCode]:
    """Return reason and code with which a name is refused."""
    with pytest.raises(RootError) as caught:
        os.close(root.open(name).descriptor)
    return caught.value.reason, caught.value.code


def descriptors() -> set[str]:
    """Return the open descriptors of this process."""
    return {path.name for path in Path("/proc/self/fd").iterdir()}


NOT_FOUND = ("not-found", ErrorCode.FILE_NOT_FOUND)
OUTSIDE = ("outside-root", ErrorCode.ACCESS_VIOLATION)
NOT_A_FILE = ("not-a-file", ErrorCode.ACCESS_VIOLATION)


@pytest.mark.parametrize(
    "name",
    [
        b"file",
        b"/file",
        b"//file",
        b"///file",
        b"./file",
        b"/./file",
        b"sub/../file",
        b"sub//deep/../../file",
        b"sub/deep/../../sub/../file",
    ],
)
def test_ways_to_write_a_name_in_the_root(root: Root, name: bytes) -> None:
    assert read(root, name) == b"content"


@pytest.mark.parametrize(
    "name", [b"sub/inner", b"/sub/inner", b"sub//inner", b"sub\\inner", b"\\sub\\inner"]
)
def test_ways_to_write_a_name_in_a_folder(root: Root, name: bytes) -> None:
    assert read(root, name) == b"inside"


def test_a_real_backslash_in_a_name_goes_first(root: Root, folder: Path) -> None:
    (folder / "sub\\inner").write_bytes(b"odd name")
    assert read(root, b"sub\\inner") == b"odd name"


def test_size_and_time_are_those_of_the_opened_file(root: Root, folder: Path) -> None:
    os.utime(folder / "file", ns=(1, 12_345))
    file = root.open(b"file")
    os.close(file.descriptor)
    assert (file.size, file.status.st_mtime_ns) == (7, 12_345)


@pytest.mark.parametrize(
    "name",
    [
        b"..",
        b"../secret",
        b"/../secret",
        b"//../secret",
        b"./../secret",
        b"sub/../../secret",
        b"sub/deep/../../../secret",
        b"..\\secret",
        b"\\..\\secret",
        b"sub\\..\\..\\secret",
        b"sub/..\\../..\\secret",
        b"../root/file",
        b"../" * 50 + b"etc/passwd",
    ],
)
def test_dots_never_lead_outside(root: Root, name: bytes) -> None:
    assert refusal(root, name) == OUTSIDE


@pytest.mark.parametrize(
    "name", [b"...", b"..file", b"%2e%2e/secret", b"sub/missing", b"file/x", b"a" * 300]
)
def test_what_is_not_there_is_not_found(root: Root, name: bytes) -> None:
    assert refusal(root, name) == NOT_FOUND


def test_an_absolute_path_of_the_machine_means_one_below_the_root(
    root: Root, folder: Path
) -> None:
    assert refusal(root, os.fsencode(folder / "file")) == NOT_FOUND


@pytest.mark.parametrize(
    "target", ["/etc/passwd", "/", "../secret", "sub/../../secret"]
)
def test_a_link_that_leads_outside_is_refused(
    root: Root, folder: Path, target: str
) -> None:
    (folder / "link").symlink_to(target)
    assert refusal(root, b"link") == OUTSIDE


def test_a_link_to_a_folder_outside_opens_nothing_below_it(
    root: Root, folder: Path
) -> None:
    (folder / "link").symlink_to(folder.parent)
    assert refusal(root, b"link/secret") == OUTSIDE


def test_a_link_to_a_neighbour_with_the_same_beginning_is_outside(
    root: Root, folder: Path
) -> None:
    twin = folder.with_name("root2")
    twin.mkdir()
    (twin / "file").write_bytes(SECRET)
    (folder / "link").symlink_to(twin / "file")
    assert refusal(root, b"link") == OUTSIDE


def test_dots_behind_an_absolute_link_do_not_lead_outside(
    root: Root, folder: Path
) -> None:
    (folder / "link").symlink_to(f"{folder}/../secret")
    assert refusal(root, b"link") == OUTSIDE


def test_dots_behind_a_link_go_up_from_where_it_leads(root: Root, folder: Path) -> None:
    (folder / "link").symlink_to("sub/deep")
    assert read(root, b"link/../inner") == b"inside"


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("link", "file"),
        ("sub/link", "../file"),
        ("sub/deep/link", "../../sub/../file"),
        ("link", "./file"),
    ],
)
def test_a_relative_link_inside_is_followed(
    root: Root, folder: Path, link: str, target: str
) -> None:
    (folder / link).symlink_to(target)
    assert read(root, os.fsencode(link)) == b"content"


@pytest.mark.parametrize("link", ["link", "sub/deep/link"])
def test_an_absolute_link_inside_is_followed(
    root: Root, folder: Path, link: str
) -> None:
    (folder / link).symlink_to(folder / "file")
    assert read(root, os.fsencode(link)) == b"content"


def test_a_link_to_a_folder_inside_is_followed(root: Root, folder: Path) -> None:
    (folder / "link").symlink_to(folder / "sub")
    assert read(root, b"link/inner") == b"inside"


def test_a_link_to_itself_ends(root: Root, folder: Path) -> None:
    (folder / "loop").symlink_to("loop")
    assert refusal(root, b"loop") == ("unreadable", ErrorCode.UNDEFINED)


def test_links_in_a_circle_end(root: Root, folder: Path) -> None:
    (folder / "a").symlink_to("b/x")
    (folder / "b").symlink_to("a/x")
    assert refusal(root, b"a") == ("unreadable", ErrorCode.UNDEFINED)


def test_a_long_chain_of_links_is_followed_as_far_as_the_kernel_does(
    root: Root, folder: Path
) -> None:
    (folder / "link0").symlink_to("file")
    for number in range(1, MAX_LINKS + 1):
        (folder / f"link{number}").symlink_to(f"link{number - 1}")
    assert read(root, b"link%d" % (MAX_LINKS - 1)) == b"content"
    assert refusal(root, b"link%d" % MAX_LINKS)[0] == "unreadable"


def test_a_dangling_link_is_not_found(root: Root, folder: Path) -> None:
    (folder / "link").symlink_to("missing")
    assert refusal(root, b"link") == NOT_FOUND


@pytest.mark.parametrize("name", [b"/", b".", b"sub", b"sub/", b"sub/deep/.."])
def test_a_folder_is_no_file(root: Root, name: bytes) -> None:
    assert refusal(root, name) == NOT_A_FILE


def test_a_pipe_is_refused_and_not_waited_for(root: Root, folder: Path) -> None:
    os.mkfifo(folder / "pipe")
    assert refusal(root, b"pipe") == NOT_A_FILE


def test_a_pipe_that_takes_a_files_place_before_it_is_opened_is_refused(
    root: Root, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = folder / "swapped"
    place.write_bytes(b"a file, when its name is looked up")
    system_open = os.open

    def swap_then_open(path: bytes, flags: int, *, dir_fd: int | None = None) -> int:
        if path == b"swapped":
            place.unlink()
            os.mkfifo(place)
        return system_open(path, flags, dir_fd=dir_fd)

    monkeypatch.setattr(os, "open", swap_then_open)
    before = descriptors()
    assert refusal(root, b"swapped") == NOT_A_FILE
    assert descriptors() == before


def test_a_socket_is_refused(root: Root, folder: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(folder / "socket"))
        assert refusal(root, b"socket") == NOT_A_FILE


def test_a_device_is_refused() -> None:
    with contextlib.closing(Root(Path("/dev"))) as root:
        assert refusal(root, b"null") == NOT_A_FILE


def test_an_empty_name_is_refused(root: Root) -> None:
    assert refusal(root, b"") == ("malformed", ErrorCode.FILE_NOT_FOUND)


@pytest.mark.parametrize(
    "name",
    [b"caf\xe9", b"\xff\xfe", b"a\x1b[31mb", b"line\nfeed", b" ", "日本".encode()],
)
def test_names_of_any_bytes(root: Root, folder: Path, name: bytes) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"any")
    assert read(root, name) == b"any"


def test_a_file_without_the_right_to_read_is_denied(root: Root, folder: Path) -> None:
    (folder / "file").chmod(0)
    with unprivileged():
        assert refusal(root, b"file") == ("access", ErrorCode.ACCESS_VIOLATION)


def test_a_folder_without_the_right_to_pass_is_denied(root: Root, folder: Path) -> None:
    (folder / "sub").chmod(0)
    with unprivileged():
        reason, _ = refusal(root, b"sub/inner")
    (folder / "sub").chmod(0o700)
    assert reason == "access"


def test_a_folder_can_be_opened_for_listing(root: Root) -> None:
    descriptor = root.open_folder(b"sub")
    with os.scandir(descriptor) as found:
        names = [entry.name for entry in found]
    os.close(descriptor)
    assert sorted(names) == ["deep", "inner"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [(b"file", "not-found"), (b"nope", "not-found"), (b"..", "outside-root")],
)
def test_what_is_no_folder_below_the_root_is_not_listed(
    root: Root, name: bytes, reason: str
) -> None:
    with pytest.raises(RootError) as caught:
        root.open_folder(name)
    assert caught.value.reason == reason


def test_look_follows_links_and_tells_about_reading(root: Root, folder: Path) -> None:
    (folder / "link").symlink_to("file")
    found, may_read = root.look(b"link")
    assert (stat.S_ISREG(found.st_mode), found.st_size, may_read) == (True, 7, True)


def test_every_walk_closes_what_it_opened(root: Root, folder: Path) -> None:
    (folder / "link").symlink_to("../secret")
    before = descriptors()
    read(root, b"sub/deep/../inner")
    refusal(root, b"sub/deep/link")
    refusal(root, b"link")
    refusal(root, b"sub")
    root.look(b"sub/inner")
    assert descriptors() == before


def test_the_root_may_itself_be_reached_by_a_link(folder: Path) -> None:
    entrance = folder.with_name("entrance")
    entrance.symlink_to(folder)
    with contextlib.closing(Root(entrance)) as root:
        assert (root.path, read(root, b"file")) == (folder, b"content")


def test_a_root_that_was_moved_is_still_the_one_that_was_opened(
    root: Root, folder: Path
) -> None:
    folder.rename(folder.with_name("moved"))
    assert read(root, b"sub/inner") == b"inside"


def test_absolute_links_work_below_the_root_of_the_machine(folder: Path) -> None:
    (folder / "link").symlink_to(folder / "file")
    with contextlib.closing(Root(Path("/"))) as root:
        assert read(root, os.fsencode(folder / "link")) == b"content"


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Root(tmp_path / "missing")


def test_a_file_is_no_root(folder: Path) -> None:
    with pytest.raises(NotADirectoryError):
        Root(folder / "file")


@pytest.mark.parametrize(
    ("mode", "word"),
    [
        (stat.S_IFREG, "file"),
        (stat.S_IFDIR, "folder"),
        (stat.S_IFLNK, "link"),
        (stat.S_IFIFO, "pipe"),
        (stat.S_IFSOCK, "socket"),
        (stat.S_IFCHR, "device"),
    ],
)
def test_kinds_in_words(mode: int, word: str) -> None:
    assert kind_of(mode) == word
