"""Why something does not work: one finding, whole."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rich.console import Group, RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.binding import BindingType

from tftptui.knowledge.firewall.traffic import is_about_firewalls
from tftptui.knowledge.saying import (
    KNOBS,
    KNOBS_ON_SCREEN,
    PLACES,
    SEEN_IN_CAPTURE,
    VERDICTS,
    how_sure,
)
from tftptui.telemetry.findings import OURS, Finding, Knob, Verdict
from tftptui.ui.actions import bindings
from tftptui.ui.formats import clock
from tftptui.ui.screens.firewall import FirewallScreen
from tftptui.ui.screens.taste import Taste
from tftptui.ui.screens.window import Page
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles
from tftptui.ui.widgets import why_words as words
from tftptui.ui.widgets.wall import Scene, drawing

LABEL = 8
ROOMY = 100
"""Cells from which on the reasons stand beside what would help."""

_COLOURS: dict[Verdict, str] = {
    "yes": "transfer-completed",
    "no": "transfer-failed",
    "unknown": "muted",
}
_FRAME = 8
"""Cells of border, padding and scrollbar left and right of the words."""


@dataclass(frozen=True)
class Wish:
    """What the person wants to see next.

    Attributes:
        what: the packets of a transfer, or where those to its client are dropped.
        transfer: its number.
    """

    what: Literal["packets", "locate"]
    transfer: int


class WhyScreen(Page[Wish | None]):
    """Shows one finding and follows its changes; returns what to do about it.

    Args:
        store: where the findings are.
        number: of the finding.
        taste: which platform's remedies are shown.
        now: wall clock, seconds.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("why")
    DEFAULT_CSS = "WhyScreen > VerticalScroll { width: 104; padding: 0 2; }"

    def __init__(
        self, store: Store, number: int, *, taste: Taste, now: Callable[[], float]
    ) -> None:
        self._store, self._number = store, number
        self._taste, self._now = taste, now
        self._finding = store.findings[number]
        super().__init__(self._title())

    def on_mount(self) -> None:
        """Show the finding."""
        self._show()

    def on_screen_resume(self) -> None:
        """Follow what was chosen on the screen with the rules."""
        self._show()

    def on_resize(self) -> None:
        """Draw for another width."""
        self._show()

    def on_frame_arrived(self) -> None:
        """Follow a revision; what was forgotten meanwhile stays as it was."""
        known = self._store.findings.get(self._number, self._finding)
        if known != self._finding:
            self._finding = known
            self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what this finding has."""
        del parameters
        known = self._store.transfers.keys() & set(self._finding.transfers)
        offered = {
            "copy_proof": bool(self._finding.proof),
            "platform": len(words.platforms(self._finding)) > 1,
            "packets": known,
            "locate": known and self._finding.is_alarm and not self._store.is_capture,
            "another": len(self._others()) > 1,
            "firewall": is_about_firewalls(self._finding.code),
        }
        return bool(offered.get(action, True))

    def action_packets(self) -> None:
        """Go to the packets of the latest transfer it is about."""
        self._wish("packets")

    def action_locate(self) -> None:
        """Look where packets to that transfer's client are dropped."""
        self._wish("locate")

    def _wish(self, what: Literal["packets", "locate"]) -> None:
        known = [one for one in self._finding.transfers if one in self._store.transfers]
        if known:
            self.dismiss(Wish(what, known[-1]))

    def action_firewall(self) -> None:
        """Show the firewall rules for the traffic seen."""
        screen = FirewallScreen(
            self._store, taste=self._taste, now=self._now, about=self._number
        )
        self.app.push_screen(screen)

    def action_copy_proof(self) -> None:
        """Copy the command that proves it."""
        self.app.copy_to_clipboard(self._finding.proof)
        self.app.notify(f"copied: {self._finding.proof}", markup=False)

    def action_copy(self) -> None:
        """Copy all of it as text."""
        learned = words.located(self._finding, self._store.locations)
        platform, now = self._taste.platform, self._store.ports
        text = words.as_text(
            self._finding, platform, learned, now, is_capture=self._store.is_capture
        )
        self.app.copy_to_clipboard(text)
        self.app.notify("copied the finding as text", markup=False)

    def action_platform(self, step: int) -> None:
        """Show the remedies of another platform."""
        self._taste.next_platform(step, words.platforms(self._finding))
        self._show()

    def action_another(self, step: int) -> None:
        """Show the next finding, or the one before."""
        numbers = self._others()
        here = numbers.index(self._number) if self._number in numbers else 0
        self._number = numbers[(here + step) % len(numbers)]
        self.on_frame_arrived()
        self.refresh_bindings()

    def _others(self) -> list[int]:
        return [
            number
            for number, one in self._store.findings.items()
            if number == self._number or not one.withdrawn
        ]

    def _title(self) -> str:
        one = self._finding
        if one.client and one.file:
            return (
                f"Why does {one.client} not get {one.file}?"
                if one.is_alarm
                else (f"{one.client} and {one.file}")
            )
        return f"Why? {one.code}"

    # What is shown.

    def _show(self) -> None:
        self.entitle(self._title(), foot=self._foot())
        self.show(self._body())

    def _foot(self) -> str:
        told = ["esc back"]
        if self._finding.proof:
            told.append("Y copy proof")
        if self.check_action("firewall", ()):
            told.append("f firewall rules")
        if self.check_action("locate", ()):
            told.append("o locate")
        if self.check_action("packets", ()):
            told.append("= its packets")
        if self.check_action("another", ()):
            told.append("n next finding")
        return " · ".join(told)

    def _body(self) -> RenderableType:
        slots = slot_styles(self.app.theme_variables)
        one = self._finding
        parts: list[RenderableType] = [*self._head(one, slots), Text()]
        if picture := self._picture(one, slots):
            parts += [picture, Text()]
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=LABEL, style=slots["muted"], no_wrap=True)
        table.add_column(ratio=1)
        for label, text in self._rows(one, slots):
            table.add_row(Text(label), text)
        return Group(*parts, table)

    def _head(self, one: Finding, slots: dict[str, Style]) -> list[RenderableType]:
        mark = Text(f"{words.mark(one)} ", slots[words.slot(one)])
        since = clock(one.since)[: len("hh:mm:ss")]
        sure = f"{how_sure(one.confidence)} · {one.code} · since {since}"
        lines: list[RenderableType] = [
            Text.assemble(mark, (one.headline, "bold")),
            Text(f"  {sure}", slots["muted"]),
        ]
        if one.withdrawn:
            why = f"  No longer so: {one.withdrawn}."
            lines.append(Text(why, slots["transfer-completed"]))
        elif one.revises:
            text = f"  New evidence came; before it looked like {one.revises}."
            lines.append(Text(text, slots["muted"]))
        return lines

    def _picture(self, one: Finding, slots: dict[str, Style]) -> Text | None:
        known = [n for n in one.transfers if n in self._store.transfers]
        if not known:
            return None
        status = self._store.status
        asked_on = status.port if status else 0
        view = self._store.transfers[known[-1]]
        scene = Scene.of(view, asked_on, is_ours=not self._store.is_capture)
        width = min(self.app.size.width, 104) - _FRAME
        return drawing(one, scene, width, slots)

    def _rows(
        self, one: Finding, slots: dict[str, Style]
    ) -> list[tuple[str, RenderableType]]:
        """Return what to do before what was seen: a small screen shows the first."""
        rows: list[tuple[str, RenderableType]] = []
        places = SEEN_IN_CAPTURE if self._store.is_capture else PLACES
        rows += [("Stands", Text(places[one.stands_at])), ("", Text())]
        is_roomy = self.app.size.width >= ROOMY
        if one.helps:
            helps = self._helps if is_roomy else self._helps_in_short
            rows += [("Helps?", helps(one, slots)), ("", Text())]
        rows += self._remedies(one, slots)
        if one.proof:
            proof = Text(one.proof, "bold", overflow="fold")
            rows += [("Prove", proof), ("", Text())]
        seen = [evidence.text for evidence in one.evidence]
        seen += words.located(one, self._store.locations)
        for place, told in enumerate(seen):
            rows.append(("" if place else "Seen", Text(told, overflow="fold")))
        if one.helps and not is_roomy:
            rows += [("", Text()), ("Reasons", self._helps(one, slots))]
        return rows

    @property
    def _knobs(self) -> dict[Knob, str]:
        """What may be turned; keys that turn it are only there on a server of ours."""
        return KNOBS if self._store.is_capture else KNOBS_ON_SCREEN

    def _helps_in_short(self, one: Finding, slots: dict[str, Style]) -> Table:
        """Return one line for each verdict; the reasons stand at the end."""
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=10, no_wrap=True)
        table.add_column(ratio=1)
        verdicts: tuple[Verdict, ...] = ("no", "yes", "unknown")
        for verdict in verdicts:
            knobs = [self._knobs[h.knob] for h in one.helps if h.verdict == verdict]
            if knobs:
                told = Text(VERDICTS[verdict], slots[_COLOURS[verdict]])
                table.add_row(told, Text(", ".join(knobs)))
        return table

    def _helps(self, one: Finding, slots: dict[str, Style]) -> Table:
        table = Table.grid(padding=(0, 2, 0, 0), expand=True)
        table.add_column(width=22, no_wrap=True)
        table.add_column(width=10, no_wrap=True)
        table.add_column(ratio=1)
        for help_ in one.helps:
            verdict = Text(VERDICTS[help_.verdict], slots[_COLOURS[help_.verdict]])
            table.add_row(Text(self._knobs[help_.knob]), verdict, Text(help_.why))
        return table

    def _remedies(
        self, one: Finding, slots: dict[str, Style]
    ) -> list[tuple[str, RenderableType]]:
        rows: list[tuple[str, RenderableType]] = []
        choice = len(words.platforms(one)) > 1
        for remedy in words.remedies(one, self._taste.platform):
            text = Text(overflow="fold")
            if remedy.platform:
                text.append(remedy.platform, slots["transfer-active"])
                told = choice and remedy.platform != OURS
                text.append("  (← → others)  " if told else "  ", slots["muted"])
                choice = choice and not told  # once is enough
            text.append(remedy.text)
            if remedy.command:
                text.append(f"\n{remedy.command}", "bold")
            rows.append(("" if rows else "Do", text))
        if warning := words.outdated(one, self._store.ports):
            rows.append(("", Text(f"▲ {warning}", slots["transfer-stalled"])))
        return [*rows, ("", Text())] if rows else []
