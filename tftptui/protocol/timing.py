"""Retransmission timer: RFC 6298 with Karn's rule, with bounds for TFTP."""

INITIAL = 2.0
"""Seconds before the first ACK. With less, a slow path causes a repeated OACK, at which
one widespread client gives up."""

RETRIES = 6
"""Timeouts without progress before a peer is given up."""

FIRST_RETRIES = 4
"""Maximum timeouts before a peer that has never replied is given up: its address may be
forged, and each retransmission goes to a victim."""

SHORTEST, LONGEST = 0.2, 8.0

STEADY = 2
"""Timeouts after which a fixed timeout starts to grow (RFC 2349): a client that
requested one expects the first retransmissions at that interval, and so does the
diagnosis."""

_ALPHA, _BETA, _K = 1 / 8, 1 / 4, 4.0  # RFC 6298 §2
_RATIO = _BETA / (_BETA - _ALPHA)


class RetransmitTimer:
    """Timeout for a reply. All times are seconds.

    Call measure() with each round trip of packets sent only once (Karn's rule, RFC 6298
    §3) and back_off() at each timeout. The longer timeout stays until the next
    measurement (RFC 6298 §5): if a reply to a repeated packet reset it, a client slower
    than the timeout would get every packet twice and could never be measured.

    Args:
        fixed: the negotiated timeout; None measures round trips.
        retries: minimum timeouts without progress before a peer is given up.
        patience: minimum seconds without progress before a peer that has replied is
            given up. With patience a fixed timeout, too, backs off after STEADY
            timeouts, up to LONGEST or its own value.
    """

    def __init__(
        self,
        fixed: float | None = None,
        retries: int = RETRIES,
        patience: float = 0.0,
    ) -> None:
        self.retries = retries
        self.patience = patience
        self.smoothed: float | None = None
        """Smoothed round trip in seconds (SRTT); None until measured."""
        self.least: float | None = None
        """Shortest round trip measured, in seconds."""
        self._variation = 0.0
        self._base = INITIAL if fixed is None else fixed
        self._fixed = fixed is not None
        self._steady = STEADY if self._fixed else 0
        """Timeouts until the timeout grows."""
        self._factor = 1

    @property
    def timeout(self) -> float:
        """Seconds until the next retransmission is due."""
        if self._fixed and not self.patience:
            return self._base
        return max(self._base, min(LONGEST, self._base * self._factor))

    @property
    def most(self) -> float | None:
        """Upper bound of the round trip in seconds; None until measured."""
        if self.smoothed is None:
            return None
        return self.smoothed + _K * self._variation

    def measure(self, round_trip: float) -> None:
        """Add one round trip time (RFC 6298 §2); this ends a back-off."""
        self._factor, self._steady = 1, STEADY if self._fixed else 0
        least = self.least
        self.least = round_trip if least is None else min(least, round_trip)
        if self.smoothed is None:
            self.smoothed, self._variation = round_trip, round_trip / 2
        else:
            error = abs(self.smoothed - round_trip)
            self._variation += _BETA * (error - self._variation)
            self.smoothed += _ALPHA * (round_trip - self.smoothed)
        if not self._fixed:
            wanted = self.smoothed + _K * self._variation
            self._base = min(LONGEST, max(SHORTEST, wanted))

    def catch_up(self, round_trips: int, seconds: float) -> None:
        """Add ROUND_TRIPS that were not measured one by one, and took SECONDS together.

        Each must count (RFC 6298 §3: at least one measurement per round trip), or a
        slow one, such as a client's own timeout, outweighs the hundreds after it. Call
        measure() with the one that followed.
        """
        if round_trips < 1:
            return
        average = max(0.0, seconds) / round_trips
        if self.smoothed is None:
            self.smoothed, self._variation = average, average / 2
            return
        # Same as calling measure() with the average each time. Their variation is
        # unknown, so the current one is kept, up to the average itself.
        smooth, steady = (1 - _ALPHA) ** round_trips, (1 - _BETA) ** round_trips
        error = abs(self.smoothed - average)
        varied = steady * self._variation + error * (smooth - steady) * _RATIO
        self._variation = max(varied, min(self._variation, average))
        self.smoothed = average + smooth * (self.smoothed - average)

    def back_off(self) -> None:
        """Double the timeout (RFC 6298 §5.5); if fixed, after STEADY timeouts."""
        if self._steady:
            self._steady -= 1
        elif self.timeout < LONGEST:
            self._factor *= 2
