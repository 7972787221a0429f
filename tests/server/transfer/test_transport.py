"""The two sockets of a TID, on loopback."""

import contextlib
import errno
import socket
from collections.abc import Iterator

import pytest

from tests.support.free_ports import free_range
from tests.support.waiting import await_readable
from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.server.ports import PortTakenError
from tftptui.server.transfer.transport import Transport, open_transport

IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, DONT = 10, 23, 0

families = pytest.mark.parametrize("host", ["127.0.0.1", "::1"])


def udp(host: str = "127.0.0.1") -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(10.0)
    sock.bind((host, 0))
    return sock


def at(sock: socket.socket) -> Endpoint:
    return endpoint_of(sock.getsockname())


def stray_at(transport: Transport) -> tuple[bytes, Endpoint] | None:
    """Return a stray packet and its sender, if there was one."""
    try:
        datagram, sender = transport.recvfrom(100)
    except BlockingIOError:
        return None
    return datagram, endpoint_of(sender)


@contextlib.contextmanager
def transport_to(client: socket.socket) -> Iterator[Transport]:
    local = Endpoint(at(client).host, free_range(1).first)
    with contextlib.closing(open_transport(local, at(client))) as transport:
        yield transport


@pytest.fixture
def client() -> Iterator[socket.socket]:
    with udp() as sock:
        yield sock


@pytest.fixture
def stranger() -> Iterator[socket.socket]:
    with udp() as sock:
        yield sock


@pytest.fixture
def transport(client: socket.socket) -> Iterator[Transport]:
    with transport_to(client) as transport:
        yield transport


@families
def test_packets_leave_from_the_leased_port(host: str) -> None:
    with udp(host) as client, transport_to(client) as transport:
        assert transport.send(b"hello")
        datagram, sender = client.recvfrom(100)
        assert (datagram, endpoint_of(sender)) == (b"hello", transport.local)


@families
def test_main_gets_what_the_client_sends(host: str) -> None:
    with udp(host) as client, transport_to(client) as transport:
        client.sendto(b"ack", transport.local.as_socket_address())
        await_readable(transport.main)
        assert (transport.receive(), stray_at(transport)) == (b"ack", None)


@families
def test_twin_gets_what_a_stranger_sends(host: str) -> None:
    with (
        udp(host) as client,
        udp(host) as stranger,
        transport_to(client) as transport,
    ):
        stranger.sendto(b"who?", transport.local.as_socket_address())
        await_readable(transport.twin)
        assert stray_at(transport) == (b"who?", at(stranger))
        assert transport.receive() is None


def test_an_answer_to_a_stranger_leaves_from_the_leased_port(
    transport: Transport, stranger: socket.socket
) -> None:
    transport.answer_stray(b"go away", at(stranger))
    datagram, sender = stranger.recvfrom(100)
    assert (datagram, endpoint_of(sender)) == (b"go away", transport.local)


def test_another_port_of_the_clients_address_is_a_stranger(
    transport: Transport, client: socket.socket
) -> None:
    with udp(at(client).host) as second:
        second.sendto(b"me too", transport.local.as_socket_address())
        await_readable(transport.twin)
        assert stray_at(transport) == (b"me too", at(second))


def test_nothing_to_receive_is_none(transport: Transport) -> None:
    assert (transport.receive(), stray_at(transport)) == (None, None)


def test_fragments_are_allowed_by_ipv4(transport: Transport) -> None:
    sockets = (transport.main, transport.twin)
    option = (socket.IPPROTO_IP, IP_MTU_DISCOVER)
    assert [sock.getsockopt(*option) for sock in sockets] == [DONT, DONT]


def test_fragments_are_allowed_by_ipv6() -> None:
    option = (socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER)
    with udp("::1") as client, transport_to(client) as transport:
        sockets = (transport.main, transport.twin)
        assert [sock.getsockopt(*option) for sock in sockets] == [DONT, DONT]


@pytest.mark.parametrize(("host", "mtu"), [("127.0.0.1", 65_535), ("::1", 65_536)])
def test_the_mtu_of_the_route_is_known(host: str, mtu: int) -> None:
    with udp(host) as client, transport_to(client) as transport:
        assert transport.route_mtu() == mtu


def test_a_port_that_another_program_holds_is_taken(client: socket.socket) -> None:
    with udp() as other, pytest.raises(PortTakenError):
        open_transport(at(other), at(client))


def test_a_port_held_on_all_addresses_is_taken(client: socket.socket) -> None:
    with udp("0.0.0.0") as other, pytest.raises(PortTakenError):  # noqa: S104
        open_transport(Endpoint("127.0.0.1", at(other).port), at(client))


def test_a_port_whose_holder_would_share_it_is_taken_too(
    client: socket.socket,
) -> None:
    local = Endpoint("127.0.0.1", free_range(1).first)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(local.as_socket_address())
        with pytest.raises(PortTakenError):
            open_transport(local, at(client))


def test_a_living_transports_port_is_taken(
    transport: Transport, client: socket.socket
) -> None:
    with pytest.raises(PortTakenError):
        open_transport(transport.local, at(client))


def test_a_closed_transports_port_is_free(client: socket.socket) -> None:
    with transport_to(client) as transport:
        local = transport.local
    open_transport(local, at(client)).close()


def test_no_way_to_the_client_is_an_error_and_leaves_no_socket(
    client: socket.socket,
) -> None:
    local = Endpoint("127.0.0.1", free_range(1).first)
    with pytest.raises(OSError, match=r"unreachable|Invalid"):
        open_transport(local, Endpoint("203.0.113.1", 9))
    open_transport(local, at(client)).close()


def test_a_datagram_that_is_too_long_is_not_sent_and_says_why(
    transport: Transport,
) -> None:
    assert not transport.send(b"x" * 66_000)
    assert transport.send_error is not None
    assert transport.send_error.errno == errno.EMSGSIZE
    assert transport.unsent == 1


def test_a_later_success_forgets_the_error(
    transport: Transport, client: socket.socket
) -> None:
    transport.send(b"x" * 66_000)
    assert transport.send(b"short")
    assert (transport.send_error, client.recv(10)) == (None, b"short")


def test_a_refused_packet_does_not_swallow_the_next(
    transport: Transport, client: socket.socket
) -> None:
    place = client.getsockname()
    client.close()
    transport.send(b"refused")
    await_readable(transport.main)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as again:
        again.settimeout(10.0)
        again.bind(place)
        assert transport.send(b"arrives")
        assert again.recv(100) == b"arrives"
