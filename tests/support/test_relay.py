"""The relay loses the chosen packets and forwards the rest."""

import socket
from collections.abc import Iterator

import pytest

from tests.support.relay import Loss, Relay
from tftptui.net.addresses import Endpoint, SocketAddress, endpoint_of
from tftptui.protocol.packets import Opcode, encode_ack, encode_data

REQUEST = b"\0\1file\0octet\0"


def udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(10.0)
    sock.bind(("127.0.0.1", 0))
    return sock


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Yield a client's socket and a server's, which replies from its only port."""
    with udp() as client, udp() as server:
        yield client, server


def connect(
    client: socket.socket, server: socket.socket, relay: Relay
) -> tuple[SocketAddress, SocketAddress]:
    """Send a request and a reply; return the peer that each end sees."""
    client.sendto(REQUEST, relay.at.as_socket_address())
    datagram, client_seen = server.recvfrom(100)
    assert datagram == REQUEST
    server.sendto(encode_data(1, b"first"), client_seen)
    datagram, server_seen = client.recvfrom(100)
    assert datagram == encode_data(1, b"first")
    return client_seen, server_seen


def at(sock: socket.socket) -> Endpoint:
    return endpoint_of(sock.getsockname())


def test_both_ends_see_ports_of_the_relay(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    with Relay(at(server), []) as relay:
        client_seen, server_seen = connect(client, server, relay)
        client.sendto(encode_ack(1), server_seen)
        assert server.recvfrom(100) == (encode_ack(1), client_seen)
    seen = {endpoint_of(client_seen), endpoint_of(server_seen)}
    assert len(seen | {at(client), at(server), relay.at}) == 5


def test_the_chosen_occurrence_is_lost_and_no_other(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    second = Loss(Opcode.DATA, 2, occurrence=2)
    with Relay(at(server), [second]) as relay:
        client_seen, _ = connect(client, server, relay)
        for payload in (b"one", b"two", b"three"):
            server.sendto(encode_data(2, payload), client_seen)
        arrived = [client.recv(100), client.recv(100)]
    assert arrived == [encode_data(2, b"one"), encode_data(2, b"three")]
    assert relay.lost == [second]


def test_packets_towards_the_server_are_lost_too(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    loss = Loss(Opcode.ACK, 1)
    with Relay(at(server), [loss]) as relay:
        _, server_seen = connect(client, server, relay)
        client.sendto(encode_ack(1), server_seen)
        client.sendto(encode_ack(2), server_seen)
        assert server.recv(100) == encode_ack(2)
    assert relay.lost == [loss]
