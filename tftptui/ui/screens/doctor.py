"""The doctor's screen: checks whether this host can serve, while it serves."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ClassVar

import msgspec
from rich.table import Table
from rich.text import Text
from textual.binding import BindingType

from tftptui.client.probe import Stop
from tftptui.doctor.checks.all_checks import check_all
from tftptui.doctor.facts import EVERYWHERE
from tftptui.doctor.reading.host import read_facts
from tftptui.doctor.report import report_text
from tftptui.doctor.result import Mark, Result, warn
from tftptui.doctor.self_test import TOPIC, Expect, Patient, self_test
from tftptui.engine.client import CommandRefusedError, EngineError
from tftptui.engine.holders.child import beside
from tftptui.engine.messages import ExpectSelfTest
from tftptui.net.addresses import Endpoint
from tftptui.settings import Named, PortRange, Settings
from tftptui.telemetry.words import span
from tftptui.ui.actions import DOCTOR, PAGE
from tftptui.ui.keys import bindings
from tftptui.ui.messages import CopyWanted
from tftptui.ui.screens.window import Page
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

_MARKS = {Mark.OK: "●", Mark.WARN: "⚠", Mark.BAD: "✗"}
_SLOTS = {
    Mark.OK: "transfer-completed",
    Mark.WARN: "transfer-stalled",
    Mark.BAD: "transfer-failed",
}
ANY_PORT = 0
PATIENCE = 5.0
"""Timeout in seconds for announcing a self-test to the server."""

_LOOPBACKS = ("127.0.0.1", "::1")


Look = Callable[[Store, Expect, Stop], Iterator[Result]]
"""Yields results until all checks are done, or Stop is set."""


def examine(store: Store, expect: Expect, stop: Stop) -> Iterator[Result]:
    """Yield the results of all checks of this host, then of a self-test."""
    status, ports = store.status, store.ports
    if status is None or ports is None:
        return
    settings = Settings(
        root=Path(status.root),
        listen=_listen(status.listeners),
        named=tuple(Named(name, Path(path)) for name, path in status.named),
        port=status.port,
        ports=PortRange(ports.first, ports.last),
        single_port=ports.single_port,
    )
    own = frozenset({os.getpid(), status.pid})
    yield from check_all(read_facts(settings, status.port, own_pids=own), settings)
    file = _small_file(store)
    if file is None:
        text = "no file in the root to fetch; put one there, then press r"
        yield warn(TOPIC, text)
        return
    places = _places(status.listeners, status.addresses)
    live = Patient(places, file, _way(settings))
    yield from self_test(live, stop, expect)
    if not stop.happened:
        yield from _other_way(settings, live, status.addresses, stop)


def _other_way(
    settings: Settings, live: Patient, addresses: list[str], stop: Stop
) -> Iterator[Result]:
    """Yield the results of the other port mode, on a temporary second server."""
    other = msgspec.structs.replace(
        settings, port=ANY_PORT, single_port=not settings.single_port
    )
    way = _way(other)
    try:
        with beside(other) as listeners:
            places = _places(listeners, addresses)
            message = f"{way} (tested with a separate server)"
            patient = Patient(places, live.file, message, is_live=False)
            yield from self_test(patient, stop, lambda _: None)
    except EngineError as error:
        yield warn(TOPIC, f"{way}: cannot be tested: {error}")


def _way(settings: Settings) -> str:
    """Return where replies come from, in words."""
    if settings.single_port:
        return "in single-port mode"
    return f"from ports {span(settings.ports.first, settings.ports.last)}"


def _listen(listeners: list[str]) -> tuple[str, ...]:
    """Return the listeners' addresses; empty if they listen on all."""
    hosts = [one.rpartition(":")[0].strip("[]") for one in listeners]
    return () if set(hosts) & EVERYWHERE.keys() else tuple(hosts)


def _small_file(store: Store) -> bytes | None:
    """Return the name of the smallest file in the root."""
    listing = store.listings.get(b"")
    entries = listing.entries if listing else []
    files = [entry for entry in entries if entry.kind == "file"]
    return min(files, key=lambda entry: entry.size).name if files else None


