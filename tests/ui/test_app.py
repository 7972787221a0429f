import asyncio
from pathlib import Path
from typing import Any

import pytest
from textual.command import Hit
from textual.widgets import Input, Label

from tests.support.file_scene import folder, listing
from tests.support.findings import blocked
from tests.support.pictures import frame, status, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tests.support.scripted_engine import ScriptedEngine
from tftptui.engine.live_settings import live_settings
from tftptui.engine.messages import ChangeSettings, Entry, FindFiles, FoundFiles
from tftptui.settings import Settings
from tftptui.ui.app import TftpApp
from tftptui.ui.palette import Everything, Things
from tftptui.ui.store import Store

PROBES = ("[bold red]X[/]", "[@click=app.bell]c[/]", "a[/b]c")


async def test_the_engine_is_started_and_stopped() -> None:
    async with shown(frame()) as screen:
        assert screen.engine.started
        assert not screen.engine.stopped
    assert screen.engine.stopped


async def test_quit_is_at_once_when_nothing_runs() -> None:
    async with shown(frame(view(1, "completed"))) as screen:
        await screen.press("q")
        assert not screen.app.is_running
    assert screen.app.return_code == 0


async def test_quit_asks_and_names_what_runs() -> None:
    async with shown(frame(view(1, file="fit.itb"))) as screen:
        await screen.press("q")
        assert screen.on_top == "Question"
        assert "1 running: y quit · d drain · esc stay" in screen.text()
        assert "fit.itb to 10.0.4.21" in screen.text()
        await screen.press("escape")
        assert screen.app.is_running
        assert screen.on_top == "main"
        await screen.press("q", "y")
        assert not screen.app.is_running


async def test_draining_takes_no_new_requests_and_ends_with_the_last_transfer() -> None:
    async with shown(frame(view(1, file="fit.itb"))) as screen:
        await screen.press("q", "d")
        async with asyncio.timeout(20):
            while not screen.wishes:
                await screen.pilot.pause()
        await screen.pilot.pause()
        assert screen.wishes == [ChangeSettings({"drain": True})]
        assert not screen.app._notifications
        assert "draining: no new requests" in screen.text()
        screen.engine.tell(frame(view(1, "completed")))
        async with asyncio.timeout(20):
            while screen.app.is_running:
                await screen.pilot.pause()
    assert screen.app.return_code == 0


async def test_draining_is_taken_back_by_the_same_keys() -> None:
    async with shown(frame(view(1, file="fit.itb"))) as screen:
        await screen.press("q", "d")
        assert "draining: no new requests" in screen.text()
        await screen.press("q")
        assert "d accept requests again" in screen.text()
        await screen.press("d")
        async with asyncio.timeout(20):
            while len(screen.wishes) < 2:
                await screen.pilot.pause()
        assert screen.wishes[-1] == ChangeSettings({"drain": False})
        assert "draining: no new requests" not in screen.text()
        await screen.tell(frame(view(1, "completed")))
        assert screen.app.is_running


async def test_a_server_that_goes_on_is_left_without_a_question() -> None:
    engine = ScriptedEngine([frame(view(1))])
    app = TftpApp(engine, store=Store(comes_back=True), pace=0)
    async with app.run_test() as pilot:
        while not app.store.transfers:
            await pilot.pause()
        await pilot.press("q")
        assert not app.is_running
    assert app.farewell_lines()[-1] == "the server keeps running, 1 active transfer"


async def test_a_capture_is_left_without_a_question() -> None:
    seen = frame(view(1), status=status(source="capture"), ports=None)
    async with shown(seen) as screen:
        await screen.press("q")
        assert not screen.app.is_running
    assert screen.app.return_code == 0


async def test_ctrl_c_quits_the_second_time() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.press("ctrl+c")
        assert screen.app.is_running
        await screen.press("ctrl+c")
        assert not screen.app.is_running


async def test_ctrl_q_quits_from_a_field() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.press("r", "ctrl+q")
        assert not screen.app.is_running


