"""What happens to a datagram that reaches a listener."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tftptui.net.addresses import Endpoint
from tftptui.protocol.errors import ErrorCode, PeerError
from tftptui.protocol.packets import (
    ErrorPacket,
    ReadRequest,
    Request,
    WriteRequest,
    encode_error,
    parse,
)
from tftptui.server.listener import Arrival, Listener
from tftptui.server.opening import Opener
from tftptui.server.policy import Verdict, judge
from tftptui.server.ports import PortsExhaustedError
from tftptui.server.recorder import (
    Recorder,
    error_note,
    option_texts,
    request_note,
)
from tftptui.server.transfer import Transfer
from tftptui.server.uploads import UploadError
from tftptui.server.walk import RootError
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import Refused, Requested
from tftptui.telemetry.packets import Kind, PacketRecord
from tftptui.telemetry.views import Refusal


@dataclass
class Reception:
    """Takes datagrams from listeners; each ends as a transfer, an ERROR or a count.

    Attributes:
        transfers: the living ones, by client.
        refusals: requests answered with an ERROR since somebody last looked.
    """

    opener: Opener
    began: Callable[[Transfer], None]
    ended: Callable[[Transfer], None]
    transfers: dict[Endpoint, Transfer] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    last_number: int = 0

    @property
    def _recorder(self) -> Recorder:
        return self.opener.recorder

    def take(self, listener: Listener, arrival: Arrival) -> None:
        """Take one datagram."""
        try:
            packet = parse(arrival.datagram)
        except PeerError as error:
            self._malformed(listener, arrival, error)
            return
        match packet:
            case ReadRequest() | WriteRequest():
                self._request(listener, arrival, packet)
            case ErrorPacket():  # never answered (RFC 1350 §7)
                self._loose(Kind.ERROR_RECEIVED, arrival, error_note(packet))
            case _:
                text = f"{type(packet).__name__} belongs to a transfer's port, not here"
                refusal = PeerError(ErrorCode.ILLEGAL_OPERATION, text)
                self._malformed(listener, arrival, refusal)

    def _request(self, listener: Listener, arrival: Arrival, request: Request) -> None:
        if self._is_repeated(arrival, request):
            return
        self._recorder.counters.requests += 1
        self._recorder.emit(_requested(arrival, request, self._recorder.clock.wall()))
        verdict = judge(request, len(self.transfers), self.opener.settings)
        if verdict is None:
            verdict = self._begin(arrival, request)
        if verdict is not None:
            self._refuse(listener, arrival, request, verdict)

    def _is_repeated(self, arrival: Arrival, request: Request) -> bool:
        """Hand a repeated request to its transfer (RFC 1350 §4: no second TID).

        The same port with another name is a client that has begun something new:
        GRUB, lpxelinux and U-Boot reuse their port within milliseconds.
        """
        living = self.transfers.get(arrival.client)
        if living is not None:
            living.readable()  # its last ACK may be waiting: it came before this
            living = self.transfers.get(arrival.client)
        if living is None:
            return False
        if living.request != request:
            living.replace("the client asked for something else from the same port")
            return False
        if living.take_request(self._recorder.clock.now()):
            return True
        living.replace("the client began anew")
        return False

    def _begin(self, arrival: Arrival, request: Request) -> Verdict | None:
        number = self.last_number + 1
        try:
            transfer = self.opener.open(number, request, arrival, self._ended)
        except (RootError, UploadError) as error:
            return Verdict(error.reason, error.code, error.text)
        except PortsExhaustedError as error:
            self._recorder.counters.exhausted += 1
            return Verdict("ports-exhausted", ErrorCode.UNDEFINED, str(error))
        except OSError as error:
            text = f"the server can't open a socket for this: {error.strerror}"
            return Verdict("socket", ErrorCode.UNDEFINED, text)
        self.last_number = number
        self.transfers[arrival.client] = transfer
        self._record_request(arrival, request, number)
        self.began(transfer)
        transfer.start(self._recorder.clock.now())
        return None

    def _ended(self, transfer: Transfer) -> None:
        if self.transfers.get(transfer.client) is transfer:
            del self.transfers[transfer.client]
        self.ended(transfer)

    def _refuse(
        self, listener: Listener, arrival: Arrival, request: Request, verdict: Verdict
    ) -> None:
        self._loose(_kind_of(request), arrival, request_note(request))
        self._answer(listener, arrival, verdict.code, verdict.text)
        self._recorder.counters.refused += 1
        wall = self._recorder.clock.wall()
        asked = _requested(arrival, request, wall)
        self._recorder.emit(
            Refused(
                time=wall,
                transfer=None,
                client=asked.client,
                client_tid=asked.client_tid,
                server=asked.server,
                server_tid=None,
                file=asked.file,
                direction=asked.direction,
                reason=verdict.reason,
                error_code=verdict.code,
                message=verdict.text,
            )
        )
        self.refusals.append(
            Refusal(
                time=wall,
                client=asked.client,
                client_tid=asked.client_tid,
                file=asked.file,
                reason=verdict.reason,
                message=verdict.text,
            )
        )

    def _malformed(
        self, listener: Listener, arrival: Arrival, error: PeerError
    ) -> None:
        self._recorder.counters.malformed += 1
        self._loose(Kind.MALFORMED, arrival, error.text)
        if error.code is not None:
            self._answer(listener, arrival, error.code, error.text)

    def _answer(
        self, listener: Listener, arrival: Arrival, code: ErrorCode, text: str
    ) -> None:
        packet = encode_error(code, text)
        listener.answer(packet, arrival)
        self._recorder.loose(
            Kind.ERROR,
            arrival.client,
            arrival.server.port,
            len(packet),
            f"{code.value} {text}",
        )

    def _loose(self, kind: Kind, arrival: Arrival, note: str) -> None:
        octets = len(arrival.datagram)
        self._recorder.loose(kind, arrival.client, arrival.server.port, octets, note)

    def _record_request(self, arrival: Arrival, request: Request, number: int) -> None:
        self._recorder.packet(
            PacketRecord(
                time=self._recorder.clock.wall(),
                transfer=number,
                block=0,
                count=1,
                client_tid=arrival.client.port,
                server_tid=arrival.server.port,
                octets=len(arrival.datagram),
                kind=_kind_of(request),
            ),
            request_note(request),
        )


def _kind_of(request: Request) -> Kind:
    return Kind.RRQ if isinstance(request, ReadRequest) else Kind.WRQ


def _requested(arrival: Arrival, request: Request, wall: float) -> Requested:
    name = request.filename
    try:
        name.decode()
        raw = None
    except UnicodeDecodeError:
        raw = name.hex()
    return Requested(
        time=wall,
        transfer=None,
        client=arrival.client.host,
        client_tid=arrival.client.port,
        server=arrival.server.host,
        server_tid=None,
        file=visible(name),
        direction="read" if isinstance(request, ReadRequest) else "write",
        asked=dict(option_texts(request.options)),
        mode=request.mode.value,
        raw=raw,
    )
