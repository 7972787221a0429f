"""What became of what was sent again: lost, late, or doubled by the path.

A repeat is needed only when the packet or its answer was lost. Whether it was shows
when the peer speaks next. An answer that follows the repeat as closely as a round trip
allows answers the repeat. One that comes sooner answers the first copy, which was late.
One that comes much later answers neither: the peer itself had paused. And a second
answer to the same block shows that both copies arrived.
"""

_SOONEST = 0.5
"""Round trips after a repeat before which nothing can answer it."""

_SLOWEST, _SLACK = 4.0, 0.05
"""Round trips, and seconds besides, after which an answer is the peer's own pause."""

_LATEST = 1.5
"""Round trips after a repeat until which a second answer is its own: later the peer
repeats itself, as some do after 0.1 s."""

_SETTLED = 2.0
"""Seconds after a repeat from which a second ACK is not owed to it."""

_AT_ONCE = 0.02
"""Seconds: a copy that the path makes comes so soon behind the first, and so do the
answers to all copies that a peer finds after a pause; its own repeats come later."""


class Repeats:
    """Counts of what was sent again in one transfer, by what became of it.

    Attributes:
        lost: rounds in which a packet or its answer was lost, as far as known;
            gaps: of these, what the peer itself reported missing in a window.
        late: rounds in which both had only been late, or the peer had paused.
        doubled: answers that came twice though nothing was sent twice.
        spoke: when the peer last answered something for the first time.
    """

    __slots__ = (
        "_is_gap",
        "_owed",
        "_owed_gaps",
        "_owed_until",
        "_resent_at",
        "_rounds",
        "_spoke_again",
        "doubled",
        "gaps",
        "late",
        "lost",
        "spoke",
    )

    def __init__(self) -> None:
        self.lost = self.gaps = self.late = self.doubled = 0
        self.spoke = 0.0
        self._resent_at = self._owed_until = self._spoke_again = float("-inf")
        self._rounds = self._owed = self._owed_gaps = 0
        self._is_gap = False

    def resent(self, now: float, *, is_gap: bool = False) -> None:
        """Note that what was not answered leaves again."""
        if not self._rounds:
            self._is_gap = is_gap
        self._rounds += 1
        self._resent_at = now

    def asked(self, now: float) -> None:
        """Note that the first answer leaves again because the peer asked again.

        That is the peer's own doing: it may only be impatient.
        """
        self._resent_at = now

    def answered(self, now: float, least: float | None, most: float | None) -> None:
        """Note that the peer has got further.

        LEAST and MOST are the shortest round trip and one that is hardly exceeded, in
        seconds; None as long as none is known, and then nothing is concluded.
        """
        self.spoke = self._spoke_again = now
        rounds = self._rounds
        if not rounds:
            return
        self._rounds, waited = 0, now - self._resent_at
        if least is None or most is None:
            return
        is_early = waited < _SOONEST * least
        if is_early or waited > _SLOWEST * most + _SLACK:
            self.late += rounds
            return
        self.lost += rounds
        self._owed, self._owed_gaps = rounds, rounds if self._is_gap else 0
        self.gaps += self._owed_gaps
        self._owed_until = self._resent_at + max(_LATEST * least, most) + _AT_ONCE

    def heard_again(self, now: float) -> None:
        """Note an answer to what was answered before."""
        is_at_once, self._spoke_again = now - self._spoke_again < _AT_ONCE, now
        if self._owed and (is_at_once or now <= self._owed_until):
            self._owed -= 1
            self.lost -= 1
            self.late += 1
            if self._owed_gaps:
                self._owed_gaps -= 1
                self.gaps -= 1
        elif now - self.spoke < _AT_ONCE and now - self._resent_at > _SETTLED:
            self.doubled += 1
