"""Detects packets that were sent once but captured twice.

Captures of all interfaces, and of mirror ports, show a packet wherever it passes. Hosts
number their IPv4 packets, so the same number with the same content is the same packet,
not a retransmission. Without a number, only the first place where a flow is seen
counts.
"""

from collections import OrderedDict

from tftptui.telemetry.capture.links import Place
from tftptui.telemetry.capture.packets import Seen

_KEPT = 4_096
_SPAN = 1_000_000_000
"""Nanoseconds after which an IPv4 identification may be reused."""

_TELLING = 4
"""Bytes that distinguish the packets of a transfer: opcode and block."""

Flow = tuple[tuple[str, int], tuple[str, int]]
_Telling = tuple[tuple[str, int], tuple[str, int], int, bytes]


class Copies:
    """Detects copies. ``count`` is their number."""

    def __init__(self) -> None:
        self.count = 0
        self._recent: dict[_Telling, int] = {}
        self._before: dict[_Telling, int] = {}
        self._places: OrderedDict[Flow, Place] = OrderedDict()

    def is_copy(self, seen: Seen) -> bool:
        """Return whether this packet was seen before; count it if so."""
        datagram, number = seen.datagram, seen.number
        if number is not None:
            head = datagram.payload[:_TELLING]
            key = (datagram.source, datagram.destination, number, head)
            before = self._recent.get(key)
            if before is None:
                before = self._before.get(key)
            self._recent[key] = time = datagram.time
            if len(self._recent) > _KEPT:
                self._recent, self._before = {}, self._recent
            is_copy = before is not None and abs(time - before) < _SPAN
        elif seen.place is not None:
            flow = (datagram.source, datagram.destination)
            is_copy = self._places.setdefault(flow, seen.place) != seen.place
            if len(self._places) > _KEPT:
                self._places.popitem(last=False)
        else:
            return False
        self.count += is_copy
        return is_copy
