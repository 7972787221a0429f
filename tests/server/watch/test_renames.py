"""Listings say what was renamed a moment ago."""

from tftptui.server.watch.file_events import Change
from tftptui.server.watch.renames import MOST, Renamed
from tftptui.telemetry.views import Entry, Listing


def entry(name: bytes) -> Entry:
    return Entry(name=name, text=name.decode(), kind="file")


def told(renamed: Renamed, folder: bytes, *names: bytes) -> list[bytes]:
    listing = Listing(folder=folder, entries=[entry(name) for name in names])
    return [one.was for one in renamed.marked(listing).entries]


def test_an_entry_says_what_it_was() -> None:
    renamed = Renamed()
    renamed.note(Change(b"sub/new", "renamed", b"old"))
    assert told(renamed, b"sub", b"new", b"x") == [b"old", b""]
    assert told(renamed, b"", b"new") == [b""]


def test_what_was_renamed_twice_was_the_first() -> None:
    renamed = Renamed()
    renamed.note(Change(b"b", "renamed", b"a"))
    renamed.note(Change(b"c", "renamed", b"b"))
    assert told(renamed, b"", b"b", b"c") == [b"", b"a"]


def test_a_storm_of_names_is_bounded() -> None:
    renamed = Renamed()
    for number in range(MOST + 1):
        renamed.note(Change(b"new%d" % number, "renamed", b"old%d" % number))
    assert told(renamed, b"", b"new0", b"new1") == [b"", b"old1"]
