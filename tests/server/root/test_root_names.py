"""Names from sloppy clients, resolved on a real disk."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.name_tree import INSIDE, OWN, make_tree, opened
from tests.support.unprivileged import unprivileged
from tftptui.files.hidden_file import PREFIX as PART_PREFIX
from tftptui.protocol.errors import ErrorCode
from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root
from tftptui.server.transfer.uploads import UploadError, UploadPolicy, Uploads

OTHER = "192.0.2.8"

NOT_FOUND = ("not-found", ErrorCode.FILE_NOT_FOUND)
AMBIGUOUS = ("ambiguous", ErrorCode.ACCESS_VIOLATION)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_tree(tmp_path)


@pytest.fixture
def root(folder: Path) -> Iterator[Root]:
    with opened(folder) as root:
        yield root


@pytest.fixture
def caseless(folder: Path) -> Iterator[Root]:
    with opened(folder, ignore_case=True) as root:
        yield root


def read(root: Root, name: bytes, client: str = "") -> tuple[bytes, bytes]:
    """Return the name of the served file, and its content."""
    file = root.open(name, client)
    try:
        return file.name, os.read(file.descriptor, 1_000)
    finally:
        os.close(file.descriptor)


def served(root: Root, name: bytes, client: str = "") -> bytes:
    return read(root, name, client)[0]


def refusal(root: Root, name: bytes, client: str = "") -> tuple[str, ErrorCode]:
    with pytest.raises(RootError) as caught:
        read(root, name, client)
    return caught.value.reason, caught.value.code


def upload(root: Root, name: bytes, *, client: str = "", write: str = "new") -> bytes:
    """Upload a file; return its name."""
    file = Uploads(UploadPolicy(write)).open(root, name, client=client, announced=None)
    file.write(b"uploaded")
    file.publish()
    return file.name


def upload_refusal(root: Root, name: bytes, *, write: str = "new") -> tuple[str, str]:
    """Return reason and text with which an upload is refused."""
    with pytest.raises((RootError, UploadError)) as caught:
        upload(root, name, write=write)
    error = caught.value
    assert isinstance(error, RootError | UploadError)
    return error.reason, error.text


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (rb"\Boot\BCD", b"Boot/BCD"),
        (rb"/Boot\x64\loader", b"Boot/x64/loader"),
        (rb"C:\Boot\BCD", b"Boot/BCD"),
        (b"c:/file", b"file"),
        (b"file\xff\xff", b"file"),
        (b"C:\\Boot\\BCD\xff", b"Boot/BCD"),
        (b"//sub//./inner", b"sub/inner"),
        (b"sub/../file", b"sub/../file"),
        (b"in", b"in"),
    ],
)
def test_what_sloppy_names_lead_to(root: Root, asked: bytes, name: bytes) -> None:
    assert served(root, asked) == name


@pytest.mark.parametrize("name", [b"file\xff", rb"Boot\BCD", b"C:", rb"C:\file"])
def test_a_file_that_has_the_odd_name_itself_is_served(
    root: Root, folder: Path, name: bytes
) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"odd")
    assert read(root, name) == (name, b"odd")


def test_a_rewritten_name_is_served_and_the_old_one_is_not(folder: Path) -> None:
    with opened(folder, "^file$=sub/inner", "^sub/inner$=none") as root:
        assert refusal(root, b"file") == NOT_FOUND
    with opened(folder, "^file$=sub/inner") as root:
        assert served(root, b"file") == b"sub/inner"


@pytest.mark.parametrize("replacement", ["../secret", "/../secret", "sub/up/secret"])
def test_rules_do_not_lead_outside(folder: Path, replacement: str) -> None:
    with opened(folder, f"^f$={replacement}") as root:
        assert refusal(root, b"f") == ("outside-root", ErrorCode.ACCESS_VIOLATION)


def test_the_own_folder_goes_before_what_all_get(root: Root) -> None:
    assert read(root, b"file", OWN) == (b"192.0.2.7/file", b"own inside")
    assert read(root, b"file", OTHER) == (b"file", INSIDE)


def test_what_is_not_in_the_own_folder_comes_from_the_root(root: Root) -> None:
    assert served(root, b"sub/inner", OWN) == b"sub/inner"


def test_the_own_folder_holds_no_way_out(root: Root) -> None:
    assert refusal(root, b"out", OWN) == ("outside-root", ErrorCode.ACCESS_VIOLATION)


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (b"boot/bcd", b"Boot/BCD"),
        (rb"\BOOT\bcd", b"Boot/BCD"),
        (b"FILE", b"file"),
        (b"BOOT/X64/../bcd", b"Boot/x64/../BCD"),
        (b"IN", b"in"),
        (b"file", b"file"),
    ],
)
def test_case_is_ignored_where_that_is_switched_on(
    caseless: Root, asked: bytes, name: bytes
) -> None:
    assert served(caseless, asked) == name


def test_case_counts_without_the_switch(root: Root) -> None:
    assert refusal(root, b"boot/bcd") == NOT_FOUND


def test_case_is_not_ignored_for_what_links_say(caseless: Root) -> None:
    assert refusal(caseless, b"Case") == NOT_FOUND


def test_case_is_ignored_in_other_letters_too(caseless: Root, folder: Path) -> None:
    (folder / "ÄÖ").write_bytes(INSIDE)
    assert served(caseless, "äö".encode()) == "ÄÖ".encode()


def test_bytes_that_are_no_text_are_compared_as_they_are(
    caseless: Root, folder: Path
) -> None:
    (folder / "Caf\udce9").write_bytes(INSIDE)
    assert served(caseless, b"cAF\xe9") == b"Caf\xe9"
    assert refusal(caseless, b"caf\xc9") == NOT_FOUND


def test_the_exact_name_wins_over_others(caseless: Root, folder: Path) -> None:
    (folder / "FILE").write_bytes(b"loud")
    assert (read(caseless, b"file")[1], read(caseless, b"FILE")[1]) == (INSIDE, b"loud")


def test_names_that_only_case_tells_apart_are_refused_by_name(
    caseless: Root, folder: Path
) -> None:
    (folder / "FILE").write_bytes(b"loud")
    with pytest.raises(
        RootError, match="several names differ only in case: FILE and file"
    ):
        caseless.open(b"File")
    assert refusal(caseless, b"File") == AMBIGUOUS


def test_many_such_names_are_not_all_told(caseless: Root, folder: Path) -> None:
    for name in ("FILE", "FIle", "fILE"):
        (folder / name).touch()
    with pytest.raises(RootError, match="differ only in case: FILE, FIle, …"):
        caseless.open(b"File")


def test_a_folder_that_may_not_be_listed_has_no_other_case(
    caseless: Root, folder: Path
) -> None:
    (folder / "sub").chmod(0o711)
    with unprivileged():
        assert served(caseless, b"sub/inner") == b"sub/inner"
        if not os.access(folder / "sub", os.R_OK, effective_ids=True):
            assert refusal(caseless, b"sub/INNER") == NOT_FOUND


@pytest.mark.parametrize("name", [PART_PREFIX + b"x", PART_PREFIX.upper() + b"x"])
@pytest.mark.parametrize("ignore_case", [False, True])
def test_uploads_in_progress_are_not_served(
    folder: Path, name: bytes, *, ignore_case: bool
) -> None:
    (folder / os.fsdecode(PART_PREFIX + b"x")).write_bytes(b"half")
    with opened(folder, ignore_case=ignore_case) as root:
        assert refusal(root, name) == NOT_FOUND


def test_a_link_to_an_upload_in_progress_is_not_served(
    root: Root, folder: Path
) -> None:
    (folder / ".tftptui-x").write_bytes(b"half")
    (folder / "link").symlink_to(".tftptui-x")
    assert refusal(root, b"link") == NOT_FOUND


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        (b"new", b"new"),
        (rb"sub\new", b"sub/new"),
        (rb"C:\sub\new", b"sub/new"),
        (b"/new", b"new"),
        (b"new\xff", b"new\xff"),
        (b"sub/../new", b"sub/../new"),
    ],
)
def test_where_an_upload_goes(
    root: Root, folder: Path, asked: bytes, name: bytes
) -> None:
    assert upload(root, asked) == name
    assert Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).is_file()


def test_an_upload_through_a_link_that_leads_nowhere_makes_its_target(
    root: Root, folder: Path
) -> None:
    (folder / "link").symlink_to("sub/new")
    assert upload(root, b"link") == b"link"
    assert (folder / "sub" / "new").read_bytes() == b"uploaded"


def test_an_upload_goes_to_the_own_folder_if_there_is_one(root: Root) -> None:
    assert upload(root, b"new", client=OWN) == b"192.0.2.7/new"
    assert upload(root, b"new", client=OTHER) == b"new"


def test_an_upload_goes_where_rules_say(folder: Path) -> None:
    with opened(folder, "^in/=sub/") as root:
        assert upload(root, b"in/new") == b"sub/new"


def test_an_upload_in_another_case_is_the_file_that_is_there(caseless: Root) -> None:
    assert upload_refusal(caseless, b"BOOT/bcd") == (
        "exists",
        "file already exists",
    )


def test_an_overwriting_upload_keeps_the_case_of_the_file(
    caseless: Root, folder: Path
) -> None:
    assert upload(caseless, b"BOOT/bcd", write="overwrite") == b"Boot/BCD"
    assert [path.name for path in (folder / "Boot").glob("[bB]*")] == ["BCD"]


def test_a_new_upload_goes_to_a_folder_in_another_case(
    caseless: Root, folder: Path
) -> None:
    assert upload(caseless, b"BOOT/New") == b"Boot/New"
    assert (folder / "Boot" / "New").is_file()


def test_an_upload_that_could_be_two_files_is_refused(
    caseless: Root, folder: Path
) -> None:
    (folder / "FILE").touch()
    assert upload_refusal(caseless, b"File")[0] == "ambiguous"


@pytest.mark.parametrize("name", [b"none/new", b"sub/none/new", b"file/new"])
def test_an_upload_without_its_folder_is_told_so(root: Root, name: bytes) -> None:
    assert upload_refusal(root, name) == ("not-found", "there is no such folder")


@pytest.mark.parametrize(
    ("name", "reason", "text"),
    [
        (b"", "malformed", "the request names no file"),
        (b"new/", "not-a-file", "that is a folder, not a file"),
        (b"sub", "not-a-file", "that is a folder, not a file"),
        (b"a" * 300, "malformed", "the file name is too long"),
        (
            PART_PREFIX + b"x",
            "denied",
            "names that begin with .tftptui- are reserved by the server",
        ),
        (b"../new", "outside-root", "outside the root, not served"),
        (b"up/new", "outside-root", "outside the root, not served"),
    ],
)
def test_where_no_upload_goes(root: Root, name: bytes, reason: str, text: str) -> None:
    assert upload_refusal(root, name) == (reason, text)
