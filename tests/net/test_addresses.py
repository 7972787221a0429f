"""Socket addresses, and who holds a port."""

import errno
import os
import socket

import pytest

from tests.support.free_ports import free_range
from tftptui.net.addresses import (
    Endpoint,
    SocketAddress,
    endpoint_of,
    is_taken,
    port_holders,
)


@pytest.mark.parametrize(
    ("address", "endpoint"),
    [
        (("192.0.2.1", 69), Endpoint("192.0.2.1", 69)),
        (("2001:db8::1", 69, 0, 0), Endpoint("2001:db8::1", 69)),
        (("fe80::1", 69, 0, 3), Endpoint("fe80::1", 69, 3)),
        (("fe80::1%eth0", 69, 0, 3), Endpoint("fe80::1", 69, 3)),
    ],
)
def test_from_a_socket_address(address: SocketAddress, endpoint: Endpoint) -> None:
    assert endpoint_of(address) == endpoint


@pytest.mark.parametrize(
    ("endpoint", "address"),
    [
        (Endpoint("192.0.2.1", 69), ("192.0.2.1", 69)),
        (Endpoint("fe80::1", 69, 3), ("fe80::1", 69, 0, 3)),
    ],
)
def test_to_a_socket_address(endpoint: Endpoint, address: SocketAddress) -> None:
    assert endpoint.as_socket_address() == address


@pytest.mark.parametrize(
    ("endpoint", "text"),
    [
        (Endpoint("192.0.2.1", 69), "192.0.2.1:69"),
        (Endpoint("2001:db8::1", 69), "[2001:db8::1]:69"),
    ],
)
def test_as_text(endpoint: Endpoint, text: str) -> None:
    assert str(endpoint) == text


def test_the_holder_of_a_port_is_named_with_its_pid() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        assert f"(pid {os.getpid()})" in port_holders(sock.getsockname()[1])


def test_nobody_holds_a_free_port() -> None:
    assert port_holders(free_range(1).first) == ""


@pytest.mark.parametrize(
    ("number", "taken"),
    [(errno.EADDRINUSE, True), (errno.EACCES, True), (errno.EADDRNOTAVAIL, False)],
)
def test_taken_or_something_else(number: int, *, taken: bool) -> None:
    assert is_taken(OSError(number, "")) is taken
