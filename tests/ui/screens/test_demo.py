"""A demo on the screen: a real engine, a stage, and the keys of a presenter."""

import os
import pty
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, TextArea

from tests.support.screens import LARGE, SMALL
from tests.support.serve import environment
from tests.support.strips import text_of
from tftptui.demo.demo_engine import DemoEngine
from tftptui.demo.scenario.files import parse_scenario
from tftptui.ui.demo_app import DemoApp
from tftptui.ui.screens.demo import Manner
from tftptui.ui.stage.view import StageView

pytestmark = pytest.mark.net

TEXT = """
title = "Blocked, then not"
about = "Why it fails."
files = [{ name = "x", octets = 3000 }]
[network]
delay = 0.05
[firewall]
policy = "drop"
rules = ["accept client -> server:69"]
[clients.rom]
kind = "intel-rom"
at = "4.37"
file = "x"
[[steps]]
caption = "Watch the wall."
start = ["rom"]
until = 3.0
[[steps]]
caption = "Now it works."
start = ["rom"]
firewall.policy = "accept"
"""


# Multiplies real time. A ROM gives up after 40 s of demo time: a slow machine has ten
# seconds for the test's actions meanwhile, and does not spend them all on drawing.
SPEED = 4.0


class Shown:
    """The running demo and its screen."""

    def __init__(self, app: DemoApp, pilot: Pilot[None]) -> None:
        self.app, self.pilot = app, pilot

    def text(self) -> str:
        return text_of(self.app)

    async def until(self, *words: str) -> None:
        """Wait until all these words are on the screen."""
        await self.until_so(lambda: all(word in self.text() for word in words))

    async def until_so(self, is_so: Callable[[], bool]) -> None:
        for _ in range(2_000):
            if is_so():
                return
            await self.pilot.pause(0.01)
        raise AssertionError(self.text())


def keys(text: str) -> list[str]:
    """Return the keys that type a text."""
    names = {" ": "space", "-": "minus", ">": "greater_than_sign"}
    return [names.get(letter, letter) for letter in text]


@asynccontextmanager
async def shown(
    size: tuple[int, int] = LARGE, text: str = TEXT
) -> AsyncIterator[Shown]:
    demo = DemoEngine(parse_scenario(text), seed=1, speed=SPEED)
    app = DemoApp(demo)
    async with app.run_test(size=size, notifications=True) as pilot:
        screen = Shown(app, pilot)
        await screen.until("Why it fails.")
        yield screen


@pytest.mark.parametrize("size", [SMALL, LARGE])
async def test_a_presenter_goes_through_it(size: tuple[int, int]) -> None:
    async with shown(size) as screen:
        assert "Press . to start." in screen.text()
        await screen.pilot.press("full_stop")
        await screen.until("Watch the wall.", "1 of 2 · finished", "Intel boot ROM")
        assert "default: drop" in screen.text()
        assert "║✗ OACK" in screen.text()
        await screen.pilot.press("full_stop")
        await screen.until("Now it works.", "2 of 2 · finished", "● done")


async def test_after_the_last_step_a_key_says_that_it_was() -> None:
    async with shown() as screen:
        await screen.pilot.press("full_stop")
        await screen.until("1 of 2 · finished")
        await screen.pilot.press("full_stop")
        await screen.until("2 of 2 · finished")
        await screen.pilot.press("full_stop")
        await screen.until("that was the last step: , shows it again, q quits")


async def test_what_a_step_has_in_force_stands_in_its_box() -> None:
    steps = TEXT.replace("[[steps]]", "[[steps]]\nfirewall.helper = true", 1)
    steps = steps.replace("until = 3.0", "until = 3.0\nserver.single_port = true", 1)
    async with shown(text=steps) as screen:
        await screen.until("helper □", "single port □")
        assert "press . to begin." in screen.text()
        await screen.pilot.press("full_stop")
        await screen.until("helper ■", "single port ■")


async def test_a_remote_control_works_on_the_stage() -> None:
    async with shown() as screen:
        await screen.pilot.press("pagedown")
        await screen.until("1 of 2 · finished")
        await screen.pilot.press("pagedown")
        await screen.until("2 of 2 · finished")
        await screen.pilot.press(*["minus"] * 5, "pageup")
        await screen.until("2 of 2 · running")


async def test_pause_and_speed_are_told() -> None:
    async with shown() as screen:
        await screen.pilot.press("space")
        await screen.until("paused")
        await screen.pilot.press("space", "minus")
        await screen.until("ready", "×2")
        await screen.pilot.press("plus", "plus")
        await screen.until("×8")


