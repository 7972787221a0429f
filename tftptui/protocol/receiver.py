"""The receiving side of one transfer, as a sans-I/O state machine.

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
"""Minimum seconds to keep the last ACK ready (RFC 1350 §6). The peer's timeout is
unknown; 5 s is common."""

_DALLIED_WAITS = 2.0


def too_long(size: int, agreed: int) -> str:
    """Return the ERROR text for a block larger than negotiated."""
    return f"a block of {size} bytes, but {agreed} were agreed"


class ReceiveSession(Session):
    """The receiving side of one transfer (RFC 1350 §4; windows: RFC 7440 §4).

    Call start() once, then receive_data(), receive_error() and, at deadline(),
    handle_timer(); see Session. The session never sees data bytes: a Store command says
    that those of the block just received come next in the file. After Commit call
    committed() once everything is stored safely, or fail(); only then is the last block
    acknowledged. The following End lingers: the session repeats the last ACK on
    request, until a Close command.

    Args:
        block_size: bytes of a full block.
        window: blocks per ACK.
        negotiated: whether start() sends an OACK instead of ACK 0.

    Attributes:
        received: highest block received in order.
        acked: highest block acknowledged by us.
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
        """Open the transfer: send the OACK if there is one, else ACK 0."""
        if self.state is not State.NEW:
            raise MisuseError("start() on a started session")
        self.state = State.NEGOTIATING if self._negotiated else State.RECEIVING
        return [self._acknowledge(now)]

    def join(self, now: float) -> None:
        """Open the transfer without a packet, instead of start().

        A server without options replies to a read with DATA 1 (RFC 1350 §4); pass that
        to receive_data() next.
        """
        if self.state is not State.NEW:
            raise MisuseError("join() on a started session")
        self.state = State.RECEIVING
        self._arm(now)

    def receive_oack(self, now: float) -> list[Command]:
        """Handle a repeated OACK: our ACK 0 was lost."""
        self._require_running("receive_oack")
        return [] if self.received else [self._repeat(now)]

    def receive_data(self, block16: int, nbytes: int, now: float) -> list[Command]:
        """Handle a block of NBYTES bytes from the right peer; return commands.

        Store comes first if the payload comes next in the file.
        """
        self._require_running("receive_data")
        if nbytes > self._block_size:
            return self._refuse_long(nbytes)
        step = self.numbering.ahead(block16, self.received)
        if step == 1 and self.state in (State.NEGOTIATING, State.RECEIVING):
            return self._take_next(nbytes, now)
        if step == 0:
            return self._answer_repeated(now)
        is_ahead = 1 < step <= self._window
        if is_ahead and not self._gap_reported and self.state is State.RECEIVING:
            # RFC 7440 §4: acknowledge the last block in order at once, once per gap.
            self._gap_reported = True
            return [self._acknowledge(now)]
        return []

    def committed(self, now: float) -> list[Command]:
        """Acknowledge the last block, now that all data is stored safely."""
        if self.state is not State.COMMITTING:
            raise MisuseError(f"committed() on a session that is {self.state.value}")
        self.state = State.DALLYING
        ack = self._acknowledge(now)
        self._due = now + max(DALLY, _DALLIED_WAITS * self.timer.timeout)
        return [ack, End(Outcome.COMPLETED, lingers=True)]

    @property
    def is_plain(self) -> bool:
        """True if only the next block is expected: advance() may follow."""
        return (
            self.state is State.RECEIVING
            and self._attempt == 1
            and not self.timeouts
            and not self._gap_reported
            and not self.numbering.rollover
        )

    def advance(self, received: int, acked: int, times: tuple[float, float]) -> None:
        """Record that full blocks arrived in order while is_plain was true.

        Each window was acknowledged, up to ACKED. TIMES are those of that ACK and of
        block RECEIVED. The caller has measured the round trips.
        """
        self.received, self.acked = received, acked
        self._sent_at, came_at = times
        self._is_fresh = received == acked
        self._hear(came_at)
        self._due = came_at + self.timer.timeout

    def receive_error(self, code: int, text: str) -> list[Command]:
        """Handle an ERROR from the right peer: the transfer is over.

        While dallying it only ends the session: the file is complete.
        """
        self._require_running("receive_error")
        if self.state is State.DALLYING:
            return self._close()
        return self._end(Outcome.FAILED, self._said(code, text))

    def receive_request(self, now: float) -> list[Command] | None:
        """Handle the same request again (RFC 1350 §4: never a second TID).

        Returns:
            The first reply again; an empty list for a duplicate or late request; None
            if the client has restarted and this session should make way.
        """
        self._require_running("receive_request")
        if self.received:
            return None if self.is_left(now) else []
        return [] if now - self._sent_at < TWIN_REQUEST else [self._repeat(now)]

    def is_left(self, now: float) -> bool:
        """Return whether the same request at NOW means that the peer has restarted.

        When everything is received it does at once; while it is being stored, never.
        """
        if self.state is State.DALLYING:
            return now - self._sent_at >= TWIN_REQUEST
        return self.state is not State.COMMITTING and super().is_left(now)

    def handle_timer(self, now: float) -> list[Command]:
        """Resend the last reply, give up the peer, or stop dallying."""
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

    def _take_next(self, nbytes: int, now: float) -> list[Command]:
        if self._is_fresh:  # Karn: measure only packets sent once
            self.timer.measure(now - self._sent_at)
            self._is_fresh = False
        self.state = State.RECEIVING
        self._hear(now)
        self.received += 1
        self.timeouts, self._gap_reported = 0, False
        if nbytes < self._block_size:
            self.state, self._due = State.COMMITTING, None
            return [Store(), Commit()]
        if self.received - self.acked >= self._window:
            return [Store(), self._acknowledge(now)]
        self._due = now + self.timer.timeout
        return [Store()]

    def _answer_repeated(self, now: float) -> list[Command]:
        """Acknowledge a repeated block again: our ACK was lost.

        Within a window no ACK is due, and before the first block there is none to
        repeat.
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
        """Acknowledge again without moving the deadline, so repeating has an end."""
        due = self._due
        command = self._acknowledge(now)
        self._due = due
        return command

    def _refuse_long(self, size: int) -> list[Command]:
        """End the transfer: the peer ignores the negotiated block size (RFC 2348)."""
        if self.state is State.DALLYING:
            return []
        text = too_long(size, self._block_size)
        return self.fail(SendError(ErrorCode.ILLEGAL_OPERATION, text))

    def _close(self) -> list[Command]:
        self.state, self._due = State.DONE, None
        return [Close()]