async def test_what_was_running_is_told_after_the_end() -> None:
    async with shown(frame(view(1, file="fit.itb"))) as screen:
        await screen.press("ctrl+q")
    assert "stopped while running: fit.itb to 10.0.4.21 (51 %)" in (
        screen.app.farewell_lines()
    )


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_an_engine_that_cannot_start_says_why(size: tuple[int, int]) -> None:
    engine = ScriptedEngine(start_error="port 69 is taken; try --port 6969")
    async with shown(size=size, engine=engine) as screen:
        assert "Server down: port 69 is taken; try --port 6969" in screen.text()
        await screen.press("q")
    assert screen.app.return_code == 1
    assert screen.app.farewell_lines() == ["✗ port 69 is taken; try --port 6969"]


async def test_an_engine_that_dies_is_told_and_the_last_state_stays() -> None:
    async with shown(frame(view(1, file="fit.itb"))) as screen:
        screen.engine.die("it was killed by signal 9")
        while screen.app.store.engine_error is None:
            await screen.pilot.pause()
        await screen.pilot.pause()
        assert "it was killed by signal 9" in screen.text()
        assert "fit.itb" in screen.text()


async def test_notices_stand_under_the_top_line() -> None:
    notice = "69 needs a right; serving on 6969"
    async with shown(frame(status=status(notices=[notice]))) as screen:
        assert notice in screen.text().splitlines()[1]


async def test_an_unknown_theme_is_a_notice() -> None:
    app = TftpApp(ScriptedEngine(), theme="mud")
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert app.theme == "tftptui-dark"
        assert any("'mud'" in notice for notice in app.notices)


@pytest.mark.parametrize("theme", ["tftptui-light", "contrast", "nord", "ansi-dark"])
async def test_other_themes_work(theme: str) -> None:
    app = TftpApp(ScriptedEngine([frame(view(1))]), theme=theme)
    async with app.run_test(size=LARGE) as pilot:
        await pilot.pause()
        assert app.theme == theme


async def test_a_theme_can_be_changed_while_it_runs() -> None:
    async with shown(frame(view(1))) as screen:
        while not screen.app.is_settled:  # themes are read after the first frame
            await screen.pilot.pause()
        screen.app.theme = "tftptui-light"
        await screen.pilot.pause()
        assert "pxelinux.0" in screen.text()


@pytest.mark.parametrize("key", ["question_mark", "f1"])
async def test_help_begins_with_the_focused_pane(key: str) -> None:
    async with shown(frame(), size=SMALL) as screen:
        await screen.press("3", key)
        assert screen.on_top == "HelpScreen"
        assert "Keys · Ports" in screen.text()
        await screen.press("escape")
        assert screen.on_top == "main"


async def test_the_palette_knows_our_actions() -> None:
    async with shown(frame(view(1))) as screen:
        titles = {one.title for one in screen.app.get_system_commands(screen.main)}
    assert {"Range  (r)", "Abort  (X)", "Theme"} <= titles


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("hop by hop", "Locate  (o)"),
        ("ctrl+l", "Redraw  (ctrl+l)"),
        ("hash", "Files: hash  (H)"),
        ("largest first size of", "Sort by size"),
        ("max-blksize", "Policy: largest block"),
        ("megabytes uploads", ""),
        ("quota", "Policy: upload quota per client"),
    ],
)
async def test_the_palette_finds_words_of_descriptions_keys_and_settings(
    typed: str, found: str
) -> None:
    settings = live_settings(Settings(root=Path("/srv")))
    async with shown(frame(view(1), settings=settings)) as screen:
        provider = Everything(screen.main)
        hits = [hit async for hit in provider.search(typed)]
        named = [str(hit.match_display) for hit in hits if isinstance(hit, Hit)]
    assert found in named if found else not named