async def test_switches_by_hand_let_it_pass() -> None:
    async with shown() as screen:
        await screen.pilot.press("f5")
        await screen.until("rules off ■")
        await screen.pilot.press("full_stop")
        await screen.until("● done", "┊")
        await screen.pilot.press("f8", "f6", "f7")
        await screen.until("loss 10 % ■", "helper ■", "single port ■")
        await screen.pilot.press("f5")
        await screen.until("rules off □", "loss 10 % ■", "helper ■")


async def test_rules_hold_as_they_are_written() -> None:
    async with shown() as screen:
        await screen.pilot.press("W")
        await screen.until("Firewall rules", "Rules apply as you type")
        await screen.pilot.press(*keys("accept server"))
        await screen.until("unknown word 'server'")
        await screen.pilot.press(*keys(" -> client"))
        await screen.until("Rules apply", "✓ accept server -> client")
        await screen.pilot.press("escape", "full_stop")
        await screen.until("║", "accept server -> client", "1 of 2 · finished")
        assert "✗ OACK" not in screen.text()


async def test_the_range_is_narrowed_beside_the_rules_and_nothing_changes() -> None:
    # Each step starts the ROM again, and none changes the rules.
    again = 'caption = "Again."\nstart = ["rom"]\nuntil = 3.0\n'
    next_steps = f"until = 3.0\n[[steps]]\n{again}"
    steps = TEXT.replace('firewall.policy = "accept"\n', next_steps)
    async with shown(SMALL, steps) as screen:
        await screen.pilot.press("full_stop")
        await screen.until("1 of 3 · finished", "default: drop")
        await screen.pilot.press("space", "W")
        await screen.until("the server replies from", "40000-40099")
        await screen.pilot.press("tab", "end", "x", "enter")
        await screen.until("is no", "like 40000-40099")
        screen.app.screen.query_one(Input).value = "41000-41049"
        await screen.pilot.press("enter")
        await screen.until("applied: 50 ports")
        await screen.pilot.press("escape", "space", "full_stop")
        await screen.until("2 of 3 · finished", "● 410", "║✗ OACK")
        await screen.pilot.press("W")
        await screen.until("Firewall rules", "41000-41049")
        screen.app.screen.query_one(TextArea).insert("accept")
        await screen.until("Rules apply")
        await screen.pilot.press("escape", "full_stop")
        await screen.until("3 of 3 · finished", "● done", "● 410")


async def test_that_the_rules_are_off_is_told_where_they_are_written() -> None:
    async with shown(SMALL) as screen:
        await screen.pilot.press("f5", "W")
        await screen.until("Firewall rules", "Rules are off: everything passes")
        await screen.pilot.press("f5")
        await screen.until("Rules apply as you type", "rules off □")
        await screen.pilot.press("f6", "f7", "f8")
        await screen.until("loss 10 % ■", "helper ■", "single port ■")


async def test_in_single_port_mode_the_rules_name_the_one_port() -> None:
    single = TEXT.replace("[network]", "[server]\nsingle_port = true\n[network]")
    async with shown(text=single) as screen:
        await screen.pilot.press("W")
        await screen.until("Firewall rules", "single port: replies")
        assert "the server answers from" not in screen.text()


async def test_who_has_given_up_asks_again_when_a_hand_changes_something() -> None:
    async with shown(text=TEXT.replace("until = 3.0", "longest = 50.0")) as screen:
        await screen.pilot.press(*["plus"] * 4, "full_stop")
        await screen.until("1 of 2 · finished", "∅ gave up")
        await screen.pilot.press("f5")
        await screen.until("● done")


async def test_a_client_is_exchanged_by_hand() -> None:
    async with shown(SMALL) as screen:
        await screen.pilot.press("full_stop")
        await screen.until("1 of 2 · finished", "Intel boot ROM")
        await screen.pilot.press("C")
        await screen.until("Clients", "2070, +1 a try")
        await screen.pilot.press("right", "4", "6", "backspace", "7")
        await screen.until("UEFI", " 47 ", "enter to ask")
        await screen.pilot.press("enter")
        await screen.until("UEFI              47 ●", "by hand", "clients ■")
        await screen.pilot.press("a", "enter")
        await screen.until("like rom")
        await screen.pilot.press("k", "x")
        await screen.until("  away")
        await screen.pilot.press("u", "j", "x", "escape")
        await screen.until("clients □")


