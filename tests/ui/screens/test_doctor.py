"""The doctor's screen on a real server: results appear one by one, worst on top."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.pictures import frame, status, view
from tests.support.running import settings_for
from tests.support.screens import LARGE, SMALL, shown
from tests.support.udp_client import UdpClient
from tftptui.client.probe import Stop
from tftptui.doctor.result import Mark, Result
from tftptui.doctor.self_test import OFFERS, Expect, Patient, self_test
from tftptui.engine.holders.inline import InlineEngine
from tftptui.engine.messages import ExpectSelfTest
from tftptui.net.addresses import Endpoint
from tftptui.telemetry.views import QUARANTINED
from tftptui.ui.app import TftpApp
from tftptui.ui.screens.doctor import DoctorScreen, examine
from tftptui.ui.store import Store

pytestmark = pytest.mark.net


@pytest.mark.parametrize("size", [SMALL, LARGE], ids=["small", "large"])
async def test_it_looks_at_the_machine_and_asks_the_server_itself(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    (tmp_path / "small").write_bytes(sample_bytes(700))
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
        assert tried[0].text.startswith("127.0.0.1 replies from ports")
        assert tried[1].text.startswith("127.0.0.1 would reply in single-port mode")
        kinds = [one.kind for one in app.store.transfers.values()]
        assert kinds == ["self-test"] * len(OFFERS)
        client = app.client
        assert isinstance(client, InlineEngine)
        assert client.engine.service.pool.count(QUARANTINED) == 0
        assert not app.store.findings
        reach = [one for one in screen._results if one.topic == "address"]
        assert any("only programs on this host can reach" in one.text for one in reach)
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
    with Stop() as stop:
        last = list(examine(store, lambda _: None, stop))[-1]
    assert (last.topic, last.mark) == ("self-test", Mark.WARN)


@pytest.fixture
def dead() -> Iterator[Endpoint]:
    """Yield an open port that never replies."""
    with UdpClient() as deaf:
        yield deaf.local


class Waiting:
    """A self-test of so many silent ports that it takes an hour."""

    def __init__(self, dead: Endpoint) -> None:
        self._patient = Patient([dead] * 1_000, b"small", "from nowhere")
        self.has_begun, self.is_over = threading.Event(), threading.Event()

    def look(self, store: Store, expect: Expect, stop: Stop) -> Iterator[Result]:
        del store

        def announced(ports: Sequence[int]) -> None:
            expect(ports)
            self.has_begun.set()

        try:
            yield from self_test(self._patient, stop, announced)
        finally:
            self.is_over.set()

    async def begun(self) -> None:
        await asyncio.to_thread(self.has_begun.wait)


async def expecting(command: ExpectSelfTest) -> None:
    del command


async def never(command: ExpectSelfTest) -> None:
    del command
    await asyncio.Event().wait()


async def test_who_leaves_the_screen_ends_a_self_test_that_waits(
    dead: Endpoint,
) -> None:
    waiting = Waiting(dead)
    async with shown(frame()) as screen:
        page = DoctorScreen(screen.app.store, expecting, waiting.look)
        await screen.app.push_screen(page)
        await waiting.begun()
        await screen.press("escape")
        await asyncio.to_thread(waiting.is_over.wait)
        assert page._results == []


async def test_who_leaves_the_program_ends_it_too(dead: Endpoint) -> None:
    waiting = Waiting(dead)
    async with shown(frame()) as screen:
        page = DoctorScreen(screen.app.store, expecting, waiting.look)
        await screen.app.push_screen(page)
        await waiting.begun()
        screen.app.exit()
    await asyncio.to_thread(waiting.is_over.wait)


async def test_an_engine_that_takes_no_word_any_more_holds_nobody_up(
    dead: Endpoint,
) -> None:
    waiting, asked = Waiting(dead), threading.Event()

    async def silent(command: ExpectSelfTest) -> None:
        asked.set()
        await never(command)

    async with shown(frame()) as screen:
        page = DoctorScreen(screen.app.store, silent, waiting.look)
        await screen.app.push_screen(page)
        await asyncio.to_thread(asked.wait)
        assert page._announcing is not None
        screen.app.exit()
    await asyncio.to_thread(waiting.is_over.wait)
    assert page._announcing.cancelled()


async def test_looking_again_ends_the_look_before(dead: Endpoint) -> None:
    waiting = Waiting(dead)
    async with shown(frame()) as screen:
        page = DoctorScreen(screen.app.store, expecting, waiting.look)
        await screen.app.push_screen(page)
        await waiting.begun()
        await screen.press("r")
        await asyncio.to_thread(waiting.is_over.wait)
