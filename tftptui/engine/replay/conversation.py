"""One transfer, as its packets tell it to somebody who stands beside the wire."""

from tftptui.engine.around import recognise_request
from tftptui.engine.replay.agreement import agree, by_name, number
from tftptui.engine.replay.attempts import Attempts
from tftptui.engine.replay.losses import NOTHING, Losses
from tftptui.engine.replay.numbers import Counting, Piece, pieces
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import End, Outcome
from tftptui.protocol.errors import PeerError
from tftptui.protocol.options import DEFAULT_BLOCK_SIZE
from tftptui.protocol.packets import (
    HEADER,
    ErrorPacket,
    Oack,
    Opcode,
    Request,
    WriteRequest,
    parse,
)
from tftptui.server.recorder import Recorder, error_note, request_note
from tftptui.server.report import About, Report
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Signature
from tftptui.telemetry.packets import Flag, Kind, PacketRecord
from tftptui.telemetry.words import counted

_DATA, _ACK = Opcode.DATA, Opcode.ACK
_STALLED = 2
"""Repeats of one packet in a row that are a stall."""

_PROBE_CODES = (0, 8)


class Conversation:
    """Folds the packets of one transfer into its view, records and events.

    Args:
        number: of the transfer.
        request: what was asked; None where the capture begins later.
        ends: the client, and where it sent its request.
        recorder: whose clock shows the time of the packet at hand.

    Attributes:
        server_tid: the port that answers; None before the first answer.
        view: the transfer as it stands.
        requests: how often it was asked; ``asked_in`` are the records of that.
        is_told: whether somebody watches it already.
        outcome: how it ended; None before.
    """

    def __init__(
        self,
        number: int,
        request: Request,
        ends: tuple[Endpoint, Endpoint],
        recorder: Recorder,
    ) -> None:
        self.number, self.request = number, request
        self.client, self.asked = ends
        self.server_tid: int | None = None
        self.requests = 0
        self.asked_in: list[int] = []
        self.outcome: Outcome | None = None
        self.is_told = False
        self._is_write = isinstance(request, WriteRequest)
        self._recorder = recorder
        about = About(request=request, recognise=_recognise)
        self._report = Report(number, ends, about, recorder)
        self.view = self._report.view
        self._be_answered_from(0)
        self._counting = Counting()
        self._is_agreed = self._is_within = False
        self._is_size_known = not request.options
        self._highest = self._acked = 0
        self._last: int | None = None
        self._attempts = Attempts()
        self._losses = Losses(self.view, is_write=self._is_write)
        self._oacks = self._acks = self._acks_repeated = 0
        self._begun = False
        self.last_seen = recorder.clock.wall()

    @property
    def version(self) -> int:
        """A number that grows with everything that happens."""
        return self._report.version

    # What comes past.

    def ask(self, datagram: Datagram) -> None:
        """Take the request, or a repeat of it."""
        self.requests += 1
        kind = Kind.WRQ if self._is_write else Kind.RRQ
        flags, twins = 0, self.view.twins
        if self.requests > 1:
            self._report.count_again()
            if self.view.twins == twins:
                is_answered = bool(self._oacks or self._highest or self._acks)
                _, flags = self._losses.request_again(is_answered=is_answered)
            flags |= Flag.DUPLICATE
        self._report.version += 1
        self._recorder.packet(
            PacketRecord(
                time=self._recorder.clock.wall(),
                transfer=self.number,
                block=0,
                count=1,
                client_tid=self.client.port,
                server_tid=self.asked.port,
                octets=datagram.octets,
                kind=kind,
                flags=flags,
            ),
            request_note(self.request),
        )
        self.asked_in.append(self._recorder.ring.next - 1)
        self._touch()

    def begin(self, server: Endpoint) -> None:
        """Take note of who answers."""
        self.server_tid = server.port
        self.view.server = server.host
        self._be_answered_from(server.port)
        self.view.single_port = server.port == self.asked.port
        self._begin()

    def begin_within(self, datagram: Datagram, server: Endpoint) -> None:
        """Take it up in the middle, at a DATA packet; its request is not known."""
        view = self.view
        view.notes.append("the capture begins after the request")
        view.notes.append("who is the server is a guess: whoever sends the data")
        before = int.from_bytes(datagram.payload[2:HEADER]) - 1
        self._highest = self._acked = max(0, before)
        self._acks = 1
        self._is_within, self._is_size_known = True, False
        self.begin(server)

    def take(self, datagram: Datagram, *, from_client: bool) -> None:
        """Take a packet between the two ends."""
        self._touch()
        self.view.heard = self.view.heard or from_client
        payload, octets = datagram.payload, datagram.octets
        opcode = int.from_bytes(payload[:2])
        if len(payload) < HEADER or octets < HEADER:
            self._odd(octets, "too short for TFTP")
        elif opcode == _DATA and from_client == self._is_write:
            self._data(payload, octets)
        elif opcode == _ACK and from_client != self._is_write:
            self._ack(int.from_bytes(payload[2:HEADER]), octets)
        elif octets > len(payload):
            self._odd(octets, "cut off by the capture")
        else:
            self._other(payload, from_client=from_client)

    def stray(self, datagram: Datagram, stranger: Endpoint) -> None:
        """Take what somebody else sent to one of the two ends."""
        self._report.stray(datagram.octets, stranger)

    def icmp(self, error: IcmpError, *, about_client: bool) -> None:
        """Take an ICMP error about a packet of the server, or of the client."""
        self._touch()
        if about_client:
            sender = error.sender or "somebody"
            note = f"{error.name}, says {sender}, of what the client sent"
            self._report.packet(Kind.ICMP, 0, note=note)
            before = self.view.bounced[2] if self.view.bounced else 0
            self.view.bounced = (error.name, sender, before + 1)
        else:
            self._report.icmp(error)

    def end(self, outcome: Outcome, text: str = "") -> None:
        """Take the end for known; nothing happens if it was."""
        if self.outcome is not None:
            return
        self._begin()
        if self.view.unseen:
            blocks = counted(self.view.unseen, "block")
            self.view.notes.append(f"the capture missed {blocks} that arrived")
        self.outcome = outcome
        self.view.phase = outcome.value
        self._report.ended(End(outcome, text))

    def judge_silence(self) -> None:
        """Conclude how it ended from the fact that nothing more came."""
        heard_last = self.last_seen
        if self.server_tid is None:
            self.end(Outcome.ABANDONED, "no answer to the request came past here")
        elif self._last is not None and self._highest >= self._last:
            self.end(Outcome.UNCONFIRMED, "the last ACK did not come past here")
        else:
            who = "server" if self._is_write else "client"
            self.end(Outcome.ABANDONED, f"the {who} stopped answering")
        self.view.ended = heard_last  # it is known only now

    # Kinds of packets.

    def _other(self, payload: bytes, *, from_client: bool) -> None:
        try:
            packet = parse(payload)
        except PeerError as error:
            self._odd(len(payload), error.text)
            return
        match packet:
            case ErrorPacket():
                self._error(packet, len(payload), from_client=from_client)
            case Oack() if not from_client:
                self._oack(packet, len(payload))
            case _:
                name = type(packet).__name__
                self._odd(len(payload), f"{name} makes no sense here")

    def _odd(self, octets: int, why: str) -> None:
        self._report.malformed(octets, why)

    def _error(self, error: ErrorPacket, octets: int, *, from_client: bool) -> None:
        kind = Kind.ERROR_RECEIVED if from_client else Kind.ERROR
        self._report.packet(kind, octets, note=error_note(error))
        said = visible(error.message)
        if from_client:
            self.view.peer_error = error.code
        else:
            self.view.our_error = error.code
        who = "client" if from_client else "server"
        words = f"the {who} ended it with ERROR {error.code}"
        size_asked = any(name.lower() == b"tsize" for name, _ in self.request.options)
        is_probe = (
            from_client
            and size_asked
            and self._oacks == 1
            and not self._acked
            and error.code in _PROBE_CODES
        )
        outcome = Outcome.PROBED if is_probe else Outcome.FAILED
        self.end(outcome, f"{words}: {said}" if said else words)

    def _oack(self, oack: Oack, octets: int) -> None:
        self._oacks += 1
        view = self.view
        if not self._is_agreed:
            self._is_agreed = self._is_size_known = True
            self._counting = agree(view, oack) or self._counting
        note = " ".join(f"{name}={value}" for name, value in view.agreed)
        flags, now = 0, self.last_seen
        if self._is_write and self._oacks > 1:
            _, flags = self._losses.ack_again(0, self._highest, self.requests, now)
        elif self._is_write:
            self._losses.ack(0, self._highest, now)
        elif self._oacks > 1:
            _, flags = self._losses.data_again(0, 1, self._highest, now)
        again = self._oacks
        self._report.packet(Kind.OACK, octets, attempt=again, flags=flags, note=note)
        self._repeat(self._oacks - 1)

    def _data(self, payload: bytes, octets: int) -> None:
        view = self.view
        known = view.block_size if self._is_size_known else None
        found = pieces(payload, octets, known)
        if known is None or found[0].octets > known:
            view.block_size = self._size(found[0].octets)
            self._is_size_known = True
        first = self._counting.absolute(found[0].block16, self._highest)
        last = first + len(found) - 1
        attempt = self._attempts.so_far(first) + 1
        note, lost = self._passed(first, len(found), attempt)
        for place, piece in enumerate(found):
            self._count(first + place, piece)
        is_new = last > self._highest
        if is_new:
            self._highest = view.sent_blocks = last
        flags = lost | (Flag.LAST if found[-1].octets < view.block_size else 0)
        kind, again = Kind.DATA, attempt
        if self._is_write:
            kind, again = Kind.DATA_RECEIVED, 1
            if is_new:
                self._report.moved()
            else:
                flags = lost | Flag.DUPLICATE
                self._report.duplicate()
        size = octets - HEADER * len(found)
        run = (first, len(found))
        self._report.packet(kind, size, run=run, attempt=again, flags=flags, note=note)
        if attempt > 1 or view.phase == "negotiating":
            self._repeat(attempt - 1)

    def _size(self, octets: int) -> int:
        """Return the block size as far as a DATA packet tells it, without an OACK."""
        wanted = number(by_name(self.request.options), b"blksize") or DEFAULT_BLOCK_SIZE
        if octets > DEFAULT_BLOCK_SIZE or self._is_within:
            return octets
        # A first block shorter than the default is the last one, unless it is just
        # what was asked for.
        return min(wanted, DEFAULT_BLOCK_SIZE) if octets < wanted else octets

    def _passed(self, first: int, count: int, attempt: int) -> tuple[str, int]:
        """Return what DATA shows of others: what is missing, and what was lost."""
        losses, due, now = self._losses, self._highest + 1, self.last_seen
        if attempt > 1:
            return losses.data_again(first, count, due - 1, now)
        if first < due:
            return losses.late(first, count, now)
        losses.data(first, due - 1, now)
        if first == due:
            return NOTHING
        blocks = f"{due}" if first - 1 == due else f"{due}–{first - 1}"
        return f"{blocks} did not come past here before", 0

    def _count(self, block: int, piece: Piece) -> None:
        self._attempts.add(block, self._recorder.clock.wall())
        view = self.view
        if piece.octets < view.block_size:
            self._last = block
            view.total_size = (block - 1) * view.block_size + piece.octets

    def _ack(self, block16: int, octets: int) -> None:
        block = self._counting.absolute(block16, self._acked)
        self._acks += 1
        is_new = block > self._acked or (block == 0 and self._acks == 1)
        lost, flags = NOTHING
        if is_new:
            self._losses.ack(block, self._highest, self.last_seen)
        else:
            came, now = self._came(block), self.last_seen
            lost, flags = self._losses.ack_again(block, self._highest, came, now)
        if self._is_write:
            self._acks_repeated = 0 if is_new else self._acks_repeated + 1
            attempt = 1 + self._acks_repeated
            how = {"attempt": attempt, "flags": flags}
            self._report.packet(Kind.ACK_SENT, octets, run=(block, 1), note=lost, **how)
        else:
            flags |= 0 if is_new else Flag.DUPLICATE
            run = (block, 1)
            self._report.packet(Kind.ACK, octets, run=run, flags=flags, note=lost)
            if not is_new:
                self._report.duplicate()
        if not is_new:
            return
        self._acked = max(self._acked, block)
        self._highest = max(self._highest, block)
        self._progress(block)

    def _came(self, block: int) -> int:
        """Return how often came what an ACK of BLOCK answers."""
        if block:
            return self._attempts.so_far(block)
        return self.requests if self._is_write else self._oacks

    def _progress(self, block: int) -> None:
        view = self.view
        view.acked_blocks, view.sent_blocks = self._acked, self._highest
        view.acked_octets = self._acked * view.block_size
        if view.total_size is not None:
            view.acked_octets = min(view.acked_octets, view.total_size)
        view.timeouts = 0
        if self.outcome is None:
            view.phase = "sending"
        self._report.moved()
        self._attempts.answered(block, self._recorder.clock.wall())
        view.round_trip = self._attempts.round_trip
        view.least_round_trip = self._attempts.least_round_trip
        if self._last is not None and self._acked >= self._last:
            self.end(Outcome.COMPLETED)

    def _repeat(self, times: int) -> None:
        """Take note that something was sent again, so many TIMES by now."""
        view = self.view
        view.timeouts = max(view.timeouts, times) if times else view.timeouts
        if self.outcome is None:
            is_stalled = view.timeouts >= _STALLED
            view.phase = "stalled" if is_stalled else view.phase
            if view.phase == "negotiating" and self._highest:
                view.phase = "sending"

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._recorder.counters.started += 1
            self._report.began()

    def _be_answered_from(self, port: int) -> None:
        self.view.server_tid = port
        self._report.tids = (self.number, self.client.port, port)

    def _touch(self) -> None:
        self.last_seen = self._recorder.clock.wall()


def _recognise(request: Request, client: Endpoint) -> Signature | None:
    return recognise_request(request, client.port)
