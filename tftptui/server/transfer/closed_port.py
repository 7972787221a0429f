"""When to believe that a client has closed its port.

ICMP is easily forged, and may be late. So a report counts only if something was sent
since the last that counted, and none does once the client has moved on after it:
whoever guesses both ports can't end a transfer that is going on.
"""

ENOUGH = 2
"""Reports in a row, each in answer to another packet."""


class ClosedPort:
    """Counts reports that the client's port is closed."""

    __slots__ = ("_count", "_moved", "_sent")

    def __init__(self) -> None:
        self._count, self._sent, self._moved = 0, -1, 0.0

    def is_sure(self, sent: int, moved: float) -> bool:
        """Take one report; return whether it is sure by now.

        Args:
            sent: how often something was sent, or sent again; any count that grows.
            moved: when the client made progress last, by any clock.
        """
        if moved != self._moved:
            self._count, self._moved, self._sent = 0, moved, -1
        if sent != self._sent:
            self._count, self._sent = self._count + 1, sent
        return self._count >= ENOUGH
