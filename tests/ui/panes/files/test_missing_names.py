"""Missing names in the Files pane."""

from typing import Any

from tests.knowledge.names.boots import HEALTHY, ILL, boot
from tests.support.file_scene import Scene, file, folder, in_list, listing, refusal
from tests.support.pane_host import Hosted, hosted
from tests.support.pictures import NOW, view
from tftptui.engine.messages import FoundFiles, Frame, NearName, Refusal
from tftptui.knowledge.names import Attempt
from tftptui.ui.panes.files.model import FileModel
from tftptui.ui.panes.files.rows import NoteRow
from tftptui.ui.store import Store

CLIENT = "10.0.4.37"
SURE = NearName(
    name=b"boot/BCD",
    text="boot/BCD",
    rule="case",
    words="in another case",
    sure=True,
)
GUESS = NearName(name=b"x/a.bin", text="x/a.bin", rule="typo", words="letters differ")


def missed(name: str, at: float = -9, *near: NearName) -> Refusal:
    given = refusal(name, at)
    return Refusal(
        time=given.time,
        client=given.client,
        client_tid=given.client_tid,
        file=name,
        reason="not-found",
        message="",
        near=[*near],
        asked=name.encode(),
    )


def played(requests: list[Attempt]) -> Frame:
    """Return an engine's frame about a client's requests; the last was at NOW."""
    shift = NOW - requests[-1].time
    refusals = [
        missed(one.name, one.time + shift - NOW) for one in requests if not one.found
    ]
    found = [
        view(
            number,
            "completed",
            client=CLIENT,
            file=one.name,
            started=one.time + shift,
        )
        for number, one in enumerate(requests, 1)
        if one.found
    ]
    return Frame(time=NOW, refusals=refusals, transfers=found)


async def look_later(scene: Scene, shown: Hosted, seconds: float) -> None:
    scene.clock.now += seconds
    scene.pane.clock_ticked()
    await shown.pilot.pause()


async def test_what_is_certain_and_what_is_a_guess_look_different() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        frame = Frame(
            time=NOW,
            refusals=[missed("b.bin", -9, GUESS), missed("BOOT/bcd", -8, SURE)],
        )
        await shown.tell(frame)
        assert in_list(shown)[2:] == [
            "BOOT/bcd ×1 10.0.4.37 8 s ago",
            "↳ boot/BCD in another case",
            "b.bin ×1 10.0.4.37 9 s ago",
            "↳ x/a.bin? letters differ",
        ]


async def test_the_detail_says_it_in_words() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW, refusals=[missed("BOOT/bcd", -8, SURE)]))
        await shown.press("G", "k")
        text = "\n".join(shown.rows)
        assert "requested once, last by 10.0.4.37 8 s ago" in text
        assert "It exists as boot/BCD (in another case)." in text


async def test_healthy_boots_are_one_quiet_line() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(played(boot(HEALTHY["PXELINUX"])))
        await look_later(scene, shown, 60)
        assert in_list(shown)[1:] == [
            "○ 10 more names, normal in a healthy boot: PXELINUX"
        ]


async def test_a_name_that_two_boots_look_for_is_one_name() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        frame = Frame(
            time=NOW, refusals=[missed("autoexec.ipxe", at) for at in (-40, -9)]
        )
        await shown.tell(frame)
        assert in_list(shown)[1:] == ["○ 1 more name, normal in a healthy boot: iPXE"]


async def test_the_image_that_u_boot_asks_for_stays_told() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        misses = [missed("C0A80001.img", at) for at in (-60, -30)]
        await shown.tell(Frame(time=NOW, refusals=misses))
        assert in_list(shown)[2].startswith("C0A80001.img ×2")
        await shown.tell(Frame(time=NOW, refusals=[missed("C0A80001.img", 0)]))
        assert in_list(shown)[2].startswith("C0A80001.img ×3")


async def test_the_alarm_comes_when_the_last_name_is_missing_too() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(played(boot(ILL["PXELINUX, no default"][0])))
        assert in_list(shown)[1] == "✗ requested, not found"
        assert in_list(shown)[2].startswith("pxelinux.cfg/default ×1")
        assert len(in_list(shown)) == 3
        await shown.press("G")
        assert any("10 names; none exists" in row for row in shown.rows)


async def test_the_alarm_comes_when_the_client_stops() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(played(boot(ILL["PXELINUX that dies on the way"][0])))
        assert in_list(shown)[1].startswith("○ 2 more names")
        await look_later(scene, shown, 11)
        assert in_list(shown)[2].startswith("pxelinux.cfg/C0A801F2 ×1")


async def test_a_name_that_somebody_got_since_is_not_missing_any_more() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW, refusals=[missed("gone", -9)]))
        assert len(in_list(shown)) == 3
        got = view(1, "completed", file="gone", started=NOW - 1)
        await shown.tell(Frame(time=NOW, transfers=[got]))
        assert len(in_list(shown)) == 1


async def test_uploads_that_were_refused_are_no_missing_names() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        upload = Refusal(
            time=NOW,
            client=CLIENT,
            client_tid=1,
            file="no/folder",
            reason="not-found",
            message="",
            direction="write",
        )
        await shown.tell(Frame(time=NOW, refusals=[upload]))
        assert len(in_list(shown)) == 1


