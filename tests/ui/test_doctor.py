"""The doctor's screen on a real server: results come one by one, the worst on top."""

import asyncio
from pathlib import Path

import pytest

from tests.support.builders import octets
from tests.support.pictures import frame, status, view
from tests.support.running import settings_for
from tests.support.screens import LARGE, SMALL, shown
from tftptui.doctor.result import Mark
from tftptui.doctor.self_test import OFFERS
from tftptui.engine.inline import InlineEngine
from tftptui.ui.app import TftpApp
from tftptui.ui.screens.doctor import DoctorScreen, examine
from tftptui.ui.store import Store

pytestmark = pytest.mark.net


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_it_looks_at_the_machine_and_asks_the_server_itself(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "small").write_bytes(octets(700))
    app = TftpApp(InlineEngine(settings_for(tmp_path)), pace=0)
    async with app.run_test(size=size) as pilot, asyncio.timeout(60):
        while not app.store.listings:
            await pilot.pause(0.01)
        await pilot.press("D")
        screen = app.screen
        assert isinstance(screen, DoctorScreen)
        while not screen._is_done:
            await pilot.pause(0.01)
        topics = [result.topic for result in screen._results]
        assert {"holder", "address", "root", "self-test"} <= set(topics)
        tried = [one for one in screen._results if one.topic == "self-test"]
        assert [one.mark for one in tried] == [Mark.OK, Mark.OK]
        assert tried[0].text.startswith("127.0.0.1 answers from ports")
        assert tried[1].text.startswith("127.0.0.1 would answer in single-port mode")
        kinds = [one.kind for one in app.store.transfers.values()]
        assert kinds == ["self-test"] * len(OFFERS)
        assert not app.store.findings
        reach = [one for one in screen._results if one.topic == "address"]
        assert any("only programs of this machine can ask" in one.text for one in reach)
        held = next(one for one in screen._results if one.topic == "holder")
        assert held.mark is Mark.OK
        await pilot.press("y")
        assert "self-test" in app.clipboard
        await pilot.press("escape")
        assert not isinstance(app.screen, DoctorScreen)


async def test_a_capture_has_no_machine_to_look_at() -> None:
    async with shown(frame(status=status(source="capture"))) as screen:
        await screen.press("D")
        assert screen.on_top == "main"


async def test_a_capture_has_nothing_to_change() -> None:
    seen = frame(view(1), status=status(source="capture"))
    async with shown(seen) as screen:
        for key in "P", "p", "r", "X", "o", "2", "S":
            await screen.press(key)
            assert screen.on_top == "main"
        assert not screen.wishes
        offered = {
            one.binding.action for one in screen.app.screen.active_bindings.values()
        }
        assert not offered & {
            "app.policy",
            "policy",
            "range",
            "abort",
            "locate",
            "serve",
        }


def test_an_empty_root_says_what_is_missing() -> None:
    store = Store()
    store.fold(frame(status=status(root="/"), listings=[]))
    last = list(examine(store, lambda _: None))[-1]
    assert (last.topic, last.mark) == ("self-test", Mark.WARN)
