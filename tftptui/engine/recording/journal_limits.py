"""Limits on journal lines about transfers, changed files and the wire.

Refusals and findings have limits of their own. A forged request costs its sender one
datagram, but the journal a line when the transfer starts and another when it ends. So
an address gets few of these until it has completed a transfer. A client can upload a
file again and again, and anybody on the wire can make up MAC addresses.
"""

from collections import OrderedDict

from tftptui.server.access_list import neighbourhood
from tftptui.server.intake.refusal_limits import Silenced
from tftptui.server.rate_limits import Bucket, Rate, RateTable
from tftptui.telemetry.events import (
    Event,
    FileChanged,
    IcmpReceived,
    Requested,
    TransferEnded,
    TransferStarted,
    WireStep,
)

UNPROVEN = Rate(per_second=0.1, burst=500)
"""Rate of transfers written for one unproven address."""

ALL_UNPROVEN = Rate(per_second=2, burst=5_000)
"""Rate of transfers written for all unproven addresses together."""

PROVEN = Rate(per_second=20, burst=5_000)
"""Rate of transfers written for an address that has completed one."""

FILES = Rate(per_second=2, burst=1_000)
"""Rate of file changes written; not per address, as the cause is unknown."""

WIRE = Rate(per_second=5, burst=1_000)
"""Rate of ARP and DHCP steps written for all machines."""

KEPT_PROVEN = 4_096
KEPT_UNWRITTEN = 65_536
"""Suppressed transfers remembered until their end; more than can be active."""


class JournalLimits(Silenced):
    """Decides which events of transfers, files and the wire are written.

    A transfer is written from its request to its end, or not at all. Suppressed lines
    are counted in ``suppressed`` events with the reasons "transfers", "files" and
    "wire". Times are monotonic seconds.
    """

    def __init__(self) -> None:
        super().__init__()
        self._unproven = RateTable(UNPROVEN)
        self._all_unproven = Bucket(ALL_UNPROVEN)
        self._per_proven = RateTable(PROVEN, KEPT_PROVEN)
        self._files, self._wire = Bucket(FILES), Bucket(WIRE)
        self._proven: OrderedDict[str, None] = OrderedDict()
        self._unwritten: OrderedDict[int | None, None] = OrderedDict()

    def passes(self, event: Event, now: float) -> bool:
        """Return whether an event is written."""
        match event:
            case Requested(transfer=int()):
                is_written = self._begins(event, now)
            case TransferEnded():
                is_written = self._ends(event)
            case IcmpReceived() | TransferStarted():
                is_written = event.transfer not in self._unwritten
            case FileChanged():
                is_written = self._is_within(self._files, "files", now)
            case WireStep():
                is_written = self._is_within(self._wire, "wire", now)
            case _:
                is_written = True
        return is_written

    def _ends(self, event: TransferEnded) -> bool:
        if event.outcome == "completed":
            self._note(event.client)
        is_written = event.transfer not in self._unwritten
        self._unwritten.pop(event.transfer, None)
        return is_written

    def _is_within(self, bucket: Bucket, reason: str, now: float) -> bool:
        is_written = bucket.take(1, now)
        if not is_written:
            self.count(reason, None, now)
        return is_written

    def _begins(self, event: Requested, now: float) -> bool:
        client = event.client
        if client in self._proven:
            is_written = self._per_proven.take(client, now)
        else:
            is_written = self._unproven.take(client, now)
            is_written = is_written and self._all_unproven.take(1, now)
        if not is_written:
            self.count("transfers", neighbourhood(client), now)
            self._unwritten[event.transfer] = None
            if len(self._unwritten) > KEPT_UNWRITTEN:
                self._unwritten.popitem(last=False)
        return is_written

    def _note(self, client: str) -> None:
        """Mark an address as proven."""
        self._proven[client] = None
        self._proven.move_to_end(client)
        if len(self._proven) > KEPT_PROVEN:
            self._proven.popitem(last=False)
