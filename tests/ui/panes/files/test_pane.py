import os
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.strip import Strip

from tests.support.file_scene import (
    Scene,
    file,
    folder,
    in_list,
    listing,
    names,
    numbered,
    refusal,
)
from tests.support.pane_host import PaneHost, hosted
from tests.support.pictures import NOW, status, view
from tftptui.engine.messages import CloseFolder, Frame, Listing, OpenFolder
from tftptui.telemetry.escapes import visible

HOSTILE = (b"[bold red]X[", b"[@click=app.bell]c[", b"a[;b]c", b"\x1b]0;title\x07")


async def test_the_root_is_listed_at_once_and_nothing_else() -> None:
    scene = Scene(folder(b"pxe"))
    async with hosted(scene.pane, scene.store):
        assert scene.engine.asked == [OpenFolder(b"")]


async def test_a_folder_is_listed_while_it_is_open() -> None:
    scene = Scene(folder(b"pxe"), file(b"z"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        assert names(shown) == ["▾ pxe/", "reading …", "z"]
        await shown.tell(listing(b"pxe", file(b"undionly.kpxe")))
        assert names(shown) == ["▾ pxe/", "undionly.kpxe", "z"]
        await shown.press("h")
        assert names(shown) == ["▸ pxe/", "z"]
    asked = [OpenFolder(b""), OpenFolder(b"pxe"), CloseFolder(b"pxe")]
    assert scene.engine.asked == asked


async def test_folders_in_a_closed_folder_are_not_listed() -> None:
    scene = Scene(folder(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("enter")
        await shown.tell(listing(b"a", folder(b"b")))
        await shown.press("l", "l")
        await shown.tell(listing(b"a/b", file(b"c")))
        await shown.press("g", "h")
        closed = scene.engine.asked[-2:]
        await shown.press("l")
        assert names(shown) == ["▾ a/", "▾ b/", "c"]
    assert closed == [CloseFolder(b"a"), CloseFolder(b"a/b")]
    assert scene.engine.asked[-2:] == [OpenFolder(b"a"), OpenFolder(b"a/b")]


async def test_an_engine_that_is_not_there_yet_is_asked_again() -> None:
    scene = Scene(folder(b"pxe"))
    scene.engine.is_there = False
    async with hosted(scene.pane, scene.store) as shown:
        assert scene.engine.asked == []
        scene.engine.is_there = True
        await shown.tell(Frame(time=NOW))
        assert scene.engine.asked == [OpenFolder(b"")]


async def test_a_folder_that_is_refused_says_why() -> None:
    scene = Scene(folder(b"pxe"))
    async with hosted(scene.pane, scene.store) as shown:
        scene.engine.refuse = "too many folders are open"
        await shown.press("l")
        assert shown.rows[1] == "too many folders are open"


async def test_a_folder_that_is_gone_says_why() -> None:
    scene = Scene(folder(b"pxe"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        gone = Listing(folder=b"pxe", gone=True, why="permission denied")
        await shown.tell(Frame(time=NOW, listings=[gone]))
        assert shown.rows[1] == "permission denied"


async def test_the_cursor_stays_on_its_file_when_others_come_and_go() -> None:
    scene = Scene(*numbered(1, 3, 5))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("j")
        await shown.tell(listing(b"", *numbered(0, 2, 3, 5)))
        assert scene.cursor == ("entry", b"f0003")


@pytest.mark.parametrize(
    ("left", "then"),
    [((1, 2, 4), b"f0004"), ((4, 5), b"f0004"), ((1, 2), b"f0002"), ((0, 6), None)],
)
async def test_the_cursor_moves_to_the_next_when_its_file_goes(
    left: tuple[int, ...], then: bytes | None
) -> None:
    scene = Scene(*numbered(1, 2, 3, 4, 5))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("j", "j")
        await shown.tell(listing(b"", *numbered(*left)))
        assert scene.cursor == ("entry", then or b"f0000")


async def test_the_cursor_moves_to_the_folder_when_its_last_file_goes() -> None:
    scene = Scene(folder(b"a"), folder(b"b"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("j", "l")
        await shown.tell(listing(b"b", file(b"x")))
        await shown.press("l")
        await shown.tell(listing(b"b"))
        assert scene.cursor == ("entry", b"b")


async def test_open_folders_stay_open_when_one_is_renamed() -> None:
    scene = Scene(folder(b"a"), folder(b"m"), folder(b"z"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("j", "j", "l")
        await shown.tell(listing(b"z", file(b"x")))
        await shown.tell(listing(b"", folder(b"b"), folder(b"m"), folder(b"z")))
        assert names(shown)[:3] == ["▸ b/", "▸ m/", "▾ z/"]
        assert names(shown)[3] == "x"


async def test_a_folder_that_is_renamed_stays_open_and_under_the_cursor() -> None:
    scene = Scene(folder(b"a"), folder(b"b"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        await shown.tell(listing(b"a", file(b"x"), file(b"y")))
        await shown.press("j", "j")
        assert scene.cursor == ("entry", b"a/y")
        renamed = file(b"c", kind="folder", was=b"a")
        await shown.tell(listing(b"", folder(b"b"), renamed))
        assert names(shown) == ["▸ b/", "▾ c/", "x", "y"]
        assert scene.cursor == ("entry", b"c/y")
        assert CloseFolder(b"a") in scene.engine.asked
        assert OpenFolder(b"c") in scene.engine.asked


async def test_the_cursor_goes_with_a_file_that_is_renamed() -> None:
    scene = Scene(file(b"fw.bin"), file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("g")
        old = file(b"zz-old.bin", was=b"fw.bin")
        await shown.tell(listing(b"", file(b"x"), old))
        assert scene.cursor == ("entry", b"zz-old.bin")
        assert in_list(shown)[1].endswith("512 renamed")
        assert "it was fw.bin until now" in "".join(shown.rows)


async def test_a_folder_that_is_removed_is_not_listed_any_more() -> None:
    scene = Scene(folder(b"a"), folder(b"b"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        await shown.tell(listing(b"", folder(b"b")))
        assert scene.engine.asked[-1] == CloseFolder(b"a")
        assert scene.cursor == ("entry", b"b")


async def test_the_view_stays_when_files_come_above_it() -> None:
    scene = Scene(*numbered(*range(100, 200)))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("G", *["k"] * 5)
        before = names(shown)
        await shown.tell(listing(b"", *numbered(*range(90, 200))))
        assert names(shown) == before


async def test_the_view_stays_when_the_cursor_is_elsewhere() -> None:
    scene = Scene(*numbered(*range(100, 200)))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("j", "j")
        scene.pane._list.scroll_to(y=40, animate=False, immediate=True)
        await shown.pilot.pause()
        before = names(shown)
        await shown.tell(listing(b"", *numbered(*range(90, 200))))
        assert names(shown) == before
        assert scene.cursor == ("entry", b"f0102")


async def test_what_can_not_be_served_says_why() -> None:
    device = file(b"console", kind="other", why="a device, cannot be served")
    nowhere: dict[str, Any] = {
        "kind": "other",
        "link": True,
        "target": "gone",
        "why": "leads nowhere",
    }
    links = [file(b"dead", **nowhere), file(b"latest", link=True, target="fw-2.bin")]
    scene = Scene(device, *links)
    async with hosted(scene.pane, scene.store) as shown:
        assert shown.rows[0] == "console  a device, cannot be served"
        assert shown.rows[1] == "dead → gone  leads nowhere"
        assert shown.rows[2].startswith("latest → fw-2.bin ")
        await shown.press("j", "j")
        assert "link to fw-2.bin · 512 bytes" in "".join(shown.rows)


async def test_a_large_folder_is_cut() -> None:
    scene = Scene(*numbered(*range(2_300)))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("G")
        assert names(shown)[-1].startswith("… 300 more; /")
        assert "2,300 listed" in shown.lines[-1]


async def test_an_empty_root_says_what_to_do() -> None:
    scene = Scene(root="/srv/images")
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(listing(b""))
        assert names(shown) == [
            "Nothing to serve yet.",
            "Put files into",
            "/srv/images",
        ]


@pytest.mark.parametrize("width", [42, 80, 140])
@pytest.mark.parametrize("name", HOSTILE)
async def test_hostile_names_are_drawn_as_they_are(name: bytes, width: int) -> None:
    scene = Scene(file(name), folder(name + b"/"))
    async with hosted(scene.pane, scene.store, size=(width, 12)) as shown:
        await shown.tell(Frame(time=NOW, refusals=[refusal("[/b]" + visible(name), 0)]))
        await shown.press("G")
        start = visible(name)[:10]
        assert shown.rows[0].startswith(start)
        assert "[/b]" + start in shown.rows[3]
        assert "\x1b" not in "".join(shown.lines)


async def test_the_title_says_whether_changes_are_seen() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        assert "2 Files · /srv/images · watching" in shown.lines[0]
        await shown.tell(Frame(time=NOW, status=status(watch="stale")))
        assert "2 Files · /srv/images · stale" in shown.lines[0]
        assert "1 listed" in shown.lines[-1]


async def test_an_idle_pane_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(*numbered(1, 2, 3))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW))
        drawn: list[int] = []
        rows = scene.pane._list
        render_line = rows.render_line

        def counted(y: int) -> Strip:
            drawn.append(y)
            return render_line(y)

        monkeypatch.setattr(rows, "render_line", counted)
        await shown.tell(Frame(time=NOW + 5, transfers=[view(1, file="other")]))
        scene.clock.now += 5
        scene.pane.clock_ticked()
        await shown.pilot.pause()
    assert drawn == []


async def test_the_chosen_file_can_be_asked_for() -> None:
    scene = Scene(folder(b"pxe"), file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("j")
        assert scene.pane.chosen is not None
        assert scene.pane.chosen.path == b"x"


ASKED = [("boot.scr", -30), ("PXELINUX.CFG/default", -9), ("boot.scr", -8)]


@pytest.mark.parametrize("size", [(42, 20), (80, 24)])
def test_looks(snap_compare: Any, size: tuple[int, int]) -> None:
    os.environ.pop("NO_COLOR", None)
    root = [
        folder(b"board"),
        folder(b"pxe"),
        file(b"console", kind="other", why="a device, cannot be served"),
        file(b"latest.img", 12_345_678, link=True),
        file(b"[bold red]X[\x1b]0;evil\x07.bin", 17),
    ]
    scene = Scene(*root)
    board = [file(b"fit.itb", 9_100_000), file(b"u-boot.img", 612_000)]
    changed = [
        file(b"fit.itb", 9_123_000, modified=NOW + 5),
        file(b"new.dtb", 4_711),
        file(b"u-boot.img", 612_000),
    ]

    async def play(pilot: Pilot[None]) -> None:
        await pilot.pause()
        scene.pane.focus_main()
        scene.pane.action_open()
        scene.store.fold(listing(b"board", *board))
        scene.pane.frame_arrived()
        scene.clock.now = NOW + 7
        scene.store.fold(listing(b"board", *changed))
        reads = [view(n, "completed", file="latest.img") for n in range(2, 14)]
        scene.store.fold(
            Frame(
                time=NOW + 7,
                transfers=[view(1, file="/board\\u-boot.img"), *reads],
                refusals=[refusal(name, at) for name, at in ASKED],
            )
        )
        scene.pane.frame_arrived()

        await pilot.pause()
        await pilot.press("G")

    app = PaneHost(scene.pane)
    assert snap_compare(app, terminal_size=size, run_before=play)


async def test_a_capture_is_no_folder_that_somebody_watches() -> None:
    scene = Scene()
    async with hosted(scene.pane, scene.store) as shown:
        told = status(source="capture", watch="stale")
        await shown.tell(Frame(time=NOW, status=told))
        assert "stale" not in shown.lines[0]
        assert "listed" not in "".join(shown.lines)
