"""Classifies retransmissions: lost, late, or duplicated on the path.

A retransmission was needed only if the packet or its reply was lost. The next reply
shows which. If it comes about a round trip after the retransmission, it answers that: a
loss. If it comes sooner, it answers the first copy, which was only late. If it comes
much later, the peer itself had paused. And a second reply to the same block shows that
both copies arrived.
"""

_SOONEST = 0.5
"""Round trips after a retransmission before which a reply can't be for it."""

_SLOWEST, _SLACK = 4.0, 0.05
"""Round trips, plus seconds, after which a reply means that the peer paused."""

_LATEST = 1.5
"""Round trips after a retransmission within which a second reply is for it; later the
peer repeats by itself, as some do after 0.1 s."""

_SETTLED = 2.0
"""Seconds after a retransmission from which a second ACK is not due to it."""

_AT_ONCE = 0.02
"""Seconds between two packets of a burst: a duplicate made on the path, or the replies
to all copies that a peer finds after a pause. A peer's own retries come later."""


class Repeats:
    """Counts of retransmissions in one transfer by cause.

    Attributes:
        lost: rounds in which a packet or its reply was lost, as far as known; gaps: of
            these, the ones that the peer reported inside a window.
        late: rounds in which both were only late, or the peer had paused.
        doubled: duplicate replies to packets sent only once.
        spoke: when the peer last replied to something new.
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
        """Record that unanswered packets are resent."""
        if not self._rounds:
            self._is_gap = is_gap
        self._rounds += 1
        self._resent_at = now

    def asked(self, now: float) -> None:
        """Record that the first reply is resent because the peer repeated its request.

        The peer may just be impatient, so this is no round.
        """
        self._resent_at = now

    def answered(self, now: float, least: float | None, most: float | None) -> None:
        """Record that the peer made progress.

        LEAST is the shortest round trip and MOST an upper bound, in seconds; None while
        unknown, and then nothing is counted.
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
        """Record a second reply to the same packet."""
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
