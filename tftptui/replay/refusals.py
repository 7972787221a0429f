"""Refused requests: their first reply was an ERROR.

Some clients acknowledge the ERROR (tftp-hpa does), and a server may reply to a repeated
request with another ERROR: both belong to the refused request.
"""

from collections import OrderedDict, deque

from tftptui.net.addresses import Endpoint
from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import HEADER, Ack, ErrorPacket
from tftptui.replay.conversation import Conversation
from tftptui.replay.truncated import parse_kept
from tftptui.server.recorder import Recorder, error_note
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Refused
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import Refusal, TransferView

_REASONS = {
    1: Reason.NOT_FOUND,
    2: Reason.ACCESS,
    3: Reason.LIMIT,
    4: Reason.MALFORMED,
    6: Reason.EXISTS,
}
"""Refusal reason by error code; the text may be more specific."""

_MOST_REMEMBERED = 1_000
_LATE = 60.0
"""Seconds after which a packet of the client is no reply to an ERROR."""

Ends = tuple[tuple[str, int], str]
"""A client's endpoint and the server's address."""


class Refusals:
    """Collects refused requests until take()."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._waiting: deque[Refusal] = deque()
        self._recent: OrderedDict[Ends, tuple[set[int], float]] = OrderedDict()

    def take(self) -> list[Refusal]:
        """Return the refusals since the last call."""
        refusals = list(self._waiting)
        self._waiting.clear()
        return refusals

    def refuse(
        self, conversation: Conversation, datagram: Datagram, error: ErrorPacket
    ) -> None:
        """Handle an ERROR that is the first reply to a request."""
        view, recorder = conversation.view, self._recorder
        for number in conversation.request_records:
            recorder.ring.disown(number, f"{view.client} {recorder.ring.note(number)}")
        port, note = datagram.source[1], error_note(error)
        recorder.loose(Kind.ERROR, conversation.client, port, datagram.nbytes, note)
        reason = _REASONS.get(error.code, Reason.UNDEFINED)
        recorder.counters.count_refusal(reason)
        refusal = Refusal(
            time=recorder.clock.wall(),
            client=view.client,
            client_tid=view.client_tid,
            file=view.file,
            reason=reason,
            message=visible(error.message),
        )
        self._waiting.append(refusal)
        self._remember(datagram)
        recorder.emit(_refused(refusal, view, error.code))

    def take_after(self, datagram: Datagram) -> bool:
        """Handle a packet after a refusal; return whether it belongs to one."""
        client, server = datagram.source, datagram.destination
        ports, since = self._recent.get((client, server[0]), (set(), 0.0))
        is_from_client = server[1] in ports
        if not is_from_client:
            client, server = server, client
            ports, since = self._recent.get((client, server[0]), (set(), 0.0))
        is_late = self._recorder.clock.wall() - since > _LATE
        if not ports or is_late or len(datagram.payload) < HEADER:
            return False
        try:
            packet = parse_kept(datagram)
        except PeerError:
            return False
        match packet:
            case ErrorPacket():
                kind = Kind.ERROR_RECEIVED if is_from_client else Kind.ERROR
                block, note = 0, error_note(packet)
            case Ack() if is_from_client:
                kind, block, note = Kind.ACK, packet.block16, "of the ERROR"
            case _:
                return False
        ports.add(server[1])
        nbytes = datagram.nbytes
        self._recorder.loose(kind, Endpoint(*client), server[1], nbytes, note, block)
        return True

    def _remember(self, datagram: Datagram) -> None:
        """Remember the refused client, and the server port."""
        ends = (datagram.destination, datagram.source[0])
        ports, _ = self._recent.pop(ends, (set[int](), 0.0))
        ports.add(datagram.source[1])
        self._recent[ends] = (ports, self._recorder.clock.wall())
        if len(self._recent) > _MOST_REMEMBERED:
            self._recent.popitem(last=False)


def error_in(datagram: Datagram) -> ErrorPacket | None:
    """Return the ERROR in a datagram, or None."""
    try:
        packet = parse_kept(datagram)
    except PeerError:
        return None
    return packet if isinstance(packet, ErrorPacket) else None


def _refused(refusal: Refusal, view: TransferView, code: int) -> Refused:
    return Refused(
        time=refusal.time,
        transfer=None,
        client=refusal.client,
        client_tid=refusal.client_tid,
        server=view.server,
        server_tid=None,
        file=refusal.file,
        direction=view.direction,
        reason=refusal.reason,
        error_code=code,
        message=refusal.message,
    )
