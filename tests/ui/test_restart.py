from pathlib import Path

import pytest

from tests.support.pictures import frame, view
from tests.support.screens import LARGE, SMALL, Shown, shown
from tftptui.telemetry.counters import Counters
from tftptui.ui.store import SERVER_ENDED, Store


def here() -> list[Path]:
    return [*Path.cwd().glob("tftptui-*.svg")]


async def killed(screen: Shown) -> None:
    screen.engine.die("it was killed by signal 9")
    while screen.app.store.engine_error is None:
        await screen.pilot.pause()
    await screen.pilot.pause()


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_nothing_looks_running_without_an_engine(size: tuple[int, int]) -> None:
    counters = Counters(started=2, completed=1)
    news = frame(view(1), view(2, "completed"), counters=counters)
    async with shown(news, size=size) as screen:
        assert "R restart" not in screen.text()
        await killed(screen)
        lines = screen.text().splitlines()
        assert "0 active" in lines[0] or "0▶" in lines[0]
        assert "1 failed" in lines[0] or "1✗" in lines[0]
        assert "X abort" not in lines[-1]
        assert "R restart" in lines[-1]
        await screen.press("j")
        ended = screen.app.store.transfers[1]
    assert (ended.phase, ended.error) == ("failed", SERVER_ENDED)


async def test_it_can_be_started_again_and_the_past_stays() -> None:
    news = frame(view(1, file="old"), counters=Counters(started=1))
    async with shown(news) as screen:
        await killed(screen)
        await screen.press("R")
        assert screen.engine.stopped
        await screen.tell(frame(view(2, file="new"), counters=Counters(started=1)))
        assert "not serving" not in screen.text()
        assert "old" in screen.text()
        assert "1 active" in screen.text()
        assert "1 failed" in screen.text()


async def test_restart_does_nothing_while_it_serves() -> None:
    async with shown(frame(view(1))) as screen:
        await screen.press("R")
        assert not screen.engine.stopped


def test_counters_go_on_from_where_they_were() -> None:
    store = Store()
    store.fold(frame(view(1), counters=Counters(started=1, bytes_sent=500)))
    store.end("gone")
    store.start_over()
    store.fold(frame(counters=Counters(started=1, completed=1, bytes_sent=70)))
    assert (store.counters.failed, store.counters.completed) == (1, 1)
    assert store.counters.bytes_sent == 570
    assert store.counters.active == 0


async def test_a_picture_is_saved_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = set(here())
    async with shown(frame(view(1))) as screen:
        screen.app.save_picture()
        await screen.pilot.pause()
        assert "screenshot saved" in screen.text()
    (path,) = set(here()) - before
    assert "<svg" in path.read_text()


async def test_a_picture_that_cannot_be_saved_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "cwd", lambda: tmp_path / "gone")
    async with shown(frame(view(1))) as screen:
        screen.app.save_picture()
        await screen.pilot.pause()
        assert "screenshot not saved" in screen.text()
        assert "No such file" in screen.text()


async def test_questions_take_one_line_above_the_bottom_line() -> None:
    long = view(1, file="a/" + "b" * 60, client="2001:db8:41:7:1111:2222:3333:4444")
    async with shown(frame(long), size=SMALL) as screen:
        for key in ("X", "q"):
            await screen.press(key)
            lines = screen.text().splitlines()
            assert "y " in lines[-2]
            assert "esc" in lines[-2]
            assert lines[-1].strip() == ""  # its keys do nothing meanwhile
            await screen.press("escape")
