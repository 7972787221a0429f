"""Upload files: hidden names, limits, and the final rename."""

import errno
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.unprivileged import unprivileged
from tests.support.upload_scene import hidden_in, names_in
from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root
from tftptui.server.transfer.uploads import (
    NetasciiUpload,
    Upload,
    UploadError,
    UploadPolicy,
    Uploads,
)

CLIENT, OTHER = "192.0.2.7", "192.0.2.8"

FULL = ErrorCode.DISK_FULL


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "root"
    (root / "sub").mkdir(parents=True)
    (root / "old").write_bytes(b"the old one")
    return root


@pytest.fixture
def root(folder: Path) -> Iterator[Root]:
    root = Root(folder)
    yield root
    root.close()


class Desk:
    """Takes uploads for one root; ``policy`` may be changed."""

    def __init__(self, root: Root) -> None:
        self.policy = UploadPolicy("new")
        self._root, self._uploads = root, Uploads(self.policy)
        self._open: list[Upload] = []

    def begin(
        self, name: bytes, *, client: str = CLIENT, announced: int | None = None
    ) -> Upload:
        upload = self._uploads.open(
            self._root, name, client=client, announced=announced
        )
        self._open.append(upload)
        return upload

    def bring(self, name: bytes, content: bytes, *, client: str = CLIENT) -> None:
        upload = self.begin(name, client=client)
        upload.write(content)
        upload.flush()
        upload.publish()

    def refusal(
        self, name: bytes, *, client: str = CLIENT, announced: int | None = None
    ) -> tuple[str, ErrorCode, str]:
        """Return reason, code and text with which an upload is refused at once."""
        with pytest.raises((UploadError, RootError)) as caught:
            self.begin(name, client=client, announced=announced)
        return told(caught.value)

    def close(self) -> None:
        for upload in self._open:
            upload.discard()


@pytest.fixture
def desk(root: Root) -> Iterator[Desk]:
    desk = Desk(root)
    yield desk
    desk.close()


def told(error: Exception) -> tuple[str, ErrorCode, str]:
    assert isinstance(error, UploadError | RootError)
    return error.reason, error.code, error.text


def trouble_of_publishing(upload: Upload) -> tuple[str, ErrorCode, str]:
    with pytest.raises(UploadError) as caught:
        upload.publish()
    return told(caught.value)


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_an_upload_grows_in_one_hidden_file(desk: Desk, folder: Path) -> None:
    upload = desk.begin(b"sub/new")
    upload.write(sample_bytes(1_000))
    (hidden,) = hidden_in(folder)
    assert hidden.parent == folder / "sub"
    assert hidden.read_bytes() == sample_bytes(1_000)
    assert not (folder / "sub/new").exists()


def test_more_pieces_than_one_call_takes_are_all_written(
    desk: Desk, folder: Path
) -> None:
    most = os.sysconf("SC_IOV_MAX")
    upload = desk.begin(b"new")
    upload.write_all([memoryview(b"x")] * (most + 1))
    upload.publish()
    assert (folder / "new").read_bytes() == b"x" * (most + 1)


def test_a_call_that_writes_only_a_part_is_continued(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def three_bytes(descriptor: int, pieces: list[memoryview]) -> int:
        return os.write(descriptor, b"".join(pieces)[:3])

    monkeypatch.setattr(os, "writev", three_bytes)
    upload = desk.begin(b"new")
    upload.write_all([memoryview(part) for part in (b"ab", b"cd", b"ef", b"g")])
    upload.publish()
    assert (folder / "new").read_bytes() == b"abcdefg"


def test_what_is_written_can_be_read_for_a_capture(desk: Desk) -> None:
    upload = desk.begin(b"new")
    upload.write(sample_bytes(100))
    assert upload.content.read(40, 20) == sample_bytes(100)[40:60]


def test_a_disk_that_gets_full_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "writev", no_room)
    with pytest.raises(UploadError) as caught:
        desk.begin(b"new").write(b"something")
    assert told(caught.value) == ("disk-full", FULL, "disk full")


