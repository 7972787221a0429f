"""The sending side of one transfer, as a sans-I/O state machine.

NEW ──start()──► NEGOTIATING ──ACK 0──► SENDING ──last ACK──► DONE
 └──────────────start(), no options─────►┘   every state ──ERROR, give-up──► DONE

Only a timeout, a gap report or a repeated request causes a retransmission; a
duplicate ACK never does (RFC 1123 §4.2.3.1).
"""

from tftptui.protocol.commands import Command, Outcome, SendBlocks, SendOack
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.repeats import Repeats
from tftptui.protocol.session import TWIN_REQUEST, Session, State
from tftptui.protocol.timing import RetransmitTimer

_PROBE_CODES = (ErrorCode.UNDEFINED, ErrorCode.OPTION_REFUSED)

# Looking up an Enum member is slow, and each packet needs these.
_NEW, _NEGOTIATING, _SENDING = State.NEW, State.NEGOTIATING, State.SENDING
_COMPLETED = Outcome.COMPLETED

_Run = tuple[int, int, int]  # first block, last block, attempt


class SendSession(Session):
    """The sending side of one transfer (RFC 1350 §4; windows: RFC 7440 §4).

    Call start() once, then receive_ack(), receive_error() and, at deadline(),
    handle_timer(); see Session. The session never sees data bytes: the caller reads
    them, and calls end_at() if the length was not known beforehand.

    Attributes:
        acked: highest block acknowledged; 0 for none.
        sent_to: highest block sent; 0 for none.
        repeats: counts of retransmissions by cause.
    """

    def __init__(
        self,
        *,
        window: int = 1,
        last_block: int | None = None,
        negotiated: bool = False,
        wants_size: bool = False,
        timer: RetransmitTimer | None = None,
        peer: str = "client",
    ) -> None:
        super().__init__(timer=timer, peer=peer)
        self.acked = 0
        self.sent_to = 0
        self._window = window
        self._last_block = last_block
        self._negotiated = negotiated
        self._wants_size = wants_size
        self._oack_attempt = 0
        self._runs: list[_Run] = []
        self._gap_answered = False
        self.repeats = Repeats()

    def start(self, now: float) -> list[Command]:
        """Open the transfer: send the OACK if there is one, else DATA."""
        if self.state is not _NEW:
            raise MisuseError("start() on a started session")
        if self._negotiated:
            self.state = _NEGOTIATING
            return self._send_oack(now)
        self.state = _SENDING
        return self._send_window(now)

    def receive_ack(self, block16: int, now: float) -> list[Command]:
        """Handle an ACK from the right peer; return commands.

        An ACK of an old block, or of one not yet sent, causes none.
        """
        self._require_running("receive_ack")
        if self.state is _NEGOTIATING:
            return self._accept_options(now) if block16 == 0 else []
        step = self.numbering.ahead(block16, self.acked)
        if 0 < step <= self.sent_to - self.acked:
            return self._advance(step, now)
        if self._window == 1:  # with a window it may report a gap
            self.repeats.heard_again(now)
        return [] if step else self._answer_gap_at_foot(now)

    @property
    def is_plain(self) -> bool:
        """True if a single ACK can acknowledge all: settle() may follow."""
        return (
            self.state is _SENDING
            and self.sent_to != self._last_block
            and len(self._runs) == 1
            and self._runs[0] == (self.acked + 1, self.acked + self._window, 1)
            and not self.timeouts
            and not self.numbering.rollover
        )

    def settle(self, acked: int, sent_to: int, sent_at: float, trip: float) -> None:
        """Record the progress made while is_plain was true.

        Blocks up to ACKED were acknowledged, and those up to SENT_TO sent once, at
        SENT_AT. TRIP is the latest round trip in seconds; the earlier ones are
        averaged.
        """
        trips = (acked - self.acked) // self._window + (self.state is _NEGOTIATING)
        self.timer.catch_up(trips - 1, sent_at - trip - self._sent_at)
        self.state = _SENDING
        self.acked, self.sent_to = acked, sent_to
        self._runs = [(acked + 1, sent_to, 1)]
        self._sent_at = sent_at
        self.timer.measure(trip)
        self._gap_answered = False
        self.repeats.answered(sent_at, self.timer.least, self.timer.smoothed)
        self._hear(sent_at)
        self._due = sent_at + self.timer.timeout

    def receive_error(self, code: int, text: str) -> list[Command]:
        """Handle an ERROR from the right peer: the transfer is over.

        Boot firmware requests the size, reads it in the OACK and quits with an ERROR:
        that is no failure. After a repeated OACK it is one.
        """
        self._require_running("receive_error")
        probed = (
            self.state is _NEGOTIATING
            and self._wants_size
            and self._oack_attempt == 1
            and code in _PROBE_CODES
        )
        outcome = Outcome.PROBED if probed else Outcome.FAILED
        return self._end(outcome, self._said(code, text))

    def receive_request(self, now: float) -> list[Command] | None:
        """Handle the same request again (RFC 1350 §4: never a second TID).

        Returns:
            Commands that repeat the first reply; an empty list for a duplicate or late
            request; None if the client has restarted and this session should make way.
        """
        self._require_running("receive_request")
        # After ACK 0 the OACK must have arrived. Resending DATA could mislead a client
        # that waits for an OACK: it would assume blocks of 512 bytes (RFC 2347).
        if self._heard:
            return None if self.is_left(now) else []
        if now - self._sent_at < TWIN_REQUEST:
            return []
        due = self._due
        negotiating = self.state is _NEGOTIATING
        self.repeats.asked(now)
        commands = self._send_oack(now) if negotiating else self._restart(now)
        self._due = due  # otherwise a client that keeps repeating would never time out
        return commands

    def handle_timer(self, now: float) -> list[Command]:
        """Resend unanswered packets, or give up the client."""
        self._require_running("handle_timer")
        if self._due is None or now < self._due:
            return []
        self.timeouts += 1
        if self._is_over(now):
            return self.give_up()
        self.timer.back_off()
        self._gap_answered = False
        self.repeats.resent(now)
        if self.state is _NEGOTIATING:
            return self._send_oack(now)
        is_patient = self.timeouts > self.timer.retries
        return self._probe(now) if is_patient else self._restart(now)

    def _is_over(self, now: float) -> bool:
        """Return whether to give up the client.

        If only the last ACK is missing, the client has most likely finished and quit,
        so the retries are enough.
        """
        if self._heard and self.acked + 1 == self._last_block:
            return self.timeouts > self.timer.retries
        return super()._is_over(now)

    def absolute(self, block16: int) -> int:
        """Return the absolute block that a wire block most likely means.

        That is the nearest one sent; if none fits, return the number itself.
        """
        return self.numbering.nearest(block16, self.sent_to)

    def end_at(self, last_block: int) -> None:
        """Set the last block, while it is being sent.

        Raises:
            MisuseError: that block was already acknowledged as a full one.
        """
        if last_block <= self.acked:
            raise MisuseError(f"end_at({last_block}) after ACK {self.acked}")
        if last_block == self._last_block and self.sent_to <= last_block:
            return
        self._last_block = last_block
        self.sent_to = min(self.sent_to, last_block)
        self._runs = [
            (first, min(last, last_block), attempt)
            for first, last, attempt in self._runs
            if first <= last_block
        ]

    def _advance(self, step: int, now: float) -> list[Command]:
        fresh = all(attempt == 1 for *_, attempt in self._runs)
        self.acked += step
        self._progress(now, fresh=fresh)
        if self.acked == self._last_block:
            return self._end(_COMPLETED)
        if self.acked == self.sent_to:
            return self._send_window(now)
        # RFC 7440 §4: an ACK inside the window means that the next block is missing.
        # But the client can't have received blocks that were resent just now.
        if not fresh and self._is_too_soon(now):
            return self._send_new(now)
        self.repeats.resent(now, is_gap=True)
        return self._restart(now)

    def _accept_options(self, now: float) -> list[Command]:
        self.state = _SENDING
        self._progress(now, fresh=self._oack_attempt == 1)
        return self._send_window(now)

    def _send_oack(self, now: float) -> list[Command]:
        self._oack_attempt += 1
        self._arm(now)
        return [SendOack(self._oack_attempt)]

    def _send_window(self, now: float) -> list[Command]:
        """Send the next window; everything before it has been acknowledged."""
        self._runs.clear()
        command = self._extend()
        self._arm(now)
        return [command] if command else []

    def _restart(self, now: float) -> list[Command]:
        """Resend from the first missing block on, then fill the window."""
        outstanding = [
            (max(first, self.acked + 1), last, attempt + 1)
            for first, last, attempt in self._runs
            if last > self.acked
        ]
        self._runs = _joined(outstanding)
        commands: list[Command] = [
            SendBlocks(first, last - first + 1, attempt)
            for first, last, attempt in self._runs
        ]
        new = self._extend()
        self._arm(now)
        return [*commands, new] if new else commands

    def _probe(self, now: float) -> list[Command]:
        """Resend only the first missing block, to probe whether the client is there."""
        block = self.acked + 1
        (_, last, attempt), *later = [run for run in self._runs if run[1] >= block]
        rest = [(block + 1, last, attempt)] if block < last else []
        self._runs = [(block, block, attempt + 1), *rest, *later]
        self._arm(now)
        return [SendBlocks(block, 1, attempt + 1)]

    def _send_new(self, now: float) -> list[Command]:
        """Fill the window without resending."""
        new = self._extend()
        self._due = now + self.timer.timeout
        return [new] if new else []

    def _extend(self) -> SendBlocks | None:
        first, last = self.sent_to + 1, self.acked + self._window
        if self._last_block is not None:
            last = min(last, self._last_block)
        if first > last:
            return None
        self.sent_to = last
        self._runs.append((first, last, 1))
        return SendBlocks(first, last - first + 1, 1)

    def _answer_gap_at_foot(self, now: float) -> list[Command]:
        """Resend the window if a repeated ACK reports a gap at its start.

        With windows, an ACK of the last block before the window means that its first
        block is missing (RFC 7440 §4). The path may also duplicate or delay such an
        ACK, and reacting to each would multiply the rest of the transfer. So it is
        ignored if it comes sooner than a reply could or before a round trip is known (a
        repeated OACK causes a second ACK 0), and acted on only once per position and
        timeout.
        """
        if self._window == 1 or self._gap_answered or self.timer.smoothed is None:
            return []
        if self._is_too_soon(now):
            return []
        self._gap_answered = True
        self.repeats.resent(now, is_gap=True)
        return self._restart(now)

    def _is_too_soon(self, now: float) -> bool:
        """Return whether an ACK comes too soon to be a reply to the last packet."""
        return now - self._sent_at < 0.5 * (self.timer.smoothed or 0.0)

    def _progress(self, now: float, *, fresh: bool) -> None:
        if fresh:  # Karn: measure only packets sent once
            self.timer.measure(now - self._sent_at)
        self.repeats.answered(now, self.timer.least, self.timer.most)
        self._hear(now)
        self._gap_answered = False
        self.timeouts = 0

    def lose_peer(self, text: str) -> list[Command]:
        """End the transfer because the client's port is known to be closed.

        Programs that have everything close it at once, and their last ACK may be lost.
        """
        self._require_running("lose_peer")
        if self._heard and self.sent_to == self._last_block:
            return self._end(Outcome.UNCONFIRMED, f"everything was sent; {text}")
        return self._end(Outcome.ABANDONED, text)

    def give_up(self) -> list[Command]:
        """End the transfer because the client has been silent for too long.

        It may still have received everything.
        """
        if self._heard and self.sent_to == self._last_block:
            return self._end(
                Outcome.UNCONFIRMED,
                "everything was sent; the last ACK is missing",
            )
        return self._abandon()


def _joined(runs: list[_Run]) -> list[_Run]:
    """Join adjacent runs with the same number of attempts."""
    joined: list[_Run] = []
    for first, last, attempt in runs:
        if joined and joined[-1][2] == attempt:
            joined[-1] = (joined[-1][0], last, attempt)
        else:
            joined.append((first, last, attempt))
    return joined
