"""Whether there is a terminal that a screen can be drawn on."""

import os
import sys

from tftptui.ui.driver import screen_file


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
