"""The terminal: whether a screen can be drawn on it; a driver that outlives it."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

from textual import constants
from textual.app import App
from textual.driver import Driver


def screen_file() -> TextIO | None:
    """Return what the screen is drawn on: standard error, as Textual has it.

    Where that is redirected, as by ``2>errors``, it is standard output. None if
    neither is a terminal.
    """
    streams = (sys.__stderr__, sys.__stdout__)
    return next((one for one in streams if one is not None and one.isatty()), None)


_QUICK, _FAR = 0.025, 0.1
"""Seconds to wait for the rest of a sequence after an escape byte."""


def escape_delay(environment: Mapping[str, str]) -> float:
    """Return for how long an escape byte may be the begin of a sequence, in seconds.

    ESCDELAY (milliseconds) decides where it is set. Over ssh a sequence may come in two
    packets; tmux and screen send theirs whole. With kitty's keys nobody has to wait.
    """
    with suppress(KeyError, ValueError):
        return max(1, int(environment["ESCDELAY"])) / 1000
    is_near = "TMUX" in environment or "STY" in environment
    return _FAR if "SSH_CONNECTION" in environment and not is_near else _QUICK


def take_escape_delay(environment: Mapping[str, str] = os.environ) -> None:
    """Have Textual wait that long: without ESCDELAY it waits 100 ms."""
    vars(constants)["ESCAPE_DELAY"] = escape_delay(environment)


class LastingFile:
    """A text file whose other end may be closed; writing to it never fails."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, or lose it."""
        with suppress(OSError, ValueError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, or lose it."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return self._file.isatty()


if sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver

    class LastingDriver(LinuxDriver):
        """Textual's own, on a file that never fails; restarted where it ended."""

        _is_begun = False

        def __init__(
            self,
            app: App[object],
            *,
            debug: bool = False,
            mouse: bool = True,
            size: tuple[int, int] | None = None,
        ) -> None:
            super().__init__(app, debug=debug, mouse=mouse, size=size)
            file = screen_file() or self._file
            if file is not None:
                lasting: Any = LastingFile(file)  # has all that is used of it
                self._file = lasting

        def start_application_mode(self) -> None:
            """Take the terminal."""
            self._is_begun = True
            super().start_application_mode()  # type: ignore[no-untyped-call]

        def stop_application_mode(self) -> None:
            """Give it back as it was."""
            self._is_begun = False
            super().stop_application_mode()

        def _sigcont_application(self, *_: object) -> None:
            """Take the terminal again after a stop, from the program that had it."""
            if self._is_begun:  # SIGSTOP, or a terminal that is gone
                if not os.isatty(self.fileno):
                    return
                self.suspend_application_mode()
                self._must_signal_resume = True
            if self._must_signal_resume:
                super()._sigcont_application()


def lasting_driver() -> type[Driver] | None:
    """Return the driver for this system, or None for Textual's choice."""
    return None if sys.platform == "win32" else LastingDriver


def check_terminal() -> str | None:
    r"""Return why the screen can't be drawn here and what to do, or None if it can.

    What it is drawn on is switched to UTF-8 where a locale without it would turn
    every line into ``\u2500``.
    """
    drawn_on = screen_file()
    if not sys.stdin.isatty() or drawn_on is None:
        return (
            "tftptui needs a terminal for its screen; "
            "without one, `tftptui serve` runs the server alone"
        )
    if os.environ.get("TERM", "") in {"", "dumb"}:
        return (
            "this terminal (TERM=dumb) can't show a screen; "
            "try TERM=xterm-256color, or `tftptui serve` for the server alone"
        )
    _ensure_utf8(drawn_on)
    return None


def _ensure_utf8(stream: object) -> None:
    encoding = getattr(stream, "encoding", "") or ""
    reconfigure = getattr(stream, "reconfigure", None)
    if "utf" not in encoding.lower() and reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")
