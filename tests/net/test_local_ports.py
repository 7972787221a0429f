"""Which program uses a port."""

import os
import socket

from tests.support.free_ports import free_range
from tests.support.port_holder import holder
from tftptui.net.local_ports import port_holders, udp_holders


def test_the_holder_of_a_port_is_named_with_its_pid() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        assert f"(pid {os.getpid()})" in port_holders(sock.getsockname()[1])


def test_nobody_holds_a_free_port() -> None:
    assert port_holders(free_range(1).first) == ""


def test_all_ports_in_use_are_told_but_those_of_one_process() -> None:
    with (
        holder() as (port, pid),
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock,
    ):
        sock.bind(("127.0.0.1", 0))
        ours = sock.getsockname()[1]
        assert f"(pid {os.getpid()})" in udp_holders()[ours]
        held = udp_holders(but=os.getpid())
    assert ours not in held
    assert f"(pid {pid})" in held[port]
