"""Rebuilds transfers from the datagrams of a capture, one by one."""

from collections.abc import Callable

from msgspec import structs

from tftptui.engine.findings import Findings
from tftptui.engine.wire_watch import WireWatch
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import Outcome
from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import (
    ErrorPacket,
    Mode,
    ReadRequest,
    Request,
)
from tftptui.replay.conversation import Conversation
from tftptui.replay.duplicates import Copies
from tftptui.replay.missing_requests import Orphans
from tftptui.replay.observed_servers import Around
from tftptui.replay.refusals import Ends, Refusals, error_in
from tftptui.replay.truncated import parse_kept
from tftptui.replay.wire import file_requested
from tftptui.server.listener import Arrival
from tftptui.server.recorder import Recorder
from tftptui.server.requests import requested
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.capture.packets import IcmpSeen, Seen
from tftptui.telemetry.events import Event
from tftptui.telemetry.icmp import error_name, is_port_closed
from tftptui.telemetry.records.ring import PacketRing
from tftptui.telemetry.views import Refusal, TransferView
from tftptui.wire.events import FileRequested

SILENCE = 60.0
"""Seconds without a packet after which a transfer is over."""

UNANSWERED = 3.0
"""Seconds before the end of the capture after which a request is unanswered."""

REPEATED = 10.0
"""Seconds within which the same request is a repeat."""

SWEEP = 1.0
"""Seconds of capture time between checks for silent transfers."""

UNKNOWN_FILE = "(request not in the capture)"

_MOST_LOOKS = 100
"""Maximum rounds of findings at the end; each checks many transfers."""

_REQUESTS = (b"\0\1", b"\0\2")
_ANSWERS = (b"\0\3", b"\0\4", b"\0\5", b"\0\6")
_FIRST = (b"\0\3\0\1", b"\0\4\0\0")


Errand = tuple[str, str, str]
"""A client's address, a file and the direction."""


