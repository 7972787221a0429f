"""From the command to its result, where no server is needed."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tftptui.client.error_words import no_block
from tftptui.client.run import run
from tftptui.client.transfer_order import Order, Result
from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.protocol.commands import Outcome
from tftptui.protocol.offer import Offer
from tftptui.protocol.packets import ReadRequest, encode_data, encode_oack, parse

Answer = Callable[[socket.socket, Endpoint], None]


@contextmanager
def server_that(answers: Answer) -> Iterator[int]:
    """Run a server that takes one request and replies from its listener."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10.0)
        sock.bind(("127.0.0.1", 0))

        def serve() -> None:
            packet, client = sock.recvfrom(1_000)
            assert isinstance(parse(packet), ReadRequest)
            answers(sock, endpoint_of(client))

        thread = threading.Thread(target=serve)
        thread.start()
        yield sock.getsockname()[1]
        thread.join()


def get(folder: Path, port: int, **changes: object) -> Result:
    order = Order(
        is_write=False,
        host="127.0.0.1",
        port=port,
        file=b"file",
        local=str(folder / "file"),
        timeout=1,
        retries=0,
        **changes,  # type: ignore[arg-type] # by these tests only
    )
    return run(order)


def test_oack_that_makes_no_sense_is_answered_by_error_8(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def answer(sock: socket.socket, client: Endpoint) -> None:
        oack = encode_oack(((b"blksize", b"9000"),))
        sock.sendto(oack, client.as_socket_address())
        heard.append(sock.recv(1_000))

    with server_that(answer) as port:
        result = get(tmp_path, port, offer=Offer(block_size=1_428))
    assert result.outcome is Outcome.FAILED
    assert result.error == "the server agreed to blksize 9000, but 1428 was requested"
    assert heard == [
        b"\0\5\0\10the server agreed to blksize 9000, but 1428 was requested\0"
    ]


def test_server_that_sends_from_another_address_is_told_of(tmp_path: Path) -> None:
    def answer(_: socket.socket, client: Endpoint) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.bind(("127.0.0.2", 0))
            other.sendto(encode_data(1, b"octets"), client.as_socket_address())

    with server_that(answer) as port:
        result = get(tmp_path, port)
    assert result.counts.strays == 1
    assert result.error.startswith(f"no reply from 127.0.0.1:{port}: 1 request")
    assert result.error.endswith(
        " replied instead: the server sends from another address"
    )


def test_server_that_falls_silent_is_told_with_the_last_block(tmp_path: Path) -> None:
    def answer(sock: socket.socket, client: Endpoint) -> None:
        sock.sendto(encode_data(1, bytes(512)), client.as_socket_address())

    with server_that(answer) as port:
        result = get(tmp_path, port)
    assert result.outcome is Outcome.ABANDONED
    assert result.error == "the server stopped replying after block 1"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("block_size", "tries"), [(1_428, "try --blksize 512, or: "), (512, "")]
)
def test_blocks_that_never_come_are_told_with_what_to_try(
    tmp_path: Path, block_size: int, tries: str
) -> None:
    def answer(sock: socket.socket, client: Endpoint) -> None:
        oack = encode_oack(((b"blksize", str(block_size).encode()),))
        sock.sendto(oack, client.as_socket_address())

    with server_that(answer) as port:
        result = get(tmp_path, port, offer=Offer(block_size=block_size))
    assert result.error == (
        f"the server granted blksize {block_size}, but no block arrived; "
        f"{tries}tftptui probe 127.0.0.1:{port} file"
    )


def test_blocks_of_a_put_that_are_never_acknowledged_may_be_too_large() -> None:
    told = no_block(1_428, "")
    assert told.endswith("but no block arrived; try --blksize 512")


def test_refused_size_of_a_put_is_the_size_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(bytes(1_234))
    order = Order(
        is_write=True,
        host="127.0.0.1",
        port=9,
        file=b"file",
        local=str(tmp_path / "file"),
        offer=Offer(total_size=0),
    )
    assert run(order).asked == ((b"tsize", b"1234"),)


@pytest.mark.parametrize("host", ["", "a" * 70, "x.invalid", "\udcff"])
def test_host_that_is_none_is_told(tmp_path: Path, host: str) -> None:
    order = Order(
        is_write=False, host=host, port=69, file=b"f", local=str(tmp_path / "f")
    )
    result = run(order)
    assert (result.outcome, result.server) == (Outcome.FAILED, None)
    assert result.error.startswith("cannot find the host ")
