"""A server on loopback without support for options, like some old ones."""

import socket
import threading
from types import TracebackType

from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import ReadRequest, encode_data, parse


class PlainServer:
    """Context manager: replies to requests without options with one short block.

    Args:
        refusal: the reply to requests with options; empty for none.
    """

    def __init__(self, refusal: bytes = b"") -> None:
        self._refusal = refusal
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Endpoint:
        self._thread.start()
        return Endpoint(*self._sock.getsockname())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.sendto(b"", self._sock.getsockname())
        self._thread.join()
        self._sock.close()

    def _serve(self) -> None:
        while True:
            datagram, sender = self._sock.recvfrom(2_048)
            if not datagram:
                return
            packet = parse(datagram)
            if not isinstance(packet, ReadRequest):
                continue
            if not packet.options:
                self._sock.sendto(encode_data(1, b"x"), sender)
            elif self._refusal:
                self._sock.sendto(self._refusal, sender)
