"""The top line: root, address, ports and rates."""

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
from tftptui.ui.formats import byte_size, span
from tftptui.ui.kit.fitting import Part, fit
from tftptui.ui.kit.plots import LEVELS
from tftptui.ui.store import RATE_SPAN, Store
from tftptui.ui.themes import slot_styles

SAMPLES = 8
"""Seconds that the sparkline covers."""

_BRAND, _ROOT, _ADDRESS, _PORTS, _USED, _CAPTURE, _RATE, _GRAPH, _COUNTS = range(9)
_ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - not listened on here
_ORDER = (
    *(_COUNTS, _USED, _COUNTS, _ROOT, _ROOT, _PORTS, _GRAPH, _PORTS, _RATE, _COUNTS),
    *(_CAPTURE, _BRAND, _PORTS, _COUNTS, _ADDRESS, _RATE),
)
"""The order in which parts are shortened if the line is too long.

The width of each form depends on settings and on the screen, never on the traffic: so
nothing moves while numbers grow.
"""

COUNT = 4
"""Width of a count in cells: up to 9999, then ``12k``, ``1.2M``."""

Count = tuple[str, str, int, Style]
"""Word, mark, number, and the style if it is not 0."""


def sparkline(values: Sequence[float]) -> str:
    """Return one bar per value; the highest one is full."""
    top = max(values, default=0.0)
    if top <= 0:
        return LEVELS[0] * len(values)
    return "".join(LEVELS[round(value / top * (len(LEVELS) - 1))] for value in values)


def _root(status: Status) -> Part:
    """Return the root, in full and short."""
    if status.source == "demo":  # it is a temporary folder
        return Part([Text()])
    if status.named:
        names = [visible(name.encode()) for name, _ in status.named]
        return Part([Text(words_of(names)), Text(_counted(names)), Text()])
    root = PurePath(status.root)
    short = f"…/{root.name}" if root.parent.name else status.root
    return Part([Text(status.root), Text(short), Text()])


def _counted(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} +{len(names) - 1}"


def _reading(status: Status, end: float, slots: dict[str, Style]) -> Part:
    """Return the progress of reading a capture; then its end, the reference of ages.

    END is the wall clock of the latest packet read.
    """
    progress = status.progress
    if progress is not None and progress < 1:
        text = f"▣ capture, read {progress:4.0%}"
        return Part([Text(text, slots["transfer-active"])])
    ended = datetime.fromtimestamp(end).astimezone()
    forms = (f", ends {ended:%Y-%m-%d %H:%M:%S}", f", ends {ended:%H:%M:%S}", "")
    return Part([Text(f"▣ capture{one}", slots["transfer-completed"]) for one in forms])


def short_count(number: int) -> str:
    """Return a count in COUNT cells, right-aligned."""
    text = str(number)
    if len(text) > COUNT:
        text = byte_size(number).replace(" ", "")
    if len(text) > COUNT:  # such as 12.3k
        text = f"{text.partition('.')[0]}{text[-1]}"
    return text.rjust(COUNT)


def lan_address(status: Status) -> str:
    """Return the address and port for clients.

    The address listened on; if it is all, the host's first one that is not loopback,
    IPv4 before IPv6.
    """
    listened = [one.rpartition(":")[0].strip("[]") for one in status.listeners]
    specific = [one for one in listened if one not in _ANYWHERE]
    own = sorted(status.addresses, key=lambda one: ":" in one)
    host = next(iter([*specific, *own]), "")
    return f"[{host}]:{status.port}" if ":" in host else f"{host}:{status.port}"


def _speed_forms(arrow: str, rate: float) -> tuple[str, str]:
    """Return a rate in full and short, each of constant width."""
    text = f"{byte_size(rate):>6}"
    unit = "B/s" if text[-1].isalpha() else " B/s"
    return f"{arrow} {text}{unit:<4}", f"{arrow}{text.replace(' ', ''):>5}"


