"""Socket addresses, in the system's and in written form."""

import errno

import pytest

from tftptui.net.addresses import (
    Endpoint,
    SocketAddress,
    endpoint_of,
    is_taken,
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


@pytest.mark.parametrize(
    ("number", "taken"),
    [(errno.EADDRINUSE, True), (errno.EACCES, True), (errno.EADDRNOTAVAIL, False)],
)
def test_taken_or_something_else(number: int, *, taken: bool) -> None:
    assert is_taken(OSError(number, "")) is taken
