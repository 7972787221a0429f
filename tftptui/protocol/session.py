"""State and rules that both sides of a transfer share, sans-I/O."""

from abc import ABC, abstractmethod
from enum import Enum

from tftptui.protocol.commands import Command, End, Outcome, SendError
from tftptui.protocol.errors import ErrorCode, MisuseError
from tftptui.protocol.packets import ROLL_TO_0
from tftptui.protocol.timing import FIRST_RETRIES, RetransmitTimer

TWIN_REQUEST = 0.05
"""Seconds; a request repeated sooner was duplicated on the path."""

LATE_REQUEST = 1.0
"""Seconds after the peer's first reply in which the same request may still be an old
copy: paths do not delay packets for longer."""

AMID_PROGRESS = 0.005
"""Seconds after progress within which a peer can't have restarted."""


class State(Enum):
    """State of a session."""

    NEW = "new"
    NEGOTIATING = "negotiating"
    SENDING = "sending"
    RECEIVING = "receiving"
    COMMITTING = "committing"
    """The last block is received; the caller has not confirmed that it is stored."""
    DALLYING = "dallying"
    """The last ACK is sent, and may be lost (RFC 1350 §6)."""
    DONE = "done"


# Used for each packet or transfer: looking up Enum members is slow in Python 3.11.
_NEW, _DONE = State.NEW, State.DONE


class Session(ABC):
    """One side of one transfer.

    Run the commands that a call returns in order; then check deadline() and call
    handle_timer() when it is reached. Times are seconds of one monotonic clock that the
    caller reads. After an End call nothing any more, unless the session lingers.

    Args:
        timer: timeout and retries.
        peer: name of the other side in texts: "client" or "server".

    Attributes:
        state: current state.
        timeouts: timeouts in a row without progress.
        timer: the retransmit timer.
        numbering: of the blocks on the wire.
    """

    def __init__(self, *, timer: RetransmitTimer | None, peer: str) -> None:
        self.state = _NEW
        self.timeouts = 0
        self.timer = timer or RetransmitTimer()
        self.numbering = ROLL_TO_0
        self._peer = peer
        # A server has replied to the request before a client's session starts.
        self._heard = peer == "server"
        self._heard_at = self._moved_at = 0.0
        self._sent_at = 0.0
        self._due: float | None = None

    @property
    def stalled(self) -> bool:
        """True after two or more timeouts without progress."""
        return self.timeouts > 1

    def deadline(self) -> float | None:
        """Return when to call handle_timer(), or None."""
        return self._due

    @property
    def sent_at(self) -> float:
        """When the last packet that needs a reply was sent."""
        return self._sent_at

    @property
    def heard(self) -> bool:
        """True if the peer has replied, so its address is not forged."""
        return self._heard

    def is_left(self, now: float) -> bool:
        """Return whether the same request at NOW means that the peer has restarted.

        RFC 1350 does not say. No client repeats its request after an ACK or DATA, but
        the path may duplicate or delay a request.
        """
        is_late = self.timeouts > 0 or now - self._heard_at > LATE_REQUEST
        return self._heard and is_late and now - self._moved_at >= AMID_PROGRESS

    def postpone(self, seconds: float) -> None:
        """Shift all timers by a delay of our own.

        Waiting for bandwidth is not waiting for the peer: it counts neither as round
        trip nor towards a timeout.
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
        """Handle an ERROR from the right peer."""

    @abstractmethod
    def receive_request(self, now: float) -> list[Command] | None:
        """Handle the same request again; return None to make way for it."""

    @abstractmethod
    def absolute(self, block16: int) -> int:
        """Return the absolute block that a wire block most likely means."""

    def abort(self, text: str) -> list[Command]:
        """End the transfer from this side and send the peer the reason."""
        self._require_running("abort")
        error = SendError(ErrorCode.UNDEFINED, text)
        return [error, *self._end(Outcome.ABORTED, text)]

    def fail(self, error: SendError) -> list[Command]:
        """End the transfer because its data can't be read or stored; send an ERROR."""
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
        """Return whether the peer has been silent long enough to give up."""
        retries, patience = self.timer.retries, self.timer.patience
        if not self._heard:
            return self.timeouts > min(retries, FIRST_RETRIES)
        return self.timeouts > retries and now - self._moved_at >= patience

    def _hear(self, now: float) -> None:
        """Record progress of the peer."""
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
