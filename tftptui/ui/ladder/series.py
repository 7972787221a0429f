"""Time series of a transfer, from its packets: rate, round trip, window.

A bounded number of slots of equal length holds any duration: when all are used, two are
merged into one.
"""

from dataclasses import dataclass

from tftptui.telemetry.records.ring import Flag, Kind, PacketRecord

SLOTS = 256
FIRST_LENGTH = 0.005
"""Initial length of a slot in seconds."""

_DATA = (Kind.DATA, Kind.DATA_RECEIVED)
_ANSWERS = (Kind.ACK, Kind.ACK_SENT)


@dataclass(slots=True)
class Slot:
    """Measurements of one interval.

    Attributes:
        nbytes: of DATA that were sent or received for the first time.
        trip: the longest measured round trip, seconds.
        window: the most blocks sent at once.
        resent: packets that we retransmitted.
    """

    nbytes: int = 0
    trip: float | None = None
    window: int = 0
    resent: int = 0

    def take(self, other: "Slot") -> None:
        """Merge another slot into this one."""
        self.nbytes += other.nbytes
        self.window = max(self.window, other.window)
        self.resent += other.resent
        if other.trip is not None:
            self.trip = max(self.trip or 0.0, other.trip)


class Series:
    """Slots from the first packet on; call add() for each record, in order.

    Attributes:
        length: seconds of one slot.
        block_size: bytes of a full block, for runs.
    """

    def __init__(self) -> None:
        self.slots: list[Slot] = []
        self.length = FIRST_LENGTH
        self.block_size = 512
        self._begin: float | None = None
        self._end = 0.0
        self._asked: tuple[int, float] | None = None
        self._window = 0

    def add(self, record: PacketRecord) -> None:
        """Add the next record of the transfer."""
        slot = self._slot(record.time)
        if record.attempt > 1:
            slot.resent += max(1, record.count)
            self._asked = None  # Karn's algorithm: not measured after a retransmission
        elif record.kind in _DATA and not record.flags & Flag.DUPLICATE:
            last = record.block + max(1, record.count) - 1
            full = record.count * self.block_size
            slot.nbytes += full if record.count > 1 else record.nbytes
            self._window += max(1, record.count)
            slot.window = max(slot.window, self._window)
            if record.kind == Kind.DATA:
                self._asked = (last, record.time)
        elif record.kind in _ANSWERS:
            self._window = 0
            if self._asked and record.block == self._asked[0]:
                trip = record.time - self._asked[1]
                slot.trip = max(slot.trip or 0.0, trip)
                self._asked = None

    @property
    def span(self) -> float:
        """Seconds from the first packet to the last."""
        return 0.0 if self._begin is None else max(0.0, self._end - self._begin)

    @property
    def rates(self) -> list[float | None]:
        """Bytes/s per slot."""
        return [slot.nbytes / self.length for slot in self.slots]

    @property
    def trips(self) -> list[float | None]:
        """Round trips per slot, in seconds; None if none was measured."""
        return [slot.trip for slot in self.slots]

    @property
    def windows(self) -> list[float | None]:
        """Blocks sent at once, per slot."""
        return [float(slot.window) if slot.window else None for slot in self.slots]

    @property
    def resent(self) -> list[float | None]:
        """Retransmitted packets per slot."""
        return [float(slot.resent) for slot in self.slots]

    def _slot(self, time: float) -> Slot:
        if self._begin is None:
            self._begin = time
        self._end = max(self._end, time)
        place = max(0, int((time - self._begin) / self.length))
        while place >= SLOTS:
            self._halve()
            place //= 2
        while len(self.slots) <= place:
            self.slots.append(Slot())
        return self.slots[place]

    def _halve(self) -> None:
        for first, second in zip(self.slots[::2], self.slots[1::2], strict=False):
            first.take(second)
        self.slots = self.slots[::2]
        self.length *= 2
