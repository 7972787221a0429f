from datetime import datetime
from typing import Any

import pytest

from tests.support.file_scene import (
    Scene,
    file,
    folder,
    in_list,
    listing,
    names,
    refusal,
)
from tests.support.pane_host import hosted
from tests.support.pictures import NOW, status, view
from tftptui.engine.messages import Frame, HashView, Refusal
from tftptui.telemetry.probe_trials import SELF_TEST
from tftptui.ui.panes.files.rows import plain_name


async def test_what_was_there_from_the_start_is_not_new() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        assert "new" not in shown.rows[0]


async def test_what_another_root_holds_is_not_new() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW, transfers=[view(1, "completed", file="a")]))
        assert in_list(shown)[0].endswith("512 ↑1")
        other = Frame(time=NOW, status=status(root="/srv/other"))
        other.listings = listing(b"", file(b"a"), file(b"b")).listings
        await shown.tell(other)
        assert in_list(shown)[0].endswith("a 512")
        assert in_list(shown)[1].endswith("b 512")
        await shown.tell(listing(b"", file(b"a"), file(b"b"), file(b"c")))
        assert in_list(shown)[2].endswith("c 512 new")


async def test_new_and_changed_files_say_so_and_since_when() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        changed = file(b"a", 600, modified=NOW + 4)
        scene.clock.now = NOW + 5
        await shown.tell(listing(b"", changed, file(b"b")))
        assert in_list(shown)[0].endswith("600 1 s changed 1 s ago")
        assert in_list(shown)[1].endswith("512 new")
        scene.clock.now = NOW + 9
        scene.pane.clock_ticked()
        await shown.pilot.pause()
        assert in_list(shown)[0].endswith("600 5 s changed 5 s ago")
        assert in_list(shown)[1].endswith("new 4 s ago")
        scene.clock.now = NOW + 90
        scene.pane.clock_ticked()
        await shown.pilot.pause()
        assert in_list(shown)[0].endswith("600 1 min")


async def test_what_changed_while_nobody_looked_is_not_said_to_be_recent() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        scene.clock.now = NOW + 600
        late = file(b"b", modified=NOW + 590)
        await shown.tell(listing(b"", file(b"a", 9, modified=1), late))
        assert in_list(shown)[0].endswith("9 56 y")
        assert in_list(shown)[1].endswith("new 10 s ago")