async def test_the_stage_grows_for_the_back_rows_and_makes_room_again() -> None:
    async with shown(SMALL) as screen:
        await screen.pilot.press("b", "full_stop")
        await screen.until("1 of 2 · finished", "firewall", "✗ OACK", "asks ╯")
        assert "1 Transfers" not in screen.text()
        await screen.pilot.press("pageup", "r")
        await screen.until("1 Transfers", "Intel boot ROM", "●──")
        await screen.pilot.press("escape")
        await screen.until("╭ Intel boot ROM ─╮")
        assert screen.app.screen.query_one(StageView).has_focus
        await screen.pilot.press("4")
        await screen.until("1 Transfers", "OACK   ")


async def test_it_can_begin_in_large() -> None:
    demo = DemoEngine(parse_scenario(TEXT), seed=1, speed=SPEED)
    app = DemoApp(demo, manner=Manner(big=True))
    async with app.run_test(size=SMALL) as pilot:
        screen = Shown(app, pilot)
        await screen.until("Press . to start.")
        await screen.pilot.press("full_stop")
        await screen.until("╭ Intel boot ROM ─╮", "1 of 2 · finished", "w why?")


async def test_the_screen_says_that_it_is_a_demo() -> None:
    async with shown() as screen:
        assert "tftptui demo" in screen.text()
        assert "tftptui-demo-" not in screen.text()
        assert "the clients of the demo are still off" in screen.text()


async def test_a_refused_request_is_told_where_transfers_would_be() -> None:
    text = TEXT.replace('file = "x"', 'file = "none"').replace('"drop"', '"accept"')
    async with shown(SMALL, text) as screen:
        await screen.pilot.press("full_stop")
        await screen.until("The last request was refused", "none for 127.")


async def test_what_a_new_step_cuts_off_ends_as_aborted() -> None:
    async with shown() as screen:
        await screen.pilot.press(*["minus"] * 6, "full_stop")
        await screen.until("1 of 2 · running", "1 running")
        await screen.pilot.press(*["plus"] * 6, "full_stop")
        await screen.until("2 of 2 · finished", "done")
        assert "1 failed" in screen.text().splitlines()[0]
        ends = [view.error for view in screen.app.store.transfers.values()]
        assert "demo: next step" in ends


async def test_panes_have_their_keys_and_the_stage_its_own() -> None:
    async with shown() as screen:
        await screen.pilot.press("4", "space")
        await screen.until("▸ 4 Packets")
        assert "paused" not in screen.text().splitlines()[2]
        await screen.pilot.press("0")
        await screen.until("▸0 Blocked")
        await screen.pilot.press("question_mark")
        await screen.until("Keys · Stage", "Presenting a demo")


async def test_q_quits_though_simulated_clients_still_fetch() -> None:
    async with shown() as screen:
        # So slow that the step is still running, however late this check is.
        await screen.pilot.press(*["minus"] * 8, "full_stop")
        await screen.until("1 of 2 · running")
        await screen.pilot.press("q")
        await screen.until_so(lambda: not screen.app.is_running)
        assert screen.app.return_code == 0


async def test_it_can_go_by_itself_and_end() -> None:
    demo = DemoEngine(parse_scenario(TEXT), seed=1, speed=50.0)
    app = DemoApp(demo, manner=Manner(rest=0.05))
    async with app.run_test(size=LARGE) as pilot:
        screen = Shown(app, pilot)
        await screen.until("Now it works.")
        await screen.until_so(lambda: not app.is_running)
    assert app.return_code == 0


@pytest.mark.parametrize("size", [(60, 15), (40, 10), (200, 60)])
async def test_any_window_will_do(size: tuple[int, int]) -> None:
    async with shown() as screen:
        await screen.pilot.press("full_stop")
        await screen.pilot.resize_terminal(*size)
        await screen.until("1 of 2")


def test_a_terminal_that_vanishes_ends_it_though_it_draws_all_the_time() -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "tftptui", "demo", "window", "--auto"]
    with subprocess.Popen(
        command,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={
            **environment(),
            "TERM": "xterm-256color",
            "COLUMNS": "100",
            "LINES": "30",
        },
        start_new_session=True,
    ) as program:
        os.close(theirs)
        written = b""
        while b"ACK" not in written:
            written += os.read(ours, 65_536)
        os.close(ours)
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                program.wait(2.0)  # it continues to draw, to no terminal
            program.send_signal(signal.SIGHUP)
            assert program.wait(30.0) == 129
        finally:
            program.kill()


async def test_nothing_is_drawn_while_nothing_happens() -> None:
    async with shown() as screen:
        stage = screen.app.screen.query_one(StageView)
        await screen.pilot.pause(0.3)
        before = stage.drawings
        await screen.pilot.pause(0.5)
        assert stage.drawings == before
