"""Whether this machine can serve, looked at while it does: the doctor's screen."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.binding import BindingType
from textual.worker import get_current_worker

from tftptui.client.probing import Stop
from tftptui.doctor.checks import check_all
from tftptui.doctor.facts import EVERYWHERE
from tftptui.doctor.reading import read_facts
from tftptui.doctor.report import report_text
from tftptui.doctor.result import Mark, Result, warn
from tftptui.doctor.self_test import TOPIC, self_test
from tftptui.settings import Named, PortRange, Settings
from tftptui.ui.actions import bindings
from tftptui.ui.screens.window import Page
from tftptui.ui.store import Store
from tftptui.ui.themes import slot_styles

_MARKS = {Mark.OK: "●", Mark.WARN: "⚠", Mark.BAD: "✗"}
_SLOTS = {
    Mark.OK: "transfer-completed",
    Mark.WARN: "transfer-stalled",
    Mark.BAD: "transfer-failed",
}
_LOOPBACKS = ("127.0.0.1", "::1")


class DoctorScreen(Page[None]):
    """Runs all checks in a thread and tells each as it comes; ``r`` runs them again.

    Args:
        store: what is known of the server.
        look: yields the results; examine() where nobody says otherwise.
    """

    BINDINGS: ClassVar[list[BindingType]] = bindings("doctor")
    DEFAULT_CSS = "DoctorScreen > VerticalScroll { width: 104; }"

    def __init__(
        self, store: Store, look: Callable[[Store], Iterator[Result]] | None = None
    ) -> None:
        super().__init__("Doctor", foot="esc back · r again · y copy", text="looking …")
        self._store, self._look = store, look or examine
        self._results: list[Result] = []
        self._is_done = False

    def on_mount(self) -> None:
        """Begin."""
        self.action_again()

    def action_copy(self) -> None:
        """Copy all of it as text."""
        self.app.copy_to_clipboard(report_text(self._results))
        self.app.notify("copied the doctor's report", markup=False)

    def action_again(self) -> None:
        """Look at everything again."""
        self._results, self._is_done = [], False
        self._show()
        self.run_worker(self._examine, thread=True, exclusive=True, group="doctor")

    def _examine(self) -> None:
        """Runs in a thread: it asks other programs, and the server itself."""
        worker = get_current_worker()
        for result in self._look(self._store):
            if worker.is_cancelled:
                return
            self.app.call_from_thread(self._told, result)
        self.app.call_from_thread(self._told, None)

    def _told(self, result: Result | None) -> None:
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
                "", Text("…", slots["muted"]), Text("looking", slots["muted"])
            )
        self.show(table)


def examine(store: Store) -> Iterator[Result]:
    """Yield the results of all checks of this machine, then of asking ourselves."""
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
        text = "no file in the root to ask for; put one there, then r looks again"
        yield warn(TOPIC, text)
        return
    with Stop() as stop:
        yield from self_test(_addresses(store), status.port, file, stop)


def _listen(listeners: list[str]) -> tuple[str, ...]:
    """Return the addresses that are listened on; none where it is every one."""
    hosts = [one.rpartition(":")[0].strip("[]") for one in listeners]
    return () if set(hosts) & EVERYWHERE.keys() else tuple(hosts)


def _small_file(store: Store) -> bytes | None:
    """Return the name of the smallest file in the root."""
    listing = store.listings.get(b"")
    entries = listing.entries if listing else []
    files = [entry for entry in entries if entry.kind == "file"]
    return min(files, key=lambda entry: entry.size).name if files else None


def _addresses(store: Store) -> list[str]:
    """Return the addresses that the listeners can be asked at."""
    status = store.status
    if status is None:
        return []
    found: dict[str, None] = {}
    for listener in status.listeners:
        host = listener.rpartition(":")[0].strip("[]")
        if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
            is_v6 = ":" in host
            everywhere = [_LOOPBACKS[is_v6], *status.addresses]
            same = (one for one in everywhere if (":" in one) == is_v6)
            found |= dict.fromkeys(same)
        else:
            found[host] = None
    return list(found)


def _worst_first(result: Result) -> int:
    return (Mark.BAD, Mark.WARN, Mark.OK).index(result.mark)
