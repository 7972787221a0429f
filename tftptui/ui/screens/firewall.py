"""The firewall rules for the traffic seen, and a ticket for the firewall's owner."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from itertools import chain
from pathlib import Path
from typing import ClassVar

from rich.console import Group
from rich.text import Text
from textual.binding import BindingType

from tftptui.knowledge.firewall.advice import Advice
from tftptui.knowledge.firewall.flows_csv import csv_text
from tftptui.knowledge.firewall.seen import Traffic
from tftptui.knowledge.firewall.situation import SituationError
from tftptui.knowledge.firewall.text import advice_text
from tftptui.knowledge.firewall.ticket import CSV_COMMAND, markdown_text
from tftptui.knowledge.firewall.traffic import traffic_of
from tftptui.settings import HIGHEST_PORT, PortRange
from tftptui.ui.actions import FIREWALL, PAGE
from tftptui.ui.findings.words import located
from tftptui.ui.firewall.advice_view import advice_view
from tftptui.ui.firewall.observed_traffic import seen_lines
from tftptui.ui.firewall.rule_choice import KINDS, PLACES, Wishes
from tftptui.ui.keys import bindings
from tftptui.ui.messages import CopyWanted
from tftptui.ui.panes.transfers.server_addresses import server_addresses
from tftptui.ui.preferences import Taste
from tftptui.ui.screens.question import Answer, Question
from tftptui.ui.screens.window import Page
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

ANY_TID = PortRange(1_024, HIGHEST_PORT)
"""The range a server in a capture may reply from: unknown, so any."""


_ELSEWHERE = f"s on this screen saves them as CSV, {CSV_COMMAND}"
"""Where to find the flows that do not fit into a copied ticket."""


def firewall_traffic(store: Store, about: int | None) -> Traffic:
    """Return the traffic seen: of the finding with that number, or all of it."""
    traffic = traffic_of(seen_lines(store, about))
    if store.is_capture and traffic.ports is None:
        # That server's owner chooses its ports.
        port = store.status.port if store.status else None
        traffic = replace(traffic, ports=ANY_TID, port=port or None)
    located_ = _located(store, about)
    return replace(traffic, located=located_, is_ours=not store.is_capture)


def own_addresses(store: Store) -> list[IPv4Address | IPv6Address]:
    """Return the addresses at which the server may be reached."""
    return [ip_address(one) for one in server_addresses(store)]


def ticket(store: Store, taste: Taste, about: int) -> str:
    """Return the ticket for the firewall's owner, for a finding.

    Raises:
        SituationError: the rules can't be written for the choices made.
    """
    traffic = firewall_traffic(store, about)
    advice = taste.wishes.advice(traffic, own_addresses(store))
    return markdown_text(advice, f"f s saves them as CSV, {CSV_COMMAND}")


class FirewallScreen(Page[None]):
    """Shows rules for the traffic in the store.

    Args:
        store: the traffic.
        taste: the choices made here before.
        now: wall clock, seconds.
        about: number of the finding that was shown before; it locates the firewall.
    """

    SCOPE = "firewall"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*FIREWALL, *PAGE))
    DEFAULT_CSS = "FirewallScreen > VerticalScroll { width: 160; }"

    def __init__(
        self,
        store: Store,
        *,
        taste: Taste,
        now: Callable[[], float],
        about: int | None = None,
    ) -> None:
        super().__init__(
            "Firewall rules for the traffic seen",
            foot="esc back · y copy rules · Y copy ticket · s save ticket",
        )
        self._taste, self._now = taste, now
        self._traffic = firewall_traffic(store, about)
        self._own = own_addresses(store)
        self._advice: Advice | None = None

    def on_mount(self) -> None:
        """Show the rules."""
        self._show()

    def on_resize(self) -> None:
        """Redraw for the new width."""
        self._show()

    def action_dialect(self, step: int) -> None:
        """Write the rules in another dialect."""
        self._wish(self._taste.wishes.other_dialect(step))

    def action_place(self) -> None:
        """Write the rules for a firewall in another place."""
        self._wish(self._taste.wishes.other_place(self._traffic.where))

    def action_kind(self) -> None:
        """Write the rules for another kind of firewall."""
        self._wish(self._taste.wishes.other_kind(self._traffic.where))

    def action_mode(self) -> None:
        """Switch between single-port mode and the range."""
        is_single_port = bool(self._traffic.is_single_port)
        wishes = self._taste.wishes.other_mode(is_single_port=is_single_port)
        self._wish(wishes)

    def action_nat(self) -> None:
        """Switch between rules with and without NAT."""
        self._wish(self._taste.wishes.other_nat(self._traffic.where))

    def action_networks(self, step: int) -> None:
        """Write the rules for narrower or wider client networks."""
        self._wish(self._taste.wishes.other_networks(step, self._traffic))

    def action_copy(self) -> None:
        """Copy the rules."""
        if self._advice is not None:
            self.post_message(CopyWanted(advice_text(self._advice), "the rules"))

    def action_copy_ticket(self) -> None:
        """Copy the ticket for the firewall's owner."""
        if self._advice is not None:
            text = markdown_text(self._advice, _ELSEWHERE)
            self.post_message(CopyWanted(text, "the ticket"))

    def action_save(self) -> None:
        """Ask whether to save the ticket in the current folder, and save it."""
        if self._advice is None:
            return
        advice = self._advice
        time = datetime.fromtimestamp(self._now()).astimezone()
        path = Path.cwd() / f"tftp-request-{time:%H%M%S}.md"
        matters = [f"the ticket as {path}", f"{path.name} in the current folder"]
        files = {path: markdown_text(advice)}
        if advice.traffic is not None:
            table = path.with_suffix(".csv")
            files = {path: markdown_text(advice, f"all are in {table.name}")}
            files[table] = csv_text(advice)
            matters = [
                f"{matters[0]} and .csv",
                f"{path.name} and .csv in the current folder",
            ]

        def answered(answer: Answer | None) -> None:
            if answer == "yes":
                self._save(files)

        self.app.push_screen(Question(matters, "save", "cancel", []), answered)

    def _save(self, files: Mapping[Path, str]) -> None:
        saved: list[str] = []
        for path, text in files.items():
            try:
                with path.open("x", encoding="utf-8", newline="") as file:
                    file.write(text)
            except OSError as error:
                message = f"not saved: {path}: {error.strerror}"
                if saved:
                    message = f"saved: {saved[0]}; {message}"
                self.app.notify(message, severity="error", markup=False)
                return
            saved.append(path.name if saved else str(path))
        self.app.notify(f"saved: {' and '.join(saved)}", markup=False)

    def _wish(self, wishes: Wishes) -> None:
        self._taste.wish(wishes)
        self._show()

    def _show(self) -> None:
        slots = slot_styles(self.app.theme_variables)
        wishes = self._taste.wishes
        try:
            self._advice = wishes.advice(self._traffic, self._own)
        except SituationError as error:
            self._advice = None
            body = Text(f"✗ {error}", slots["transfer-failed"])
            content = Group(self._choices(wishes), Text(), body)
        else:
            rules = advice_view(self._advice, slots)
            content = Group(self._choices(wishes), Text(), rules)
        self.show(content)

    def _choices(self, wishes: Wishes) -> Text:
        single = wishes.single_port
        if single is None:
            single = bool(self._traffic.is_single_port)
        choice = wishes.choice(self._traffic.where)
        chosen = (
            ("← →", wishes.dialect.speech.title),
            ("e", PLACES[choice.where]),
            ("i", KINDS[choice.kind]),
            ("a", "single-port mode" if single else "port range"),
            ("x", "NAT" if choice.has_nat else "no NAT"),
        )
        slots = slot_styles(self.app.theme_variables)
        text = Text()
        for key, word in chosen:
            text.append(f"[{key}]", slots["transfer-active"])
            text.append(f" {word}   ", "bold")
        return text


def _located(store: Store, about: int | None) -> tuple[str, ...]:
    """Return the results of path searches for that finding, or for all in force."""
    chosen = [store.findings[about]] if about in store.findings else []
    standing = [one for one in store.findings.values() if not one.withdrawn]
    verdicts = (located(one, store.locations) for one in chosen or standing)
    return tuple(dict.fromkeys(chain.from_iterable(verdicts)))