def _places(listeners: list[str], addresses: list[str]) -> list[Endpoint]:
    """Return where to reach the listeners; ADDRESSES are those of this host."""
    found: dict[Endpoint, None] = {}
    for listener in listeners:
        host, _, port = listener.rpartition(":")
        host = host.strip("[]")
        hosts = [host]
        if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            is_v6 = ":" in host
            hosts = [one for one in addresses if (":" in one) == is_v6]
            hosts.insert(0, _LOOPBACKS[is_v6])
        found |= dict.fromkeys(Endpoint(one, int(port)) for one in hosts)
    return list(found)


def _worst_first(result: Result) -> int:
    return (Mark.BAD, Mark.WARN, Mark.OK).index(result.mark)


class DoctorScreen(Page[None]):
    """Runs all checks in a thread and shows each result; ``r`` runs them again.

    Args:
        store: the state of the server.
        expect: announces a self-test to the server, so that it is not taken for a
            client.
        look: yields the results; examine() by default.
    """

    SCOPE = "doctor"
    BINDINGS: ClassVar[list[BindingType]] = bindings((*DOCTOR, *PAGE))
    DEFAULT_CSS = "DoctorScreen > VerticalScroll { width: 104; }"

    def __init__(
        self,
        store: Store,
        expect: Callable[[ExpectSelfTest], Awaitable[object]],
        look: Look = examine,
    ) -> None:
        foot = "esc back · r again · y copy"
        super().__init__("Doctor", foot=foot, text="checking …")
        self._store, self._expect, self._look = store, expect, look
        self._results: list[Result] = []
        self._is_done = False
        self._stop: Stop | None = None
        self._announcing: Future[None] | None = None

    def on_mount(self) -> None:
        """Start the checks."""
        self.action_again()

    def on_unmount(self) -> None:
        """Stop the thread: otherwise the program would wait for it."""
        self._leave_off()

    def _leave_off(self) -> None:
        if self._stop is not None:
            self._stop.set()
        if self._announcing is not None:
            self._announcing.cancel()

    def action_copy(self) -> None:
        """Copy the report as text."""
        self.post_message(CopyWanted(report_text(self._results), "the report"))

    def action_again(self) -> None:
        """Run all checks again."""
        self._leave_off()
        self._results, self._is_done = [], False
        self._loop = asyncio.get_running_loop()
        self._show()
        stop = self._stop = Stop()
        examine = partial(self._examine, stop)
        self.run_worker(examine, thread=True, exclusive=True, group="doctor")

    def _examine(self, stop: Stop) -> None:
        """Run the checks in a thread: they wait for programs and the server."""
        with stop:
            announce = partial(self._announce, stop)
            for result in self._look(self._store, announce, stop):
                if stop.happened:
                    return
                self.app.call_from_thread(self._take_result, result)
            if not stop.happened:
                self.app.call_from_thread(self._take_result, None)

    def _announce(self, stop: Stop, ports: Sequence[int]) -> None:
        """Announce the self-test from the thread; refusal (read-only) is no error."""
        sending = self._tell(ExpectSelfTest(list(ports)))
        telling = asyncio.run_coroutine_threadsafe(sending, self._loop)
        self._announcing = telling
        if stop.happened:  # before there was anything to cancel
            telling.cancel()
        with suppress(CancelledError, TimeoutError):
            telling.result(PATIENCE)

    async def _tell(self, command: ExpectSelfTest) -> None:
        with suppress(CommandRefusedError, EngineError):
            await self._expect(command)

    def _take_result(self, result: Result | None) -> None:
        if result is None:
            self._is_done = True
        else:
            self._results.append(result)
        self._show()

    def _show(self) -> None:
        if not self.is_mounted:
            return
        slots = slot_styles(self.app.theme_variables)
        table = Table.grid(padding=(0, 1, 0, 0), expand=True)
        table.add_column(width=1, no_wrap=True)
        table.add_column(width=11, no_wrap=True)
        table.add_column(ratio=1)
        for result in sorted(self._results, key=_worst_first):
            style = slots[_SLOTS[result.mark]]
            text = Text(result.text, overflow="fold")
            for command in result.commands:
                text.append(f"\n$ {command}", "bold")
            mark = Text(_MARKS[result.mark], style)
            table.add_row(mark, Text(result.topic, style), text)
        if not self._is_done:
            table.add_row(
                "", Text("…", slots["muted"]), Text("checking", slots["muted"])
            )
        self.show(table)
