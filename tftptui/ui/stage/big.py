"""The enlarged stage, for large rooms: boxes, ports in large digits, a thick wall."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.segment import Segment
from rich.style import Style
from rich.text import Text
from textual.renderables.digits import Digits

from tftptui.demo.view import WALL, LaneView, PacketView
from tftptui.telemetry.escapes import visible
from tftptui.ui.kit.rows import fitted
from tftptui.ui.stage.lanes import (
    STOPPED,
    grouped,
    packet_place,
    packet_slot,
    status_words,
)

_PLAIN = Style()


class Canvas:
    """Cells of one narrow character each; anything drawn outside is clipped."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._cells = [[(" ", _PLAIN)] * width for _ in range(height)]

    def write(self, x: int, y: int, text: str, style: Style = _PLAIN) -> None:
        """Write a text to the right of a cell."""
        if not 0 <= y < self.height:
            return
        for place, mark in enumerate(text, x):
            if 0 <= place < self.width:
                self._cells[y][place] = (mark, style)

    def frame(
        self, x: int, y: int, width: int, height: int, style: Style = _PLAIN
    ) -> None:
        """Draw a frame with round corners."""
        line = "─" * (width - 2)
        self.write(x, y, f"╭{line}╮", style)
        for row in range(y + 1, y + height - 1):
            self.write(x, row, "│", style)
            self.write(x + width - 1, row, "│", style)
        self.write(x, y + height - 1, f"╰{line}╯", style)

    def lines(self) -> list[Text]:
        """Return all lines; runs of one style are one span."""
        return [_joined(row) for row in self._cells]


def _joined(row: list[tuple[str, Style]]) -> Text:
    text, run, style = Text(no_wrap=True), "", _PLAIN
    for mark, its in row:
        if its != style:
            text.append(run, style)
            run, style = "", its
        run += mark
    return text.append(run, style)


Slots = Mapping[str, Style]

BOX = 19
"""Width of a box in cells: five digits of three cells each, and its frame."""

LANE = 3
"""Lines of a lane."""

LOWEST, NARROWEST = LANE + 2, 2 * BOX + 12
"""Minimum lines and cells of the enlarged picture."""

_BOLD = Style(bold=True)
_WALL_CELLS = 2


@dataclass(frozen=True, slots=True)
class _Pen:
    """State shared by the parts of the picture."""

    canvas: Canvas
    slots: Slots
    is_open: bool

    @property
    def track(self) -> range:
        """The cells between the boxes."""
        return range(BOX, self.canvas.width - BOX)

    @property
    def wall(self) -> int:
        """The wall's first cell."""
        return self.track.start + round((len(self.track) - _WALL_CELLS) * WALL)


def big_lines(
    lanes: Sequence[LaneView], size: tuple[int, int], slots: Slots, *, is_open: bool
) -> list[Text]:
    """Return the network as lines of SIZE (columns, rows), with the newest lanes.

    IS_OPEN is whether all packets pass the wall.
    """
    width, height = size
    pen = _Pen(Canvas(width, height), slots, is_open)
    groups = _that_fit(lanes, height)
    used = sum(_height(group) for _, group in groups) or LOWEST
    _draw_wall(pen, used)
    _draw_server(pen, used)
    y = 0
    for name, group in groups:
        _draw_client(pen, y, name, group)
        y += _height(group)
    return pen.canvas.lines()


def big_wall_place(width: int) -> int:
    """Return the cell in the middle of the wall."""
    return _Pen(Canvas(width, 0), {}, is_open=True).wall + 1


def _that_fit(
    lanes: Sequence[LaneView], height: int
) -> list[tuple[str, list[LaneView]]]:
    """Return clients with their lanes, without the oldest lanes if room is short."""
    for first in range(len(lanes)):
        groups = grouped(lanes[first:])
        if sum(_height(group) for _, group in groups) <= height:
            return groups
    return []


def _height(group: Sequence[LaneView]) -> int:
    return LANE * len(group) + 2


