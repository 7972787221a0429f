"""A machine's packets before its first request, drawn as a ladder.

The machine's lifeline is on the left, that of the network on the right.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from rich.cells import cell_len
from rich.console import Console
from rich.style import Style
from rich.text import Text

from tftptui.engine.messages import WireDevice, WireLine
from tftptui.telemetry.words import seconds
from tftptui.ui.kit.rows import fitted

TIME = 14
"""Cells of a time of day with milliseconds, and a gap."""

LONG = 1.0
"""Minimum silence to show, in seconds."""

LEAST = 24
"""Minimum cells between the lifelines."""

WIDEST = 100

SIDES = 4
"""Cells on both sides of a step's words: the head of its arrow, and two gaps."""


def draw_ladder(
    device: WireDevice, width: int, slots: Mapping[str, Style], console: Console
) -> Text:
    """Return the ladder in WIDTH cells; CONSOLE wraps long words."""
    room = max(LEAST, min(WIDEST, width - TIME - 2))
    text = Text(no_wrap=True)
    right = "network"
    left = fitted(device.address or device.mac, room + 2 - len(right))
    text.append(f"{'':<{TIME}}{left}{right}\n", "bold")
    before: WireLine | None = None
    for line in device.lines:
        if before is not None and line.time - before.last >= LONG:
            gap = f"⋮ {seconds(line.time - before.last)}"
            text.append(f"{'':<{TIME}}{gap}\n", slots["muted"])
        style = _style(line, slots)
        for number, rung in enumerate(_rungs(line, room, console)):
            stamp = _time(line.time) if number == 0 else ""
            text.append(f"{stamp:<{TIME}}", slots["muted"])
            text.append(f"{rung}\n", style)
        before = line
    return text


def _style(line: WireLine, slots: Mapping[str, Style]) -> Style:
    if line.direction == "–":
        return slots["muted"]
    return slots["transfer-active"] if line.direction == "←" else Style()


def _rungs(line: WireLine, room: int, console: Console) -> Iterator[str]:
    """Yield a step's lines: its words, and an arrow in the remaining room."""
    if line.direction == "–":
        for row in Text(line.text).wrap(console, room - SIDES):
            words = f"┄┄ {row.plain.rstrip()} "
            yield f"┼{words}{'┄' * (room - cell_len(words))}┼"
        return
    wrapped = Text(line.text).wrap(console, room - SIDES - 1)
    *full, last = [one.plain.rstrip() for one in wrapped] or [""]
    is_out = line.direction == "→"
    heads = ["──" if is_out else "◄─", *("  " for _ in full)]
    for head, words in zip(heads, full, strict=False):
        yield f"│{fitted(f'{head} {words}', room)}│"
    shaft = room - cell_len(last) - SIDES
    yield f"│{heads[-1]} {last} {'─' * (shaft - 1)}{'►' if is_out else '─'}│"


def _time(time: float) -> str:
    local = datetime.fromtimestamp(time).astimezone()
    return f"{local:%H:%M:%S}.{local.microsecond // 1000:03d}"
