"""A path between one client and the server that loses chosen packets.

It rewrites ports like a TFTP-aware NAT: the client communicates only with the relay,
and the server sees a port of the relay as the client.
"""

import contextlib
import selectors
import socket
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from tftptui.net.addresses import Endpoint, SocketAddress, endpoint_of
from tftptui.protocol.packets import Opcode

_LONGEST = 65_535


@dataclass(frozen=True)
class Loss:
    """One packet to lose: the OCCURRENCE-th, from 1, of its kind.

    ``block`` is the wire block of DATA and ACK, 0 for others.
    """

    opcode: Opcode
    block: int = 0
    occurrence: int = 1


class Relay:
    """Forwards packets in its own thread; ``with`` ends it.

    Attributes:
        at: where the client sends its requests.
        lost: the lost packets, in order.
    """

    def __init__(self, server: Endpoint, losses: Iterable[Loss]) -> None:
        self.lost: list[Loss] = []
        self._server = server.as_socket_address()
        self._losses = set(losses)
        self._seen: Counter[tuple[int, int]] = Counter()
        self._client: SocketAddress | None = None
        self._tid: SocketAddress | None = None
        self._requests, self._up, self._down = (_udp() for _ in range(3))
        self._end, self._ended = socket.socketpair()
        self.at = endpoint_of(self._requests.getsockname())
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end.close()
        self._thread.join()
        for sock in (self._requests, self._up, self._down, self._ended):
            sock.close()

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector:
            for sock in (self._requests, self._up, self._down, self._ended):
                selector.register(sock, selectors.EVENT_READ)
            while self._ended not in (ready := _ready(selector)):
                for sock in ready:
                    with contextlib.suppress(ConnectionError):
                        self._pass_on(sock)

    def _pass_on(self, sock: socket.socket) -> None:
        datagram, sender = sock.recvfrom(_LONGEST)
        if sock is self._up:
            self._tid, target, out = sender, self._client, self._down
        elif sock is self._down:
            target, out = self._tid, self._up
        else:
            self._client, target, out = sender, self._server, self._up
        if target is not None and not self._is_lost(datagram):
            out.sendto(datagram, target)

    def _is_lost(self, datagram: bytes) -> bool:
        opcode = int.from_bytes(datagram[:2])
        is_numbered = opcode in (Opcode.DATA, Opcode.ACK)
        place = (opcode, int.from_bytes(datagram[2:4]) if is_numbered else 0)
        self._seen[place] += 1
        loss = Loss(Opcode(opcode), place[1], self._seen[place])
        if loss not in self._losses:
            return False
        self.lost.append(loss)
        return True


def _ready(selector: selectors.BaseSelector) -> list[socket.socket]:
    """Wait; return the sockets that can be read."""
    found = [key.fileobj for key, _ in selector.select()]
    return [sock for sock in found if isinstance(sock, socket.socket)]


def _udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock
