"""Why something does not work: one finding in full."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.geometry import Region

from tftptui.findings.codes import Code
from tftptui.knowledge.firewall.situation import SituationError
from tftptui.knowledge.firewall.traffic import is_about_firewalls
from tftptui.telemetry.views import TransferView
from tftptui.telemetry.words import counted
from tftptui.ui.actions import PAGE, WHY
from tftptui.ui.findings import words
from tftptui.ui.findings.body import WhyBody, leads_somewhere
from tftptui.ui.keys import bindings
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.transfers.actions import TransferCommand
from tftptui.ui.panes.transfers.words import meaning
from tftptui.ui.preferences import Taste
from tftptui.ui.screens.firewall import FirewallScreen, ticket
from tftptui.ui.screens.window import Page
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

_BELOW = "Shown below: "


@dataclass(frozen=True)
class NextView:
    """The view to show next.

    Attributes:
        what: PACKETS or LOCATE.
        transfer: its number; None for the packets of all.
        time: of the packet to show, wall clock, seconds; or None.
    """

    what: TransferCommand
    transfer: int | None
    time: float | None = None


class WhyScreen(Page[NextView | None]):
    """Shows one finding and follows its changes; returns what to show next.

    Args:
        store: where the findings are.
        number: of the finding.
        taste: the platform whose remedies are shown.
        now: wall clock, seconds.
        instead: the transfer that was asked for, if no finding is about it.
    """

    SCOPE = "why"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*WHY, *PAGE))
    DEFAULT_CSS = "WhyScreen > VerticalScroll { width: 104; padding: 0 2; }"

    def __init__(
        self,
        store: Store,
        number: int,
        *,
        taste: Taste,
        now: Callable[[], float],
        instead: TransferView | None = None,
    ) -> None:
        self._store, self._number, self._instead = store, number, instead
        self._chosen: int | None = None
        self._taste, self._now = taste, now
        self._finding = store.findings[number]
        super().__init__(self._title())

    def on_mount(self) -> None:
        """Show the finding."""
        self._show()

    def on_screen_resume(self) -> None:
        """Apply choices made on the firewall screen."""
        self._show()

    def on_resize(self) -> None:
        """Redraw for the new width."""
        self._show()

    def on_frame_arrived(self) -> None:
        """Show changes; a finding that was dropped from the store stays."""
        known = self._store.findings.get(self._number, self._finding)
        if known != self._finding:
            self._finding = known
            if self._chosen not in self._leading():
                self._chosen = None
            self._show()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer only what this finding has."""
        del parameters
        known = self._store.transfers.keys() & set(self._finding.transfers)
        offered = {
            "copy_proof": bool(self._finding.proof),
            "platform": len(words.platforms(self._finding)) > 1,
            "packets": known,
            "evidence": self._leading(),
            "open": self._chosen is not None,
            "locate": known and self._finding.is_alarm and not self._store.is_fixed,
            "another": len(self._others()) > 1,
            "firewall": is_about_firewalls(self._finding.code),
        }
        return bool(offered.get(action, True))

    def action_packets(self) -> None:
        """Show the packets of the latest transfer the finding is about."""
        self._leave_for(TransferCommand.PACKETS)

    def action_evidence(self, step: int) -> None:
        """Select the next evidence that has packets."""
        leading = self._leading()
        if not leading:
            return
        if self._chosen in leading:
            place = leading.index(self._chosen) + step
        else:
            place = 0 if step > 0 else -1
        self._chosen = leading[place % len(leading)]
        self._show()
        self.refresh_bindings()
        self.call_after_refresh(self._show_evidence, self._chosen)

    def action_open(self) -> None:
        """Show the packets of the selected evidence."""
        if self._chosen is None:
            return
        seen = self._finding.evidence[self._chosen]
        self.dismiss(NextView(TransferCommand.PACKETS, seen.transfer, seen.time))

    def _leading(self) -> list[int]:
        """Return the indices of the evidence that has packets."""
        return [
            place
            for place, seen in enumerate(self._finding.evidence)
            if leads_somewhere(seen, self._store)
        ]

    def _show_evidence(self, place: int) -> None:
        width = self._words.size.width
        lines = self._body().lines_to(place, self.app.console, width)
        region = Region(0, lines.start, width, len(lines))
        self._scroll.scroll_to_region(region, animate=False)

    def action_locate(self) -> None:
        """Find where packets to that transfer's client are dropped."""
        self._leave_for(TransferCommand.LOCATE)

    def _leave_for(self, what: TransferCommand) -> None:
        number = words.telling(self._finding, self._store)
        if number is not None:
            self.dismiss(NextView(what, number))

    def action_firewall(self) -> None:
        """Show the firewall rules for the traffic seen."""
        screen = FirewallScreen(
            self._store, taste=self._taste, now=self._now, about=self._number
        )
        self.app.push_screen(screen)

    def action_copy_proof(self) -> None:
        """Copy the command that tests the finding."""
        self.post_message(CopyWanted(self._finding.proof, "the test command"))

    def action_copy(self) -> None:
        """Copy the finding as text."""
        learned = words.located(self._finding, self._store.locations)
        platform, now = self._taste.platform, self._store.ports
        text = words.as_text(
            self._finding, platform, learned, now, is_capture=self._store.is_capture
        )
        self.post_message(CopyWanted(text, "the finding"))

    def action_ticket(self) -> None:
        """Copy the firewall ticket; for other findings, the finding as text."""
        if is_about_firewalls(self._finding.code):
            with suppress(SituationError):
                text = ticket(self._store, self._taste, self._number)
                self.post_message(CopyWanted(text, "the ticket"))
                return
        self.action_copy()

    def action_platform(self, step: int) -> None:
        """Show the remedies of another platform."""
        self._taste.next_platform(step, words.platforms(self._finding))
        self._show()

    def action_another(self, step: int) -> None:
        """Show the next or the previous finding."""
        numbers = self._others()
        here = numbers.index(self._number) if self._number in numbers else 0
        self._number = numbers[(here + step) % len(numbers)]
        self._instead, self._chosen = None, None
        self.on_frame_arrived()
        self.refresh_bindings()

    def _others(self) -> list[int]:
        return [one.number for one in self._store.findings_in_order()]

    def _title(self) -> str:
        one, view = self._finding, self._instead
        if view is not None:
            yet = " yet" if view.running else ""
            return f"{view.client} and {view.file}: no finding{yet}"
        if not (one.client and one.file):
            return f"Why? {one.code}"
        if not one.is_alarm:
            return f"{one.client} and {one.file}"
        verb = "start" if one.code == Code.WRONG_MACHINE else "get"
        verb = "put" if self._is_upload() else verb
        files, others = len(one.files) - 1, len(one.clients) - 1
        if others > 0:
            who = f"{one.client} and {counted(others, 'other client')}"
            what = "their files" if files > 0 else one.file
            return _question(who, "did" if one.withdrawn else "do", verb, what)
        what = f"{one.file} and {files:,} more" if files > 0 else one.file
        return _question(one.client, "did" if one.withdrawn else "does", verb, what)

    def _is_upload(self) -> bool:
        one = self._finding
        views = (self._store.transfers.get(number) for number in one.transfers)
        is_write = any(view is not None and view.direction == "write" for view in views)
        return is_write or one.code in (Code.UPLOAD_REFUSED, Code.DISK_FULL)

    # Display.

    def _show(self) -> None:
        self.entitle(self._title(), foot=self._foot())
        self.show(self._body().whole())

    def _foot(self) -> str:
        if self._chosen is not None:
            return "esc back · enter its packets · tab next row"
        return "esc back · n next" if self.check_action("another", ()) else "esc back"

    def _keys(self) -> str:
        """Return the keys that apply to this finding."""
        keys = ["t copy ticket"]
        if self._finding.proof:
            keys.append("Y copy test")
        if self.check_action("firewall", ()):
            keys.append("f rules")
        if self.check_action("locate", ()):
            keys.append("o locate")
        if self.check_action("evidence", ()):
            keys.append("tab evidence")
        return " · ".join(keys)

    def _body(self) -> WhyBody:
        return WhyBody(
            finding=self._finding,
            store=self._store,
            slots=slot_styles(self.app.theme_variables),
            platform=self._taste.platform,
            width=self.app.size.width,
            chosen=self._chosen,
            which=self._which(),
            preface=self._preface(),
            keys=self._keys(),
        )

    def _preface(self) -> str:
        if self._instead is None:
            return ""
        # The transfer may have ended, or got a finding of its own, since.
        view = self._store.transfers.get(self._instead.number, self._instead)
        one, whose = self._finding, (view.client, view.file)
        text = f"No finding for the selected transfer. {meaning(view)}"
        if (one.client, one.file) == whose:
            return f"{text}\n{_BELOW}a finding for the same client and file.\n"
        return f"{text}\n{_BELOW}the latest finding for other transfers.\n"

    def _which(self) -> str:
        numbers = self._others()
        if len(numbers) == 1 or self._number not in numbers:
            return ""
        return f"finding {numbers.index(self._number) + 1} of {len(numbers)}"


def _question(who: str, does: str, verb: str, what: str) -> str:
    """Return the title of a finding; VERB is "put" for an upload."""
    if verb == "put":
        return f"Why {'couldn' if does == 'did' else 'can'}'t {who} put {what}?"
    return f"Why {does} {who} not {verb} {what}?"
