"""Several files and folders, each under its own name."""

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.name_tree import INSIDE, make_tree
from tftptui.server.root.all_names import names_below
from tftptui.server.root.explain import explain_read, explain_write
from tftptui.server.root.names import Names
from tftptui.server.root.path_resolution import RootError
from tftptui.server.root.root import Root
from tftptui.server.watch.directory_listing import list_folder
from tftptui.settings import Named

STEPS = (
    b"..", b".", b"", b"file", b"tree", b"TREE", b"one.bin", b"sub", b"inner", b"in",
    b"up", b"abs", b"absin", b"loop", b"secret", b"root", b"spare", b".tftptui-x",
)  # fmt: skip
ASKED = st.lists(st.sampled_from(STEPS), max_size=8).map(b"/".join)


class Scene:
    """A tree and a file, served by name, with a secret next to both."""

    def __init__(self, above: Path) -> None:
        self.tree = make_tree(above)
        self.file = above / "one.bin"
        self.file.write_bytes(INSIDE)
        named = (
            Named("tree", self.tree),
            Named("one.bin", self.file),
            Named("spare", self.file),
        )
        self.root = Root(above, named=named)

    def content(self, name: bytes) -> bytes:
        file = self.root.open(name)
        try:
            return os.read(file.descriptor, 100)
        finally:
            os.close(file.descriptor)

    def refusal(self, name: bytes) -> str:
        with pytest.raises(RootError) as caught:
            self.root.open(name)
        return caught.value.reason

    def listed(self, folder: bytes = b"") -> list[tuple[bytes, str, str]]:
        entries = list_folder(self.root, folder).entries
        return [(entry.name, entry.kind, entry.why) for entry in entries]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(tmp_path)
    with contextlib.closing(scene.root):
        yield scene


@pytest.fixture(scope="module")
def shared() -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as above:
        scene = Scene(Path(above).resolve())
        with contextlib.closing(scene.root):
            yield scene


def replace(path: Path, content: bytes) -> None:
    new = path.with_name("new")
    new.write_bytes(content)
    new.rename(path)


def test_each_is_served_under_its_name_and_nothing_beside_it(scene: Scene) -> None:
    for name in (b"one.bin", b"/one.bin", b"spare", b"tree/file", b"tree/sub/inner"):
        assert INSIDE in scene.content(name)
    assert scene.root.open(b"spare").name == b"spare"
    for name in (b"secret", b"root/file", b"file", b"sub/inner"):
        assert scene.refusal(name) == "not-found"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        (b"..", "outside-root"),
        (b"tree/../../secret", "outside-root"),
        (b"tree/up/secret", "outside-root"),
        (b"tree/sub/up/secret", "outside-root"),
        (b"tree/abs", "outside-root"),
        (b"one.bin/..", "not-found"),
        (b"one.bin/../secret", "not-found"),
        (b"one.bin/x", "not-found"),
        (b"tree", "not-a-file"),
        (b".", "not-a-file"),
    ],
)
def test_no_way_leads_out(scene: Scene, name: bytes, reason: str) -> None:
    assert scene.refusal(name) == reason


def test_links_and_dots_inside_work_as_in_any_root(scene: Scene) -> None:
    for name in (b"tree/in", b"tree/absin", b"tree/sub/../file", b"tree/../one.bin"):
        assert INSIDE in scene.content(name)


def test_case_may_be_ignored_at_the_top_as_well(scene: Scene) -> None:
    assert scene.refusal(b"ONE.BIN") == "not-found"
    scene.root.names = Names(ignore_case=True)
    assert scene.content(b"ONE.BIN") == INSIDE
    assert INSIDE in scene.content(b"Tree/FILE")


def test_a_renamed_over_file_is_the_new_one_at_once(scene: Scene) -> None:
    before = scene.root.open(b"one.bin")
    replace(scene.file, b"second")
    assert scene.content(b"one.bin") == b"second"
    assert os.read(before.descriptor, 100) == INSIDE
    os.close(before.descriptor)


def test_a_file_may_go_and_come_back(scene: Scene) -> None:
    scene.file.unlink()
    scene.root.follow()
    assert scene.refusal(b"one.bin") == "not-found"
    assert (b"one.bin", "other", "no longer there") in scene.listed()
    scene.file.write_bytes(b"back")
    assert scene.content(b"one.bin") == b"back"