class WithFiles(ScriptedEngine):
    """Finds one file by its name."""

    async def ask(self, command: Any) -> Any:
        await super().ask(command)
        if isinstance(command, FindFiles) and "boot" in command.words:
            file = Entry(name=b"pxe/boot.img", text="pxe/boot.img", kind="file")
            return FoundFiles(files=[file])
        return None


async def test_the_palette_leads_to_findings_clients_and_files() -> None:
    news = frame(view(1), view(2, kind="curl"), findings=[blocked()])
    async with shown(news, size=SMALL, engine=WithFiles()) as screen:

        async def chosen(typed: str) -> None:
            provider = Things(screen.main)
            (hit,) = [hit async for hit in provider.search(typed)]
            assert isinstance(hit, Hit)
            hit.command()
            await screen.pilot.pause()

        await chosen("boot")
        assert screen.main.scope == "files"
        assert screen.main.query_one("#files Input").value == "pxe/boot.img"  # type: ignore[attr-defined]
        await chosen("client curl")
        assert "client:10.0.4.22" in screen.text()
        assert "1 of 2 shown" in screen.text()
        await chosen("finding")
        assert screen.on_top == "WhyScreen"


async def test_what_another_pane_does_is_done_there() -> None:
    async with shown(frame(view(1)), size=SMALL) as screen:
        provider = Everything(screen.main)
        found = [hit async for hit in provider.search("find")]
        hits = [hit for hit in found if isinstance(hit, Hit)]
        (find,) = [one for one in hits if str(one.match_display) == "Files: find  (/)"]
        find.command()
        await screen.pilot.pause()
        assert screen.main.scope == "files"
        assert isinstance(screen.main.focused, Input)


async def test_a_setting_in_the_palette_leads_to_its_row() -> None:
    settings = live_settings(Settings(root=Path("/srv")))
    async with shown(frame(view(1), settings=settings)) as screen:
        screen.app.show_policy("retries")
        await screen.pilot.pause()
        assert screen.on_top == "PolicyScreen"
        field = screen.app.screen.query_one("#policy-label", Label)
        assert "retries" in str(field.render())


@pytest.mark.parametrize("keys", [("P",), ("question_mark",), ("f",), ("w", "f")])
async def test_digits_lead_from_any_page_to_a_pane(keys: tuple[str, ...]) -> None:
    news = frame(view(1), findings=[blocked()])
    async with shown(news, size=SMALL) as screen:
        await screen.press(*keys)
        assert screen.on_top != "main"
        await screen.press("4")
        assert screen.on_top == "main"
        assert screen.main.scope == "packets"


@pytest.mark.parametrize("key", ["D", "p"])
async def test_a_key_before_the_server_is_there_says_so(key: str) -> None:
    async with shown() as screen:
        await screen.press(key)
        assert "the server is still starting" in screen.text().splitlines()[-1]


@pytest.mark.parametrize(
    ("key", "says"),
    [
        ("u", "nothing to undo"),
        ("w", "no finding"),
        ("X", "this transfer has already ended"),
    ],
)
async def test_a_key_that_does_nothing_now_says_why(key: str, says: str) -> None:
    async with shown(frame(view(1, "completed"))) as screen:
        await screen.press(key)
        assert says in screen.text().splitlines()[-1]


async def test_where_there_is_no_transfer_none_is_called_over() -> None:
    async with shown(frame()) as screen:
        await screen.press("X")
        assert "X: there is no transfer yet" in screen.text().splitlines()[-1]


@pytest.mark.parametrize("key", ["c", "H"])
async def test_a_folder_is_no_file_says_a_key_for_files(key: str) -> None:
    async with shown(frame(view(1)), listing(b"", folder(b"pxe"))) as screen:
        await screen.press("2", key)
        assert f"{key}: select a file first" in screen.text().splitlines()[-1]


async def test_a_message_covers_the_keys_under_it() -> None:
    async with shown(frame(view(1)), size=(84, 24)) as screen:
        assert screen.text().splitlines()[-1].endswith("q quit")
        screen.app.notify("saved", markup=False)
        await screen.pilot.pause()
        await screen.pilot.pause()
        assert screen.text().splitlines()[-1].strip() == "saved"


