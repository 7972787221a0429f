"""The top line: what is served, where, from which ports, how fast."""

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import PurePath

from rich.style import Style
from rich.text import Text
from textual.widget import Widget

from tftptui.engine.messages import USED, PortMap, Status
from tftptui.settings import words_of
from tftptui.telemetry.escapes import visible
from tftptui.ui.formats import octets, span
from tftptui.ui.kit.fitting import Part, fit
from tftptui.ui.kit.plots import LEVELS
from tftptui.ui.panes.ports.states import dallying, owners
from tftptui.ui.store import RATE_SPAN, Store
from tftptui.ui.themes import slot_styles

SAMPLES = 8
"""Seconds that the little graph looks back."""

_TITLE, _ROOT, _LISTENERS, _PORTS, _USED, _CAPTURE, _RATE, _GRAPH, _COUNTS = range(9)
_ORDER = (
    *(_USED, _TITLE, _PORTS, _LISTENERS, _ROOT, _GRAPH, _RATE, _PORTS, _COUNTS),
    *(_ROOT, _USED, _COUNTS, _COUNTS, _PORTS, _RATE, _CAPTURE, _COUNTS),
    *(_LISTENERS, _COUNTS),
)
"""What gets shorter first when the line is too long; trouble stays to the end."""


IN_VAIN = ("failed", "gone", "aborted")
"""Words for transfers that came to nothing, as the journal tells them apart."""

Count = tuple[str, int, Style]


def sparkline(values: Sequence[float]) -> str:
    """Return one bar a value; the highest one is full."""
    top = max(values, default=0.0)
    if top <= 0:
        return LEVELS[0] * len(values)
    return "".join(LEVELS[round(value / top * (len(LEVELS) - 1))] for value in values)


def _root(status: Status) -> Part:
    """Return what is served, in full and short."""
    if status.source == "demo":  # its folder is nobody's, and gone tomorrow
        return Part([Text("demo files"), Text()])
    if status.named:
        names = [visible(name.encode()) for name, _ in status.named]
        return Part([Text(words_of(names)), Text(_counted(names)), Text()])
    root = PurePath(status.root)
    short = f"…/{root.name}" if root.parent.name else status.root
    return Part([Text(status.root), Text(short), Text()])


