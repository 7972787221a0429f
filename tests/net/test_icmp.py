"""ICMP errors about sent packets."""

import contextlib
import socket
import struct
from collections.abc import Iterator

import pytest

from tests.support.free_ports import free_range
from tests.support.waiting import await_readable
from tftptui.net.addresses import Endpoint, endpoint_of
from tftptui.net.icmp import IcmpError, ask_for_errors, drain_errors, parse_error

ICMP, ICMP6, LOCAL = 2, 3, 1


@contextlib.contextmanager
def talking_to_a_closed_port(host: str) -> Iterator[socket.socket]:
    client = Endpoint(host, free_range(1).first)
    with socket.socket(client.family, socket.SOCK_DGRAM) as sock:
        sock.connect(client.as_socket_address())
        ask_for_errors(sock)
        yield sock


def test_a_closed_port_answers_over_ipv4() -> None:
    with talking_to_a_closed_port("127.0.0.1") as sock:
        sock.send(b"anybody?")
        await_readable(sock)
        target = endpoint_of(sock.getpeername())
        expected = IcmpError(
            3, 3, "port unreachable", "127.0.0.1", is_port_closed=True, target=target
        )
        assert drain_errors(sock) == [expected]


def test_a_closed_port_answers_over_ipv6() -> None:
    with talking_to_a_closed_port("::1") as sock:
        sock.send(b"anybody?")
        await_readable(sock)
        target = endpoint_of(sock.getpeername())
        expected = IcmpError(
            1, 4, "port unreachable", "::1", is_port_closed=True, target=target
        )
        assert drain_errors(sock) == [expected]


def test_a_drained_queue_is_empty() -> None:
    with talking_to_a_closed_port("127.0.0.1") as sock:
        sock.send(b"anybody?")
        await_readable(sock)
        drain_errors(sock)
        assert drain_errors(sock) == []


def test_without_errors_there_is_nothing() -> None:
    with talking_to_a_closed_port("127.0.0.1") as sock:
        assert drain_errors(sock) == []


def record(origin: int, kind: int, code: int, offender: bytes = b"") -> bytes:
    """Return bytes as queued by Linux: struct sock_extended_err, an address."""
    return struct.pack("=IBBBBII", 111, origin, kind, code, 0, 0, 0) + offender


V4_OFFENDER = struct.pack("=HH4s8x", socket.AF_INET, 0, bytes([192, 0, 2, 7]))


@pytest.mark.parametrize(
    ("origin", "kind", "code", "name", "is_closed"),
    [
        (ICMP, 3, 3, "port unreachable", True),
        (ICMP, 3, 1, "host unreachable", False),
        (ICMP, 3, 13, "administratively prohibited", False),
        (ICMP, 3, 4, "fragmentation needed", False),
        (ICMP, 99, 98, "type 99 code 98", False),
        (ICMP6, 1, 4, "port unreachable", True),
        (ICMP6, 2, 0, "packet too big", False),
        (ICMP6, 3, 3, "type 3 code 3", False),
    ],
)
def test_errors_have_names(
    origin: int, kind: int, code: int, name: str, *, is_closed: bool
) -> None:
    error = parse_error(record(origin, kind, code))
    assert error == IcmpError(kind, code, name, None, is_closed)


def test_the_machine_that_complains_is_named() -> None:
    error = parse_error(record(ICMP, 3, 13, V4_OFFENDER))
    assert error is not None
    assert error.sender == "192.0.2.7"


def test_errors_of_this_host_are_no_icmp() -> None:
    assert parse_error(record(LOCAL, 0, 0)) is None


@pytest.mark.parametrize("length", range(16))
def test_a_record_cut_short_is_passed_over(length: int) -> None:
    assert parse_error(record(ICMP, 3, 3)[:length]) is None
