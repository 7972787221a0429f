"""When to send again: RFC 6298 with Karn's rule, bounded for TFTP."""

INITIAL = 2.0
"""Seconds before the first ACK. Less, and a slow path makes us repeat the OACK,
on which one widespread client gives up."""

RETRIES = 6
"""Time-outs without progress before a peer is given up."""

FIRST_RETRIES = 4
"""Time-outs at most before a peer that has never answered is given up: its address may
be forged, and each retransmission goes to somebody who did not ask for it."""

SHORTEST, LONGEST = 0.2, 8.0

STEADY = 2
"""Time-outs after which a fixed wait stays as agreed (RFC 2349): a client that
asked for one expects the first retransmissions then, and so does the diagnosis."""

_ALPHA, _BETA, _K = 1 / 8, 1 / 4, 4.0  # RFC 6298 §2
_RATIO = _BETA / (_BETA - _ALPHA)


class RetransmitTimer:
    """How long to wait for an answer. All times are seconds.

    Call measure() with each round trip of packets that were sent only once
    (Karn's rule, RFC 6298 §3) and back_off() at each time-out. The longer wait
    stays until the next measurement (RFC 6298 §5): were it forgotten at an answer
    to a repeated packet, a client slower than the wait would get every packet
    twice and could never be measured.

    Args:
        fixed: the wait that was agreed; None goes by the round trips.
        retries: time-outs without progress, at least, before a peer is given up.
        patience: seconds without progress, at least, before a peer that has answered
            once is given up. With patience a fixed wait backs off as well after STEADY
            time-outs, to at most LONGEST or itself.
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
        """Round trip in seconds (SRTT); None until one was measured."""
        self.least: float | None = None
        """The shortest round trip that was measured, in seconds."""
        self._variation = 0.0
        self._base = INITIAL if fixed is None else fixed
        self._fixed = fixed is not None
        self._steady = STEADY if self._fixed else 0
        """Time-outs until the wait grows."""
        self._factor = 1

    @property
    def timeout(self) -> float:
        """Seconds until the next retransmission is due."""
        if self._fixed and not self.patience:
            return self._base
        return max(self._base, min(LONGEST, self._base * self._factor))

    @property
    def most(self) -> float | None:
        """Round trip that is hardly exceeded, in seconds; None until one is known."""
        if self.smoothed is None:
            return None
        return self.smoothed + _K * self._variation

    def measure(self, round_trip: float) -> None:
        """Take one round trip time (RFC 6298 §2), which also ends a back-off."""
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
        """Take ROUND_TRIPS that nobody looked at, which took SECONDS together.

        Each has to count (RFC 6298 §3: at least one measurement per round trip), or
        one that was slow, such as a client's own time-out, outweighs the hundreds
        after it. Call measure() with the one that followed.
        """
        if round_trips < 1:
            return
        average = max(0.0, seconds) / round_trips
        if self.smoothed is None:
            self.smoothed, self._variation = average, average / 2
            return
        # What measure() comes to if each took the average. How much they varied isn't
        # known, so what is known of it is kept, up to the average itself.
        smooth, steady = (1 - _ALPHA) ** round_trips, (1 - _BETA) ** round_trips
        error = abs(self.smoothed - average)
        varied = steady * self._variation + error * (smooth - steady) * _RATIO
        self._variation = max(varied, min(self._variation, average))
        self.smoothed = average + smooth * (self.smoothed - average)

    def back_off(self) -> None:
        """Double the wait after a time-out (RFC 6298 §5.5), if fixed after STEADY."""
        if self._steady:
            self._steady -= 1
        elif self.timeout < LONGEST:
            self._factor *= 2
