"""The machines on the wire, one line each."""

from collections.abc import Callable, Hashable

from rich.segment import Segment

from tftptui.engine.messages import WireDevice
from tftptui.ui.formats import age
from tftptui.ui.kit.rows import RowList, fitted, fitted_words
from tftptui.ui.store import Store

MARK, MAC, ADDRESS, AGE = 2, 19, 17, 12
LONGEST_TITLE = 42
WIDE = 110
"""Minimum width in cells for the latest step and its age."""


class DeviceList(RowList[str]):
    """One row per machine; those that try to boot come first.

    Args:
        store: the state of the server.
        now: wall clock, seconds.
    """

    def __init__(self, store: Store, now: Callable[[], float]) -> None:
        super().__init__(id="wire-devices")
        self._store, self._now = store, now
        self._devices: list[WireDevice] = []

    def look(self) -> None:
        """Update the rows."""
        known = self._store.wire.devices if self._store.wire else []
        self._devices = sorted(known, key=lambda one: (not one.begun, one.mac))
        self.refresh_rows()

    @property
    def current(self) -> WireDevice | None:
        """The machine under the cursor."""
        index = self.cursor_index
        return None if index is None else self._devices[index]

    def row_count(self) -> int:
        """Return the number of machines."""
        return len(self._devices)

    def row_key(self, index: int) -> str:
        """Return a machine's MAC address."""
        return self._devices[index].mac

    def index_of(self, key: str) -> int | None:
        """Return the row of a MAC address."""
        found = (n for n, one in enumerate(self._devices) if one.mac == key)
        return next(found, None)

    def stamp(self, index: int) -> Hashable:
        """Return everything that a row is drawn from."""
        device = self._devices[index]
        return device, age(self._now() - device.last), self._has_alarm(device)

    def draw_header(self, width: int) -> str:
        """Return the column titles."""
        head = f"{'':<{MARK}}{'MAC':<{MAC}}{'address':<{ADDRESS}}"
        if width >= WIDE:
            return fitted(f"{head}{'machine':<{LONGEST_TITLE}}latest", width)
        return fitted(f"{head}machine", width)

    def draw_row(self, index: int, width: int) -> list[Segment]:
        """Draw mark, MAC address, IP address, description, and latest step."""
        device, slots = self._devices[index], self.slots
        mark, slot = "·", "muted"
        if self._has_alarm(device):
            mark, slot = "⚠", "transfer-stalled"
        elif device.requested:
            mark, slot = "●", "transfer-completed"
        cells = [
            Segment(fitted(mark, MARK), slots[slot]),
            Segment(fitted(device.mac, MAC)),
            Segment(fitted(device.address or "–", ADDRESS)),
        ]
        title = device.title or "unknown"
        if width < WIDE:
            return [*cells, Segment(fitted(title, width - MARK - MAC - ADDRESS))]
        latest = device.lines[-1].text if device.lines else ""
        room = width - MARK - MAC - ADDRESS - LONGEST_TITLE - AGE
        seen = age(self._now() - device.last)
        return [
            *cells,
            Segment(fitted(title, LONGEST_TITLE - 1) + " "),
            Segment(fitted_words(latest, room - 1) + " ", slots["muted"]),
            Segment(fitted(seen, AGE, right=True), slots["muted"]),
        ]

    def _has_alarm(self, device: WireDevice) -> bool:
        found = (self._store.findings.get(number) for number in device.findings)
        return any(one is not None and one.is_alarm for one in found)
