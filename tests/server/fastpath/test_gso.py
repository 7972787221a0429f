import errno
import socket
from collections.abc import Iterator

import pytest

from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.server.fastpath.gso import MOST_BYTES, Uncut, cut_into, uncut
from tftptui.server.transfer.transport import Transport, open_transport

LOOPBACK = "127.0.0.1"


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, 0))
        sock.settimeout(5)
        yield sock


@pytest.fixture
def transport(client: socket.socket) -> Iterator[Transport]:
    opened = open_transport(Endpoint(LOOPBACK, 0), endpoint_of(client.getsockname()))
    yield opened
    opened.close()


@pytest.fixture(autouse=True)
def every_route_is_new() -> Iterator[None]:
    yield
    uncut.forget()


def packets(count: int, nbytes: int, last: int) -> memoryview:
    body = b"".join(bytes([number]) * nbytes for number in range(count - 1))
    return memoryview(body + bytes([count - 1]) * last)


def taken(client: socket.socket, count: int) -> list[bytes]:
    return [client.recv(65_535) for _ in range(count)]


@pytest.mark.parametrize("last", [1, 100, 516])
@pytest.mark.parametrize("is_cut", [True, False])
def test_a_run_arrives_as_single_packets(
    transport: Transport, client: socket.socket, last: int, *, is_cut: bool
) -> None:
    if is_cut:
        transport.segment(516)
    assert transport.send_run(packets(10, 516, last), 516)
    assert [len(one) for one in taken(client, 10)] == [516] * 9 + [last]


def test_more_than_one_call_can_hold_arrives_whole(
    transport: Transport, client: socket.socket
) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    transport.segment(12)
    assert transport.send_run(packets(150, 12, 7), 12)
    assert [one[0] for one in taken(client, 150)] == list(range(150))


def test_what_is_no_run_is_never_cut(
    transport: Transport, client: socket.socket
) -> None:
    transport.segment(12)
    assert transport.send(b"an OACK that is longer than a block")
    assert taken(client, 1) == [b"an OACK that is longer than a block"]


def test_packets_that_do_not_fit_the_route_are_not_cut() -> None:
    assert cut_into(1473, 1500, ipv6=False) is None
    assert cut_into(1472, 1500, ipv6=False) is not None
    assert cut_into(1453, 1500, ipv6=True) is None
    assert cut_into(1452, 1500, ipv6=True) is not None


def test_nothing_is_cut_where_the_route_is_unknown_or_one_packet_fills_a_call() -> None:
    assert cut_into(516, None, ipv6=False) is None
    assert cut_into(MOST_BYTES - 1, 1 << 17, ipv6=False) is None


def test_a_kernel_that_refuses_is_asked_once_and_nothing_is_lost(
    transport: Transport, client: socket.socket
) -> None:
    transport.segment(1200)  # then the packets have another size
    too_long = packets(80, 1200, 1200)  # older kernels accept fewer than 80 per call
    cut = transport._cut
    assert cut is not None
    object.__setattr__(cut, "ancillary", ((socket.IPPROTO_UDP, 103, b"\xff"),))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    assert transport.send_run(too_long, 1200)
    assert [one[0] for one in taken(client, 80)] == list(range(80))
    assert transport._cut is None
    transport.segment(1200)  # the next transfer to that client does not even try
    assert transport._cut is None


def test_a_route_that_refuses_a_size_refuses_larger_ones() -> None:
    known, route = Uncut(), ("198.51.100.1", "198.51.100.9")
    known.add(route, 1432, OSError(errno.EMSGSIZE, "too long"))
    assert [known.has(route, nbytes) for nbytes in (516, 1431, 1432, 1472)] == [
        False,
        False,
        True,
        True,
    ]
    assert not known.has(("198.51.100.1", "198.51.100.10"), 1432)


@pytest.mark.parametrize("number", [errno.EIO, errno.EINVAL, errno.ENOPROTOOPT])
def test_a_route_that_cuts_nothing_refuses_every_size(number: int) -> None:
    known, route = Uncut(), ("198.51.100.1", "198.51.100.9")
    known.add(route, 1432, OSError(number, "no"))
    assert known.has(route, 12)
    known.forget()
    assert not known.has(route, 1432)


def test_an_old_icmp_error_costs_no_packet(
    transport: Transport, client: socket.socket
) -> None:
    transport.segment(20)
    host, port = client.getsockname()
    client.close()
    assert transport.send(b"nobody is there")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as back:
        back.bind((host, port))
        back.settimeout(5)
        while not transport.send_run(packets(3, 20, 20), 20):
            assert transport.send_error is not None
            assert transport.send_error.errno == errno.ECONNREFUSED
        assert len(taken(back, 3)) == 3
