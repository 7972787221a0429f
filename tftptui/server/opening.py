"""From an accepted request to a transfer: the file, the TID, what is agreed."""

import os
from collections.abc import Callable
from dataclasses import dataclass

from tftptui.protocol.options import Limits, negotiate, path_block_size
from tftptui.protocol.packets import Mode, ReadRequest
from tftptui.protocol.sender import SendSession
from tftptui.protocol.timing import RetransmitTimer
from tftptui.server.addresses import Endpoint
from tftptui.server.listener import Arrival
from tftptui.server.ports import PortPool
from tftptui.server.recorder import Recorder
from tftptui.server.root import OpenFile, Root
from tftptui.server.sources import FileSource, NetasciiSource, Source
from tftptui.server.transfer import Parts, Transfer
from tftptui.server.transport import Transport, open_transport
from tftptui.settings import Settings


@dataclass
class Opener:
    """Makes transfers from what the server has. Its fields may be changed live."""

    settings: Settings
    root: Root
    pool: PortPool
    recorder: Recorder

    def open(
        self,
        number: int,
        request: ReadRequest,
        arrival: Arrival,
        ended: Callable[[Transfer], None],
    ) -> Transfer:
        """Return a transfer that has not sent anything yet.

        Raises:
            RootError: the file can't be served.
            PortsExhaustedError: no TID is free.
            OSError: no socket can be had, or there is no way to the client.
        """
        file = self.root.open(request.filename)
        try:
            transport = self._lease(arrival)
        except BaseException:
            os.close(file.descriptor)
            raise
        source = _source(file, request.mode)
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
            timer=RetransmitTimer(agreed.timeout),
            retries=self.settings.retries,
        )
        parts = Parts(
            number, request, arrival.client, transport, source, agreed, session
        )
        return Transfer(parts, self.recorder, ended)

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
