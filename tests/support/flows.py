"""Senders that share a bandwidth limit, and a log of what they sent when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from tests.support.alarm import FakeAlarm
from tests.support.clock import FakeClock
from tftptui.server.transfer.bandwidth import Bandwidth, Pacer

Log = list[tuple[float, int]]
"""Times and bytes."""


@dataclass
class Flow:
    """Sends PACKETS packets of PACKET bytes, one at a time."""

    pacer: Pacer
    packet: int
    packets: int
    log: Log
    own: Log = field(default_factory=list)

    def start(self) -> None:
        self._wait()

    def _wait(self) -> None:
        count = max(1, min(self.packets, self.pacer.piece() // self.packet))
        self.pacer.wait(count * self.packet, self._go)

    def _go(self, now: float) -> None:
        nbytes = self.pacer.need
        self.pacer.spend(nbytes, now)
        self.log.append((now, nbytes))
        self.own.append((now, nbytes))
        self.packets -= nbytes // self.packet
        if self.packets > 0:
            self._wait()


class Line:
    """A Bandwidth, its clock and alarm, and its flows."""

    def __init__(self, *, total: int | None = None, each: int | None = None) -> None:
        self.clock = FakeClock()
        self.log: Log = []
        self.flows: list[Flow] = []
        self.bandwidth = Bandwidth(self.clock, self._make_alarm)
        self.bandwidth.change(total=total, each=each)

    def flow(self, packet: int, packets: int) -> Flow:
        """Start a flow."""
        pacer = self.bandwidth.pacer()
        assert pacer is not None, "there is no limit"
        flow = Flow(pacer, packet, packets, self.log)
        self.flows.append(flow)
        flow.start()
        return flow

    def run(self, lateness: Iterable[float] = ()) -> None:
        """Run until no flow waits; the alarm fires late by the values in LATENESS."""
        late = iter(lateness)
        while self.bandwidth.waiting:
            self.alarm.ring(next(late, 0.0))

    def _make_alarm(self, ring: object) -> FakeAlarm:
        assert callable(ring)
        self.alarm = FakeAlarm(self.clock, ring)
        return self.alarm


def most_at_once(log: Sequence[tuple[float, float]], rate: float) -> float:
    """Return the largest excess of bytes in any interval over what RATE allows."""
    most = excess = 0.0
    before = log[0][0] if log else 0.0
    for moment, nbytes in log:
        excess = max(0.0, excess - rate * (moment - before)) + nbytes
        before = moment
        most = max(most, excess)
    return most
