"""The UI in a pseudo-terminal: signals, restoring, refusing."""

import os
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.serve import CHECKOUT
from tests.support.terminal import started

COMMAND = [sys.executable, "-m", "tests.ui.scripted_main"]
LEAVE_ALTERNATE = b"\x1b[?1049l"
MOUSE_OFF = b"\x1b[?1000l"
CURSOR_ON = b"\x1b[?25h"


@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_a_signal_restores_the_terminal(number: signal.Signals, status: int) -> None:
    with started(*COMMAND) as terminal:
        terminal.read_until(b"fit.itb")
        terminal.program.send_signal(number)
        terminal.read_all()
        assert terminal.program.wait() == status
    for sequence in (LEAVE_ALTERNATE, MOUSE_OFF, CURSOR_ON):
        assert sequence in terminal.written
    rest = terminal.written.rpartition(LEAVE_ALTERNATE)[2]
    assert b"stopped while running: fit.itb to 10.0.4.21" in rest


def test_going_on_leaves_one_to_read_the_keys() -> None:
    with started(*COMMAND) as terminal:
        terminal.read_until(b"fit.itb")
        threads = Path(f"/proc/{terminal.program.pid}/task")
        before = len(list(threads.iterdir()))
        for _ in range(8):
            terminal.written = b""
            terminal.program.send_signal(signal.SIGCONT)
            terminal.read_until(b"fit.itb")  # everything is redrawn
        # Others are created and deleted meanwhile; if each had left its own there were
        # 8 more.
        assert len(list(threads.iterdir())) < before + 4
        terminal.type(b"\x11")
        terminal.read_all()
        assert terminal.program.wait() == 0


def test_going_on_draws_the_whole_screen_each_time() -> None:
    with started(*COMMAND) as terminal:
        terminal.read_until(b"quit")
        for _ in range(3):
            terminal.written = b""
            terminal.program.send_signal(signal.SIGCONT)
            for words in (b"tftptui", b":6969", b"fit.itb", b"quit"):
                terminal.read_until(words)


def test_a_terminal_that_vanishes_ends_it() -> None:
    with started(*COMMAND) as terminal:
        terminal.read_until(b"fit.itb")
        os.close(terminal.side)
        terminal.side = os.open(os.devnull, os.O_RDWR)
        # As the system sends it to the terminal's process group.
        terminal.program.send_signal(signal.SIGHUP)
        terminal.program.send_signal(signal.SIGCONT)
        assert terminal.program.wait(30.0) == 129


def test_keys_quit_and_the_status_is_zero() -> None:
    with started(*COMMAND) as terminal:
        terminal.read_until(b"fit.itb")
        os.write(terminal.side, b"\x11")  # ctrl+q
        terminal.read_all()
        assert terminal.program.wait() == 0


def test_lines_are_lines_even_without_a_utf8_locale() -> None:
    with started(
        *COMMAND, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0"
    ) as terminal:
        terminal.read_until(b"fit.itb")
        os.write(terminal.side, b"\x11")
        terminal.read_all()
    assert "─".encode() in terminal.written
    assert rb"\u2500" not in terminal.written


def test_errors_may_go_to_a_file(tmp_path: Path) -> None:
    errors = tmp_path / "errors"
    shell = f"exec {shlex.join(COMMAND)} 2>{shlex.quote(str(errors))}"
    with started("sh", "-c", shell) as terminal:
        terminal.read_until(b"fit.itb")
        os.write(terminal.side, b"\x11")
        terminal.read_all()
        assert terminal.program.wait() == 0
    assert LEAVE_ALTERNATE in terminal.written
    assert errors.read_bytes() == b""


def test_a_dumb_terminal_is_refused_in_one_line() -> None:
    with started(*COMMAND, TERM="dumb") as terminal:
        terminal.read_all()
        assert terminal.program.wait() == 1
    assert b"TERM=dumb" in terminal.written
    assert b"\x1b" not in terminal.written
    assert terminal.written.count(b"\n") == 1


def test_no_terminal_is_refused_with_a_hint() -> None:
    done = subprocess.run(
        COMMAND,
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "tftptui serve" in done.stderr