async def test_an_upload_is_seen_while_it_grows() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        coming = view(1, file="new.cfg", direction="write", acked_bytes=44_000)
        await shown.tell(Frame(time=NOW, transfers=[coming]))
        assert in_list(shown)[1] == "new.cfg 44.0 k ↓ now from 10.0.4.21"
        more = view(1, file="new.cfg", direction="write", acked_bytes=95_000)
        await shown.tell(Frame(time=NOW, transfers=[more]))
        assert in_list(shown)[1].startswith("new.cfg 95.0 k")
        done = view(1, "completed", file="new.cfg", direction="write")
        there = listing(b"", file(b"new.cfg", 95_000), file(b"x"))
        await shown.tell(Frame(time=NOW, transfers=[done]), there)
        assert in_list(shown)[0] == "new.cfg 95.0 k new"
        assert any("sent by 10.0.4.21" in row for row in shown.rows)


async def test_a_file_written_over_says_so_in_its_row() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        coming = view(1, file="x", direction="write")
        await shown.tell(Frame(time=NOW, transfers=[coming]))
        assert in_list(shown) == ["x 512 ↓ now"]


async def test_a_file_changed_under_its_readers_is_flagged() -> None:
    scene = Scene(file(b"x"))
    async with hosted(scene.pane, scene.store) as shown:
        reads = view(1, file="x", changed=True)
        await shown.tell(Frame(time=NOW, transfers=[reads]))
        assert in_list(shown) == ["x 512 ⚠ ▶1 changed"]
        assert any(
            "changed while 10.0.4.21 is fetching the old version" in row
            for row in shown.rows
        )


async def test_a_file_served_under_another_name_is_counted_under_its_own() -> None:
    scene = Scene(file(b"real"))
    async with hosted(scene.pane, scene.store) as shown:
        done = view(1, "completed", file="asked", served="real")
        await shown.tell(Frame(time=NOW, transfers=[done]))
        assert in_list(shown) == ["real 512 ↑1"]


async def test_a_link_that_leads_nowhere_does_not_hide_that_it_was_asked_for() -> None:
    dead: dict[str, Any] = {"kind": "other", "link": True, "why": "leads nowhere"}
    scene = Scene(file(b"dead", **dead))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.tell(Frame(time=NOW, refusals=[refusal("dead", -1)]))
        assert "dead ×1 10.0.4.37 1 s ago" in in_list(shown)


async def test_ages_stand_beside_files_where_they_have_no_column() -> None:
    scene = Scene(file(b"a", modified=NOW - 3_600), file(b"b", modified=NOW - 9_000))
    async with hosted(scene.pane, scene.store, size=(42, 12)) as shown:
        await shown.tell(Frame(time=NOW, transfers=[view(1, file="b")]))
        assert in_list(shown) == ["a 512 1 h", "b 512 ▶1"]
    async with hosted(scene.pane, scene.store, size=(64, 12)) as shown:
        assert in_list(shown) == ["a 512 1 h", "b 512 ▶1 · 2 h"]


async def test_words_narrow_the_tree_and_what_was_asked() -> None:
    scene = Scene(file(b"boot.img"), file(b"fw.bin"))
    async with hosted(scene.pane, scene.store) as shown:
        asked = [missed("fw-2.bin"), missed("other")]
        await shown.tell(Frame(time=NOW, refusals=asked))
        await shown.press("slash", *"FW bin")
        assert in_list(shown) == [
            "FW bin",
            "fw.bin 512",
            "✗ requested, not found",
            "fw-2.bin ×1 10.0.4.37 9 s ago",
        ]
        await shown.press("enter", "escape")
        assert len(in_list(shown)) == 5


async def test_the_cursor_goes_to_what_is_looked_for() -> None:
    scene = Scene(folder(b"pxe"), file(b"a.bin"), file(b"fw.bin"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("slash", *"bin", "down")
        assert scene.cursor == ("entry", b"a.bin")
        await shown.press("down")
        assert scene.cursor == ("entry", b"fw.bin")
        await shown.press("slash", *" fw")
        assert scene.cursor == ("entry", b"fw.bin")


def test_what_is_found_elsewhere_needs_no_sentence_about_here() -> None:
    store = Store()
    store.fold(listing(b"", folder(b"pxe"), file(b"a.bin")))
    model = FileModel(store)
    model.read(NOW)
    model.narrow(("wds",))
    assert model.hit(None) is None
    model.take_found(("wds",), FoundFiles(files=[file(b"pxe/x/wdsnbp.com")]))
    note, hit = model.rows
    assert (note.key, hit.key) == (("note 1", b""), ("entry", b"pxe/x/wdsnbp.com"))
    assert model.hit(0) == 1
    model.take_found(("wds",), FoundFiles(files=[]))
    (note,) = model.rows
    assert isinstance(note, NoteRow)
    assert note.text == "no match; esc shows all"


async def test_words_that_fit_nothing_say_so() -> None:
    scene = Scene(file(b"boot.img"))
    async with hosted(scene.pane, scene.store) as shown:
        await shown.press("slash", *"zzz")
        assert in_list(shown)[1].startswith("no match in the open folders")


async def test_why_nothing_watches_is_told_with_what_would_help() -> None:
    scene = Scene(file(b"x"), watch="polling", watch_cure="no watches: sysctl x=1")
    async with hosted(scene.pane, scene.store) as shown:
        assert "2 Files · /srv/images · polling" in shown.lines[0]
        assert in_list(shown)[0] == "⚠ no watches: sysctl x=1"


async def test_who_asked_and_what_differs_stand_where_there_is_room() -> None:
    scene = Scene(file(b"x"))
    asked = [
        missed("a/very/long/name/of/a/file", -9),
        missed("BOOT/bcd", -8, SURE),
    ]
    async with hosted(scene.pane, scene.store, size=(40, 14)) as shown:
        await shown.tell(Frame(time=NOW, refusals=asked))
        short, near, long = in_list(shown)[2:]
    assert short == "BOOT/bcd 10.0.4.37 ×1"
    assert near == "↳ boot/BCD in another case"
    assert long == "a/very/long/name/of/a/file ×1"
