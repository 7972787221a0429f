"""Create a transfer from an accepted request: file, TID, negotiated options."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from msgspec import structs

from tftptui.files.file_content import Content
from tftptui.files.source import FileSource, NetasciiSource, Source
from tftptui.files.staging import Staging
from tftptui.files.versions import version_of
from tftptui.net.addresses import Endpoint
from tftptui.net.routes import Routes
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
from tftptui.server.clock import LoopAlarm
from tftptui.server.fastpath.one_block_read import AnyTransfer, OneBlockRead
from tftptui.server.listener import Arrival, Listener
from tftptui.server.ports import PortPool
from tftptui.server.recorder import Recorder
from tftptui.server.requests import Recognize, nobody
from tftptui.server.root.open_file_cache import SharedFile
from tftptui.server.root.root import Root
from tftptui.server.transfer.bandwidth import Bandwidth
from tftptui.server.transfer.receive import Receiver
from tftptui.server.transfer.send import Sender
from tftptui.server.transfer.shared_transport import SharedTransport
from tftptui.server.transfer.sockets import NoWayError
from tftptui.server.transfer.transfer import AnyTransport, Parts, Transfer
from tftptui.server.transfer.transport import (
    Transport,
    is_known,
    open_alone,
    open_transport,
)
from tftptui.server.transfer.uploads import NetasciiUpload, Sink, Uploads
from tftptui.settings import Settings

_NETASCII, _OCTET = Mode.NETASCII, Mode.OCTET  # looking up an Enum member is slow
_PLAIN = Agreed()
"""Defaults of a request without options."""

FOR = "@"
"""In --refuse: separates the option from the client program it is refused to."""


def _in_no_table(_read: OneBlockRead, _transfer: Transfer) -> None:
    """Do nothing; default for Opener.replaced."""


@dataclass
class Opener:
    """Creates transfers. Its fields may be changed at runtime.

    Attributes:
        replaced: called when a Transfer replaces an active one-block read.
    """

    settings: Settings
    root: Root
    pool: PortPool
    recorder: Recorder
    uploads: Uploads
    recognize: Recognize = nobody
    replaced: Callable[[OneBlockRead, Transfer], None] = _in_no_table

    def __post_init__(self) -> None:
        clock = self.recorder.clock
        self.bandwidth = Bandwidth(clock, partial(LoopAlarm, clock))
        self._routes = Routes()

    def open(
        self,
        number: int,
        request: Request,
        place: tuple[Listener, Arrival],
        closed: Callable[[AnyTransfer], None],
    ) -> AnyTransfer:
        """Return a transfer that has not sent anything yet.

        PLACE is the listener that received the request, and the arrival.

        Raises:
            RootError: the file can't be served.
            UploadError: the file can't be written.
            PortsExhaustedError: no TID is free.
            OSError: no socket is available, or there is no route to the client.
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
        closed: Callable[[AnyTransfer], None],
    ) -> AnyTransfer:
        listener, arrival = place
        file = self.root.share(request.filename, arrival.client.host)
        transport = self._transport(listener, arrival, file.close, self._alone)
        if self._is_brief(request) and transport.to and file.find_packet():
            opened = (request, arrival, file)
            return OneBlockRead(number, opened, transport, self, self.recorder, closed)
        is_text = request.mode is _NETASCII
        source: Source = (
            NetasciiSource(file) if is_text else FileSource(file, may_wait=False)
        )
        content = None if is_text else _content_of(file)
        agreed = self._agreed(request, transport, arrival.client, source.size)
        way = (transport, arrival)
        parts = self._parts(number, request, file.name, way, agreed, content)
        staging = (
            Staging(agreed.block_size, agreed.window, agreed.numbering)
            if is_text
            else file.staging(agreed.block_size, agreed.window, agreed.numbering)
        )
        pacer = self.bandwidth.pacer()
        return Transfer(
            parts, lambda transfer: Sender(transfer, source, staging, pacer), closed
        )

    def _is_brief(self, request: Request) -> bool:
        """Return whether a plain octet read may be a OneBlockRead."""
        is_plain = not request.options and request.mode is _OCTET
        return (
            is_plain and self.bandwidth.pacer() is None and not self.recorder.tells_all
        )

    def replace(self, read: OneBlockRead) -> Transfer:
        """Return a Transfer in the same state as READ; see Replacer."""
        file = read.file
        way, content = (read.transport, read.arrival), _content_of(file)
        parts = self._parts(read.number, read.request, file.name, way, _PLAIN, content)
        parts = structs.replace(
            parts,
            settings=read.settings,
            leased_from=read.leased_from,
            single_port=read.settings.single_port,
        )
        source = FileSource(file, may_wait=False)
        staging = file.staging(DEFAULT_BLOCK_SIZE, 1, _PLAIN.numbering)

        def make_sender(transfer: Transfer) -> Sender:
            sender = Sender(transfer, source, staging)
            if read.begun is not None:
                sender.go_on_from(read.begun, read.sent_at, read.ended_at)
            return sender

        transfer = Transfer(parts, make_sender, read.closed)
        transfer.go_on_from(read.started, read.begun, read.ended_at)
        if not read.is_closed:
            self.replaced(read, transfer)
        return transfer

    def _open_write(
        self,
        number: int,
        request: WriteRequest,
        place: tuple[Listener, Arrival],
        closed: Callable[[AnyTransfer], None],
    ) -> AnyTransfer:
        listener, arrival = place
        announced = announced_size(request.options)
        upload = self.uploads.open(
            self.root,
            request.filename,
            client=arrival.client.host,
            announced=announced,
        )
        is_text = request.mode is Mode.NETASCII
        sink: Sink = NetasciiUpload(upload) if is_text else upload
        transport = self._transport(listener, arrival, sink.discard, open_transport)
        agreed = self._agreed(request, transport, arrival.client, announced)
        content = None if is_text else upload.content
        way = (transport, arrival)
        parts = self._parts(number, request, upload.name, way, agreed, content)
        pacer = self.bandwidth.pacer()
        return Transfer(
            parts, lambda transfer: Receiver(transfer, sink, announced, pacer), closed
        )

    def _parts(
        self,
        number: int,
        request: Request,
        name: bytes,
        way: tuple[AnyTransport, Arrival],
        agreed: Agreed,
        content: Content | None,
    ) -> Parts:
        settings = self.settings
        transport, arrival = way
        return Parts(
            number=number,
            request=request,
            arrival=arrival,
            transport=transport,
            agreed=agreed,
            recorder=self.recorder,
            settings=settings,
            name=name,
            content=content,
            recognize=self.recognize,
            leased_from=None if settings.single_port else self.pool.choice,
            single_port=settings.single_port,
        )

    def _transport(
        self,
        listener: Listener,
        arrival: Arrival,
        give_up: Callable[[], None],
        way: Callable[[Endpoint, Endpoint], Transport],
    ) -> AnyTransport:
        """Open a transport; call GIVE_UP and raise if that fails.

        It is on a port of the pool and the requested address, opened by WAY, or on the
        listener's own port.
        """
        try:
            if self.settings.single_port:
                return SharedTransport(listener, arrival)
            server, client = arrival.server, arrival.client

            def open_port(port: int) -> Transport:
                return way(Endpoint(server.host, port, server.scope), client)

            now = self.recorder.clock.now()
            return self.pool.lease(open_port, now, client.host).opened
        except BaseException:
            give_up()
            raise

    def _alone(self, local: Endpoint, client: Endpoint) -> Transport:
        """Open a single socket, enough for the start of a transfer."""
        if not is_known(local):
            return open_transport(local, client)
        try:
            mtu = self._routes.mtu(local, client, self.recorder.clock.now())
        except OSError as error:
            raise NoWayError(error.errno, error.strerror) from error
        return open_alone(local, client, mtu)

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
        signature = self.recognize(request, client) if _is_narrow(refuse) else None
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


def _content_of(file: SharedFile) -> Content:
    return Content(file.descriptor, version_of(file.status))


@lru_cache(maxsize=256)
def refused_options(refuse: tuple[str, ...], kind: str) -> frozenset[bytes]:
    """Return the options not granted to a client program, in lower case.

    Args:
        refuse: as in Settings.refuse: ``windowsize``, or ``windowsize@U-Boot``.
        kind: the program as recognized; "" if unknown.
    """
    found = set()
    for word in refuse:
        name, is_narrow, wanted = word.partition(FOR)
        if not is_narrow or (kind and wanted.casefold() in kind.casefold()):
            found.add(name.lower().encode())
    return frozenset(found)


def _is_narrow(refuse: tuple[str, ...]) -> bool:
    """Return whether any entry names a client program."""
    return any(FOR in word for word in refuse)
