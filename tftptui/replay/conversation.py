"""One transfer, reconstructed from the packets on the wire."""

from tftptui.engine.client_programs import recognize_request
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import IcmpError
from tftptui.protocol.commands import End, Outcome
from tftptui.protocol.errors import PeerError
from tftptui.protocol.packets import (
    HEADER,
    ErrorPacket,
    Oack,
    Opcode,
    Request,
    WriteRequest,
)
from tftptui.replay.answering_ports import Answerers
from tftptui.replay.block_numbers import agree
from tftptui.replay.exchange import Exchange
from tftptui.replay.other_packets import beside
from tftptui.replay.truncated import CUT, is_cut, parse_kept
from tftptui.server.recorder import Recorder, error_note, request_note
from tftptui.server.transfer.report import About, Report
from tftptui.settings import TFTP_PORT
from tftptui.telemetry.capture.frames import Datagram
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Signature
from tftptui.telemetry.records.ring import Flag, Kind, PacketRecord
from tftptui.telemetry.words import counted

_DATA, _ACK = Opcode.DATA.to_bytes(2), Opcode.ACK.to_bytes(2)
_ERROR = Opcode.ERROR.to_bytes(2)
_ANEW = "the client repeated its request: the transfer restarted"
_PROBE_CODES = (0, 8)


