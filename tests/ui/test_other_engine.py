"""A new engine: file data is requested again, shown or not."""

from tests.support.file_scene import Scene, file, folder, in_list, listing, names
from tests.support.pane_host import hosted
from tests.support.pictures import NOW, status, view
from tftptui.engine.messages import Frame, OpenFolder


def told_again(*names: bytes, first: int = 1) -> Frame:
    """Return all state of another engine: files, each of which was read once."""
    frame = listing(b"", *(file(name) for name in names))
    frame.status = status()
    frame.transfers = [
        view(number, "completed", file=name.decode(), started=NOW + number)
        for number, name in enumerate(names, first)
    ]
    return frame


async def test_open_folders_are_asked_for_though_nobody_saw_the_change() -> None:
    scene = Scene(folder(b"pxe"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        scene.engine.asked.clear()
        scene.store.end("gone")
        scene.store.forget()
        await shown.tell(Frame(time=NOW, status=status()))
        await shown.tell(listing(b"", folder(b"pxe"), file(b"new")))
    assert scene.engine.asked == [OpenFolder(b""), OpenFolder(b"pxe")]


async def test_a_restarted_engine_is_asked_for_folders_though_nobody_looked() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        scene.engine.asked.clear()
        scene.store.start_over()
        await shown.tell(Frame(time=NOW, status=status()))
    assert scene.engine.asked == [OpenFolder(b"")]


async def test_fetches_are_those_that_the_new_engine_tells() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        fetched = [view(n, "completed", file="a") for n in (1, 2, 3)]
        await shown.tell(Frame(time=NOW, transfers=fetched))
        assert in_list(shown)[0].endswith("a 512 ↑3")
        scene.store.forget()
        await shown.tell(told_again(b"a", b"c"))
        assert [row.split(" (")[0] for row in in_list(shown)] == [
            "a 512 ↑1",
            "c 512 ↑1",
        ]


async def test_what_it_lists_is_not_new_for_being_there() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(listing(b"", file(b"a"), file(b"b")))
        assert "new" in in_list(shown)[1]
        scene.store.forget()
        await shown.tell(told_again(b"a", b"b", b"c"))
        assert not any("new" in row for row in in_list(shown))


async def test_transfers_after_a_restart_count_beside_those_before_it() -> None:
    scene = Scene(file(b"a"))
    async with hosted(scene.pane, scene.store) as shown:
        before = view(1, "completed", file="a", started=NOW - 9)
        await shown.tell(Frame(time=NOW, transfers=[before]))
        scene.store.start_over()
        after = view(1, "completed", file="a", started=NOW - 1)
        await shown.tell(Frame(time=NOW, status=status(), transfers=[after]))
        assert in_list(shown)[0].endswith("a 512 ↑2")


async def test_a_folder_that_the_new_engine_does_not_open_says_so() -> None:
    scene = Scene(folder(b"pxe"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("l")
        await shown.tell(listing(b"pxe", file(b"x")))
        scene.store.forget()
        scene.engine.refuse = "not a folder"
        await shown.tell(Frame(time=NOW, status=status()))
        assert "x" not in names(shown)
