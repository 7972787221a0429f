"""How much of the journal one address can fill with transfers and changed files.

Refusals and findings have limits of their own; what is left are the lines of
transfers, of files and of the wire. A forged request costs its sender one datagram, and
the journal a line when the transfer begins and another when it ends. So an address has
few of these until it has replied. An upload changes a file, as often as its client
likes, and anybody on the wire can make up MAC addresses.
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
"""Transfers written of an address that has never replied."""

ALL_UNPROVEN = Rate(per_second=2, burst=5_000)
"""Transfers written of all these addresses: forged ones are many."""

PROVEN = Rate(per_second=20, burst=5_000)
"""Transfers written of an address that has completed one."""

FILES = Rate(per_second=2, burst=1_000)
"""Changes written of all files: what changed a file is not known, so not by address."""

WIRE = Rate(per_second=5, burst=1_000)
"""Steps written of all machines on the wire."""

KEPT_PROVEN = 4_096
KEPT_UNWRITTEN = 65_536
"""Transfers that are not written, until their end; more than can be at once."""


class JournalLimits(Silenced):
    """Decides which events of transfers and files are written; all others are.

    A transfer is written from its request to its end, or not at all. What is not
    written is counted: ``suppressed`` events of the reasons "transfers", "files" and
    "wire" tell how many. Times are seconds of a monotonic clock.
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
        """Whether an event is written."""
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
        """Note that an address is no forgery."""
        self._proven[client] = None
        self._proven.move_to_end(client)
        if len(self._proven) > KEPT_PROVEN:
            self._proven.popitem(last=False)
