"""Carries out commands about a transfer: screens, its packets, the engine."""

from collections.abc import Callable

from textual.screen import Screen

from tftptui.engine.client import CommandRefusedError, EngineClient, EngineError
from tftptui.engine.messages import AbortTransfer, Command, Locate
from tftptui.ui.bars.refusals import short_names
from tftptui.ui.panes.transfers.actions import TransferCommand
from tftptui.ui.panes.transfers.columns import IPV6
from tftptui.ui.panes.transfers.words import short_host
from tftptui.ui.preferences import Taste
from tftptui.ui.screens.firewall import FirewallScreen
from tftptui.ui.screens.locate import LocateScreen
from tftptui.ui.screens.question import Answer, Question
from tftptui.ui.screens.transfer import Left, TransferOrder, TransferScreen
from tftptui.ui.screens.why import NextView, WhyScreen
from tftptui.ui.store import Store

ShowPackets = Callable[[int | None, float | None], object]

LONGEST_HOST = 39
"""Width of the longest IPv6 address in cells."""


class TransferCommandHandler:
    """Carries out commands of the Transfers pane.

    Args:
        screen: the pane's screen.
        store: the state of the server.
        client: the engine.
        taste: choices made before.
        now: wall clock, seconds.

    Attributes:
        show_packets: shows the packets of one transfer, or of all, at a time.
        show_pane: shows a pane by its number.
        order: the order of transfers on the screen, if there is one.
    """

    def __init__(
        self,
        screen: Screen[None],
        store: Store,
        client: EngineClient,
        taste: Taste,
        now: Callable[[], float],
    ) -> None:
        self._screen, self._store = screen, store
        self._client, self._taste, self._now = client, taste, now
        self.show_packets: ShowPackets = lambda _, __: None
        self.show_pane: Callable[[int], object] = lambda _: None
        self.order: TransferOrder | None = None

    def carry_out(self, what: TransferCommand, number: int) -> None:
        """Carry out a command for a transfer."""
        match what:
            case TransferCommand.OPEN:
                self._open(number)
            case TransferCommand.PACKETS:
                self.show_packets(number, None)
            case TransferCommand.LOCATE:
                self._locate(number)
            case TransferCommand.ABORT:
                self._ask_abort(number)

    def explain(self, number: int, chosen: int | None) -> None:
        """Show a finding or the latest; note if it is not about the CHOSEN transfer."""
        finding = self._store.findings.get(number)
        if finding is None:
            finding = next(iter(self._store.findings_in_order()), None)
        if finding is None:
            return
        view = None if chosen is None else self._store.transfers.get(chosen)
        is_about = chosen is None or self._store.finding_of(chosen) is not None
        instead = None if is_about else view
        screen = WhyScreen(
            self._store,
            finding.number,
            taste=self._taste,
            now=self._now,
            instead=instead,
        )

        def answered(view: NextView | None) -> None:
            if view is None:
                return
            if view.what is TransferCommand.PACKETS:
                self.show_packets(view.transfer, view.time)
            elif view.transfer is not None:
                self.carry_out(view.what, view.transfer)

        self._screen.app.push_screen(screen, answered)

    def show_rules(self) -> None:
        """Show the firewall rules for the traffic seen."""
        screen = FirewallScreen(self._store, taste=self._taste, now=self._now)
        self._screen.app.push_screen(screen)

    def _open(self, number: int) -> None:
        screen = TransferScreen(
            self._store, number, now=self._now, client=self._client, order=self.order
        )

        def left(answer: Left | None) -> None:
            if answer == "packets":
                self.show_packets(screen.number, None)
            elif answer == "why":
                found = self._store.finding_about(screen.number)
                self.explain(found.number if found else 0, screen.number)
            elif answer is not None:
                self.show_pane(answer)

        self._screen.app.push_screen(screen, left)

    def _locate(self, number: int) -> None:
        view = self._store.transfers.get(number)
        if view is None:  # dropped from the store since
            return
        command = Locate(
            transfer=number,
            client=view.client,
            client_tid=view.client_tid,
            server=view.server,
            was_heard=view.has_answered,
        )
        screen = LocateScreen(self._store, number)
        self._ask(command, lambda: self._screen.app.push_screen(screen))

    def _ask_abort(self, number: int) -> None:
        view = self._store.transfers.get(number)
        if view is None:
            return

        def answered(answer: Answer | None) -> None:
            if answer == "yes":
                self._ask(AbortTransfer(number), lambda: None)

        way = "to" if view.direction == "read" else "from"
        matters = [
            f"abort {file} {way} {short_host(view.client, room)}"
            for room in (LONGEST_HOST, IPV6)
            for file in short_names(view.file)
        ]
        question = Question(matters, "abort", "cancel", ["the client gets an ERROR"])
        self._screen.app.push_screen(question, answered)

    def _ask(self, command: Command, done: Callable[[], object]) -> None:
        self._screen.run_worker(self._have_done(command, done), group="transfers")

    async def _have_done(self, command: Command, done: Callable[[], object]) -> None:
        try:
            await self._client.ask(command)
        except (CommandRefusedError, EngineError) as error:
            self._screen.app.notify(str(error), severity="error", markup=False)
        else:
            done()
