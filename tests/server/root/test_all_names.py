from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.name_tree import make_tree
from tftptui.server.root import all_names
from tftptui.server.root.root import Root


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Root]:
    with closing(Root(make_tree(tmp_path))) as root:
        yield root


def test_all_files_are_named_and_links_that_stay_inside(root: Root) -> None:
    assert sorted(all_names.names_below(root)) == [
        b"192.0.2.7/file",
        b"192.0.2.7/inner",
        b"Boot/BCD",
        b"Boot/x64/loader",
        b"absin",
        b"file",
        b"in",
        b"sub/inner",
    ]


def test_those_near_the_top_come_first(root: Root) -> None:
    depths = [name.count(b"/") for name in all_names.names_below(root)]
    assert depths == sorted(depths)


def test_it_ends_when_it_is_told_to(root: Root) -> None:
    turns = iter([True, False])
    names = [*all_names.names_below(root, go_on=lambda: next(turns))]
    assert sorted(names) == [b"absin", b"file", b"in"]


def test_it_ends_at_the_bound(root: Root, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_names, "MOST_NAMES", 4)
    assert len([*all_names.names_below(root)]) == 4


def test_uploads_in_progress_are_not_named(root: Root) -> None:
    (root.path / ".tftptui-1234").write_bytes(b"half")
    assert not any(b"tftptui" in name for name in all_names.names_below(root))
