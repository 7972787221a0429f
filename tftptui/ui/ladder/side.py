"""The facts next to the ladder: ports, options, rates."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from tftptui.engine.messages import HashView, TransferView
from tftptui.telemetry.findings import Finding, how_sure
from tftptui.ui.formats import byte_size
from tftptui.ui.kit.fitting import fitting_form
from tftptui.ui.kit.plots import bars, squeezed
from tftptui.ui.ladder.series import Series
from tftptui.ui.ladder.words import (
    agreement_rows,
    client_choices,
    counters,
    end_line,
    length_text,
    server_choice,
)
from tftptui.ui.panes.files.hashes import hash_line, hash_of
from tftptui.ui.panes.files.versions import version_words
from tftptui.ui.panes.transfers.server_addresses import may_be_nats
from tftptui.ui.panes.transfers.words import mark, meaning, slot
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

PLOT_HEIGHT = 3
SCALE = 9
"""Cells next to a plot for its scale."""

GAP = 2
BESIDE = GAP + 1
"""Cells next to a port and who chose it: the gap, and a possible scrollbar."""

FEWEST_SLOTS = 2
"""Minimum slots for a plot and a rate."""


class TransferSide(VerticalScroll):
    """The facts, kept up to date by look()."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("j", "move(1)", "Down"),
        ("k", "move(-1)", "Up"),
        ("g,home", "move(-1000)", "First"),
        ("G,end", "move(1000)", "Last"),
    ]
    DEFAULT_CSS = """
    TransferSide {
        padding: 0 1;
        scrollbar-size-vertical: 1;
        & > Static { height: auto; }
    }
    """

    def __init__(self, store: Store) -> None:
        super().__init__(id="transfer-side")
        self._store = store
        self._body = Static(markup=False)
        self._drawn: object = None

    def compose(self) -> ComposeResult:
        """Yield the one text."""
        yield self._body

    def action_move(self, lines: int) -> None:
        """Scroll by LINES."""
        self.scroll_relative(y=lines, animate=False)

    def look(self, view: TransferView, series: Series) -> None:
        """Update the text if it has changed."""
        finding = self._store.finding_of(view.number)
        width = max(20, self.scrollable_content_region.width or 40)
        hashed = hash_of(view, self._store.hashes, self._store.digests)
        version = version_words(view, self._store)
        forms = client_choices(view, may_be_nats=may_be_nats(self._store, view))
        theirs = fitting_form(forms, width - len(f"{view.client_tid}") - BESIDE)
        choices = (theirs, server_choice(view, self._store.ports))
        drawn = (
            repr(view),
            choices,
            repr(finding),
            repr(hashed),
            version,
            len(series.slots),
            series.length,
            width,
        )
        if drawn == self._drawn:
            return
        self._drawn = drawn
        slots = slot_styles(self.app.theme_variables)
        parts = [
            Text(f"{mark(view)} {view.phase}. {meaning(view)}", slots[slot(view)]),
            *([Text(_capital(f"{version}."))] if version else []),
            *_hashed(hashed, slots),
            *_ports(view, choices, slots["muted"]),
            *_agreed(view, slots),
            *_counted(view, slots["muted"]),
            *_plots(series, width, slots),
            *_found(finding, view.number, slots),
            *_ended(view, slots["muted"]),
        ]
        self._body.update(Group(*parts))


def _hashed(view: HashView | None, slots: dict[str, Style]) -> list[RenderableType]:
    line = hash_line(view)
    return [] if line is None else [Text(line[0], slots[line[1]])]


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _heading(words: str) -> Text:
    return Text(f"\n{words}", "bold")


def _pairs(rows: Sequence[tuple[str, str]], muted: Style) -> Table:
    table = Table.grid(padding=(0, GAP))
    table.add_column(style=muted, no_wrap=True)
    table.add_column(ratio=1, overflow="fold")
    for name, text in rows:
        table.add_row(Text(name), Text(text))
    return table


def _ports(
    view: TransferView, choices: tuple[str, str], muted: Style
) -> list[RenderableType]:
    tids = (f"{view.client_tid}", f"{view.server_tid or '–'}")
    rows = list(zip(tids, choices, strict=True))
    story = [Text(view.story)] if view.story else []
    served = [Text(f"Served as {view.served}.")] if view.served else []
    return [_heading("who chose the ports"), _pairs(rows, muted), *story, *served]


def _agreed(view: TransferView, slots: dict[str, Style]) -> list[RenderableType]:
    table = Table.grid(padding=(0, GAP))
    for name, requested, agreed in agreement_rows(view):
        changed = requested not in ("–", agreed)
        style = slots["transfer-stalled"] if changed else Style()
        arrow = "=" if requested == agreed else "→"
        table.add_row(
            Text(name, slots["muted"]),
            Text(requested),
            Text(arrow),
            Text(agreed, style),
        )
    notes = [Text(f"{note}.") for note in view.notes]
    return [_heading("requested → agreed"), table, *notes]


def _counted(view: TransferView, muted: Style) -> list[RenderableType]:
    return [_heading("counts"), _pairs(counters(view), muted)]


def _plots(series: Series, width: int, slots: dict[str, Style]) -> list[RenderableType]:
    if len(series.slots) < FEWEST_SLOTS:
        return []
    columns = max(8, width - SCALE)
    rates, trips = series.rates, series.trips
    plots = [
        _plot("bytes/s", rates, lambda most: f"{byte_size(most)}/s", columns, slots),
        _plot("round trip", trips, length_text, columns, slots),
        _plot("window", series.windows, lambda most: f"{most:.0f}", columns, slots),
    ]
    if any(series.resent):
        again = _plot(
            "resent", series.resent, lambda most: f"{most:.0f}", columns, slots
        )
        plots.append(again)
    length = length_text(series.span)
    parts = [part for plot in plots for part in plot]
    return [_heading(f"over time ({length})"), *parts] if parts else []


def _plot(
    name: str,
    values: Sequence[float | None],
    scale: Callable[[float], str],
    width: int,
    slots: dict[str, Style],
) -> list[RenderableType]:
    known = [value for value in values if value]
    if not known:
        return []
    lines = bars(squeezed(values, width), PLOT_HEIGHT)
    beside = [scale(max(known)), "", "0"]
    colour = slots["packet-retransmit" if name == "resent" else "transfer-active"]
    text = Text(no_wrap=True)
    for label, line in zip(beside, lines, strict=True):
        text.append(f"{label:>{SCALE - 1}} ", slots["muted"])
        text.append(f"{line}\n", colour)
    text.rstrip()
    return [Text(f"{'':>{SCALE}}{name}", slots["muted"]), text]


def _found(
    finding: Finding | None, transfer: int, slots: dict[str, Style]
) -> list[RenderableType]:
    if finding is None:
        return []
    colour = slots["transfer-stalled" if finding.is_alarm else "muted"]
    return [
        _heading("why"),
        Text(finding.of(transfer), colour),
        Text(f"{how_sure(finding.confidence)} · w for more", slots["muted"]),
    ]


def _ended(view: TransferView, muted: Style) -> list[RenderableType]:
    line = end_line(view)
    if not line:
        return []
    return [_heading("in the journal"), Text(line, muted, overflow="fold")]