class Conversation:
    """Processes the packets of one transfer into its view, records and events.

    Args:
        number: of the transfer.
        request: the request; a placeholder if the capture starts later.
        ends: the client, and the endpoint that it sent its request to.
        recorder: its clock shows the time of the current packet.

    Attributes:
        server_tid: the port that replied last, or that the client accepted; None before
            the first reply.
        view: current state of the transfer.
        requests: number of requests; ``request_records`` has their record numbers.
        is_reported: whether a watcher has seen it.
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
        self.request_records: list[int] = []
        self.outcome: Outcome | None = None
        self.is_reported = False
        self._is_write = isinstance(request, WriteRequest)
        self._recorder = recorder
        about = About(request=request, recognize=_recognize)
        self._report = Report(number, ends, about, recorder)
        self.view = self._report.view
        self._answerers = Answerers(self.view)
        self._be_answered_from(0)
        self._exchange = Exchange(request, self._report, recorder)
        self._oacks = 0
        self._begun = False
        self._closed = 0.0
        self.last_seen = recorder.clock.wall()

    # Packets

    def ask(self, datagram: Datagram) -> None:
        """Handle the request, or a repeat of it."""
        self.requests += 1
        if self._is_write:
            self._exchange.openings = self.requests
        kind = Kind.WRQ if self._is_write else Kind.RRQ
        flags, twins = 0, self.view.twins
        if is_cut(datagram) and self.requests == 1:
            self.view.notes.append(f"the request is {CUT}: options may be missing")
            self._exchange.is_size_known = False
        if self.requests > 1:
            self._report.count_again()
            if self.view.twins == twins:
                blocks = self._exchange
                is_answered = bool(self._oacks or blocks.highest or blocks.acks)
                _, flags = blocks.losses.request_again(is_answered=is_answered)
            flags |= Flag.DUPLICATE
        self._answerers.asked()
        self._write_beside(
            (self.asked.port, 0),
            datagram.nbytes,
            kind,
            request_note(self.request),
            flags,
        )
        self.request_records.append(self._recorder.ring.next - 1)
        self._touch()

    def follow(self, before: "Conversation") -> None:
        """Record an earlier transfer from the same client port."""
        self._answerers.follow(before._answerers)  # noqa: SLF001 - of its own kind

    def begin(self, server: Endpoint) -> None:
        """Record the endpoint of the first reply."""
        self.server_tid = server.port
        self.view.server = server.host
        self._be_answered_from(server.port)
        self._answerers.answered(server.port)
        self.view.single_port = server.port == self.asked.port
        self._begin()

    def tell(self) -> None:
        """Report the transfer although there is no reply yet."""
        self.is_reported = True
        self._begin()

    def begin_within(self, datagram: Datagram, server: Endpoint) -> None:
        """Start in the middle, at a DATA packet, without a known request."""
        view = self.view
        view.notes.append("the capture begins after the request")
        view.notes.append("server guessed: the sender of the data")
        self._exchange.begin_within(int.from_bytes(datagram.payload[2:HEADER]))
        self.begin(server)
        # any server may reply from that port
        view.single_port = server.port == TFTP_PORT

    def take(self, datagram: Datagram, *, from_client: bool) -> None:
        """Handle a packet between the two endpoints."""
        self.last_seen = now = self._recorder.clock.wall()
        if from_client and not self.view.heard:
            self._take_port()
        payload, nbytes = datagram.payload, datagram.nbytes
        opcode = payload[:2]
        if len(payload) < HEADER or nbytes < HEADER:
            self._odd(nbytes, CUT if nbytes >= HEADER else "too short for TFTP")
        elif opcode == _DATA and from_client == self._is_write:
            self._exchange.data(payload, nbytes, now)
        elif opcode == _ACK and from_client != self._is_write:
            blocks = self._exchange
            blocks.ack(payload[2] << 8 | payload[3], nbytes, now)
            if blocks.is_complete:
                self.end(Outcome.COMPLETED)
        else:
            self._other(datagram, from_client=from_client)

    def answer_elsewhere(self, datagram: Datagram) -> None:
        """Handle a reply from another server port than the last one.

        Until the client accepts one, each may be right: they are attempts of one
        transfer.
        """
        port = datagram.source[1]
        if not self._answerers.is_due(port, self.requests):
            why = "likely a reply to an earlier request"
            self._take_beside(datagram, port, why, from_client=False)
            return
        is_first = self._answerers.answered(port)
        is_open = self.outcome is None and not self.view.heard
        if not is_open or datagram.payload[:2] == _ERROR:
            why = "" if not self.view.heard else "from a port the client no longer uses"
            self._take_beside(datagram, port, why, from_client=False)
            return
        if is_first:
            self._exchange.losses.explain()
        self._turn_to(port)
        self.take(datagram, from_client=False)

    def reply_elsewhere(self, datagram: Datagram) -> bool:
        """Handle a client packet to such a port; return whether it belongs here."""
        port, opcode = datagram.destination[1], datagram.payload[:2]
        is_known, was_heard = self._answerers.knows(port), self.view.heard
        is_block = opcode in (_DATA, _ACK)
        may_be_new = self.server_tid is not None and port != self.asked.port
        if not is_known and (was_heard or not is_block or not may_be_new):
            return False
        if not is_block and opcode != _ERROR:
            return False
        if self.outcome is None and is_block and self._answerers.may_take(port):
            if was_heard:
                self._start_over()
            self._turn_to(port)
            self._take_port()
            self.take(datagram, from_client=True)
        else:
            self._take_beside(datagram, port, "", from_client=True)
        return True

    def icmp(self, error: IcmpError, port: int, *, about_client: bool) -> None:
        """Handle an ICMP error about a packet of the server, or of the client.

        PORT is the server's; if the client no longer uses it, the error says nothing
        about the path.
        """
        self._touch()
        sender = error.sender or "somebody"
        if self.view.heard and port not in (self.server_tid, self.asked.port):
            note = f"{error.name}, says {sender}"
            self._write_beside((port, 0), 0, Kind.ICMP, note)
        elif about_client:
            note = f"{error.name}, says {sender}, of what the client sent"
            self._report.packet(Kind.ICMP, 0, note=note)
            before = self.view.bounced[2] if self.view.bounced else 0
            self.view.bounced = (error.name, sender, before + 1)
        else:
            self._exchange.losses.explain()
            if error.is_port_closed and error.sender == self.client.host:
                self._exchange.excuse()
                self._closed = self.last_seen
            self._report.icmp(error)

    @property
    def has_left(self) -> bool:
        """True if the client took part, and then reported its port as closed."""
        moved = max(self.view.moved, self.view.repeated)
        return self.view.heard and self._closed > moved

    def end(self, outcome: Outcome, text: str = "") -> None:
        """Record the end, unless it is recorded already."""
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
        """Derive the outcome from the fact that no more packets follow."""
        heard_last = self.last_seen
        if self.server_tid is None:
            self.end(Outcome.ABANDONED, "no reply to the request was captured")
        elif self._is_all_sent:
            self.end(Outcome.UNCONFIRMED, "the last ACK was not captured")
        elif self.has_left:
            self.end(Outcome.ABANDONED, "the client closed its port")
        else:
            self.end(Outcome.ABANDONED, self._who_fell_silent())
        self.view.ended = heard_last  # known only now, but it ended then

    def _who_fell_silent(self) -> str:
        """Return which side stopped: one that retransmits has not."""
        view = self.view
        if not view.heard:
            return "the client never replied"
        is_asking = view.repeated > view.moved and not view.retransmits
        who = "server" if self._is_write or is_asking else "client"
        return f"the {who} stopped replying"

    @property
    def _is_all_sent(self) -> bool:
        last = self._exchange.last
        return last is not None and self._exchange.highest >= last

    # Kinds of packets

    def _other(self, datagram: Datagram, *, from_client: bool) -> None:
        nbytes = datagram.nbytes
        try:
            packet = parse_kept(datagram)
        except PeerError as error:
            self._odd(nbytes, error.text)
            return
        match packet:
            case ErrorPacket():
                self._error(packet, nbytes, from_client=from_client)
            case Oack() if not from_client:
                self._oack(packet, nbytes, is_cut=is_cut(datagram))
            case _:
                name = type(packet).__name__
                self._odd(nbytes, f"unexpected {name}")

    def _odd(self, nbytes: int, why: str) -> None:
        self._report.malformed(nbytes, why)

    def _error(self, error: ErrorPacket, nbytes: int, *, from_client: bool) -> None:
        kind = Kind.ERROR_RECEIVED if from_client else Kind.ERROR
        self._report.packet(kind, nbytes, note=error_note(error))
        said = visible(error.message)
        if from_client:
            self.view.peer_error = error.code
        else:
            self.view.our_error = error.code
        who = "client" if from_client else "server"
        words = f"the {who} ended it with ERROR {error.code}"
        wants_size = any(name.lower() == b"tsize" for name, _ in self.request.options)
        is_probe = (
            from_client
            and wants_size
            and self._oacks == 1
            and not self._exchange.acked
            and error.code in _PROBE_CODES
        )
        outcome = Outcome.PROBED if is_probe else Outcome.FAILED
        self.end(outcome, f"{words}: {said}" if said else words)

    def _oack(self, oack: Oack, nbytes: int, *, is_cut: bool) -> None:
        self._oacks += 1
        view, blocks, again = self.view, self._exchange, self._oacks
        if again == 1:
            blocks.counting = agree(view, oack, is_cut=is_cut) or blocks.counting
            names = {name.lower() for name, _ in view.agreed}
            blocks.is_size_known = not is_cut or "blksize" in names
        flags, now = 0, self.last_seen
        if self._is_write and again > 1:
            _, flags = blocks.losses.ack_again(0, blocks.highest, self.requests, now)
        elif self._is_write:
            blocks.losses.ack(0, blocks.highest, now)
        elif again > 1:
            _, flags = blocks.losses.data_again(0, 1, blocks.highest, now)
        blocks.openings = self.requests if self._is_write else again
        note = " ".join(f"{name}={value}" for name, value in view.agreed)
        self._report.packet(Kind.OACK, nbytes, attempt=again, flags=flags, note=note)
        blocks.repeat(again - 1)

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._recorder.counters.started += 1
            self._report.began()

    def _be_answered_from(self, port: int) -> None:
        self.view.server_tid = port
        self._report.tids = (self.number, self.client.port, port)

    # Server ports

    def _take_port(self) -> None:
        """Record that the client has accepted the current server port."""
        self.view.heard = True
        if self.server_tid is not None:
            self._answerers.taken(self.server_tid)

    def _turn_to(self, port: int) -> None:
        """Switch to another server port."""
        self.server_tid = port
        self._report.tids = (self.number, self.client.port, port)
        self._exchange.turn()

    def _start_over(self) -> None:
        """Record that the client has requested again and starts from the beginning."""
        if _ANEW not in self.view.notes:
            self.view.notes.append(_ANEW)
        before = self._exchange
        self._exchange = Exchange(self.request, self._report, self._recorder)
        self._exchange.is_size_known = before.is_size_known
        self._exchange.openings = self.requests

    def _take_beside(
        self, datagram: Datagram, port: int, why: str, *, from_client: bool
    ) -> None:
        """Record a packet to or from a port that the client does not use."""
        note = beside(datagram, why, from_client=from_client)
        self._write_beside((port, note.block), note.nbytes, note.kind, note.note)

    def _write_beside(
        self, at: tuple[int, int], nbytes: int, kind: Kind, note: str, flags: int = 0
    ) -> None:
        """Record a packet without effect; AT is the server port and the block."""
        self._report.version += 1
        self._recorder.packet(
            PacketRecord(
                time=self._recorder.clock.wall(),
                transfer=self.number,
                block=at[1],
                count=1,
                client_tid=self.client.port,
                server_tid=at[0],
                nbytes=nbytes,
                kind=kind,
                flags=flags,
            ),
            note,
        )

    def _touch(self) -> None:
        self.last_seen = self._recorder.clock.wall()


def _recognize(request: Request, client: Endpoint) -> Signature | None:
    return recognize_request(request, client.port)
