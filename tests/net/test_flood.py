"""A client that floods its own transfer does not delay the timers of others."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.builders import sample_bytes
from tests.support.serve import Serve
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint
from tftptui.protocol.packets import encode_ack

pytestmark = pytest.mark.net


@contextmanager
def flooded(client: UdpClient) -> Iterator[list[int]]:
    """Send the same ACK to the client's peer continuously; count how often."""
    over, sent = threading.Event(), [0]
    packet, sock = encode_ack(1), client.socket
    assert isinstance(client.peer, Endpoint)
    at = client.peer.as_socket_address()

    def flood() -> None:
        while not over.is_set():
            sock.sendto(packet, at)
            sent[0] += 1

    thread = threading.Thread(target=flood)
    thread.start()
    try:
        yield sent
    finally:
        over.set()
        thread.join()


async def test_a_block_that_is_not_answered_is_sent_again_all_the_same(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").write_bytes(sample_bytes(100_000))
    with Serve(tmp_path) as server, UdpClient() as loud, UdpClient() as quiet:
        loud.ask(server.at, b"file")
        await loud.data()
        loud.ack(1)
        await loud.data()
        with flooded(loud) as sent:
            quiet.ask(server.at, b"file", options=((b"utimeout", b"200000"),))
            await quiet.oack()
            quiet.ack(0)
            numbers, counts = [], []
            for _ in range(4):
                numbers.append((await quiet.data()).block16)
                counts.append(sent[0])
        quiet.leave()
        loud.leave()
        ended = server.until("transfer_ended", client_tid=quiet.local.port)
    assert numbers == [1, 1, 1, 1]
    assert counts == sorted(set(counts))  # the flood continued meanwhile
    assert ended["retransmits"] == 3