def test_what_takes_a_files_place_is_no_way_in(scene: Scene) -> None:
    scene.file.unlink()
    scene.file.symlink_to("secret")
    assert scene.refusal(b"one.bin") == "outside-root"
    scene.file.unlink()
    scene.file.mkdir()
    (scene.file / "x").write_bytes(b"x")
    assert scene.refusal(b"one.bin/x") == "not-a-file"
    scene.file.rename(scene.file.with_name("gone"))
    os.mkfifo(scene.file)
    assert scene.refusal(b"one.bin") == "not-a-file"


def test_a_link_that_was_named_is_followed_and_so_is_its_change(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "fw").write_text(version)
    latest = tmp_path / "latest"
    latest.symlink_to("v1/fw")
    with contextlib.closing(Root(tmp_path, named=[Named("fw", latest)])) as root:
        assert os.pread(root.open(b"fw").descriptor, 9, 0) == b"v1"
        latest.unlink()
        latest.symlink_to("v2/fw")
        root.follow()
        assert root.version == 1
        assert os.pread(root.open(b"fw").descriptor, 9, 0) == b"v2"


def test_a_folder_put_in_the_place_of_one_is_served(scene: Scene) -> None:
    with scene.root.walk() as walk:  # started in the old one, and stays there
        scene.tree.rename(scene.tree.with_name("old"))
        scene.tree.mkdir()
        (scene.tree / "file").write_bytes(b"other")
        scene.root.follow()
        assert scene.content(b"tree/file") == b"other"
        assert os.pread(walk.open(b"tree/file").descriptor, 9, 0) == INSIDE


def test_descriptors_go_with_the_root(tmp_path: Path) -> None:
    before = {*Path("/proc/self/fd").iterdir()}
    scene = Scene(tmp_path)
    with pytest.raises(RootError):
        scene.root.open(b"tree/abs")
    scene.root.move(scene.tree)
    assert scene.root.top is None
    assert INSIDE in scene.content(b"file")
    scene.root.close()
    # Others may be closed meanwhile: leftovers of earlier tests are collected any time.
    assert {*Path("/proc/self/fd").iterdir()} <= before


def test_the_top_is_listed_and_counted(scene: Scene) -> None:
    names = [(b"tree", "folder", ""), (b"one.bin", "file", ""), (b"spare", "file", "")]
    assert scene.listed() == names
    assert (b"file", "file", "") in scene.listed(b"tree")
    assert list_folder(scene.root, b"one.bin").gone
    assert {b"one.bin", b"spare", b"tree/file"} <= {*names_below(scene.root)}


def test_uploads_go_into_folders_and_over_files(scene: Scene) -> None:
    for name, kept in ((b"tree/new", b"tree/new"), (b"spare", b"spare")):
        place = scene.root.reach_new(name)
        os.close(place.folder)
        assert place.name == kept
    scene.file.unlink()
    place = scene.root.reach_new(b"spare")
    os.close(place.folder)
    assert (place.part, place.is_there, place.name) == (b"one.bin", False, b"spare")
    with pytest.raises(RootError, match="only the named files are served"):
        scene.root.reach_new(b"new")
    with pytest.raises(RootError, match="outside"):
        scene.root.reach_new(b"../secret")


def test_a_path_that_is_not_there_can_not_be_served(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as caught:
        Root(tmp_path, named=[Named("x", tmp_path / "none")])
    assert caught.value.filename == str(tmp_path / "none")


@given(asked=ASKED, ignore_case=st.booleans())
def test_no_name_ever_leads_outside(
    shared: Scene, asked: bytes, *, ignore_case: bool
) -> None:
    shared.root.names = Names(ignore_case=ignore_case)
    told = explain_read(shared.root, asked, "")
    if told.served is not None:
        assert INSIDE in shared.content(asked)
    else:
        assert shared.refusal(asked) == told.reason


@given(asked=ASKED, ignore_case=st.booleans())
def test_no_upload_ever_goes_outside(
    shared: Scene, asked: bytes, *, ignore_case: bool
) -> None:
    shared.root.names = Names(ignore_case=ignore_case)
    told = explain_write(shared.root, asked, "", "overwrite")
    if told.served is None:
        with pytest.raises(RootError, match=re.escape(told.message or "?")):
            shared.root.reach_new(asked)
        return
    place = shared.root.reach_new(asked)
    where = Path(f"/proc/self/fd/{place.folder}").resolve() / os.fsdecode(place.part)
    os.close(place.folder)
    assert where.is_relative_to(shared.tree) or where == shared.file
