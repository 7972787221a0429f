"""What both sides of a transfer have in common, as state without input or output."""

from abc import ABC, abstractmethod
from enum import Enum

from tftptui.protocol.commands import Command, End, Outcome, SendError
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.packets import ROLL_TO_0
from tftptui.protocol.timing import FIRST_RETRIES, RetransmitTimer

TWIN_REQUEST = 0.05
"""Seconds: a request repeated sooner was doubled by the path, not by the client."""

LATE_REQUEST = 1.0
"""Seconds after the peer's first answer within which the same request may still be one
that the peer sent before it: no path mixes up for longer what it carries."""

AMID_PROGRESS = 0.005
"""Seconds after progress within which no peer can have been started again."""


class State(Enum):
    """Where a session stands."""

    NEW = "new"
    NEGOTIATING = "negotiating"
    SENDING = "sending"
    RECEIVING = "receiving"
    COMMITTING = "committing"
    """The last block is in; the caller has still to say that it is stored."""
    DALLYING = "dallying"
    """The last ACK is out, and may be lost (RFC 1350 §6)."""
    DONE = "done"


# Asked for in each packet or transfer: in an Enum Python 3.11 finds them slowly.
_NEW, _DONE = State.NEW, State.DONE


class Session(ABC):
    """One side of one transfer.

    Run the commands that a call returns in order; then look at deadline() and
    call handle_timer() when it has come. Times are seconds of one monotonic
    clock that the caller reads. After an End nothing may be called any more,
    unless it says that the session lingers.

    Args:
        timer: how long to wait for an answer, and how often.
        peer: what texts call the other side: "client" or "server".

    Attributes:
        state: where it stands.
        timeouts: deadlines passed in a row without progress.
        timer: how long it waits.
        numbering: of the blocks on the wire.
    """

    def __init__(self, *, timer: RetransmitTimer | None, peer: str) -> None:
        self.state = _NEW
        self.timeouts = 0
        self.timer = timer or RetransmitTimer()
        self.numbering = ROLL_TO_0
        self._peer = peer
        # A server has answered the request before a client's session begins.
        self._heard = peer == "server"
        self._heard_at = self._moved_at = 0.0
        self._sent_at = 0.0
        self._due: float | None = None

    @property
    def stalled(self) -> bool:
        """Whether two deadlines or more have passed without progress."""
        return self.timeouts > 1

    def deadline(self) -> float | None:
        """Return when to call handle_timer(), or None when nothing is due."""
        return self._due

    @property
    def sent_at(self) -> float:
        """When the last packet that wants an answer was sent."""
        return self._sent_at

    @property
    def heard(self) -> bool:
        """Whether the peer has answered, so that its address is its own."""
        return self._heard

    def is_left(self, now: float) -> bool:
        """Whether the same request, coming NOW, says that the peer has started again.

        RFC 1350 does not say. No client asks again once it has acknowledged an answer,
        or sent data; but the path may double a request, or bring it late.
        """
        is_late = self.timeouts > 0 or now - self._heard_at > LATE_REQUEST
        return self._heard and is_late and now - self._moved_at >= AMID_PROGRESS

    def postpone(self, seconds: float) -> None:
        """Leave out of all waits the time that what was to be sent left later.

        Waiting for bandwidth is not waiting for the peer: that time is neither
        part of a round trip nor of a time-out.
        """
        self._sent_at += seconds
        if self._due is not None:
            self._due += seconds

    @abstractmethod
    def start(self, now: float) -> list[Command]:
        """Open the transfer; call this once, first."""

    @abstractmethod
    def handle_timer(self, now: float) -> list[Command]:
        """Do what is due at the deadline."""

    @abstractmethod
    def receive_error(self, code: int, text: str) -> list[Command]:
        """Take an ERROR from the right peer."""

    @abstractmethod
    def receive_request(self, now: float) -> list[Command] | None:
        """Take the request that began this once more; None: make way for it."""

    @abstractmethod
    def absolute(self, block16: int) -> int:
        """Return the absolute block that a wire block most likely means."""

    def abort(self, text: str) -> list[Command]:
        """End the transfer from this side and tell the peer why."""
        self._require_running("abort")
        error = SendError(ErrorCode.UNDEFINED, text)
        return [error, *self._end(Outcome.ABORTED, text)]

    def fail(self, error: SendError) -> list[Command]:
        """End the transfer because its data can't be had or kept; tell the peer."""
        self._require_running("fail")
        return [error, *self._end(Outcome.FAILED, error.text)]

    def lose_peer(self, text: str) -> list[Command]:
        """End the transfer because the peer's port is known to be closed."""
        self._require_running("lose_peer")
        return self._end(Outcome.ABANDONED, text)

    def give_up(self) -> list[Command]:
        """End the transfer because the peer has been silent for too long."""
        return self._abandon()

    def _said(self, code: int, text: str) -> str:
        words = f"the {self._peer} ended it with ERROR {code}"
        return f"{words}: {text}" if text else words

    def _abandon(self) -> list[Command]:
        did = "stopped replying" if self._heard else "never replied"
        return self._end(Outcome.ABANDONED, f"the {self._peer} {did}")

    def _is_over(self, now: float) -> bool:
        """Whether the peer has been silent for long enough to be given up."""
        retries, patience = self.timer.retries, self.timer.patience
        if not self._heard:
            return self.timeouts > min(retries, FIRST_RETRIES)
        return self.timeouts > retries and now - self._moved_at >= patience

    def _hear(self, now: float) -> None:
        """Note that the peer made progress."""
        if not self._heard:
            self._heard, self._heard_at = True, now
        self._moved_at = now

    def _arm(self, now: float) -> None:
        self._sent_at = now
        self._due = now + self.timer.timeout

    def _end(self, outcome: Outcome, text: str = "") -> list[Command]:
        self.state, self._due = _DONE, None
        return [End(outcome, text)]

    def _require_running(self, call: str) -> None:
        if self.state is _NEW or self.state is _DONE:
            raise MisuseError(f"{call}() on a session that is {self.state.value}")