def test_without_hard_links_a_link_made_meanwhile_stays(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    upload = desk.begin(b"new")
    (folder / "new").symlink_to("missing")
    assert trouble_of_publishing(upload)[:2] == ("exists", ErrorCode.FILE_EXISTS)
    assert (folder / "new").is_symlink()


def test_a_published_upload_leaves_the_file_alone(desk: Desk, folder: Path) -> None:
    desk.bring(b"sub/new", sample_bytes(1_000))
    assert (folder / "sub/new").read_bytes() == sample_bytes(1_000)
    assert names_in(folder) == {"old", "sub", "sub/new"}


def test_a_discarded_upload_leaves_nothing(desk: Desk, folder: Path) -> None:
    upload = desk.begin(b"new")
    upload.write(b"half of it")
    upload.discard()
    assert names_in(folder) == {"old", "sub"}


def test_discarding_what_is_published_does_nothing(desk: Desk, folder: Path) -> None:
    upload = desk.begin(b"new")
    upload.publish()
    upload.discard()
    assert (folder / "new").exists()


def test_a_new_file_may_be_read_by_others(desk: Desk, folder: Path) -> None:
    before = os.umask(0o022)
    desk.bring(b"new", b"")
    os.umask(before)
    assert (folder / "new").stat().st_mode & 0o777 == 0o644


def test_a_file_that_is_there_is_not_replaced_by_new(desk: Desk) -> None:
    text = "file already exists"
    assert desk.refusal(b"old") == ("exists", ErrorCode.FILE_EXISTS, text)


def test_a_file_made_meanwhile_stays(desk: Desk, folder: Path) -> None:
    upload = desk.begin(b"new")
    upload.write(b"ours")
    (folder / "new").write_bytes(b"theirs")
    assert trouble_of_publishing(upload)[:2] == ("exists", ErrorCode.FILE_EXISTS)
    upload.discard()
    assert (folder / "new").read_bytes() == b"theirs"
    assert hidden_in(folder) == []


def test_a_link_made_meanwhile_is_not_followed(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    upload = desk.begin(b"new")
    upload.write(b"ours")
    (folder / "new").symlink_to(tmp_path / "outside")
    assert trouble_of_publishing(upload)[0] == "exists"
    assert not (tmp_path / "outside").exists()


def test_overwrite_replaces_the_file_in_the_end_only(desk: Desk, folder: Path) -> None:
    desk.policy.write = "overwrite"
    upload = desk.begin(b"old")
    upload.write(b"the new one")
    upload.flush()
    assert (folder / "old").read_bytes() == b"the old one"
    upload.publish()
    assert (folder / "old").read_bytes() == b"the new one"


def test_overwrite_replaces_a_link_made_meanwhile_not_its_target(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").write_bytes(b"not ours")
    desk.policy.write = "overwrite"
    upload = desk.begin(b"new")
    (folder / "new").symlink_to(tmp_path / "outside")
    upload.publish()
    assert (tmp_path / "outside").read_bytes() == b"not ours"
    assert not (folder / "new").is_symlink()


def test_a_folder_made_meanwhile_is_told(desk: Desk, folder: Path) -> None:
    desk.policy.write = "overwrite"
    upload = desk.begin(b"new")
    (folder / "new").mkdir()
    assert trouble_of_publishing(upload)[:2] == ("unwritable", ErrorCode.UNDEFINED)


def test_a_policy_changed_meanwhile_holds_for_later_uploads(
    desk: Desk, folder: Path
) -> None:
    desk.policy.write = "overwrite"
    upload = desk.begin(b"old")
    upload.write(b"the new one")
    desk.policy.write = "new"
    upload.publish()
    assert (folder / "old").read_bytes() == b"the new one"
    assert desk.refusal(b"old")[0] == "exists"


@pytest.mark.parametrize("write", ["new", "overwrite"])
def test_two_uploads_of_one_file_are_not_mixed(desk: Desk, write: str) -> None:
    desk.policy.write = write
    first = desk.begin(b"new")
    text = "another client is writing it"
    busy = ("busy", ErrorCode.ACCESS_VIOLATION, text)
    assert desk.refusal(b"new", client=OTHER) == busy
    first.discard()
    desk.begin(b"new", client=OTHER)


def test_two_names_of_one_file_are_one_file(desk: Desk, folder: Path) -> None:
    (folder / "link").symlink_to("old")
    (folder / "again").symlink_to("sub")
    desk.policy.write = "overwrite"
    desk.begin(b"old")
    desk.begin(b"sub/new")
    assert desk.refusal(b"link")[0] == "busy"
    assert desk.refusal(b"again/new")[0] == "busy"


def test_equal_names_in_two_folders_are_two_files(desk: Desk) -> None:
    desk.begin(b"new")
    desk.begin(b"sub/new")


def test_a_link_that_stays_inside_is_followed(desk: Desk, folder: Path) -> None:
    (folder / "link").symlink_to("sub/target")
    (folder / "sub/target").write_bytes(b"old")
    desk.policy.write = "overwrite"
    desk.bring(b"link", b"new")
    assert (folder / "link").is_symlink()
    assert (folder / "sub/target").read_bytes() == b"new"


@pytest.mark.parametrize("write", ["new", "overwrite"])
@pytest.mark.parametrize("name", [b"away", b"out/new", b"../new", b"nowhere"])
def test_nothing_is_written_outside(
    desk: Desk, folder: Path, tmp_path: Path, name: bytes, write: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "file").write_bytes(b"not ours")
    (folder / "away").symlink_to(outside / "file")
    (folder / "out").symlink_to(outside)
    (folder / "nowhere").symlink_to(outside / "missing")
    desk.policy.write = write
    assert desk.refusal(name)[0] == "outside-root"
    assert names_in(outside) == {"file"}
    assert (outside / "file").read_bytes() == b"not ours"


def test_a_folder_swapped_for_a_link_leads_nowhere(
    desk: Desk, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "outside").mkdir()
    upload = desk.begin(b"sub/new")
    (folder / "sub").rename(folder / "moved")
    (folder / "sub").symlink_to(tmp_path / "outside")
    upload.publish()
    assert names_in(tmp_path / "outside") == set()
    assert (folder / "moved/new").exists()


def test_a_folder_removed_meanwhile_is_told(desk: Desk, folder: Path) -> None:
    upload = desk.begin(b"sub/new")
    shutil.rmtree(folder / "sub")
    text = "the server cannot write that file: No such file or directory"
    told = ("unwritable", ErrorCode.UNDEFINED, text)
    assert trouble_of_publishing(upload) == told
    upload.discard()
    assert names_in(folder) == {"old"}


def test_a_folder_that_may_not_be_written_is_told(desk: Desk, folder: Path) -> None:
    folder.parent.chmod(0o755)
    (folder / "sub").chmod(0o555)
    with unprivileged():
        refused = desk.refusal(b"sub/new")
    text = "permission denied"
    assert refused == ("access", ErrorCode.ACCESS_VIOLATION, text)


def test_a_refused_upload_holds_no_descriptor_and_no_place(
    desk: Desk, folder: Path
) -> None:
    desk.policy.largest = 10
    before = descriptors()
    desk.refusal(b"new", announced=11)
    desk.refusal(b"old")
    assert descriptors() == before
    desk.bring(b"new", b"")
    assert (folder / "new").exists()


def test_a_file_may_be_as_large_as_allowed_and_no_larger(desk: Desk) -> None:
    desk.policy.largest = 1_000
    upload = desk.begin(b"new", announced=1_000)
    upload.write(bytes(1_000))
    with pytest.raises(UploadError) as caught:
        upload.write(b"1")
    text = "uploads are limited to 1000 bytes"
    assert told(caught.value) == ("limit", FULL, text)


def test_too_large_a_file_is_refused_when_announced(desk: Desk) -> None:
    desk.policy.largest = 1_000
    text = "uploads are limited to 1000 bytes"
    assert desk.refusal(b"new", announced=1_001) == ("limit", FULL, text)


def test_the_quota_counts_all_uploads_of_a_client(desk: Desk) -> None:
    desk.policy.quota = 1_000
    desk.bring(b"first", bytes(600))
    used_up = ("limit", FULL, "your upload quota of 1000 bytes is used up")
    assert desk.refusal(b"second", announced=401) == used_up
    upload = desk.begin(b"second", announced=400)
    upload.write(bytes(400))
    with pytest.raises(UploadError) as caught:
        upload.write(b"1")
    assert told(caught.value) == used_up


def test_a_client_s_first_upload_may_announce_all_of_its_quota(desk: Desk) -> None:
    desk.policy.quota = 10
    desk.begin(b"new", announced=10)


def test_an_empty_file_needs_no_quota(desk: Desk) -> None:
    desk.policy.quota = 10
    desk.bring(b"first", bytes(10))
    desk.bring(b"empty", b"")


def test_the_quota_of_one_client_is_not_that_of_another(desk: Desk) -> None:
    desk.policy.quota = 1_000
    desk.bring(b"first", bytes(1_000))
    desk.bring(b"second", bytes(1_000), client=OTHER)


def test_more_than_the_disk_holds_is_refused_when_announced(
    desk: Desk, folder: Path
) -> None:
    huge = 2**62
    reason, code, text = desk.refusal(b"new", announced=huge)
    assert (reason, code) == ("disk-full", FULL)
    assert text.startswith(f"disk full: {huge} bytes announced, ")
    assert names_in(folder) == {"old", "sub"}


@pytest.mark.parametrize("length", [200, 255])
def test_a_long_name_gets_a_hidden_one_all_the_same(
    desk: Desk, folder: Path, length: int
) -> None:
    desk.bring(b"x" * length, b"content")
    assert (folder / ("x" * length)).read_bytes() == b"content"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        ([b"one\r\ntwo\r\0"], b"one\ntwo\r"),
        ([b"split\r", b"\nhere\r", b"\0"], b"split\nhere\r"),
        ([b"ends with\r"], b"ends with\r"),
        ([b"bare\rletter"], b"bare\rletter"),
        ([b"\r", b"\r", b"\n"], b"\r\n"),
        ([], b""),
    ],
)
def test_netascii_becomes_text_whole(
    desk: Desk, folder: Path, pieces: list[bytes], text: bytes
) -> None:
    upload = NetasciiUpload(desk.begin(b"new"))
    for piece in pieces:
        upload.write(piece)
    upload.flush()
    upload.publish()
    assert (folder / "new").read_bytes() == text
    assert upload.nbytes == len(text)
