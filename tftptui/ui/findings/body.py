"""The Why screen's contents: head, picture, and labelled rows of one finding."""

from collections.abc import Iterator
from dataclasses import dataclass

from rich.console import Console, Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from tftptui.findings.labels import (
    KNOBS,
    KNOBS_ON_SCREEN,
    VERDICTS,
    place_of,
)
from tftptui.telemetry.findings import OURS, Evidence, Finding, Knob, Verdict, how_sure
from tftptui.ui.findings import words
from tftptui.ui.findings.drawing import Scene, drawing
from tftptui.ui.formats import clock
from tftptui.ui.store import Store

WIDEST = 104
LABEL = 8
ROOMY = 100
"""Minimum width in cells to show reasons next to what would help."""

_CURSOR = "▸"
_FRAME = 8
"""Cells of border, padding and scrollbar."""

_SECONDS = len("hh:mm:ss")
_COLOURS: dict[Verdict, str] = {
    "yes": "transfer-completed",
    "no": "transfer-failed",
    "unknown": "muted",
}

Row = tuple[str, RenderableType]


@dataclass(frozen=True, kw_only=True)
class WhyBody:
    """The drawn finding.

    Attributes:
        platform: the platform whose remedies are shown.
        width: of the terminal, cells.
        chosen: index of the evidence under the cursor, or None.
        which: such as "finding 1 of 5", if there are several.
        preface: a text above the finding, if any.
        keys: the keys for this finding, in one line.
    """

    finding: Finding
    store: Store
    slots: dict[str, Style]
    platform: str
    width: int
    chosen: int | None = None
    which: str = ""
    preface: str = ""
    keys: str = ""

    def whole(self) -> RenderableType:
        """Return everything."""
        return Group(*self._above(), _table(self._rows(), self.slots["muted"]))

    def lines_to(self, place: int, console: Console, width: int) -> range:
        """Return the lines of an evidence row at WIDTH cells."""
        rows = [*self._before_evidence(), *self._evidence()]
        first = len(rows) - len(self.finding.evidence) + place

        def height(count: int) -> int:
            part = Group(*self._above(), _table(rows[:count], Style()))
            options = console.options.update(width=width)
            return len(console.render_lines(part, options))

        return range(height(first), height(first + 1))

    def _above(self) -> Iterator[RenderableType]:
        """Yield the answer first: cause, remedies, keys; then the picture."""
        yield from self._head()
        yield Text()
        yield _table(self._answer(), self.slots["muted"])
        if self.keys:
            yield Text(self.keys, self.slots["muted"])
        yield Text()
        if picture := self._picture():
            yield picture
            yield Text()

    def _head(self) -> Iterator[RenderableType]:
        one, slots = self.finding, self.slots
        mark = Text(f"{words.mark(one)} ", slots[words.slot(one)])
        since = clock(one.since)[:_SECONDS]
        sure = f"{how_sure(one.confidence)} · {one.code} · since {since}"
        sure += f" · {self.which}" if self.which else ""
        if self.preface:
            yield Text(self.preface)
        yield Text.assemble(mark, (one.headline, "bold"))
        yield Text(f"  {sure}", slots["muted"])
        if one.withdrawn:
            why = f"  Withdrawn: {one.withdrawn}."
            yield Text(why, slots["transfer-completed"])
        elif one.revises:
            text = f"  Changed by new evidence; it was {one.revises}."
            yield Text(text, slots["muted"])

    def _picture(self) -> Text | None:
        one, store = self.finding, self.store
        number = words.telling(one, store)
        if number is None:
            return None
        request_port = store.status.port if store.status else 0
        view = store.transfers[number]
        scene = Scene.of(view, request_port, is_ours=not store.is_capture)
        return drawing(one, scene, min(self.width, WIDEST) - _FRAME, self.slots)

    def _rows(self) -> Iterator[Row]:
        yield from self._before_evidence()
        yield from self._evidence()
        seen = {one.text for one in self.finding.evidence}
        for line in words.located(self.finding, self.store.locations):
            if line not in seen:
                yield "", Text(line, overflow="fold")
        if self.finding.helps and self.width < ROOMY:
            yield from (("", Text()), ("Reasons", self._helps()))
        yield from self._history()

    def _before_evidence(self) -> Iterator[Row]:
        one = self.finding
        place = place_of(one.code, one.stands_at, is_capture=self.store.is_capture)
        yield from (("Where", Text(place)), ("", Text()))
        if one.helps:
            is_roomy = self.width >= ROOMY
            helps = self._helps() if is_roomy else self._helps_in_short()
            yield from (("Would it\nhelp?", helps), ("", Text()))

    def _answer(self) -> Iterator[Row]:
        """Yield the remedies, and the command that tests the finding."""
        yield from self._remedies()
        if self.finding.proof:
            yield "Test it", Text(self.finding.proof, "bold", overflow="fold")

    def _evidence(self) -> Iterator[Row]:
        for place, evidence in enumerate(self.finding.evidence):
            label = "" if place else "Evidence"
            if place != self.chosen:
                yield label, Text(evidence.text, overflow="fold")
                continue
            row = Text(evidence.text, self.slots["transfer-active"], overflow="fold")
            yield f"{label[: LABEL - 1]:<{LABEL - 1}}{_CURSOR}", row

    def _history(self) -> Iterator[Row]:
        """Yield earlier versions of the finding, and when they ended."""
        one = self.finding
        if not one.history:
            return
        yield "", Text()
        for place, said in enumerate(one.history):
            line = f"{clock(said.told)[:_SECONDS]} {how_sure(said.confidence)} "
            text = Text.assemble(f"{line}{said.code}: {said.headline}", overflow="fold")
            yield ("" if place else "Earlier", text)
        now = f"{how_sure(one.confidence)} {one.code}"
        if one.withdrawn:
            now = f"withdrawn: {one.withdrawn}"
        yield "", Text(f"{clock(one.turned)[:_SECONDS]} {now}", overflow="fold")

    @property
    def _knobs(self) -> dict[Knob, str]:
        """Names of the settings; with keys only on a server of our own."""
        return KNOBS if self.store.is_capture else KNOBS_ON_SCREEN

    def _helps_in_short(self) -> Table:
        """Return one line per verdict; the reasons are at the end."""
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=10, no_wrap=True)
        table.add_column(ratio=1)
        verdicts: tuple[Verdict, ...] = ("no", "yes", "unknown")
        helps = self.finding.helps
        for verdict in verdicts:
            knobs = [self._knobs[h.knob] for h in helps if h.verdict == verdict]
            if knobs:
                verdict_text = Text(VERDICTS[verdict], self.slots[_COLOURS[verdict]])
                table.add_row(verdict_text, Text(", ".join(knobs)))
        return table

    def _helps(self) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=22, no_wrap=True)
        table.add_column(width=10, no_wrap=True)
        table.add_column(ratio=1)
        for help_ in self.finding.helps:
            verdict = Text(VERDICTS[help_.verdict], self.slots[_COLOURS[help_.verdict]])
            table.add_row(Text(self._knobs[help_.knob]), verdict, Text(help_.why))
        return table

    def _remedies(self) -> Iterator[Row]:
        one, slots = self.finding, self.slots
        choice, label = len(words.platforms(one)) > 1, "Fix"
        for remedy in words.remedies(one, self.platform):
            text = Text(overflow="fold")
            if remedy.platform:
                text.append(remedy.platform, slots["transfer-active"])
                is_chosen = choice and remedy.platform != OURS
                text.append("  (← → others)  " if is_chosen else "  ", slots["muted"])
                choice = choice and not is_chosen  # once is enough
            text.append(remedy.text)
            if remedy.command:
                text.append(f"\n{remedy.command}", "bold")
            yield label, text
            label = ""
        if warning := words.outdated(one, self.store.ports):
            yield "", Text(f"▲ {warning}", slots["transfer-stalled"])


def leads_somewhere(evidence: Evidence, store: Store) -> bool:
    """Return whether the packets of an evidence can be shown; refusals by time."""
    if evidence.transfer is None:
        return evidence.time is not None
    return evidence.transfer in store.transfers


def _table(rows: Iterator[Row] | list[Row], muted: Style) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=LABEL, style=muted, no_wrap=True)
    table.add_column(ratio=1)
    for label, text in rows:
        table.add_row(Text(label), text)
    return table
