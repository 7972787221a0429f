"""A client whose socket buffer is smaller than a window: bursts must shrink."""

import socket
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import (
    Data,
    Mode,
    Oack,
    ReadRequest,
    encode_ack,
    encode_request,
    parse,
)

pytestmark = pytest.mark.net

BLOCK = 1_428
BLOCKS = 3_000
CONTENT = sample_bytes(BLOCK * (BLOCKS - 1) + 100)
WAIT = 0.2
"""Seconds after which the client reports its progress again."""

CHARGED = 2_304
"""Bytes that Linux charges a socket for such a block; it allows twice its buffer."""


class SmallClient:
    """A client with windows (RFC 7440) that waits for a timer if their end is lost.

    Attributes:
        waits: how often it waited.
    """

    def __init__(self, room: int, window: int) -> None:
        self.waits = 0
        self._window = window
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
        self._socket.bind(("127.0.0.1", 0))

    def read(self, server: Endpoint) -> bytes:
        """Return the file."""
        window = str(self._window).encode()
        options = ((b"blksize", str(BLOCK).encode()), (b"windowsize", window))
        request = encode_request(ReadRequest(b"file", Mode.OCTET, options))
        with self._socket:
            self._socket.sendto(request, server.as_socket_address())
            self._socket.settimeout(10.0)
            datagram, tid = self._socket.recvfrom(2_048)
            assert isinstance(parse(datagram), Oack)
            self._socket.connect(tid)
            self._socket.send(encode_ack(0))
            self._socket.settimeout(WAIT)
            return self._blocks()

    def _blocks(self) -> bytes:
        content, block, acked, is_gap_told = [], 0, 0, False
        while True:
            try:
                data = parse(self._socket.recv(2_048))
            except TimeoutError:
                self.waits += 1
                self._socket.send(encode_ack(block))
                acked, is_gap_told = block, False
                continue
            assert isinstance(data, Data)
            is_next = data.block16 == block + 1
            if is_next:
                content.append(data.payload)
                block, is_gap_told = block + 1, False
            is_last = is_next and len(data.payload) < BLOCK
            is_gap = data.block16 > block + 1 and not is_gap_told
            if is_gap or is_last or block - acked == self._window:
                self._socket.send(encode_ack(block))
                acked, is_gap_told = block, is_gap
            if is_last:
                return b"".join(content)


@pytest.mark.parametrize("how", [[], ["--no-gso"]], ids=["gso", "each"])
@pytest.mark.parametrize(("room", "window"), [(16_384, 16), (65_536, 64)])
def test_it_is_waited_for_a_few_times_only(
    tmp_path: Path, room: int, window: int, how: list[str]
) -> None:
    (tmp_path / "file").write_bytes(CONTENT)
    client = SmallClient(room, window)
    with Serve(tmp_path, *how) as server:
        assert client.read(server.at) == CONTENT
        ended = server.until("transfer_ended")
    assert ended["outcome"] == "completed"
    # If each window were sent in full, its end would be lost and waited for.
    stubborn = BLOCKS // (2 * room // CHARGED)
    assert client.waits <= stubborn // 3