class HeaderLine(Widget):
    """One line that adapts to the width; each part has a fixed place."""

    ALLOW_SELECT = False
    DEFAULT_CSS = "HeaderLine { height: 1; background: $panel; }"

    def __init__(self, store: Store, *, now: Callable[[], float]) -> None:
        super().__init__(id="header")
        self._store, self._now = store, now
        self._sampled = now()
        self._rates: deque[float] = deque([0.0] * SAMPLES, maxlen=SAMPLES)
        self._shown: Text | None = None
        self._made: tuple[int, Text] | None = None

    def frame_arrived(self) -> None:
        """Redraw if anything looks different."""
        if self.size.width and (line := self._line()) != self._shown:
            self._shown, self._made = line, (self.size.width, line)
            self.refresh()

    def clock_ticked(self) -> None:
        """Take a sample of the rate, if the clock has moved."""
        now = self._now()
        if now != self._sampled:
            self._sampled = now
            self._rates.append(sum(self._rate()))
        self.frame_arrived()

    def render(self) -> Text:
        """Return the line."""
        # Reuse the line that was just made, unless it is drawn for another reason.
        made, self._made = self._made, None
        fits = made is not None and made[0] == self.size.width
        self._shown = made[1] if made is not None and fits else self._line()
        return self._shown

    def _rate(self) -> tuple[float, float]:
        """Return the sending and receiving rates in bytes/s."""
        if self._now() - self._store.now > RATE_SPAN:
            return 0.0, 0.0
        return self._store.total_rate, self._store.received_rate

    def _line(self) -> Text:
        slots = slot_styles(self.app.theme_variables)
        parts = [
            Part([Text(self._brand(), "bold"), Text()]),
            *self._place(slots),
            *self._ports(slots),
            self._capture(slots),
            *self._speed(slots),
            self._counts(slots),
        ]
        return fit(parts, _ORDER, self.size.width)

    def _brand(self) -> str:
        is_demo = self._store.status is not None and self._store.status.source == "demo"
        return "tftptui demo" if is_demo else "tftptui"

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
        whole, short = lan_address(status), f":{status.port}"
        if self._store.settings.get("drain"):
            mark = ("◐ ", slots["transfer-stalled"])
        forms = [Text.assemble(mark, one) for one in (whole, short)]
        return [place, Part(forms)]

    def _ports(self, slots: dict[str, Style]) -> list[Part]:
        ports, muted = self._store.ports, slots["muted"]
        if ports is None or self._store.engine_error:
            return [Part([Text()]), Part([Text()])]
        range_, order = span(ports.first, ports.last), ports.order
        number = ports.states.count(USED) + self._elsewhere(ports)
        room = len(str(len(ports.states)))
        used = Text.assemble(f"{number:>{room}}", (" in use", muted))
        forms = [
            Text.assemble(("ports ", muted), range_, (f" {order}", muted)),
            Text.assemble(("ports ", muted), range_),
            Text(range_),
            Text(),
        ]
        if ports.single_port:
            forms = [Text("single-port mode"), Text("single port"), Text()]
        return [Part(forms), Part([used, Text()])]

    def _elsewhere(self, ports: PortMap) -> int:
        """Return how many transfers run on ports outside the current range."""
        return sum(
            view.running
            and not view.single_port
            and bool(view.server_tid)
            and not ports.first <= view.server_tid <= ports.last
            for view in self._store.transfers.values()
        )

    def _capture(self, slots: dict[str, Style]) -> Part:
        """Return whether packets are captured to a file, and how many."""
        status = self._store.status
        if status is None or status.capture is None:
            return Part([Text()])
        mark = ("● rec", slots["transfer-failed"])
        packets = short_count(status.capture.packets)
        return Part([Text.assemble(mark, f" {packets}"), Text.assemble(mark)])

    def _speed(self, slots: dict[str, Style]) -> list[Part]:
        if self._store.is_capture:  # its rate would stay at that of the last second
            return [Part([Text()]), Part([Text()])]
        (sent, received), style = self._rate(), slots["transfer-active"]
        takes_uploads = self._store.settings.get("write", "off") != "off"
        both = [("↑", sent), ("↓", received)][: 1 + takes_uploads]
        pairs = [_speed_forms(arrow, rate) for arrow, rate in both]
        forms = [" ".join(form) for form in zip(*pairs, strict=True)]
        graph = Text(sparkline(self._rates), style)
        top = f"{byte_size(max(self._rates)).replace(' ', ''):>5}"
        scaled = Text.assemble(graph, (f" max {top}", slots["muted"]))
        return [
            Part([*(Text(form, style) for form in forms), Text()], "right"),
            Part([scaled, Text()], "right"),
        ]

    def _counts(self, slots: dict[str, Style]) -> Part:
        """Return the totals, each in its own place, even at 0."""
        one = self._store.of_clients
        stalled = sum(view.phase == "stalled" for view in self._store.running_boots)
        ended, lost = one.abandoned + one.aborted, slots["transfer-failed"]
        doubt = ("unconfirmed", "◐", one.unconfirmed, slots["transfer-unconfirmed"])
        begin = [
            ("active", "▶", one.active, slots["transfer-active"]),
            ("stalled", "⚠", stalled, slots["transfer-stalled"]),
            ("done", "●", one.completed, slots["transfer-completed"]),
        ]
        refused = ("refused", "⊗", one.refused, lost)
        apart = [
            ("failed", "", one.failed, lost),
            ("gave up", "", one.abandoned, lost),
            ("aborted", "", one.aborted, lost),
        ]
        failed = ("failed", "✗", one.failed + ended, lost)
        muted = slots["muted"]
        return Part(
            [
                _in_words([*begin, doubt, *apart, refused], muted),
                _in_words([*begin, doubt, failed, refused], muted),
                _in_words([*begin, failed, refused], muted),
                _in_marks([*begin, doubt, failed, refused], muted),
                _in_marks([*begin, failed, refused], muted),
            ],
            "right",
        )


def _in_words(counts: Sequence[Count], muted: Style) -> Text:
    return Text(" ").join(
        Text.assemble((short_count(number), style if number else muted), f" {word}")
        for word, _, number, style in counts
    )


def _in_marks(counts: Sequence[Count], muted: Style) -> Text:
    return Text(" ").join(
        Text(f"{short_count(number)}{mark}", style if number else muted)
        for _, mark, number, style in counts
    )
