"""Texts of the stage besides the lanes: caption, rules, switches."""

import textwrap
from collections.abc import Mapping

from rich.style import Style
from rich.text import Text

from tftptui.demo.view import DemoView, RuleView
from tftptui.telemetry.escapes import visible
from tftptui.ui.kit.rows import fitted

Slots = Mapping[str, Style]

CAPTION_LINES = 3
LINE_FROM = 110
"""Minimum width in cells to show the impairments next to the switches."""

_HITS, _COUNTS = 6, "  packets"
_MARKS = {
    "accept": ("✓", "transfer-completed"),
    "drop": ("✗", "transfer-failed"),
    "reject": ("✗", "transfer-failed"),
}


def title_line(view: DemoView, width: int, *, is_focused: bool) -> Text:
    """Return the name of the demo, and its progress."""
    named = "finished" if view.state == "over" else view.state
    state = "paused" if view.is_paused else named
    step = f"{view.step} of {view.steps}" if view.step else f"{view.steps} steps"
    right = f"{step} · {state} · {view.seconds:.0f} s · ×{view.speed:g} "
    left = f"{'▸' if is_focused else ' '}0 {visible(view.title.encode())}"
    return Text(fitted(left, max(0, width - len(right))) + right, "bold")


def caption_lines(view: DemoView, width: int, slots: Slots) -> list[Text]:
    """Return the caption, always with the same number of lines."""
    words = textwrap.wrap(visible(view.caption.encode()), max(10, width - 2))
    if len(words) > CAPTION_LINES:
        words = words[:CAPTION_LINES]
        words[-1] = words[-1][:-1] + "…"
    lines = [Text(f" {line}") for line in words]
    if view.state == "ready" and len(lines) < CAPTION_LINES:
        lines.append(Text(" Press . to start.", slots["transfer-active"]))
    return lines + [Text()] * (CAPTION_LINES - len(lines))


def rule_lines(view: DemoView, width: int, slots: Slots) -> list[Text]:
    """Return the firewall's rules, each with the number of packets it matched."""
    if view.play.rules_off:
        return [Text("firewall: off, by hand", slots["muted"])]
    heads = [
        *(["helper"] if view.has_helper else []),
        *([f"NAT {view.nat}"] if view.nat else []),
        *([f"forwards {view.forwards}:69"] if view.forwards else []),
    ]
    head = f"firewall{': ' if heads else ''}{', '.join(heads)}"
    head = fitted(head, max(0, width - len(_COUNTS)))
    lines = [Text(f"{head}{_COUNTS}", slots["muted"])]
    return lines + [_rule(rule, view, width, slots) for rule in view.rules]


def foot_line(
    view: DemoView, width: int, wall: int, slots: Slots, *, has_line: bool
) -> Text:
    """Return why the last packet stopped, below the WALL, and what is waited for, left.

    HAS_LINE is whether the impairments are shown here as well, right.
    """
    stop = f"✗ {visible(view.last_stop.encode())}" if view.last_stop else ""
    wait = visible(view.waiting.encode())
    right = line_text(view) if has_line else ""
    stop = fitted(stop, max(1, width - 1)).rstrip()
    if stop and len(wait) + len(stop) + 4 > width:  # why it stopped is more important
        wait = ""
    wait = fitted(wait, min(len(wait), max(0, width - 2)))
    if len(wait) + len(stop) + len(right) + 6 > width:
        right = ""
    first = 1 + (len(wait) + 2 if wait else 0)
    last = width - len(stop) - 1 - (len(right) + 2 if right else 0)
    place = max(first, min(last, wall - len(stop) // 2))
    line = Text(" ", no_wrap=True)
    line.append(wait.ljust(place - 1), slots["transfer-active"])
    line.append(stop, slots["transfer-failed"])
    room = width - 1 - line.cell_len
    return line.append(right.rjust(max(0, room)), slots["muted"])


def line_text(view: DemoView) -> str:
    """Return the impairments of the line."""
    return " · ".join(visible(word.encode()) for word in view.line)


def switch_line(view: DemoView, width: int, slots: Slots) -> Text:
    """Return the state of all switches, then the impairments.

    A helper or a single port counts as on even if the step set it.
    """
    play = view.play
    switches = [
        ("F5", "rules off", play.rules_off),
        ("F6", "loss 10 %", play.loss),
        ("F7", "helper", play.helper or view.has_helper),
        ("F8", "single port", play.single_port or view.single_port),
        ("F9", "clients", bool(play.clients)),
    ]
    on, off = ("■ on  ", "□     ") if width >= LINE_FROM else ("■  ", "□  ")
    line = Text(" ", no_wrap=True)
    for key, name, is_on in switches:
        line.append(key, slots["transfer-active"] + Style(bold=True))
        line.append(f" {name} ")
        line.append(
            on if is_on else off,
            slots["transfer-stalled" if is_on else "muted"],
        )
    room = width - line.cell_len - 1
    words = line_text(view) if width >= LINE_FROM else ""
    return line.append(fitted(words, room).rjust(room), slots["muted"])


def _rule(rule: RuleView, view: DemoView, width: int, slots: Slots) -> Text:
    mark, slot = _MARKS[rule.action]
    is_last = rule.text == view.last_stop
    text = fitted(visible(rule.text.encode()), width - _HITS - 2)
    style = slots["transfer-failed"] if is_last else Style()
    return Text.assemble(
        (f"{mark} ", slots[slot]),
        (text, style),
        (f"{rule.hits:>{_HITS}}", slots["muted"]),
    )
