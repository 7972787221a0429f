"""When to send again: RFC 6298 with Karn's rule, bounded for TFTP."""

INITIAL = 2.0
"""Seconds before the first ACK. Less, and a slow path makes us repeat the OACK,
on which one widespread client gives up."""

RETRIES = 6
"""Time-outs without progress before a peer is given up."""

SHORTEST, LONGEST = 0.2, 8.0

_ALPHA, _BETA, _K = 1 / 8, 1 / 4, 4.0  # RFC 6298 §2


class RetransmitTimer:
    """How long to wait for an answer. All times are seconds.

    Call measure() with each round trip of packets that were sent only once
    (Karn's rule, RFC 6298 §3) and back_off() at each time-out. The longer wait
    stays until the next measurement (RFC 6298 §5): were it forgotten at an answer
    to a repeated packet, a client slower than the wait would get every packet
    twice and could never be measured.
    """

    def __init__(self, fixed: float | None = None, retries: int = RETRIES) -> None:
        self.retries = retries
        self.smoothed: float | None = None
        """Round trip in seconds (SRTT); None until one was measured."""
        self.least: float | None = None
        """The shortest round trip that was measured, in seconds."""
        self._variation = 0.0
        self._base = INITIAL if fixed is None else fixed
        self._fixed = fixed is not None
        self._factor = 1

    @property
    def timeout(self) -> float:
        """Seconds until the next retransmission is due."""
        if self._fixed:
            return self._base
        return min(LONGEST, self._base * self._factor)

    def measure(self, round_trip: float) -> None:
        """Take one round trip time (RFC 6298 §2), which also ends a back-off."""
        self._factor = 1
        if self.smoothed is None or self.least is None:
            self.smoothed, self._variation = round_trip, round_trip / 2
            self.least = round_trip
        else:
            self.least = min(self.least, round_trip)
            error = abs(self.smoothed - round_trip)
            self._variation += _BETA * (error - self._variation)
            self.smoothed += _ALPHA * (round_trip - self.smoothed)
        if not self._fixed:
            wanted = self.smoothed + _K * self._variation
            self._base = min(LONGEST, max(SHORTEST, wanted))

    def back_off(self) -> None:
        """Double the wait after a time-out (RFC 6298 §5.5)."""
        if self.timeout < LONGEST:
            self._factor *= 2