def _draw_wall(pen: _Pen, rows: int) -> None:
    word, slots = "firewall", pen.slots
    style = slots["frame"] if pen.is_open else slots["transfer-stalled"]
    mark = "┊" if pen.is_open else "█"
    for y in range(1, rows):
        pen.canvas.write(pen.wall, y, mark * _WALL_CELLS, style)
    pen.canvas.write(pen.wall + 1 - len(word) // 2, 0, word, style)


def _draw_server(pen: _Pen, rows: int) -> None:
    left = pen.canvas.width - BOX
    pen.canvas.frame(left, 0, BOX, rows, pen.slots["frame"])
    pen.canvas.write(left + 2, 0, " server ", _BOLD)


def _draw_client(pen: _Pen, y: int, name: str, group: Sequence[LaneView]) -> None:
    """Draw one client, its ports, and the lanes from these to the server's."""
    canvas, rows = pen.canvas, _height(group)
    canvas.frame(0, y, BOX, rows, pen.slots["frame"])
    title = visible(name.encode())
    canvas.write(1, y, f" {fitted(title, min(len(title), BOX - 4))} ", _BOLD)
    words, slot = _status(group)
    if words:
        foot = f" {words.strip()} "
        canvas.write(BOX - 1 - len(foot), y + rows - 1, foot, pen.slots[slot] + _BOLD)
    for number, lane in enumerate(group):
        top = y + 1 + LANE * number
        _draw_port(canvas, 2, top, lane.client_port, "many")
        _draw_port(canvas, canvas.width - BOX + 2, top, lane.server_port, "TIDs")
        _draw_track(pen, top, lane.packets)


def _status(group: Sequence[LaneView]) -> tuple[str, str]:
    """Return a client's progress; for several lanes, failures first."""
    lanes = sorted(group, key=lambda lane: lane.status != "failed")
    return next((status_words(lane) for lane in lanes if lane.count), None) or (
        status_words(group[0])
    )


def _draw_port(canvas: Canvas, x: int, y: int, port: int | None, word: str) -> None:
    """Draw a port as large digits, right-aligned; WORD if there are several."""
    if port is None:
        canvas.write(x, y + 1, word.rjust(BOX - 4), _BOLD)
        return
    drawn = Digits(f"{port:>5}", _BOLD).render(_BOLD)
    texts = [part.text for part in drawn if isinstance(part, Segment)]
    for row, text in enumerate(text for text in texts if text != "\n"):
        canvas.write(x, y + row, text, _BOLD)


def _draw_track(pen: _Pen, y: int, packets: Sequence[PacketView]) -> None:
    canvas, track = pen.canvas, pen.track
    line = pen.slots["frame"]
    for x in track:
        if not pen.wall <= x < pen.wall + _WALL_CELLS:
            canvas.write(x, y + 1, "━", line)
    for x in (track.start - 1, track.stop):
        canvas.write(x, y + 1, "●", line)
    heads = {_head_cell(pen, packet) for packet in packets}
    taken: set[int] = set()
    for packet in packets:
        cells, head = _cells_of(pen, packet), _head_cell(pen, packet)
        others = heads - {head}
        if taken.isdisjoint(cells) and others.isdisjoint(cells):
            _draw_packet(pen, y, cells.start, packet)
            taken.update(cells)
        elif head not in taken:  # no room for its name
            mark = _words(packet).strip()[-1 if packet.to_server else 0]
            canvas.write(head, y + 1, mark, pen.slots[packet_slot(packet)] + _BOLD)


def _head_cell(pen: _Pen, packet: PacketView) -> int:
    if packet.fate in ("dropped", "refused"):  # before the wall, not in it
        return pen.wall - 1 if packet.to_server else pen.wall + _WALL_CELLS
    return pen.track.start + packet_place(packet, len(pen.track))


def _cells_of(pen: _Pen, packet: PacketView) -> range:
    """Return the cells of a packet's block, with its head at the packet's position."""
    length, head = len(_words(packet)), _head_cell(pen, packet)
    first = head - length + 1 if packet.to_server else head
    first = max(pen.track.start, min(pen.track.stop - length, first))
    return range(first, first + length)


def _words(packet: PacketView) -> str:
    if packet.fate == "flying":
        return f" {packet.label} ►" if packet.to_server else f"◄ {packet.label} "
    return f" ✗ {packet.label}{STOPPED.get(packet.fate, '')} "


def _draw_packet(pen: _Pen, y: int, x: int, packet: PacketView) -> None:
    """Draw a packet as a filled block with its name."""
    style, words = pen.slots[packet_slot(packet)], _words(packet)
    pen.canvas.write(x, y, "▄" * len(words), style)
    pen.canvas.write(x, y + 1, words, style + Style(reverse=True, bold=True))
    pen.canvas.write(x, y + 2, "▀" * len(words), style)
