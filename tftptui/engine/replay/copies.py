"""Packets that a capture holds twice although they were sent once.

Captures of all interfaces, and of mirror ports, show a packet at each place that it
passes. A host numbers its IPv4 packets, so the same number with the same content is
the same packet, never a repeat by its sender. Where there is no number, the first
place at which a flow is seen counts.
"""

from collections import OrderedDict

from tftptui.telemetry.capture.links import Place
from tftptui.telemetry.capture.packets import Seen

_KEPT = 4_096
_SPAN = 1_000_000_000
"""Nanoseconds after which a number may come again."""

_TELLING = 4
"""Octets that tell packets of a transfer apart: opcode and block."""

Flow = tuple[tuple[str, int], tuple[str, int]]


class Copies:
    """Knows copies. ``count`` is how many there were."""

    def __init__(self) -> None:
        self.count = 0
        self._recent: OrderedDict[tuple[Flow, int, bytes], int] = OrderedDict()
        self._places: OrderedDict[Flow, Place] = OrderedDict()

    def is_copy(self, seen: Seen) -> bool:
        """Whether this packet was seen before; counts it then."""
        datagram = seen.datagram
        flow = (datagram.source, datagram.destination)
        if seen.number is not None:
            key = (flow, seen.number, datagram.payload[:_TELLING])
            before = self._recent.get(key)
            self._recent[key] = datagram.time
            _bound(self._recent)
            is_copy = before is not None and abs(datagram.time - before) < _SPAN
        elif seen.place is not None:
            is_copy = self._places.setdefault(flow, seen.place) != seen.place
            _bound(self._places)
        else:
            is_copy = False
        self.count += is_copy
        return is_copy


def _bound(
    kept: OrderedDict[tuple[Flow, int, bytes], int] | OrderedDict[Flow, Place],
) -> None:
    if len(kept) > _KEPT:
        kept.popitem(last=False)
