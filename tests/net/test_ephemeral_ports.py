"""The system's ephemeral ports."""

import socket

import pytest

from tftptui.net.local_ports import ephemeral_range, first_plain_port, may_bind_low


def test_a_port_that_the_system_picks_is_of_the_range_it_names() -> None:
    first, last = ephemeral_range()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        assert first <= sock.getsockname()[1] <= last


LOW = 1_019
"""A port that is not registered for a service."""


@pytest.mark.skipif(first_plain_port() <= LOW, reason="here low ports need no right")
def test_low_ports_may_be_bound_only_with_the_right() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.bind(("127.0.0.1", LOW))
        except PermissionError:
            is_bound = False
        else:
            is_bound = True
    assert may_bind_low() == is_bound
