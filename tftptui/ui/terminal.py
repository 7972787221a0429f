"""The terminal: checks whether a screen can be drawn, and a robust driver."""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO

from textual import constants
from textual.app import App
from textual.driver import Driver


def screen_file() -> TextIO | None:
    """Return the stream that the screen is drawn on: standard error, as in Textual.

    If that is redirected, such as by ``2>errors``, it is standard output. None if
    neither is a terminal.
    """
    streams = (sys.__stderr__, sys.__stdout__)
    return next((one for one in streams if one is not None and one.isatty()), None)


_QUICK, _FAR = 0.025, 0.1
"""Timeouts in seconds for the rest of a sequence after an escape byte."""


def escape_delay(environment: Mapping[str, str]) -> float:
    """Return how long an escape byte may be the start of a sequence, in seconds.

    ESCDELAY (milliseconds) decides if it is set. Over ssh a sequence may arrive in two
    packets; tmux and screen send it in one. With the kitty keyboard protocol there is
    no wait.
    """
    with suppress(KeyError, ValueError):
        return max(1, int(environment["ESCDELAY"])) / 1000
    is_near = "TMUX" in environment or "STY" in environment
    return _FAR if "SSH_CONNECTION" in environment and not is_near else _QUICK


def take_escape_delay(environment: Mapping[str, str] = os.environ) -> None:
    """Set Textual's timeout: without ESCDELAY it would be 100 ms."""
    vars(constants)["ESCAPE_DELAY"] = escape_delay(environment)


class LastingFile:
    """A text file whose other end may be closed; writing to it never fails."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def write(self, text: str) -> int:
        """Write, ignoring errors."""
        with suppress(OSError, ValueError):
            return self._file.write(text)
        return len(text)

    def flush(self) -> None:
        """Flush, ignoring errors."""
        with suppress(OSError, ValueError):
            self._file.flush()

    def fileno(self) -> int:
        """Return the descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Return whether it is a terminal."""
        return self._file.isatty()


if sys.platform != "win32":
    from textual.drivers.linux_driver import LinuxDriver

    class LastingDriver(LinuxDriver):
        """Textual's driver, on a file that never fails; can be restarted."""

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
                lasting: Any = LastingFile(file)  # has everything that is used of it
                self._file = lasting

        def start_application_mode(self) -> None:
            """Set up the terminal."""
            self._is_begun = True
            super().start_application_mode()  # type: ignore[no-untyped-call]

        def stop_application_mode(self) -> None:
            """Restore the terminal."""
            self._is_begun = False
            super().stop_application_mode()

        def _sigcont_application(self, *_: object) -> None:
            """Set up the terminal again after a stop: another program had it."""
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

    The stream is switched to UTF-8: in another locale every line would be shown as
    ``\u2500``.
    """
    drawn_on = screen_file()
    if not sys.stdin.isatty() or drawn_on is None:
        return (
            "tftptui needs a terminal for its screen; "
            "without one, `tftptui serve` runs the server alone"
        )
    if os.environ.get("TERM", "") in {"", "dumb"}:
        return (
            "this terminal (TERM=dumb) cannot show a screen; "
            "try TERM=xterm-256color, or `tftptui serve` for the server alone"
        )
    _ensure_utf8(drawn_on)
    return None


def _ensure_utf8(stream: object) -> None:
    encoding = getattr(stream, "encoding", "") or ""
    reconfigure = getattr(stream, "reconfigure", None)
    if "utf" not in encoding.lower() and reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")