def _counted(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def _reading(status: Status, end: float, slots: dict[str, Style]) -> Part:
    """Return how far a capture has been read; then when it ends, from which ages count.

    END is the wall clock of the latest that was read.
    """
    progress = status.progress
    if progress is not None and progress < 1:
        text = f"▣ capture, read {progress:4.0%}"
        return Part([Text(text, slots["transfer-active"])])
    ended = datetime.fromtimestamp(end).astimezone()
    forms = (f", ends {ended:%Y-%m-%d %H:%M:%S}", f", ends {ended:%H:%M:%S}", "")
    return Part([Text(f"▣ capture{one}", slots["transfer-completed"]) for one in forms])


def _merged(listed: list[Count]) -> list[Count]:
    """Return counts with those of transfers that came to nothing as one."""
    vain = [one for one in listed if one[0] in IN_VAIN]
    if len(vain) < 2:  # noqa: PLR2004 - one has its own word
        return listed
    both = "not done", sum(number for _, number, _ in vain), vain[0][2]
    place = listed.index(vain[0])
    rest = [one for one in listed if one not in vain]
    return [*rest[:place], both, *rest[place:]]


def _speed_forms(arrow: str, rate: float) -> tuple[str, str]:
    """Return a rate in full and short, always as wide."""
    text = f"{octets(rate):>6}"
    unit = "B/s" if text[-1].isalpha() else " B/s"
    return f"{arrow} {text}{unit:<4}", f"{arrow}{text.replace(' ', ''):>5}"


class HeaderLine(Widget):
    """One line that fits itself to the width and never jumps.

    A number keeps the width of the longest it has had.
    """

    ALLOW_SELECT = False
    DEFAULT_CSS = "HeaderLine { height: 1; background: $panel; }"

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="header")
        self._store, self._now = store, now
        self._sampled = now()
        self._rates: deque[float] = deque([0.0] * SAMPLES, maxlen=SAMPLES)
        self._widths: dict[str, int] = {}
        self._has_received = False
        self._shown: Text | None = None
        self._made: tuple[int, Text] | None = None

    def frame_arrived(self) -> None:
        """Draw again if anything looks different."""
        if self.size.width and (line := self._line()) != self._shown:
            self._shown, self._made = line, (self.size.width, line)
            self.refresh()

    def clock_ticked(self) -> None:
        """Take a sample of the rate, if the clock has gone on."""
        now = self._now()
        if now != self._sampled:
            self._sampled = now
            self._rates.append(sum(self._rate()))
        self.frame_arrived()

    def render(self) -> Text:
        """Return the line."""
        # That which was just made, unless it is drawn for another reason.
        made, self._made = self._made, None
        fits = made is not None and made[0] == self.size.width
        self._shown = made[1] if made is not None and fits else self._line()
        return self._shown

    def _rate(self) -> tuple[float, float]:
        """Return octets a second that are sent, and received."""
        if self._now() - self._store.now > RATE_SPAN:
            return 0.0, 0.0
        return self._store.total_rate, self._store.received_rate

    def _line(self) -> Text:
        slots = slot_styles(self.app.theme_variables)
        parts = [
            Part([Text("tftptui", "bold"), Text()]),
            *self._place(slots),
            *self._ports(slots),
            self._capture(slots),
            *self._speed(slots),
            self._counts(slots),
        ]
        return fit(parts, _ORDER, self.size.width)

    def _place(self, slots: dict[str, Style]) -> list[Part]:
        status, muted = self._store.status, slots["muted"]
        if self._store.engine_error:
            stopped = Text("✗ not serving", slots["transfer-failed"])
            return [Part([Text()]), Part([stopped])]
        if status is None:
            return [Part([Text()]), Part([Text("starting …", muted)])]
        mark = ("● ", slots["transfer-completed"])
        place = _root(status)
        if status.source == "capture":
            return [place, _reading(status, self._store.now, slots)]
        return [
            place,
            Part(
                [
                    Text.assemble(mark, "  ".join(status.listeners)),
                    Text.assemble(mark, f":{status.port}"),
                    Text(),
                ]
            ),
        ]

    def _ports(self, slots: dict[str, Style]) -> list[Part]:
        ports, muted = self._store.ports, slots["muted"]
        if ports is None or self._store.engine_error:
            return [Part([Text()]), Part([Text()])]
        label, range_ = ("TIDs ", muted), span(ports.first, ports.last)
        order = ports.order
        if ports.single_port:
            range_, order = "listener's", "single port"
        rest = len(dallying(owners(self._store), ports))
        number = ports.states.count(USED) - rest + self._elsewhere(ports)
        used = Text.assemble(self._steady("used", number), (" used", muted))
        rests = f" · {rest} dallying" if rest else ""
        return [
            Part(
                [
                    Text.assemble(label, range_, (f" {order}", muted)),
                    Text.assemble(label, range_),
                    Text(range_),
                    Text(),
                ]
            ),
            Part([Text.assemble(used, (rests, muted)), used, Text()]),
        ]

    def _elsewhere(self, ports: PortMap) -> int:
        """Return how many transfers go on from ports of a range before this one."""
        return sum(
            view.running
            and not view.single_port
            and bool(view.server_tid)
            and not ports.first <= view.server_tid <= ports.last
            for view in self._store.transfers.values()
        )

    def _capture(self, slots: dict[str, Style]) -> Part:
        """Return whether all packets are being written to a file, and how many."""
        status = self._store.status
        if status is None or status.capture is None:
            return Part([Text()])
        mark = ("● rec", slots["transfer-failed"])
        packets = self._steady("packets", status.capture.packets)
        return Part([Text.assemble(mark, f" {packets}"), Text.assemble(mark)])

    def _speed(self, slots: dict[str, Style]) -> list[Part]:
        if self._store.is_capture:  # nothing leaves: its last second would stand still
            return [Part([Text()]), Part([Text()])]
        (sent, received), style = self._rate(), slots["transfer-active"]
        self._has_received |= received > 0  # what was told once keeps its place
        both = [("↑", sent), ("↓", received)][: 1 + self._has_received]
        pairs = [_speed_forms(arrow, rate) for arrow, rate in both]
        forms = [" ".join(form) for form in zip(*pairs, strict=True)]
        return [
            Part([*(Text(form, style) for form in forms), Text()], "right"),
            Part([Text(sparkline(self._rates), style), Text()], "right"),
        ]

    def _counts(self, slots: dict[str, Style]) -> Part:
        """Return the totals; what was told once keeps its place, even at 0."""
        counters = self._store.of_clients
        stalled = sum(
            view.phase == "stalled" for view in self._store.transfers.values()
        )
        listed = [
            ("active", counters.active, slots["transfer-active"]),
            ("stalled", stalled, slots["transfer-stalled"]),
            ("done", counters.completed, slots["transfer-completed"]),
            ("unconfirmed", counters.unconfirmed, slots["transfer-unconfirmed"]),
            ("failed", counters.failed, slots["transfer-failed"]),
            ("gone", counters.abandoned, slots["transfer-failed"]),
            ("aborted", counters.aborted, slots["transfer-failed"]),
            ("refused", counters.refused, slots["transfer-failed"]),
        ]
        told = [
            (word, number, style if number else slots["muted"])
            for word, number, style in listed
            if number or word in ("active", "done") or word in self._widths
        ]
        forms = [told, [one for one in told if one[1] or one[0] == "active"]]
        forms.append(_merged(forms[-1]))
        for word in ("done", "unconfirmed", "active"):
            forms.append([one for one in forms[-1] if one[0] != word])
        if not forms[-1]:
            forms[-1] = forms[-2]
        return Part([self._numbers(form) for form in forms], "right")

    def _numbers(self, listed: list[Count]) -> Text:
        return Text("  ").join(
            Text.assemble((self._steady(word, number), style), f" {word}")
            for word, number, style in listed
        )

    def _steady(self, name: str, number: int) -> str:
        text = str(number)
        width = self._widths[name] = max(len(text), self._widths.get(name, 1))
        return text.rjust(width)
