"""The sending side of one transfer, as a state machine without input or output.

NEW ──start()──► NEGOTIATING ──ACK 0──► SENDING ──last ACK──► DONE
 └──────────────start(), no options─────►┘   every state ──ERROR, give-up──► DONE

Only a time-out, a gap report or a repeated request sends a block again; a
duplicate ACK never does (RFC 1123 §4.2.3.1).
"""

from tftptui.protocol.commands import Command, Outcome, SendBlocks, SendOack
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.repeats import Repeats
from tftptui.protocol.session import TWIN_REQUEST, Session, State
from tftptui.protocol.timing import RetransmitTimer

_PROBE_CODES = (ErrorCode.UNDEFINED, ErrorCode.OPTION_REFUSED)

# An Enum is slow to look in, and these are asked for with each packet.
_NEW, _NEGOTIATING, _SENDING = State.NEW, State.NEGOTIATING, State.SENDING
_COMPLETED = Outcome.COMPLETED

_Run = tuple[int, int, int]  # first block, last block, attempt


class SendSession(Session):
    """The sending side of one transfer (RFC 1350 §4; windows: RFC 7440 §4).

    Call start() once, then receive_ack(), receive_error() and, at deadline(),
    handle_timer(); see Session. Data bytes never come in here: the caller reads
    them calls end_at() when the length was not known beforehand.

    Attributes:
        acked: highest block acknowledged; 0 for none.
        sent_to: highest block sent; 0 for none.
        repeats: what became of what was sent again.
    """

    def __init__(
        self,
        *,
        window: int = 1,
        last_block: int | None = None,
        negotiated: bool = False,
        size_asked: bool = False,
        timer: RetransmitTimer | None = None,
        peer: str = "client",
    ) -> None:
        super().__init__(timer=timer, peer=peer)
        self.acked = 0
        self.sent_to = 0
        self._window = window
        self._last_block = last_block
        self._negotiated = negotiated
        self._size_asked = size_asked
        self._oack_attempt = 0
        self._runs: list[_Run] = []
        self._gap_answered = False
        self.repeats = Repeats()

    def start(self, now: float) -> list[Command]:
        """Open the transfer: the OACK when options were agreed, else DATA."""
        if self.state is not _NEW:
            raise MisuseError("start() on a started session")
        if self._negotiated:
            self.state = _NEGOTIATING
            return self._send_oack(now)
        self.state = _SENDING
        return self._send_window(now)

    def receive_ack(self, block16: int, now: float) -> list[Command]:
        """Take an ACK from the right peer; return what it sets off.

        An ACK of something old, or of something not yet sent, sets off nothing.
        """
        self._require_running("receive_ack")
        if self.state is _NEGOTIATING:
            return self._accept_options(now) if block16 == 0 else []
        step = self.numbering.ahead(block16, self.acked)
        if 0 < step <= self.sent_to - self.acked:
            return self._advance(step, now)
        if self._window == 1:  # else it reports a gap
            self.repeats.heard_again(now)
        return [] if step else self._answer_gap_at_foot(now)

    @property
    def is_plain(self) -> bool:
        """Whether one ACK can answer all that is outstanding: settle() may follow."""
        return (
            self.state is _SENDING
            and self.sent_to != self._last_block
            and len(self._runs) == 1
            and self._runs[0] == (self.acked + 1, self.acked + self._window, 1)
            and not self.timeouts
            and not self.numbering.rollover
        )

    def settle(self, acked: int, sent_to: int, sent_at: float, trip: float) -> None:
        """Learn at once how far all has got while each packet did what it should.

        Blocks up to ACKED were acknowledged, and those up to SENT_TO sent once, at
        SENT_AT. TRIP is the latest round trip, in seconds; those before it are known
        by the time that they took together.
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
        """Take an ERROR from the right peer: the transfer is over.

        Boot firmware asks for the size, reads it in the OACK and leaves with an
        ERROR: that is no failure. After a repeated OACK it is one.
        """
        self._require_running("receive_error")
        probed = (
            self.state is _NEGOTIATING
            and self._size_asked
            and self._oack_attempt == 1
            and code in _PROBE_CODES
        )
        outcome = Outcome.PROBED if probed else Outcome.FAILED
        return self._end(outcome, self._said(code, text))

    def receive_request(self, now: float) -> list[Command] | None:
        """Take the same request once more (RFC 1350 §4: never a second TID).

        Returns:
            Commands that repeat the first answer; none when the path doubled the
            request or brought it late; None when the client has started again and
            this session should make way.
        """
        self._require_running("receive_request")
        # Once ACK 0 has come the OACK has arrived, and DATA would mislead a client
        # that waits for it: it would take the blocks for 512 bytes (RFC 2347).
        if self._heard:
            return None if self.is_left(now) else []
        if now - self._sent_at < TWIN_REQUEST:
            return []
        due = self._due
        negotiating = self.state is _NEGOTIATING
        self.repeats.asked(now)
        commands = self._send_oack(now) if negotiating else self._restart(now)
        self._due = due  # or a client that only ever repeats would keep us for good
        return commands

    def handle_timer(self, now: float) -> list[Command]:
        """Send again what was not answered, or give the client up."""
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
        """Whether to give the client up.

        Where only the last ACK is missing it has most likely finished and left, so the
        retries are enough.
        """
        if self._heard and self.acked + 1 == self._last_block:
            return self.timeouts > self.timer.retries
        return super()._is_over(now)

    def absolute(self, block16: int) -> int:
        """Return the absolute block that a wire block most likely means.

        That is the nearest one that was sent; what no block fits stays as it is.
        """
        return self.numbering.nearest(block16, self.sent_to)

    def end_at(self, last_block: int) -> None:
        """Learn which block is the last one, while it is being sent.

        Raises:
            MisuseError: that block has been acknowledged already, as a full one.
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
        # RFC 7440 §4: an ACK inside the window says that the next block is missing.
        # What was sent again a moment ago this client can't have seen yet, though.
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
        """Send again from the first missing block on, then fill the window up."""
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
        """Send the first missing block alone: it finds out whether anybody is there."""
        block = self.acked + 1
        (_, last, attempt), *later = [run for run in self._runs if run[1] >= block]
        rest = [(block + 1, last, attempt)] if block < last else []
        self._runs = [(block, block, attempt + 1), *rest, *later]
        self._arm(now)
        return [SendBlocks(block, 1, attempt + 1)]

    def _send_new(self, now: float) -> list[Command]:
        """Fill the window up and send nothing again."""
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
        """Send the window again if an ACK of what is acknowledged reports a gap.

        With windows it means that the first block of the window is missing
        (RFC 7440 §4). The same bytes come when the path doubles an ACK or delays
        an old one, and answering each of those would multiply the rest of the
        transfer. So an ACK is no report when it comes sooner than an answer could,
        nor before a round trip is known (a repeated OACK fetches a second ACK 0),
        and one report is answered for each place and time-out.
        """
        if self._window == 1 or self._gap_answered or self.timer.smoothed is None:
            return []
        if self._is_too_soon(now):
            return []
        self._gap_answered = True
        self.repeats.resent(now, is_gap=True)
        return self._restart(now)

    def _is_too_soon(self, now: float) -> bool:
        """Whether an ACK comes sooner than an answer to what was sent last could."""
        return now - self._sent_at < 0.5 * (self.timer.smoothed or 0.0)

    def _progress(self, now: float, *, fresh: bool) -> None:
        if fresh:  # Karn: only what was sent once tells a round trip
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

        It may have everything all the same.
        """
        if self._heard and self.sent_to == self._last_block:
            return self._end(
                Outcome.UNCONFIRMED,
                "everything was sent; the last ACK is missing",
            )
        return self._abandon()


def _joined(runs: list[_Run]) -> list[_Run]:
    """Join neighbours that have been sent equally often."""
    joined: list[_Run] = []
    for first, last, attempt in runs:
        if joined and joined[-1][2] == attempt:
            joined[-1] = (joined[-1][0], last, attempt)
        else:
            joined.append((first, last, attempt))
    return joined
