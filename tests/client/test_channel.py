"""The client's socket, on loopback."""

import socket
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.free_ports import free_range
from tftptui.client.channel import Channel, open_channel
from tftptui.client.interrupts import Interrupts
from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.protocol.packets import ErrorPacket, encode_ack, encode_error, parse

PATIENCE = 10.0


def plain_socket(host: str = "127.0.0.1") -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE)
    sock.bind((host, 0))
    return sock


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with plain_socket() as sock:
        yield sock


@pytest.fixture
def channel(listener: socket.socket) -> Iterator[Channel]:
    server = endpoint_of(listener.getsockname())
    with (
        Interrupts() as interrupts,
        closing(open_channel(Endpoint("127.0.0.1", 0), server, interrupts)) as opened,
    ):
        yield opened


def send(sock: socket.socket, packet: bytes, channel: Channel) -> None:
    sock.sendto(packet, channel.local.as_socket_address())


def received(channel: Channel) -> bytes:
    channel.wait(PATIENCE)
    datagram = channel.receive()
    assert datagram is not None
    return bytes(datagram)


def answered(channel: Channel, sock: socket.socket) -> int:
    """Return the code of the ERROR with which the channel rejects a socket."""
    channel.wait(PATIENCE)
    assert channel.receive() is None
    packet = parse(sock.recv(100))
    assert isinstance(packet, ErrorPacket)
    return packet.code


def test_request_goes_to_the_listener(
    channel: Channel, listener: socket.socket
) -> None:
    channel.ask(b"request")
    assert listener.recvfrom(100) == (b"request", ("127.0.0.1", channel.local.port))


def test_answer_may_come_from_any_port(channel: Channel) -> None:
    with plain_socket() as tid:
        send(tid, encode_ack(0), channel)
        assert received(channel) == encode_ack(0)


def test_locked_one_sends_there(channel: Channel) -> None:
    with plain_socket() as tid:
        send(tid, encode_ack(0), channel)
        received(channel)
        channel.lock()
        channel.send(b"data")
        assert tid.recv(100) == b"data"
        assert channel.peer == endpoint_of(tid.getsockname())


def test_locked_one_turns_others_away_with_error_5(channel: Channel) -> None:
    with plain_socket() as tid, plain_socket() as other:
        send(tid, encode_ack(0), channel)
        received(channel)
        channel.lock()
        send(other, encode_ack(0), channel)
        assert answered(channel, other) == 5
        assert channel.strays == 1
        assert channel.stranger == endpoint_of(other.getsockname())


def test_answer_from_another_host_is_turned_away(channel: Channel) -> None:
    with plain_socket("127.0.0.2") as other:
        send(other, encode_ack(0), channel)
        assert answered(channel, other) == 5


def test_error_from_a_stranger_is_not_answered(channel: Channel) -> None:
    with plain_socket("127.0.0.2") as other:
        send(other, encode_error(0, "what?"), channel)
        channel.wait(PATIENCE)
        assert (channel.receive(), channel.strays) == (None, 1)
        other.settimeout(0.0)
        with pytest.raises(BlockingIOError):
            other.recv(100)


def test_few_strangers_are_answered(channel: Channel) -> None:
    with plain_socket("127.0.0.2") as other:
        for _ in range(12):
            send(other, encode_ack(0), channel)
            channel.wait(PATIENCE)
            assert channel.receive() is None
        other.settimeout(0.0)
        answers = [other.recv(100) for _ in range(10)]
        assert (len(answers), channel.strays) == (10, 12)
        with pytest.raises(BlockingIOError):
            other.recv(100)


def test_tid_that_was_left_is_a_stranger(channel: Channel) -> None:
    with plain_socket() as tid:
        send(tid, encode_ack(0), channel)
        received(channel)
        channel.lock()
        channel.unlock()
        send(tid, encode_ack(0), channel)
        assert answered(channel, tid) == 5


def test_a_server_of_one_port_is_heard_when_it_is_asked_anew(
    channel: Channel, listener: socket.socket
) -> None:
    send(listener, encode_ack(0), channel)
    received(channel)
    channel.lock()
    channel.unlock()
    send(listener, encode_ack(0), channel)
    assert received(channel) == encode_ack(0)


def test_closed_port_is_reported_with_its_target(
    channel: Channel, listener: socket.socket
) -> None:
    listener.close()
    channel.ask(b"request")
    channel.wait(PATIENCE)
    (report,) = channel.errors()
    assert (report.is_port_closed, report.target) == (True, channel.server)


def test_sending_goes_on_after_a_report(channel: Channel) -> None:
    with plain_socket() as tid:
        send(tid, encode_ack(0), channel)
        received(channel)
        channel.lock()
    channel.send(b"to a closed port")
    channel.wait(PATIENCE)
    channel.ask(b"this one spoilt by the report")
    assert len(channel.errors()) == 1


def test_waiting_ends_in_time(channel: Channel) -> None:
    channel.wait(0.0)
    assert channel.receive() is None


def test_chosen_port_is_ours() -> None:
    port = free_range(1).first
    local = Endpoint("127.0.0.1", port)
    with (
        Interrupts() as interrupts,
        closing(open_channel(local, Endpoint("127.0.0.1", 9), interrupts)) as channel,
    ):
        assert channel.local.port == port


def test_taken_port_is_refused(listener: socket.socket) -> None:
    taken = endpoint_of(listener.getsockname())
    with Interrupts() as interrupts, pytest.raises(OSError, match="already in use"):
        open_channel(taken, Endpoint("127.0.0.1", 9), interrupts)
