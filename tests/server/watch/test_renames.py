"""Renames are detected among changes, and shown in listings for a moment."""

import dataclasses
import stat
import time

from tftptui.server.watch.renames import (
    MOST,
    Change,
    Mark,
    RecentRenames,
    pair_renames,
)
from tftptui.telemetry.views import Entry, Listing


def entry(name: bytes) -> Entry:
    return Entry(name=name, text=name.decode(), kind="file")


def told(renamed: RecentRenames, folder: bytes, *names: bytes) -> list[bytes]:
    listing = Listing(folder=folder, entries=[entry(name) for name in names])
    return [one.was for one in renamed.marked(listing).entries]


def test_an_entry_says_what_it_was() -> None:
    renamed = RecentRenames()
    renamed.note(Change(b"sub/new", "renamed", b"old"))
    assert told(renamed, b"sub", b"new", b"x") == [b"old", b""]
    assert told(renamed, b"", b"new") == [b""]


def test_what_was_renamed_twice_was_the_first() -> None:
    renamed = RecentRenames()
    renamed.note(Change(b"b", "renamed", b"a"))
    renamed.note(Change(b"c", "renamed", b"b"))
    assert told(renamed, b"", b"b", b"c") == [b"", b"a"]


def test_a_storm_of_names_is_bounded() -> None:
    renamed = RecentRenames()
    for number in range(MOST + 1):
        renamed.note(Change(b"new%d" % number, "renamed", b"old%d" % number))
    assert told(renamed, b"", b"new0", b"new1") == [b"", b"old1"]


FILE = Mark(stat.S_IFREG | 0o644, inode=5, size=3, modified_ns=1_000)
FOLDER = Mark(stat.S_IFDIR | 0o755, inode=7)


def test_a_deleted_and_an_added_name_of_one_file_are_a_rename() -> None:
    assert pair_renames({b"old": FILE}, {b"new": FILE}, {}) == [
        Change(b"new", "renamed", b"old")
    ]


def test_a_new_file_with_the_inode_of_a_deleted_one_is_not_a_rename() -> None:
    new = dataclasses.replace(FILE, modified_ns=2_000)
    assert pair_renames({b"old": FILE}, {b"new": new}, {}) == []


def test_a_folder_that_was_modified_just_now_may_be_new_and_is_not_a_rename() -> None:
    young = {b"new": time.time_ns()}
    settled = {b"new": time.time_ns() - 10**10}
    assert pair_renames({b"old": FOLDER}, {b"new": FOLDER}, young) == []
    assert pair_renames({b"old": FOLDER}, {b"new": FOLDER}, settled) == [
        Change(b"new", "renamed", b"old")
    ]


def test_of_two_names_of_one_file_only_one_is_the_renamed_one() -> None:
    renamed = pair_renames({b"old": FILE}, {b"a": FILE, b"b": FILE}, {})
    assert renamed == [Change(b"a", "renamed", b"old")]
