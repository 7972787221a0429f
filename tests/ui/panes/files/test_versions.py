"""Which version of a file was sent, and how it compares with the current one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pytest

from tests.support.file_scene import Scene, file, in_list, listing
from tests.support.pane_host import Hosted, hosted
from tests.support.pictures import NOW, frame, view
from tests.support.screens import LARGE, shown
from tftptui.engine.messages import Entry, Frame, HashView, TransferView
from tftptui.telemetry.versions import Version


@dataclass(frozen=True)
class Image:
    """A version of the file x."""

    inode: int = 7
    modified: float = NOW - 3_600
    changed: int = 1

    @property
    def version(self) -> Version:
        return Version(1, self.inode, 700, round(self.modified * 1e9), self.changed)

    @property
    def entry(self) -> Entry:
        return file(b"x", 700, modified=self.modified, version=self.version)

    def got(self, number: int = 1, **changes: Any) -> TransferView:
        given = {"modified": self.modified, "version": self.version}
        return view(number, "completed", file="x", total_size=700, **(given | changes))

    def hashed(self, sha256: str) -> HashView:
        return HashView(
            name=b"x",
            size=700,
            modified=self.modified,
            done=700,
            sha256=sha256,
            md5="0",
            version=self.version,
        )


FIRST = Image()
IN_PLACE = replace(FIRST, changed=2)
RENAMED = replace(FIRST, inode=8, changed=2)
LATER = Image(modified=NOW - 1_800, changed=2)


def at(moment: float, form: str = "%H:%M:%S") -> str:
    return datetime.fromtimestamp(moment).astimezone().strftime(form)


async def fetched(
    shown: Hosted, then: Image, now: Image, *hashes: HashView
) -> tuple[str, str]:
    """Return the row of a file and the detail about its last fetch."""
    await shown.tell(Frame(time=NOW, transfers=[then.got()], hashes=[*hashes]))
    await shown.tell(listing(b"", now.entry))
    (told,) = [row for row in shown.rows if row.startswith("fetched once")]
    return in_list(shown)[0], told.strip()


@pytest.mark.parametrize(
    ("now", "hashes", "mark", "words"),
    [
        (FIRST, (), "↑1", ", this version"),
        (IN_PLACE, (), "↑1 not this?", ": maybe another version of the same time"),
        (RENAMED, (), "↑1 not this", ": another version of the same time, not this"),
        (
            IN_PLACE,
            ("a", "b"),
            "↑1 not this",
            ": another version of the same time",
        ),
        (IN_PLACE, ("a", "a"), "↑1", ": the same bytes as this"),
        (RENAMED, ("a", "a"), "↑1", ": the same bytes as this"),
        (LATER, (), "↑1 not this", f": file as of {at(FIRST.modified)}, not this"),
        (
            LATER,
            ("a", "a"),
            "↑1",
            f": file as of {at(FIRST.modified)}, the same bytes as this",
        ),
    ],
)
async def test_versions_are_told_apart(
    now: Image, hashes: tuple[str, ...], mark: str, words: str
) -> None:
    scene = Scene(FIRST.entry)
    known = [one.hashed(sha) for one, sha in zip((FIRST, now), hashes, strict=False)]
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        row, told = await fetched(host, FIRST, now, *known)
        assert row.endswith((f" {mark}", f"{mark} · changed"))
        assert told.startswith(f"fetched once by 10.0.4.21 1 s ago{words}")


async def test_a_hash_stands_at_its_own_version_alone() -> None:
    scene = Scene(FIRST.entry)
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        await host.tell(Frame(time=NOW, hashes=[FIRST.hashed("ab" * 32)]))
        assert any(row.startswith("SHA-256 abab") for row in host.rows)
        await host.tell(listing(b"", IN_PLACE.entry))
        assert not any(row.startswith("SHA-256") for row in host.rows)


async def test_other_rights_alone_do_not_make_a_file_changed() -> None:
    scene = Scene(FIRST.entry)
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        await host.tell(listing(b"", IN_PLACE.entry))
        assert "changed" not in in_list(host)[0]
        await host.tell(listing(b"", RENAMED.entry))
        assert "changed" in in_list(host)[0]


async def test_two_saves_within_a_second_read_apart() -> None:
    one, other = Image(modified=NOW - 60 + 0.125), Image(modified=NOW - 60 + 0.5)
    scene = Scene(one.entry)
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        _, told = await fetched(host, one, other)
        assert told.endswith(f"file as of {at(NOW - 60)}.125, not this")
        assert any(f"modified {at(NOW - 60)}.500" in row for row in host.rows)


async def test_the_latest_fetches_are_listed_with_their_versions() -> None:
    scene = Scene(FIRST.entry)
    views = [FIRST.got(1), *(LATER.got(number) for number in range(2, 7))]
    hashes = [FIRST.hashed("ab" * 32)]
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        told = Frame(time=NOW, transfers=views[:3], hashes=hashes)
        await host.tell(told)
        assert [row.strip() for row in host.rows if "10.0.4.2" in row][1:] == [
            f"{at(NOW - 3)}  10.0.4.23:50003 · file as of {at(LATER.modified)}",
            f"{at(NOW - 2)}  10.0.4.22:50002 · file as of {at(LATER.modified)}",
            f"{at(NOW - 1)}  10.0.4.21:50001 · SHA-256 abababab… · this version",
        ]
        await host.tell(Frame(time=NOW, transfers=views[3:]))
        listed = [row for row in host.rows if " · file as of" in row]
        assert len(listed) == 5


async def test_fetched_versions_of_the_same_time_read_apart() -> None:
    changed = [replace(FIRST, changed=round((NOW - ago) * 1e9)) for ago in (90, 60)]
    scene = Scene(LATER.entry)
    views = [one.got(number) for number, one in enumerate(changed, 1)]
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        await host.tell(Frame(time=NOW, transfers=views))
        for ago in (90, 60):
            told = f"file as of {at(FIRST.modified)} (changed {at(NOW - ago)})"
            assert told in "".join(host.rows)
    async with shown(frame(*views), size=LARGE) as screen:
        await screen.press("1")
        assert f"(changed {at(NOW - 90)}), 700 bytes" in screen.text()


async def test_where_rows_need_the_room_there_is_no_list_of_fetches() -> None:
    scene = Scene(FIRST.entry, *(file(b"y%02d" % number) for number in range(40)))
    async with hosted(scene.pane, scene.store, size=(100, 30)) as host:
        many = [FIRST.got(number) for number in range(1, 6)]
        await host.tell(Frame(time=NOW, transfers=many))
        assert sum(" · this version" in row for row in host.rows) == 2


async def test_a_transfer_tells_the_version_it_got() -> None:
    read = FIRST.got(1)
    async with shown(frame(read), size=LARGE) as screen:
        await screen.press("1")
        told = f"File as of {at(FIRST.modified)}, 700 bytes."
        assert told in " ".join(screen.text().split())
        await screen.press("enter")
        await screen.pilot.pause()
        assert f"File as of {at(FIRST.modified)}, 700" in screen.text()


async def test_its_hash_is_told_though_the_file_is_another_by_now() -> None:
    later = Frame(time=NOW, hashes=[FIRST.hashed("ab" * 32), LATER.hashed("cd" * 32)])
    async with shown(frame(FIRST.got(1)), later, size=LARGE) as screen:
        await screen.press("1", "enter")
        await screen.pilot.pause()
        assert "SHA-256 abababab" in screen.text()
