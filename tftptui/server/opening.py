"""From an accepted request to a transfer: the file, the TID, what is agreed."""

from collections.abc import Callable
from dataclasses import dataclass

from tftptui.files.sources import FileSource, NetasciiSource, OpenFile, Source
from tftptui.net.addresses import Endpoint
from tftptui.protocol.options import (
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
from tftptui.server.listener import Arrival
from tftptui.server.ports import PortPool
from tftptui.server.reading import ReadTransfer
from tftptui.server.recorder import Recorder
from tftptui.server.root import Root
from tftptui.server.transfer import Parts, Transfer
from tftptui.server.transport import Transport, open_transport
from tftptui.server.uploads import NetasciiUpload, Sink, Uploads
from tftptui.server.writing import WriteTransfer
from tftptui.settings import Settings


@dataclass
class Opener:
    """Makes transfers from what the server has. Its fields may be changed live."""

    settings: Settings
    root: Root
    pool: PortPool
    recorder: Recorder
    uploads: Uploads

    def open(
        self,
        number: int,
        request: Request,
        arrival: Arrival,
        closed: Callable[[Transfer], None],
    ) -> Transfer:
        """Return a transfer that has not sent anything yet.

        Raises:
            RootError: the file can't be served.
            UploadError: the file can't be written.
            PortsExhaustedError: no TID is free.
            OSError: no socket can be had, or there is no way to the client.
        """
        if isinstance(request, WriteRequest):
            return self._open_write(number, request, arrival, closed)
        source = _source(self.root.open(request.filename), request.mode)
        try:
            transport = self._lease(arrival)
        except BaseException:
            source.close()
            raise
        agreed = negotiate(
            request.options, self._limits(transport, arrival.client), source.size
        )
        session = SendSession(
            window=agreed.window,
            last_block=(
                None if source.size is None else source.size // agreed.block_size + 1
            ),
            negotiated=bool(agreed.oack),
            size_asked=any(name.lower() == b"tsize" for name, _ in request.options),
            timer=self._timer(agreed),
        )
        parts = self._parts(number, request, arrival.client, transport, agreed)
        return ReadTransfer(parts, session, source, closed)

    def _open_write(
        self,
        number: int,
        request: WriteRequest,
        arrival: Arrival,
        closed: Callable[[Transfer], None],
    ) -> Transfer:
        announced = announced_size(request.options)
        upload = self.uploads.open(
            self.root,
            request.filename,
            client=arrival.client.host,
            announced=announced,
        )
        is_text = request.mode is Mode.NETASCII
        sink: Sink = NetasciiUpload(upload) if is_text else upload
        try:
            transport = self._lease(arrival)
        except BaseException:
            sink.discard()
            raise
        agreed = negotiate(
            request.options, self._limits(transport, arrival.client), announced
        )
        session = ReceiveSession(
            block_size=agreed.block_size,
            window=agreed.window,
            negotiated=bool(agreed.oack),
            timer=self._timer(agreed),
        )
        parts = self._parts(number, request, arrival.client, transport, agreed)
        return WriteTransfer(parts, session, sink, announced, closed)

    def _parts(
        self,
        number: int,
        request: Request,
        client: Endpoint,
        transport: Transport,
        agreed: Agreed,
    ) -> Parts:
        return Parts(number, request, client, transport, agreed, self.recorder)

    def _timer(self, agreed: Agreed) -> RetransmitTimer:
        return RetransmitTimer(agreed.timeout, self.settings.retries)

    def _lease(self, arrival: Arrival) -> Transport:
        """Open a port of the pool on the address that was asked."""
        asked = arrival.server

        def open_port(port: int) -> Transport:
            return open_transport(
                Endpoint(asked.host, port, asked.scope), arrival.client
            )

        return self.pool.lease(open_port, self.recorder.clock.now()).opened

    def _limits(self, transport: Transport, client: Endpoint) -> Limits:
        mtu = transport.route_mtu() if self.settings.fit_route else None
        return Limits(
            block_size=self.settings.max_block_size,
            window=self.settings.max_window,
            path_block_size=(
                None if mtu is None else path_block_size(mtu, ipv6=":" in client.host)
            ),
        )


def _source(file: OpenFile, mode: Mode) -> Source:
    return NetasciiSource(file) if mode is Mode.NETASCII else FileSource(file)
