"""Reports refusals to the client, the journal and the screen."""

from collections import deque
from collections.abc import Callable
from functools import partial

from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.packets import ReadRequest, Request, encode_error
from tftptui.server.intake.admission import Policy, Verdict
from tftptui.server.intake.refusal_limits import Gate, Summary
from tftptui.server.listener import Arrival, Listener
from tftptui.server.recorder import Recorder, request_note
from tftptui.server.requests import Recognize, kind_of, nobody, requested
from tftptui.telemetry.events import Refused, Requested, Signature
from tftptui.telemetry.records.ring import Kind
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.views import NearName, Refusal

KEPT_REFUSALS = 500
"""Refusals kept until the screen takes them."""

_FLOOD = "(one of a flood)"
"""Note in the packet log for requests suppressed from the journal."""

_SHORTEST_ERROR = 5
"""Bytes of an ERROR with an empty message: opcode, code and NUL."""

Seek = Callable[[bytes, Callable[[list[NearName]], None]], None]
"""Finds names similar to a missing one; calls back with them, now or later."""


About = tuple[bytes, Signature | None]
"""The requested name in bytes, and the client program if recognized."""


def seek_nothing(_asked: bytes, tell: Callable[[list[NearName]], None]) -> None:
    """Find no similar names; call back at once."""
    tell([])


class RefusalDesk:
    """Replies to refused requests and records them, within limits that hold in a flood.

    Args:
        recorder: takes records and events.
        policy: limits the ERRORs sent.
        seek: finds similar names for one that does not exist.
        recognize: recognizes the client program from its request.
    """

    def __init__(
        self,
        recorder: Recorder,
        policy: Policy,
        seek: Seek,
        recognize: Recognize = nobody,
    ) -> None:
        self._recorder = recorder
        self._policy = policy
        self._seek = seek
        self._recognize = recognize
        self._gate = Gate()
        self._latest: deque[Refusal] = deque(maxlen=KEPT_REFUSALS)

    def refuse(
        self, listener: Listener, arrival: Arrival, request: Request, verdict: Verdict
    ) -> None:
        """Refuse a request."""
        recorder = self._recorder
        recorder.counters.count_refusal(verdict.reason)
        client = arrival.client.host
        if self._gate.passes(verdict.reason, client, recorder.clock.now()):
            self._loose(kind_of(request), arrival, request_note(request))
            self._write_down(arrival, request, verdict)
        else:
            recorder.counters.suppressed += 1
            self._loose(kind_of(request), arrival, _FLOOD)
        self._answer(listener, arrival, verdict)

    def refuse_malformed(
        self, listener: Listener, arrival: Arrival, error: PeerError
    ) -> None:
        """Refuse a malformed request; no reply where RFC 1350 §7 forbids one."""
        self._recorder.counters.malformed += 1
        self._loose(Kind.MALFORMED, arrival, error.text)
        if error.code is not None:
            verdict = Verdict(Reason.MALFORMED, error.code, error.text)
            self._answer(listener, arrival, verdict)

    def shed(self) -> None:
        """Count a datagram dropped unread, for the next summary."""
        recorder = self._recorder
        recorder.counters.shed += 1
        self._gate.count("overload", None, recorder.clock.now())

    def take_latest(self) -> list[Refusal]:
        """Return the latest refusals since the last call."""
        latest = list(self._latest)
        self._latest.clear()
        return latest

    def tick(self, now: float) -> None:
        """Write summaries of suppressed refusals when they are due."""
        self._summarise(self._gate.due_summaries(now))

    def flush(self) -> None:
        """Write these summaries now."""
        now = self._recorder.clock.now()
        self._summarise(self._gate.take_summaries(now))

    def _answer(self, listener: Listener, arrival: Arrival, verdict: Verdict) -> None:
        if arrival.is_to_many:
            self._recorder.counters.unanswered += 1
            return
        room = self._policy.room(
            verdict.reason,
            arrival.client.host,
            len(arrival.datagram),
            self._recorder.clock.now(),
        )
        if room < _SHORTEST_ERROR:
            self._recorder.counters.unanswered += 1
            return
        text = _cut(verdict.text, room - _SHORTEST_ERROR)
        packet = encode_error(verdict.code, text)
        listener.answer(packet, arrival)
        note = f"{verdict.code.value} {text}"
        port = arrival.server.port
        self._recorder.loose(Kind.ERROR, arrival.client, port, len(packet), note)
        self._recorder.raw(packet, arrival.server, arrival.client)

    def _write_down(self, arrival: Arrival, request: Request, verdict: Verdict) -> None:
        event = requested(arrival, request, self._recorder.clock.wall())
        self._recorder.emit(event)
        program = self._recognize(request, arrival.client)
        tell = partial(self._tell, event, (request.filename, program), verdict)
        if verdict.reason == Reason.NOT_FOUND and isinstance(request, ReadRequest):
            self._seek(request.filename, tell)
        else:
            tell([])

    def _tell(
        self,
        event: Requested,
        about: About,
        verdict: Verdict,
        near: list[NearName],
    ) -> None:
        _, program = about
        self._recorder.emit(
            Refused(
                time=self._recorder.clock.wall(),  # keeps the journal in order
                transfer=None,
                client=event.client,
                client_tid=event.client_tid,
                server=event.server,
                server_tid=None,
                file=event.file,
                direction=event.direction,
                reason=verdict.reason,
                error_code=verdict.code,
                message=verdict.text,
                near=[one.text for one in near],
                near_rule=near[0].rule if near else "",
                ports=verdict.ports,
                signature=program,
            )
        )
        self._latest.append(_shown(event, about, verdict, near))

    def _summarise(self, summaries: list[Summary]) -> None:
        for summary in summaries:
            self._recorder.emit(summary.event(self._recorder.clock.wall()))

    def _loose(self, kind: Kind, arrival: Arrival, note: str) -> None:
        nbytes = len(arrival.datagram)
        self._recorder.loose(kind, arrival.client, arrival.server.port, nbytes, note)
        self._recorder.raw(arrival.datagram, arrival.client, arrival.server)


def too_long(nbytes: int, limit: int) -> PeerError:
    """Return the error for a datagram longer than any request."""
    return PeerError(
        ErrorCode.ILLEGAL_OPERATION,
        f"a request of {nbytes} bytes; the limit is {limit} (RFC 2347: 512)",
    )


def _shown(
    event: Requested, about: About, verdict: Verdict, near: list[NearName]
) -> Refusal:
    name, program = about
    return Refusal(
        time=event.time,
        client=event.client,
        client_tid=event.client_tid,
        file=event.file,
        reason=verdict.reason,
        message=verdict.text,
        near=near,
        direction=event.direction,
        asked=name,
        server=event.server,
        kind=program.kind if program else "",
    )


def _cut(text: str, nbytes: int) -> str:
    """Return the start of a text that fits into NBYTES bytes of UTF-8."""
    return text.encode("utf-8", "replace")[:nbytes].decode("utf-8", "ignore")