class Rebuilding:
    """Turns the datagrams of a capture into what a live server would report.

    Call take() for everything in order, finish() at the end. Records, notes and
    counters are in ``recorder``; events go to LISTEN, and ``findings`` works as in a
    live engine.

    Attributes:
        orphans: datagrams without a known transfer.
        wire: ARP and DHCP of machines.
    """

    def __init__(
        self, ring: PacketRing, listen: Callable[[Event], None] = lambda _: None
    ) -> None:
        self.clock = CaptureClock()
        self.recorder = Recorder(self.clock, ring, self._hear)
        self._around = Around()
        self.findings = Findings(self.clock, listen, self._around.surroundings())
        self._listen = listen
        # Without its findings: advice for this host does not apply to a capture.
        self.wire = WireWatch(
            self.clock, self._listen, self.findings.reporter, lambda _: None
        )
        self.copies = Copies()
        self.orphans = 0
        self._half = Orphans()
        self._last_number = 0
        self._living: dict[Ends, Conversation] = {}
        self._waiting: dict[tuple[str, int], Ends] = {}
        self._unanswered: dict[Errand, dict[int, Conversation]] = {}
        self._changed: dict[int, Conversation] = {}
        self._refusals = Refusals(self.recorder)
        self._swept, self._is_over = 0.0, False

    @property
    def port(self) -> int:
        """The port of the latest request; 0 before the first."""
        return self._around.port

    def take(self, seen: Seen | IcmpSeen) -> None:
        """Handle a datagram or an ICMP error."""
        if isinstance(seen, IcmpSeen):
            self.clock.move(seen.time)
            self._icmp(seen)
            return
        if self.copies.is_copy(seen):
            return
        datagram = seen.datagram
        self.clock.move(datagram.time)
        now = self.clock.now()
        if now - self._swept >= SWEEP:
            self._swept = now
            self._sweep(now)
        self._datagram(datagram)

    def finish(self) -> None:
        """End the capture. Active transfers stay active: their end is unknown."""
        self._is_over = True
        self._sweep(self.clock.now(), patience=REPEATED)
        for _ in range(_MOST_LOOKS):
            self.findings.look_again()

    def take_changed(self) -> list[TransferView]:
        """Return the transfers that changed since the last call."""
        changed = [structs.replace(one.view) for one in self._changed.values()]
        for conversation in self._changed.values():
            conversation.is_reported = True
        self._changed.clear()
        return changed

    def take_refusals(self) -> list[Refusal]:
        """Return the requests refused since the last call."""
        return self._refusals.take()

    def _hear(self, event: Event) -> None:
        self.findings.take(event)
        self._listen(event)

    # Find the transfer

    def _datagram(self, datagram: Datagram) -> None:
        source, destination = datagram.source, datagram.destination
        if datagram.payload[:2] in _REQUESTS and self._request(datagram):
            return
        answering = self._living.get((destination, source[0]))
        if answering is not None and self._answer(answering, datagram):
            return
        asking = self._living.get((source, destination[0]))
        if asking is not None and destination[1] == asking.server_tid:
            self._took(asking, datagram, from_client=True)
        elif asking is not None and asking.reply_elsewhere(datagram):
            self._changed[asking.number] = asking
        elif not self._is_from_elsewhere(datagram) and not self._refusals.take_after(
            datagram
        ):
            self._orphan(datagram)

    def _as_heard(self, datagram: Datagram, request: Request) -> FileRequested:
        return file_requested(
            self.clock.wall(),
            datagram.source[0],
            datagram.destination[0],
            request.filename,
            is_write=not isinstance(request, ReadRequest),
        )

    def _took(
        self, conversation: Conversation, datagram: Datagram, *, from_client: bool
    ) -> None:
        conversation.take(datagram, from_client=from_client)
        self._changed[conversation.number] = conversation

    def _request(self, datagram: Datagram) -> bool:
        """Handle a request; return False if it is not one."""
        try:
            request = parse_kept(datagram)
        except PeerError:
            return False
        if not isinstance(request, Request):
            return False
        if len(self.wire.devices):
            self.wire.take([self._as_heard(datagram, request)])
        key = (datagram.source, datagram.destination[0])
        living = before = self._living.get(key)
        if living is not None and not self._is_repeat(living, request):
            living.end(Outcome.ABANDONED, "the client retried from the same port")
            self._around.forget(living.number)
            self._waits_no_more(living)
            living = None
        if living is None:
            living = self._meet(key, request, datagram)
            if before is not None:
                living.follow(before)
        living.ask(datagram)
        self._changed[living.number] = living
        return True

    def _is_repeat(self, living: Conversation, request: Request) -> bool:
        is_recent = self.clock.now() - living.last_seen <= REPEATED
        is_going_on = living.outcome in (None, Outcome.UNCONFIRMED)
        return living.request == request and is_recent and is_going_on

    def _meet(self, key: Ends, request: Request, datagram: Datagram) -> Conversation:
        self._last_number += 1
        client, server = Endpoint(*datagram.source), Endpoint(*datagram.destination)
        ends = (client, server)
        self._around.asked(client, server)
        met = Conversation(self._last_number, request, ends, self.recorder)
        self._living[key] = met
        self._around.views[met.number] = met.view
        self._waiting[datagram.source] = key
        self._unanswered.setdefault(_errand(met), {})[met.number] = met
        self.recorder.counters.requests += 1
        arrival = Arrival(datagram.payload, client, server)
        self.recorder.emit(requested(arrival, request, self.clock.wall()))
        return met

    def _answer(self, conversation: Conversation, datagram: Datagram) -> bool:
        """Handle a packet from the server's address; return whether it belongs here."""
        if conversation.server_tid is None:
            if datagram.payload[:2] not in _ANSWERS:
                return False
            self._begin(conversation, datagram)
            return True
        if datagram.source[1] != conversation.server_tid:
            is_earlier = self._half.has_sent(datagram)
            if is_earlier or datagram.payload[:2] not in _ANSWERS:
                return False
            conversation.answer_elsewhere(datagram)
            self._changed[conversation.number] = conversation
            return True
        self._took(conversation, datagram, from_client=False)
        return True

    def _begin(self, conversation: Conversation, datagram: Datagram) -> None:
        self._waiting.pop(datagram.destination, None)
        self._tell_other_tries(conversation)
        error = error_in(datagram)
        if error is not None and not conversation.is_reported:
            self._refuse(conversation, datagram, error)
            return
        server = Endpoint(*datagram.source)
        self._around.answered(server, conversation.asked)
        conversation.begin(server)
        self._took(conversation, datagram, from_client=False)

    def _is_from_elsewhere(self, datagram: Datagram) -> bool:
        """Handle a reply from another address than the request was sent to."""
        key = self._waiting.get(datagram.destination)
        if key is None or datagram.payload[:4] not in _FIRST:
            return False
        conversation = self._living.pop(key)
        self._living[datagram.destination, datagram.source[0]] = conversation
        server, answered = key[1], datagram.source[0]
        conversation.view.asked_address = server
        conversation.view.notes.append(
            f"requested at {server}, replied from {answered}: clients may reject that"
        )
        self._begin(conversation, datagram)
        return True

    # Ends

    def _tell_other_tries(self, answered: Conversation) -> None:
        """Report failed tries while it is known that another one got a reply.

        Successful tries are soon forgotten, and the silence of the others shows much
        later.
        """
        self._waits_no_more(answered)
        for one in self._unanswered.pop(_errand(answered), {}).values():
            one.tell()

    def _waits_no_more(self, conversation: Conversation) -> None:
        errand = _errand(conversation)
        waiting = self._unanswered.get(errand, {})
        waiting.pop(conversation.number, None)
        if not waiting:
            self._unanswered.pop(errand, None)

    def _refuse(
        self, conversation: Conversation, datagram: Datagram, error: ErrorPacket
    ) -> None:
        """Handle an ERROR as first reply: the request becomes a refusal."""
        del self._living[datagram.destination, datagram.source[0]]
        self._changed.pop(conversation.number, None)
        self._around.forget(conversation.number)
        self._refusals.refuse(conversation, datagram, error)

    def _sweep(self, now: float, patience: float = SILENCE) -> None:
        """End silent transfers, and forget old ones."""
        for key, conversation in list(self._living.items()):
            silent = now - conversation.last_seen
            if silent < patience and not self._is_over_for(conversation, now):
                continue
            if conversation.outcome is None:
                conversation.judge_silence()
                self._changed[conversation.number] = conversation
            del self._living[key]
            self._around.forget(conversation.number)
            self._waiting.pop(key[0], None)
            self._waits_no_more(conversation)
        self.findings.tick()

    def _is_over_for(self, conversation: Conversation, now: float) -> bool:
        """Return whether the end of the capture ends it: unanswered, or port closed."""
        waited = now - conversation.view.started
        is_unanswered = conversation.server_tid is None and waited > UNANSWERED
        return self._is_over and (is_unanswered or conversation.has_left)

    # Transfers without a request

    def _orphan(self, datagram: Datagram) -> None:
        found = self._half.take(datagram)
        if found is None:
            self.orphans += 1
            return
        self.orphans -= len(found) - 1
        first = found[0]
        client, server = Endpoint(*first.destination), Endpoint(*first.source)
        self._last_number += 1
        request = ReadRequest(UNKNOWN_FILE.encode(), Mode.OCTET)
        conversation = Conversation(
            self._last_number, request, (client, server), self.recorder
        )
        conversation.begin_within(first, server)
        self._living[first.destination, first.source[0]] = conversation
        self._around.views[conversation.number] = conversation.view
        for each in found:
            self._took(conversation, each, from_client=each.source != first.source)

    # ICMP

    def _icmp(self, seen: IcmpSeen) -> None:
        source, destination = seen.about.source, seen.about.destination
        error = IcmpError(
            type=seen.type,
            code=seen.code,
            name=error_name(seen.version, seen.type, seen.code),
            sender=seen.sender,
            is_port_closed=is_port_closed(seen.version, seen.type, seen.code),
            target=Endpoint(*destination),
        )
        for key, port, about_client in (
            ((destination, source[0]), source[1], False),
            ((source, destination[0]), destination[1], True),
        ):
            conversation = self._living.get(key)
            if conversation is not None:
                conversation.icmp(error, port, about_client=about_client)
                self._changed[conversation.number] = conversation
                return


def _errand(conversation: Conversation) -> Errand:
    view = conversation.view
    return view.client, view.file, view.direction


class CaptureClock:
    """A clock set by the capture; see server.clock.Clock."""

    def __init__(self) -> None:
        self._seconds = 0.0

    def move(self, nanoseconds: int) -> None:
        """Set the clock, in nanoseconds since the epoch; never goes backwards."""
        seconds = nanoseconds / 1_000_000_000
        self._seconds = max(self._seconds, seconds)

    def now(self) -> float:
        """Return seconds; the same as wall()."""
        return self._seconds

    def wall(self) -> float:
        """Return seconds since the epoch."""
        return self._seconds