async def test_to_look_only_offers_no_change_and_says_so() -> None:
    store = Store(looks_only=True)
    app = TftpApp(ScriptedEngine([frame(view(1))]), store=store, pace=0)
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        while not store.transfers:
            await pilot.pause()
        screen = Shown(app, ScriptedEngine(), pilot)
        bottom = screen.text().splitlines()[-1]
        assert not any(word in bottom for word in ("range", "abort", "locate"))
        for key in ("X", "r", "p", "o"):
            await screen.press(key)
            bottom = screen.text().splitlines()[-1]
            assert "attached read-only" in bottom
            await screen.press("escape")


async def test_uploads_are_allowed_from_the_palette() -> None:
    async with shown(frame(view(1))) as screen:
        commands = screen.app.get_system_commands(screen.main)
        command = next(one for one in commands if one.title == "Uploads: new")
        command.callback()
        await screen.pilot.pause()
        assert screen.wishes == [ChangeSettings({"write": "new"})]
        told = [one.message for one in screen.app._notifications]
    assert told == ["uploads: new, from the next request"]


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_one_text_at_a_time_stands_in_the_bottom_line_until_esc(
    size: tuple[int, int],
) -> None:
    async with shown(frame(view(1)), size=size) as screen:
        before = screen.text().splitlines()
        for number in range(4):
            screen.app.notify(f"text {number}")
        await screen.pilot.pause()
        lines = screen.text().splitlines()
        assert lines[-1].strip() == "text 3"
        assert lines[:-1] == before[:-1]
        await screen.press("q", "escape")
        assert screen.on_top == "main"
        assert not screen.app._notifications


async def test_a_refused_change_says_why() -> None:
    async with shown(frame(view(1))) as screen:
        screen.engine.refuse = "no such thing"
        screen.app.change_settings({"write": "new"})
        await screen.pilot.pause()
        assert screen.wishes == []
        told = [one.message for one in screen.app._notifications]
    assert told == ["✗ no such thing"]


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_markup_in_names_and_errors_is_drawn_as_it_is(
    size: tuple[int, int], probe: str
) -> None:
    hostile = view(1, "failed", file=probe, error=f"client says {probe}")
    running = view(2, "sending", file=probe)
    told = status(notices=[probe], root=f"/{probe}")
    async with shown(frame(hostile, status=told), size=size) as screen:
        assert probe in screen.text()
        assert f"Client says {probe}" in screen.text()
        await screen.press("enter")
        assert f"failed. Client says {probe}" in screen.text()
        await screen.press("escape")
        await screen.tell(frame(running))
        await screen.press("home", "X")
        assert f"abort {probe} to" in screen.text()
        await screen.press("escape", "q")
        assert f"{probe} to" in screen.text()


async def test_a_refusal_with_markup_is_drawn_as_it_is() -> None:
    async with shown(frame(view(1))) as screen:
        screen.engine.refuse = f"no: {PROBES[0]}"
        await screen.press("X", "y")
        await screen.pilot.pause()
        assert f"no: {PROBES[0]}" in screen.text()


async def test_frames_are_drawn_at_a_pace() -> None:
    engine = ScriptedEngine([frame(view(1, file="one"))])
    app = TftpApp(engine, pace=60)
    async with app.run_test(size=LARGE) as pilot:
        while app.store.frames < 1:
            await pilot.pause()
        engine.tell(frame(view(2, file="two")))
        while app.store.frames < 2:
            await pilot.pause()
        await pilot.pause()
        assert app._behind


@pytest.mark.parametrize("wanted", ["light", "tftptui-light"])
async def test_a_theme_may_be_named_in_short(wanted: str) -> None:
    app = TftpApp(ScriptedEngine([frame()]), theme=wanted, pace=0)
    async with app.run_test():
        assert app.theme == "tftptui-light"
        assert app.notices == []
