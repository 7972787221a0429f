"""Copied text is where the screen says, in a real tmux and screen."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.screens import LARGE, SMALL
from tests.support.scripted_engine import ScriptedEngine
from tests.support.serve import CHECKOUT, environment
from tests.support.strips import text_of
from tftptui.ui.app import TftpApp
from tftptui.ui.clipboard import copied_message, into_multiplexer
from tftptui.ui.memory import COPY_NAME, NAME, Memory
from tftptui.ui.messages import CopyWanted

SCREEN = ("screen",)
FILE = Path("/srv/state/last-copy.txt")

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux here")
needs_screen = pytest.mark.skipif(shutil.which("screen") is None, reason="no screen")


@pytest.mark.parametrize(
    ("multiplexer", "kept", "words"),
    [
        ("tmux", FILE, f"the rules: in tmux's buffer, and in {FILE}"),
        (None, FILE, f"the rules: sent to the terminal, and in {FILE}"),
        (None, None, "the rules: sent to the terminal"),
        (
            "tmux",
            OSError(28, "No space left on device"),
            "the rules: in tmux's buffer; not in a file: No space left on device",
        ),
    ],
)
def test_it_says_where_the_text_is(
    multiplexer: str | None, kept: Path | OSError | None, words: str
) -> None:
    assert copied_message("the rules", multiplexer, kept) == words


def test_a_file_below_home_is_named_as_a_shell_takes_it() -> None:
    file = Path.home() / ".local" / COPY_NAME
    assert copied_message("x", None, file).endswith(f"in ~/.local/{COPY_NAME}")


async def test_a_multiplexer_that_is_gone_has_taken_nothing(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("accept all", encoding="utf-8")
    for gone in ({}, {"STY": "1.gone"}):
        assert await into_multiplexer("accept all", text, gone) is None


async def test_outside_of_them_the_terminal_is_asked_and_the_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "STY"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / NAME
    app = TftpApp(ScriptedEngine(), memory=Memory(place))
    async with app.run_test(size=LARGE, notifications=True) as pilot:
        app.screen.post_message(CopyWanted("accept all", "the rules"))
        while "the rules" not in text_of(app):
            await pilot.pause()
        assert "the rules: sent to the terminal, and in" in text_of(app)
        assert app.clipboard == "accept all"
    assert place.with_name(COPY_NAME).read_text("utf-8") == "accept all"


# Its own session in its own multiplexer: y on the packet pane.

_COMMAND = (
    f"{sys.executable} -m tftptui --listen 127.0.0.1 --port 0 --ports 43210-43219 "
    f"sample_root"
)


def until(what: str, *command: str) -> str:
    """Run a command until it prints WHAT; pytest's timeout ends it."""
    while True:
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        if what in run.stdout:
            return run.stdout


@pytest.fixture
def tmux(tmp_path: Path) -> Iterator[list[str]]:
    """Yield a tmux of 80×24 with tftptui in it."""
    tmux = ["tmux", "-S", str(tmp_path / "socket"), "-f", "/dev/null"]
    given = environment() | {"XDG_STATE_HOME": str(tmp_path)}
    size = ["-x", str(SMALL[0]), "-y", str(SMALL[1])]
    subprocess.run(
        [*tmux, "new-session", "-d", *size, _COMMAND],
        env=given,
        cwd=CHECKOUT,
        check=True,
    )
    yield tmux
    subprocess.run([*tmux, "kill-server"], check=False)


@needs_tmux
def test_in_tmux_the_text_is_in_its_buffer(tmux: list[str], tmp_path: Path) -> None:
    until("README.txt", *tmux, "capture-pane", "-p")
    subprocess.run([*tmux, "send-keys", "2", "y"], check=True)
    shown = until("tmux's buffer", *tmux, "capture-pane", "-p")
    kept = tmp_path / "tftptui" / COPY_NAME
    assert COPY_NAME in "".join(shown.split())
    buffer = subprocess.run([*tmux, "show-buffer"], capture_output=True, check=True)
    assert buffer.stdout == kept.read_bytes() != b""


@needs_screen
def test_in_screen_the_text_is_in_its_buffer(tmp_path: Path) -> None:
    text, pasted = tmp_path / "text", tmp_path / "pasted"
    text.write_text("accept all", encoding="utf-8")
    name = f"t{os.getpid()}"
    subprocess.run([*SCREEN, "-dmS", name, "cat"], check=True)
    screen = [*SCREEN, "-S", name, "-X"]
    while subprocess.run([*screen, "version"], check=False).returncode:
        pass  # the session is created in the background
    try:
        took = asyncio.run(into_multiplexer("", text, {"STY": name}))
        assert took == "screen"
        subprocess.run([*screen, "writebuf", str(pasted)], check=True)
        until("accept all", "cat", str(pasted))
    finally:
        subprocess.run([*screen, "quit"], check=False)
