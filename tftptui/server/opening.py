"""From an accepted request to a transfer: the file, the TID, what is agreed."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tftptui.files.content import Content
from tftptui.files.sources import FileSource, NetasciiSource, OpenFile, Source
from tftptui.net.addresses import Endpoint
from tftptui.protocol.options import (
    DEFAULT_BLOCK_SIZE,
    MAX_IN_FLIGHT,
    Agreed,
    Limits,
    announced_size,
    negotiate,
    path_block_size,
)
from tftptui.protocol.packets import Mode, Request, WriteRequest
from tftptui.protocol.receiver import ReceiveSession
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer
from tftptui.server.bandwidth import Bandwidth
from tftptui.server.clock import LoopAlarm
from tftptui.server.lifespan import lifespan
from tftptui.server.listener import Arrival, Listener
from tftptui.server.naming import served_as
from tftptui.server.pacing import PacedRead, PacedWrite
from tftptui.server.parts import AnyTransport, Parts
from tftptui.server.ports import PortPool
from tftptui.server.reading import ReadTransfer
from tftptui.server.recorder import Recorder
from tftptui.server.refused_options import is_narrow, refused_options
from tftptui.server.requests import Recognise, nobody
from tftptui.server.root import Root
from tftptui.server.shared import SharedTransport
from tftptui.server.transfer import Transfer
from tftptui.server.transport import Transport, open_transport
from tftptui.server.uploads import NetasciiUpload, Sink, Uploads
from tftptui.server.writing import WriteTransfer
from tftptui.settings import Settings

_NETASCII = Mode.NETASCII  # an Enum is slow to look in
_PLAIN = Agreed()
"""What holds without options."""


@dataclass
class Opener:
    """Makes transfers from what the server has. Its fields may be changed live."""

    settings: Settings
    root: Root
    pool: PortPool
    recorder: Recorder
    uploads: Uploads
    recognise: Recognise = nobody

    def __post_init__(self) -> None:
        clock = self.recorder.clock
        self.bandwidth = Bandwidth(clock, partial(LoopAlarm, clock))

    def open(
        self,
        number: int,
        request: Request,
        place: tuple[Listener, Arrival],
        closed: Callable[[Transfer], None],
    ) -> Transfer:
        """Return a transfer that has not sent anything yet.

        PLACE is the listener that took the request, and how it came.

        Raises:
            RootError: the file can't be served.
            UploadError: the file can't be written.
            PortsExhaustedError: no TID is free.
            OSError: no socket can be had, or there is no way to the client.
        """
        settings = self.settings
        self.bandwidth.change(
            total=settings.bandwidth, each=settings.transfer_bandwidth
        )
        if isinstance(request, WriteRequest):
            return self._open_write(number, request, place, closed)
        return self._open_read(number, request, place, closed)

    def _open_read(
        self,
        number: int,
        request: Request,
        place: tuple[Listener, Arrival],
        closed: Callable[[Transfer], None],
    ) -> Transfer:
        _, arrival = place
        file = self.root.open(request.filename, arrival.client.host)
        source = _source(file, request.mode)
        transport = self._transport(place, source.close)
        agreed = self._agreed(request, transport, arrival.client, source.size)
        session = SendSession(
            window=agreed.window,
            last_block=(
                None if source.size is None else source.size // agreed.block_size + 1
            ),
            negotiated=bool(agreed.oack),
            size_asked=any(name.lower() == b"tsize" for name, _ in request.options),
            timer=self._timer(agreed),
        )
        session.numbering = agreed.numbering
        content = Content(file.descriptor, (file.size, file.modified_ns))
        way = (transport, arrival)
        parts = self._parts(number, request, file.name, way, agreed, content)
        pacer = self.bandwidth.pacer()
        if pacer is None:
            return ReadTransfer(parts, session, source, closed)
        return PacedRead(parts, session, source, pacer, closed)

    def _open_write(
        self,
        number: int,
        request: WriteRequest,
        place: tuple[Listener, Arrival],
        closed: Callable[[Transfer], None],
    ) -> Transfer:
        _, arrival = place
        announced = announced_size(request.options)
        upload = self.uploads.open(
            self.root,
            request.filename,
            client=arrival.client.host,
            announced=announced,
        )
        is_text = request.mode is Mode.NETASCII
        sink: Sink = NetasciiUpload(upload) if is_text else upload
        transport = self._transport(place, sink.discard)
        agreed = self._agreed(request, transport, arrival.client, announced)
        session = ReceiveSession(
            block_size=agreed.block_size,
            window=agreed.window,
            negotiated=bool(agreed.oack),
            timer=self._timer(agreed),
        )
        session.numbering = agreed.numbering
        way = (transport, arrival)
        parts = self._parts(number, request, upload.name, way, agreed, upload.content)
        pacer = self.bandwidth.pacer()
        if pacer is None:
            return WriteTransfer(parts, session, sink, announced, closed)
        return PacedWrite(parts, session, sink, pacer, announced, closed)

    def _parts(
        self,
        number: int,
        request: Request,
        name: bytes,
        way: tuple[AnyTransport, Arrival],
        agreed: Agreed,
        content: Content,
    ) -> Parts:
        settings = self.settings
        transport, arrival = way
        return Parts(
            number,
            request,
            arrival.client,
            transport,
            agreed,
            self.recorder,
            lifespan(
                settings.max_transfer_time, settings.max_idle_time, settings.retries
            ),
            served_as(request.filename, name),
            None if request.mode is _NETASCII else content,
            settings.gso,
            self.recognise(request, arrival.client),
            None if settings.single_port else self.pool.choice,
        )

    def _timer(self, agreed: Agreed) -> RetransmitTimer:
        return RetransmitTimer(agreed.timeout, self.settings.retries)

    def _transport(
        self, place: tuple[Listener, Arrival], give_up: Callable[[], None]
    ) -> AnyTransport:
        """Open a port for what was opened before, or call GIVE_UP and raise."""
        try:
            return self._port(*place)
        except BaseException:
            give_up()
            raise

    def _port(self, listener: Listener, arrival: Arrival) -> AnyTransport:
        """Open a port of the pool on the address that was asked, or share that one."""
        if self.settings.single_port:
            return SharedTransport(listener, arrival)
        asked = arrival.server

        def open_port(port: int) -> Transport:
            return open_transport(
                Endpoint(asked.host, port, asked.scope), arrival.client
            )

        return self.pool.lease(open_port, self.recorder.clock.now()).opened

    def _agreed(
        self,
        request: Request,
        transport: AnyTransport,
        client: Endpoint,
        size: int | None,
    ) -> Agreed:
        if not request.options:
            return _PLAIN
        limits = self._limits(request, transport, client)
        return negotiate(request.options, limits, size)

    def _refused(self, request: Request, client: Endpoint) -> frozenset[bytes]:
        refuse = self.settings.refuse
        signature = self.recognise(request, client) if is_narrow(refuse) else None
        return refused_options(refuse, signature.kind if signature else "")

    def _limits(
        self, request: Request, transport: AnyTransport, client: Endpoint
    ) -> Limits:
        mtu = transport.route_mtu() if self.settings.fit_route else None
        in_flight = self.bandwidth.in_flight(MAX_IN_FLIGHT)
        return Limits(
            block_size=min(
                self.settings.max_block_size, max(DEFAULT_BLOCK_SIZE, in_flight)
            ),
            window=self.settings.max_window,
            in_flight=in_flight,
            refused=self._refused(request, client),
            path_block_size=(
                None if mtu is None else path_block_size(mtu, ipv6=":" in client.host)
            ),
        )


def _source(file: OpenFile, mode: Mode) -> Source:
    return (
        NetasciiSource(file) if mode is _NETASCII else FileSource(file, may_wait=False)
    )