async def test_what_is_different_in_a_folder_opened_again_is_not_new() -> None:
    scene = Scene(folder(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        await shown.tell(listing(b"a", file(b"x")))
        await shown.press("h", "l")
        await shown.tell(listing(b"a", file(b"x"), file(b"y")))
        assert in_list(shown)[2].endswith("512")


@pytest.mark.parametrize("asked", ["pxe/x", "/pxe/x", "pxe\\x", "\\pxe\\x", ".//pxe/x"])
async def test_a_file_that_is_being_read_says_so(asked: str) -> None:
    scene = Scene(folder(b"pxe"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        await shown.tell(listing(b"pxe", file(b"x"), file(b"y")))
        await shown.tell(Frame(time=NOW, transfers=[view(1, file=asked)]))
        assert in_list(shown)[1].endswith("512 ▶1")
        assert in_list(shown)[2].endswith("512")
        ended = view(1, "completed", file=asked)
        await shown.tell(Frame(time=NOW, transfers=[ended, view(2, "failed")]))
        assert in_list(shown)[1].endswith("512 ↑1")
        await shown.tell(Frame(time=NOW, transfers=[view(3, file=asked)]))
        assert in_list(shown)[1].endswith(("512 ▶1 ↑1", "512 ▶1 · ↑1"))


async def test_completed_reads_are_counted_once_each_and_not_forgotten() -> None:
    scene = Scene(file(b"x"))
    scene.store.kept_transfers = 5
    async with hosted(scene.pane, scene.store) as shown:
        for number in range(1, 13):
            done = view(number, "completed", file="x")
            await shown.tell(Frame(time=NOW, transfers=[done]))
        assert in_list(shown)[0].endswith("↑12")


@pytest.mark.parametrize(
    ("size", "expected"), [((80, 24), "↑7 not this · changed"), ((42, 24), "≠↑7 1 s")]
)
async def test_what_decides_stands_whole_beside_a_changed_file(
    size: tuple[int, int], expected: str
) -> None:
    scene = Scene(file(b"x", 700, modified=NOW - 3_600))
    got: dict[str, Any] = {"file": "x", "modified": NOW - 3_600, "total_size": 700}
    async with hosted(scene.pane, scene.store, size=size) as shown:
        done = [view(number, "completed", **got) for number in range(1, 8)]
        await shown.tell(Frame(time=NOW, transfers=done))
        scene.clock.now = NOW + 5
        await shown.tell(listing(b"", file(b"x", 900, modified=NOW + 4)))
        assert in_list(shown)[0].endswith(expected)


@pytest.mark.parametrize(
    ("size", "expected"), [((80, 24), "≠ differs · new"), ((42, 24), "≠ new")]
)
async def test_a_file_that_is_not_as_listed_says_so_first(
    size: tuple[int, int], expected: str
) -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store, size=size) as shown:
        scene.clock.now = NOW + 2
        await shown.tell(listing(b"", file(b"a"), file(b"x", 900)))
        differs = HashView(
            name=b"x", size=900, modified=0.0, sha256="ab" * 32, verdict="differs"
        )
        await shown.tell(Frame(time=NOW + 2, hashes=[differs]))
        assert expected in in_list(shown)[1]


async def test_which_version_was_fetched_is_told() -> None:
    scene = Scene(file(b"x", 700, modified=NOW - 3_600))
    got: dict[str, Any] = {"file": "x", "modified": NOW - 3_600, "total_size": 700}
    async with hosted(scene.pane, scene.store) as shown:
        done = view(1, "completed", **got)
        await shown.tell(Frame(time=NOW, transfers=[done]))
        assert in_list(shown)[0].endswith("↑1")
        assert "fetched once by 10.0.4.21 1 s ago, this version" in "".join(shown.rows)
        await shown.tell(listing(b"", file(b"x", 900, modified=NOW - 60)))
        scene.clock.now = NOW + 90
        scene.pane.clock_ticked()
        await shown.pilot.pause()
        assert in_list(shown)[0].endswith("↑1 not this")
        when = datetime.fromtimestamp(NOW - 3_600).astimezone().strftime("%H:%M:%S")
        told = f"fetched once by 10.0.4.21 1 min ago: file as of {when}, not this"
        assert told in "".join(shown.rows)
        again = view(2, "completed", file="x", modified=NOW - 60, total_size=900)
        await shown.tell(Frame(time=NOW, transfers=[again]))
        assert in_list(shown)[0].endswith("↑2")


async def test_what_was_sent_here_may_be_another_file_by_now() -> None:
    scene = Scene(file(b"x", 700, modified=NOW - 1))
    sent: dict[str, Any] = {"file": "x", "direction": "write", "acked_bytes": 700}
    async with hosted(scene.pane, scene.store) as shown:
        done = view(1, "completed", **sent, total_size=None, modified=NOW - 1)
        await shown.tell(Frame(time=NOW, transfers=[done]))
        assert "sent by 10.0.4.21 1 s ago, this version" in "".join(shown.rows)
        await shown.tell(listing(b"", file(b"x", 700, modified=NOW)))
        assert "sent by 10.0.4.21 1 s ago: file as of" in "".join(shown.rows)


async def test_written_files_are_not_counted_as_served() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        done = view(1, "completed", file="x", direction="write")
        await shown.tell(Frame(time=NOW, transfers=[done]))
        assert in_list(shown)[0].endswith("512")


async def test_refused_names_are_counted_the_latest_first() -> None:
    scene = Scene(file(b"x"))
    asked = [refusal("b", -9), refusal("a", -8), refusal("b", -2, "10.0.4.40")]
    async with hosted(scene.pane, scene.store) as shown:
        denied = Refusal(
            time=NOW, client="h", client_tid=1, file="c", reason="denied", message=""
        )
        await shown.tell(Frame(time=NOW, refusals=[*asked, denied]))
        assert shown.rows[1] == "✗ requested, not found"
        assert shown.rows[2].split("  ")[0] == "b"
        assert shown.row("×2").endswith("×2  10.0.4.40        2 s ago")
        assert shown.row("×1").endswith("×1  10.0.4.37        8 s ago")
        assert len(names(shown)) == 4


async def test_the_foot_tells_the_client_where_there_is_no_room() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store, size=(42, 12)) as shown:
        await shown.tell(Frame(time=NOW, refusals=[refusal("b", -9)]))
        await shown.press("G")
        assert "last by 10.0.4.37 · 9 s ago" in shown.lines[-1]


async def test_no_more_than_twenty_refused_names_are_shown() -> None:
    scene = Scene(file(b"x"))
    many = [refusal(f"n{number}", -number) for number in range(30)]
    async with hosted(scene.pane, scene.store, size=(80, 40)) as shown:
        await shown.tell(Frame(time=NOW, refusals=many))
        assert len(names(shown)) == 1 + 1 + 20


async def test_a_refused_name_that_has_come_is_not_missing_any_more() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW, refusals=[refusal("/y", -9)]))
        assert shown.row("requested, not")
        await shown.tell(listing(b"", file(b"x"), file(b"y")))
        assert names(shown) == ["x", "y"]


def test_a_name_is_plain_without_what_clients_add() -> None:
    assert plain_name("/a//./b\\c") == "a/b/c"


async def test_our_own_self_test_is_no_client_that_was_served() -> None:
    scene = Scene(file(b"a"))
    own = view(1, "completed", file="a", kind=SELF_TEST)
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW, transfers=[own]))
        assert "↑" not in in_list(shown)[0]
        await shown.tell(Frame(time=NOW, transfers=[view(2, "completed", file="a")]))
        assert in_list(shown)[0].endswith("↑1")
