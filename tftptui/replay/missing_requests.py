"""Finds transfers whose request was not captured, from packets in both directions."""

from collections import OrderedDict

from tftptui.protocol.packets import HEADER
from tftptui.telemetry.capture.frames import Datagram

_MOST_PAIRS, _MOST_WAITING = 1_000, 64
_DATA, _ACK = b"\0\3", b"\0\4"

Pair = tuple[tuple[str, int], tuple[str, int]]


class Orphans:
    """Keeps DATA without a known transfer until it is acknowledged."""

    def __init__(self) -> None:
        self._waiting: OrderedDict[Pair, list[Datagram]] = OrderedDict()

    def has_sent(self, datagram: Datagram) -> bool:
        """Return whether such DATA was seen with the same source and destination."""
        return (datagram.source, datagram.destination) in self._waiting

    def take(self, datagram: Datagram) -> list[Datagram] | None:
        """Return a transfer's first packets, DATA first, once this packet confirms it.

        The proof is an ACK of a block seen in the other direction; packets in one
        direction may be anything.
        """
        payload = datagram.payload
        if len(payload) < HEADER or payload[:2] not in (_DATA, _ACK):
            return None
        if payload[:2] == _DATA:
            pair = (datagram.source, datagram.destination)
            waiting = self._waiting.setdefault(pair, [])
            waiting.append(datagram)
            del waiting[:-_MOST_WAITING]
            if len(self._waiting) > _MOST_PAIRS:
                self._waiting.popitem(last=False)
            return None
        pair = (datagram.destination, datagram.source)
        waiting = self._waiting.get(pair, [])
        blocks = [each.payload[2:HEADER] for each in waiting]
        if payload[2:HEADER] not in blocks:
            return None
        del self._waiting[pair]
        return [*waiting, datagram]
