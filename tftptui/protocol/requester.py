"""The client side of a request: send it, wait, and get the terms.

NEW ──start()──► ASKING ──OACK, DATA 1 or ACK 0──► DONE, with Begin
                   └──ERROR, invalid, no reply──► DONE, with End
"""

from dataclasses import dataclass

from tftptui.protocol.commands import End, Outcome, SendError, SendRequest
from tftptui.protocol.errors import ErrorCode, MisuseError, PeerError
from tftptui.protocol.offer import Offer, Terms
from tftptui.protocol.packets import Ack, Data, ErrorPacket, Oack, Packet
from tftptui.protocol.timing import RetransmitTimer

NEVER_ANSWERED = "the server never replied"
"""Text of an End: no reply at all."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The server has accepted: start a data session with these terms.

    Attributes:
        terms: the negotiated values.
        has_data: the reply was DATA 1; pass it to the data session.
    """

    terms: Terms
    has_data: bool = False


RequestCommand = SendRequest | SendError | Begin | End


class RequestSession:
    """The request and its first reply (RFC 1350 §4, RFC 2347).

    Call start() once, then receive() and, at deadline(), handle_timer(); run the
    commands they return in order. After Begin or End call nothing any more. Only pass
    in packets from the server's host. If a server refuses the options (ERROR 8), the
    request is retried once without any.

    Args:
        offer: options to request.
        is_write: whether it is a WRQ.
        timer: timeout and retries; it measures the first round trip, and the data
            session may go on with it.

    Attributes:
        attempt: requests sent, counted from 1 again after dropping the options.
    """

    def __init__(self, offer: Offer, *, is_write: bool, timer: RetransmitTimer) -> None:
        self.attempt = 0
        self._offer, self._is_write, self._timer = offer, is_write, timer
        self._timeouts = 0
        self._sent_at = 0.0
        self._due: float | None = None

    def deadline(self) -> float | None:
        """Return when to call handle_timer(), or None."""
        return self._due

    def start(self, now: float) -> list[RequestCommand]:
        """Send the request."""
        if self.attempt:
            raise MisuseError("start() on a started session")
        return [self._ask(now)]

    def handle_timer(self, now: float) -> list[RequestCommand]:
        """Resend the request, or give up."""
        due = self._require_running("handle_timer")
        if now < due:
            return []
        self._timeouts += 1
        if self._timeouts > self._timer.retries:
            return self._end(Outcome.ABANDONED, NEVER_ANSWERED)
        self._timer.back_off()
        return [self._ask(now)]

    def receive(self, packet: Packet, now: float) -> list[RequestCommand]:
        """Handle a packet from the server's host, from any port.

        Returns:
            No commands if it is no reply to this request, for example a late packet of
            an earlier transfer from the same port.
        """
        self._require_running("receive")
        match packet:
            case ErrorPacket(code=code, message=message):
                return self._take_error(code, message, now)
            case Oack(options=options):
                return self._take_options(options, now)
            case Data(block16=1) if not self._is_write:
                return self._begin(Begin(Terms(), has_data=True), now)
            case Ack(block16=0) if self._is_write:
                return self._begin(Begin(Terms()), now)
            case _:
                return []

    def abort(self, text: str) -> list[RequestCommand]:
        """End the transfer. No ERROR is sent: there is no TID yet."""
        self._require_running("abort")
        return self._end(Outcome.ABORTED, text)

    def lose_server(self, text: str) -> list[RequestCommand]:
        """Give up because the request is known not to arrive."""
        self._require_running("lose_server")
        return self._end(Outcome.ABANDONED, text)

    def _take_options(
        self, options: tuple[tuple[bytes, bytes], ...], now: float
    ) -> list[RequestCommand]:
        try:
            terms = self._offer.accept(options, is_write=self._is_write)
        except PeerError as error:
            refusal = SendError(ErrorCode.OPTION_REFUSED, error.text)
            return [refusal, *self._end(Outcome.FAILED, error.text)]
        return self._begin(Begin(terms), now)

    def _take_error(
        self, code: int, message: bytes, now: float
    ) -> list[RequestCommand]:
        if code == ErrorCode.OPTION_REFUSED and self._offer != Offer():
            self._offer = Offer()
            self.attempt = self._timeouts = 0
            return [self._ask(now)]
        words = f"the server refused with ERROR {code}"
        text = message.decode("utf-8", "backslashreplace")
        return self._end(Outcome.FAILED, f"{words}: {text}" if text else words)

    def _begin(self, begin: Begin, now: float) -> list[RequestCommand]:
        if self.attempt == 1:  # Karn: measure only packets sent once
            self._timer.measure(now - self._sent_at)
        self._due = None
        return [begin]

    def _ask(self, now: float) -> SendRequest:
        self.attempt += 1
        self._sent_at, self._due = now, now + self._timer.timeout
        return SendRequest(self._offer.options(), self.attempt)

    def _end(self, outcome: Outcome, text: str) -> list[RequestCommand]:
        self._due = None
        return [End(outcome, text)]

    def _require_running(self, call: str) -> float:
        if self._due is None:
            raise MisuseError(f"{call}() on a session that does not run")
        return self._due
