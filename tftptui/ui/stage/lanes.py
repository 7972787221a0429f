"""Draws the lanes: client ports left, server ports right, the wall between."""

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.style import Style
from rich.text import Text

from tftptui.demo.view import WALL, LaneView, PacketView
from tftptui.telemetry.escapes import visible
from tftptui.ui.formats import whole_percent
from tftptui.ui.kit.rows import fitted

Slots = Mapping[str, Style]

NAME, PORT, STATUS = 14, 5, 10
LEFT = NAME + 1 + PORT + 2
RIGHT = 2 + PORT + 1 + STATUS
"""Cells to the right of the track."""

NARROWEST = 12
"""Minimum width of a track for packets, in cells."""

_OUTCOMES = {
    "completed": ("● done", "transfer-completed"),
    "failed": ("✗ failed", "transfer-failed"),
    "abandoned": ("∅ gave up", "transfer-failed"),
    "waiting": ("asks", "transfer-active"),
    "off": ("off", "muted"),
    "done": ("", "muted"),
}
_CROWDS = {
    "done": ("done", "transfer-completed"),
    "failed": ("failed", "transfer-failed"),
}
STOPPED = {"dropped": "", "refused": " ICMP", "lost": " lost", "ignored": " ignored"}


def lane_lines(
    lanes: Sequence[LaneView], width: int, slots: Slots, *, is_open: bool
) -> list[Text]:
    """Return one line for each lane, client by client.

    IS_OPEN is whether all packets pass the wall. Clients of the same kind are
    distinguished by their names in the scenario.
    """
    lines: list[Text] = []
    for name, group in grouped(lanes):
        for lane in group:
            shown = name if lane is group[0] else ""
            lines.append(_line(lane, width, slots, (shown, is_open)))
    return lines


def grouped(lanes: Sequence[LaneView]) -> list[tuple[str, list[LaneView]]]:
    """Return each client's name and lanes, in order of appearance."""
    groups: dict[tuple[str, str], list[LaneView]] = {}
    for lane in lanes:
        groups.setdefault((lane.name, lane.address), []).append(lane)
    titles = Counter(group[0].title for group in groups.values())
    return [
        (group[0].title if titles[group[0].title] == 1 else owner[0], group)
        for owner, group in groups.items()
    ]


def wall_place(width: int) -> int:
    """Return the cell of the wall."""
    track = max(0, width - LEFT - RIGHT)
    return LEFT + round((track - 1) * WALL)


def _line(lane: LaneView, width: int, slots: Slots, manner: tuple[str, bool]) -> Text:
    shown, is_open = manner
    track = max(0, width - LEFT - RIGHT)
    name = fitted(visible(shown.encode()), NAME)
    theirs = "many" if lane.client_port is None else str(lane.client_port)
    ours = "TIDs" if lane.server_port is None else str(lane.server_port)
    line = Text.assemble((name, "bold"), f" {theirs:>{PORT}} ●")
    line.append_text(_track(lane, track, slots, is_open=is_open))
    line.append(f"● {ours:<{PORT}} ")
    has_status = shown or lane.client_port is None
    words, slot = status_words(lane) if has_status else ("", "muted")
    line.append(fitted(words, STATUS), slots[slot])
    return line


def status_words(lane: LaneView) -> tuple[str, str]:
    """Return the progress of one or many clients, and the style slot."""
    if lane.count:
        mark, slot = _CROWDS[lane.status]
        return f"{lane.count} {mark}", slot
    words, slot = _OUTCOMES.get(lane.status, (lane.status, "transfer-active"))
    if not words and lane.share is not None:
        words = f"{whole_percent(lane.share):>3}%"
    return words, slot


def _track(lane: LaneView, cells: int, slots: Slots, *, is_open: bool) -> Text:
    """Return the track between two ports, with its packets."""
    line, wall = slots["frame"], round((cells - 1) * WALL)
    drawn: list[tuple[str, Style]] = [("─", line)] * cells
    if cells:
        drawn[wall] = ("┊", line) if is_open else ("║", slots["transfer-stalled"])
    if cells >= NARROWEST:
        packets = lane.packets
        for cell, mark in enumerate(str(lane.seen_port or ""), wall + 1):
            drawn[cell] = (mark, slots["muted"])  # the port after NAT
        heads = {packet_place(packet, cells) for packet in packets}
        for packet in packets:
            _put(packet, drawn, heads, slots)
    text = Text()
    for mark, style in drawn:
        text.append(mark, style)
    return text


def _put(
    packet: PacketView,
    drawn: list[tuple[str, Style]],
    taken: set[int],
    slots: Slots,
) -> None:
    """Draw a packet on its track, with its name behind it, or in front of the wall.

    If the name does not fit on one side of the wall, only its head is drawn.
    """
    head, words = _words(packet)
    place = packet_place(packet, len(drawn))
    right = list(enumerate(words, place + 1))
    left = list(enumerate(words, place - len(words)))
    trails = [left, right] if packet.to_server else [right, left]
    wall = round((len(drawn) - 1) * WALL)
    if wall not in dict(trails[0]) or packet.fate in ("dropped", "refused"):
        trails = trails[:1]  # beyond the wall it would seem to have passed
    else:
        trails = [*(one for one in trails if wall not in dict(one)), trails[0]]
    free = set(range(len(drawn))) - taken
    trail = next((one for one in trails if free.issuperset(dict(one))), [])
    style = slots[packet_slot(packet)]
    for cell, mark in [*trail, (place, head)]:
        drawn[cell] = (mark, style)
        taken.add(cell)


def packet_place(packet: PacketView, cells: int) -> int:
    """Return the cell of a packet's head."""
    place = round(packet.place * (cells - 1))
    if packet.fate in ("dropped", "refused"):  # before the wall, not in it
        place += -1 if packet.to_server else 1
    return min(cells - 1, max(0, place))


def _words(packet: PacketView) -> tuple[str, str]:
    """Return a packet's head, and the text behind it."""
    if packet.fate == "flying":
        return ("►" if packet.to_server else "◄"), packet.label
    return "✗", f" {packet.label}{STOPPED.get(packet.fate, '')} "


def packet_slot(packet: PacketView) -> str:
    """Return the style slot of a packet."""
    if packet.fate != "flying":
        return "transfer-failed"
    return "packet-duplicate" if packet.is_copy else "transfer-active"
