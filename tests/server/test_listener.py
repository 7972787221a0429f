"""The request sockets: the address of the request, and replies from it."""

import contextlib
import select
import socket
from collections.abc import Iterator

import pytest

from tests.support.waiting import await_readable
from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.server.listener import BATCH, Arrival, Listener, destination_address

EVERY_V4, EVERY_V6 = "0.0.0.0", "::"  # noqa: S104
OURS_V4 = ["127.0.0.1", "127.0.0.2", "127.8.9.10"]  # all of 127/8 is this machine


@contextlib.contextmanager
def listening(host: str) -> Iterator[Listener]:
    with contextlib.closing(Listener(Endpoint(host, 0))) as listener:
        yield listener


@contextlib.contextmanager
def client(family: socket.AddressFamily = socket.AF_INET) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(10.0)
        yield sock


def only_arrival(listener: Listener) -> Arrival:
    await_readable(listener.socket)
    (arrival,) = listener.arrivals()
    return arrival


def test_port_zero_becomes_a_real_one() -> None:
    with listening("127.0.0.1") as listener:
        assert listener.local.port == listener.socket.getsockname()[1] > 0


@pytest.mark.parametrize("asked", OURS_V4)
def test_the_destination_address_is_told_where_all_are_served(asked: str) -> None:
    with listening(EVERY_V4) as listener, client() as sock:
        sock.sendto(b"hello", (asked, listener.local.port))
        arrival = only_arrival(listener)
        assert arrival.server == Endpoint(asked, listener.local.port)
        assert arrival.client.port == sock.getsockname()[1]
        assert arrival.datagram == b"hello"


def test_what_is_sent_to_a_broadcast_address_is_known() -> None:
    with listening(EVERY_V4) as listener, client() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        sock.sendto(b"hello", ("127.255.255.255", listener.local.port))
        assert only_arrival(listener).is_to_many
        sock.sendto(b"hello", ("127.0.0.1", listener.local.port))
        assert not only_arrival(listener).is_to_many


@pytest.mark.parametrize(
    ("asked", "is_to_many"), [("ff02::1", True), ("fe80::1", False), ("::1", False)]
)
def test_what_is_sent_to_a_multicast_address_is_known(
    asked: str, *, is_to_many: bool
) -> None:
    info = socket.inet_pton(socket.AF_INET6, asked) + bytes(4)
    told = (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)
    assert destination_address([told]) == (asked, is_to_many)


@pytest.mark.parametrize("asked", OURS_V4)
def test_the_answer_leaves_from_the_destination_address(asked: str) -> None:
    with listening(EVERY_V4) as listener, client() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.sendto(b"hello", (asked, listener.local.port))
        listener.answer(b"welcome", only_arrival(listener))
        answer, sender = sock.recvfrom(100)
        assert (answer, sender) == (b"welcome", (asked, listener.local.port))


@pytest.mark.parametrize("host", [EVERY_V6, "::1"])
def test_ipv6_is_asked_and_answers_from_the_same_address(host: str) -> None:
    with listening(host) as listener, client(socket.AF_INET6) as sock:
        sock.sendto(b"hello", ("::1", listener.local.port))
        arrival = only_arrival(listener)
        listener.answer(b"welcome", arrival)
        answer, sender = sock.recvfrom(100)
        assert arrival.server == Endpoint("::1", listener.local.port)
        assert (answer, endpoint_of(sender)) == (b"welcome", arrival.server)


def test_ipv6_listener_leaves_ipv4_alone() -> None:
    with listening(EVERY_V6) as v6:
        v4 = Listener(Endpoint(EVERY_V4, v6.local.port))
        v4.close()
        assert v4.local.port == v6.local.port


def test_a_wake_up_takes_one_batch_and_the_next_the_rest() -> None:
    with listening("127.0.0.1") as listener, client() as sock:
        for number in range(BATCH + 3):
            sock.sendto(b"%d" % number, listener.local.as_socket_address())
        await_readable(listener.socket)
        batches = [len(list(listener.arrivals())) for _ in range(3)]
        assert batches == [BATCH, 3, 0]


def test_a_burst_waits_until_it_is_read() -> None:
    with listening("127.0.0.1") as listener, client() as sock:
        for _ in range(1_000):
            sock.sendto(b"\0\1file\0octet\0", listener.local.as_socket_address())
        taken = sum(len(list(listener.arrivals())) for _ in range(1_000 // BATCH + 1))
        assert taken == 1_000


def test_the_longest_datagram_arrives_whole() -> None:
    with listening("127.0.0.1") as listener, client() as sock:
        sock.sendto(b"x" * 65_507, listener.local.as_socket_address())
        assert only_arrival(listener).datagram == b"x" * 65_507


def test_an_empty_datagram_is_an_arrival() -> None:
    with listening("127.0.0.1") as listener, client() as sock:
        sock.sendto(b"", listener.local.as_socket_address())
        assert only_arrival(listener).datagram == b""


def test_an_answer_that_cannot_be_sent_is_let_go() -> None:
    with listening("127.0.0.1") as listener:
        nowhere = Arrival(b"", Endpoint("203.0.113.1", 9), listener.local)
        listener.answer(b"lost", nowhere)
        assert list(listener.arrivals()) == []


def test_a_closed_listener_gives_its_port_back() -> None:
    with listening("127.0.0.1") as listener:
        local = listener.local
    Listener(local).close()


def test_a_taken_port_is_an_error() -> None:
    with listening("127.0.0.1") as listener, pytest.raises(OSError, match="in use"):
        Listener(listener.local)


def gone(listener: Listener) -> Arrival:
    """Receive a request of a client that then closes its port."""
    with client() as sock:
        sock.sendto(b"hello", (listener.local.host, listener.local.port))
        return only_arrival(listener)


def test_a_client_that_is_gone_costs_another_nothing() -> None:
    with listening("127.0.0.1") as listener, client() as sock:
        listener.hear_errors()
        left = gone(listener)
        sock.sendto(b"hello", ("127.0.0.1", listener.local.port))
        here = only_arrival(listener)
        assert listener.answer(b"to nobody", left) is None
        await_readable(listener.socket)  # the error is pending, and fails the next send
        assert listener.answer(b"welcome", here) is None
        assert sock.recv(100) == b"welcome"


def test_an_error_tells_whose_it_is_and_is_taken_once() -> None:
    with listening("127.0.0.1") as listener:
        listener.hear_errors()
        left = gone(listener)
        listener.answer(b"to nobody", left)
        await_readable(listener.socket)
        assert list(listener.arrivals()) == []
        (error,) = listener.take_errors()
        assert (error.target, error.is_port_closed) == (left.client, True)
        assert listener.take_errors() == []


def test_errors_that_were_taken_wake_nobody() -> None:
    with listening("127.0.0.1") as listener:
        listener.hear_errors()
        listener.answer(b"to nobody", gone(listener))
        await_readable(listener.socket)
        list(listener.arrivals())
        poll = select.poll()
        poll.register(listener.socket, select.POLLIN | select.POLLERR)
        assert poll.poll(0) == []


def test_who_does_not_listen_for_errors_hears_none() -> None:
    with listening("127.0.0.1") as listener:
        listener.answer(b"to nobody", gone(listener))
        with client() as sock:
            sock.sendto(b"hello", ("127.0.0.1", listener.local.port))
            only_arrival(listener)
        assert listener.take_errors() == []
