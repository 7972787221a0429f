"""The receiving side of one transfer, as a state machine without input or output.

NEW ──start()──► NEGOTIATING or RECEIVING ──last block──► COMMITTING
    ──committed()──► DALLYING ──time──► DONE   every state ──ERROR, give-up──► DONE
"""

from tftptui.protocol.commands import (
    Close,
    Command,
    Commit,
    End,
    Outcome,
    SendAck,
    SendError,
    SendOack,
    Store,
)
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.session import TWIN_REQUEST, Session, State
from tftptui.protocol.timing import RetransmitTimer

DALLY = 6.0
"""Seconds at least that the last ACK is kept ready for (RFC 1350 §6). How long the
peer waits before it repeats the last block is not for us to know; many wait 5 s."""

_DALLIED_WAITS = 2.0


def too_long(size: int, agreed: int) -> str:
    """Return the text of the ERROR for a block of more bytes than were agreed."""
    return f"a block of {size} bytes, but {agreed} were agreed"


class ReceiveSession(Session):
    """The receiving side of one transfer (RFC 1350 §4; windows: RFC 7440 §4).

    Call start() once, then receive_data(), receive_error() and, at deadline(),
    handle_timer(); see Session. Data bytes never come in here: a Store command
    tells that those of the block just given are the next ones. After Commit call
    committed() once everything is safe, or fail(); only then is the last block
    acknowledged. The End after that lingers: the session repeats the last ACK
    while the peer asks for it, until a Close command.

    Args:
        block_size: bytes of a full block.
        window: blocks before an ACK is due.
        negotiated: whether start() answers with an OACK instead of ACK 0.

    Attributes:
        received: highest block that is in, with all before it.
        acked: highest block that we have acknowledged.
    """

    def __init__(
        self,
        *,
        block_size: int,
        window: int = 1,
        negotiated: bool = False,
        timer: RetransmitTimer | None = None,
        peer: str = "client",
    ) -> None:
        super().__init__(timer=timer, peer=peer)
        self.received = 0
        self.acked = 0
        self._block_size = block_size
        self._window = window
        self._negotiated = negotiated
        self._attempt = 0
        self._gap_reported = False
        self._is_fresh = False

    def start(self, now: float) -> list[Command]:
        """Open the transfer: the OACK when options were agreed, else ACK 0."""
        if self.state is not State.NEW:
            raise MisuseError("start() on a started session")
        self.state = State.NEGOTIATING if self._negotiated else State.RECEIVING
        return [self._acknowledge(now)]

    def join(self, now: float) -> None:
        """Open the transfer without a packet, instead of start().

        A server that knows no options answers a read with DATA 1 (RFC 1350 §4),
        which has to be given to receive_data() next.
        """
        if self.state is not State.NEW:
            raise MisuseError("join() on a started session")
        self.state = State.RECEIVING
        self._arm(now)

    def receive_oack(self, now: float) -> list[Command]:
        """Take the OACK that start() answered once more: our ACK 0 was lost."""
        self._require_running("receive_oack")
        return [] if self.received else [self._repeat(now)]

    def receive_data(self, block16: int, octets: int, now: float) -> list[Command]:
        """Take a block of OCTETS bytes from the right peer; return what it sets off.

        Store comes first if these are the next bytes of the file.
        """
        self._require_running("receive_data")
        if octets > self._block_size:
            return self._refuse_long(octets)
        step = self.numbering.ahead(block16, self.received)
        if step == 1 and self.state in (State.NEGOTIATING, State.RECEIVING):
            return self._take_next(octets, now)
        if step == 0:
            return self._answer_repeated(now)
        is_ahead = 1 < step <= self._window
        if is_ahead and not self._gap_reported and self.state is State.RECEIVING:
            # RFC 7440 §4: at once tell the last block in order, once for each gap.
            self._gap_reported = True
            return [self._acknowledge(now)]
        return []

    def committed(self, now: float) -> list[Command]:
        """Tell that all bytes are safe; acknowledge the last block."""
        if self.state is not State.COMMITTING:
            raise MisuseError(f"committed() on a session that is {self.state.value}")
        self.state = State.DALLYING
        ack = self._acknowledge(now)
        self._due = now + max(DALLY, _DALLIED_WAITS * self.timer.timeout)
        return [ack, End(Outcome.COMPLETED, lingers=True)]

    @property
    def is_plain(self) -> bool:
        """Whether the next block is awaited, and nothing else: advance() may follow."""
        return (
            self.state is State.RECEIVING
            and self._attempt == 1
            and not self.timeouts
            and not self._gap_reported
            and not self.numbering.rollover
        )

    def advance(self, received: int, acked: int, times: tuple[float, float]) -> None:
        """Learn at once that full blocks came in order while it was plain.

        Each window was acknowledged, up to ACKED. TIMES are when that ACK was sent,
        and when block RECEIVED came. The caller has measured the round trips.
        """
        self.received, self.acked = received, acked
        self._sent_at, came_at = times
        self._is_fresh = received == acked
        self._hear(came_at)
        self._due = came_at + self.timer.timeout

    def receive_error(self, code: int, text: str) -> list[Command]:
        """Take an ERROR from the right peer: the transfer is over.

        While dallying it changes nothing any more: the file is in.
        """
        self._require_running("receive_error")
        if self.state is State.DALLYING:
            return self._close()
        return self._end(Outcome.FAILED, self._said(code, text))

    def receive_request(self, now: float) -> list[Command] | None:
        """Take the same request once more (RFC 1350 §4: never a second TID).

        Returns:
            The first answer once more; none when the path doubled the request or
            brought it late; None when the client has started again and this session
            should make way.
        """
        self._require_running("receive_request")
        if self.received:
            return None if self.is_left(now) else []
        return [] if now - self._sent_at < TWIN_REQUEST else [self._repeat(now)]

    def is_left(self, now: float) -> bool:
        """Whether the same request, coming NOW, says that the peer has started again.

        Once everything is in, it does at once; while that is stored, not at all.
        """
        if self.state is State.DALLYING:
            return now - self._sent_at >= TWIN_REQUEST
        return self.state is not State.COMMITTING and super().is_left(now)

    def handle_timer(self, now: float) -> list[Command]:
        """Send the last answer again, give the peer up, or stop dallying."""
        self._require_running("handle_timer")
        if self._due is None or now < self._due:
            return []
        if self.state is State.DALLYING:
            return self._close()
        self.timeouts += 1
        if self._is_over(now):
            return self._abandon()
        self.timer.back_off()
        self._gap_reported = False
        return [self._acknowledge(now)]

    def absolute(self, block16: int) -> int:
        """Return the absolute block that a wire block most likely means.

        That is the nearest one up to the end of the window.
        """
        return self.numbering.nearest(block16, self.received + self._window)

    def _take_next(self, octets: int, now: float) -> list[Command]:
        if self._is_fresh:  # Karn: only what was sent once tells a round trip
            self.timer.measure(now - self._sent_at)
            self._is_fresh = False
        self.state = State.RECEIVING
        self._hear(now)
        self.received += 1
        self.timeouts, self._gap_reported = 0, False
        if octets < self._block_size:
            self.state, self._due = State.COMMITTING, None
            return [Store(), Commit()]
        if self.received - self.acked >= self._window:
            return [Store(), self._acknowledge(now)]
        self._due = now + self.timer.timeout
        return [Store()]

    def _answer_repeated(self, now: float) -> list[Command]:
        """Acknowledge again what the peer sends again: our ACK was lost.

        In the middle of a window nothing is due, and before the first block there
        is nothing to repeat.
        """
        is_due = self.received > 0 and self.received == self.acked
        if not is_due or self.state is State.COMMITTING:
            return []
        return [self._repeat(now)]

    def _acknowledge(self, now: float) -> Command:
        if self.state is State.NEGOTIATING:
            self._attempt += 1
            command: Command = SendOack(self._attempt)
        else:
            is_new = self.received > self.acked or self._attempt == 0
            self._attempt = 1 if is_new else self._attempt + 1
            self.acked = self.received
            command = SendAck(self.received, self._attempt)
        self._is_fresh = self._attempt == 1
        self._arm(now)
        return command

    def _repeat(self, now: float) -> Command:
        """Acknowledge again; a peer that only ever repeats can't keep us so."""
        due = self._due
        command = self._acknowledge(now)
        self._due = due
        return command

    def _refuse_long(self, size: int) -> list[Command]:
        """End it: the peer does not go by what was agreed (RFC 2348)."""
        if self.state is State.DALLYING:
            return []
        text = too_long(size, self._block_size)
        return self.fail(SendError(ErrorCode.ILLEGAL_OPERATION, text))

    def _close(self) -> list[Command]:
        self.state, self._due = State.DONE, None
        return [Close()]
