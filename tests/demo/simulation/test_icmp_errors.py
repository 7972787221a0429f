"""ICMP errors of simulated firewalls reach a real socket."""

import socket

import pytest

from tftptui.demo.simulation.firewall import Datagram
from tftptui.demo.simulation.icmp_errors import (
    PORT_UNREACHABLE,
    PROHIBITED,
    icmp_error,
    refuse,
)
from tftptui.net.addresses import Endpoint
from tftptui.net.icmp import ask_for_errors, drain_errors

CLIENT = Endpoint("127.0.4.37", 2_072)


@pytest.mark.net
@pytest.mark.parametrize(
    ("code", "name"),
    [
        (PORT_UNREACHABLE, "port unreachable"),
        (PROHIBITED, "administratively prohibited"),
    ],
)
def test_a_refusal_is_heard_by_who_sent(code: int, name: str) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.1.5", 0))
        ask_for_errors(sock)
        sock.connect(CLIENT.as_socket_address())
        sent = Datagram(Endpoint(*sock.getsockname()), CLIENT, b"\0\6tsize\0001\0")
        if not refuse(sent, code, "127.0.254.1"):
            pytest.skip("a raw socket is root's")
        (error,) = drain_errors(sock)
    assert (error.name, error.sender) == (name, "127.0.254.1")
    assert error.target == CLIENT


def test_it_quotes_both_headers() -> None:
    sent = Datagram(Endpoint("127.0.1.5", 40_007), CLIENT, b"1234")
    data = icmp_error(sent, PROHIBITED)
    assert data[:2] == bytes([3, PROHIBITED])
    assert (data[20:24], data[24:28]) == (b"\x7f\0\1\5", b"\x7f\0\4%")
    assert int.from_bytes(data[28:30]) == 40_007
    assert int.from_bytes(data[30:32]) == 2_072
    words = [int.from_bytes(data[i : i + 2]) for i in range(0, len(data), 2)]
    assert sum(words) % 0xFFFF == 0
