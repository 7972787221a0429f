"""The size of the receive buffer, as granted by the kernel."""

import socket

import pytest

from tftptui.net.receive_buffer import WANTED, ask_for_room, room_for_requests

pytestmark = pytest.mark.net


def test_a_socket_tells_how_much_room_it_got() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        before = sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        room = ask_for_room(sock)
        assert before <= room <= 2 * WANTED
        assert room == sock.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)


def test_as_many_requests_wait_in_it_as_are_told() -> None:
    fit = room_for_requests()
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
    ):
        ask_for_room(server)
        server.bind(("127.0.0.1", 0))
        server.setblocking(False)  # noqa: FBT003 - the name says it
        client.connect(server.getsockname())
        for _ in range(2 * fit):
            client.send(b"\0\1pxelinux.0\0octet\0tsize\x000\0")
        waiting = 0
        try:
            while server.recv(100):
                waiting += 1
        except BlockingIOError:
            pass
    assert fit * 0.9 < waiting < 2 * fit
