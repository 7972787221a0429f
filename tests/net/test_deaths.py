"""The whole program in a terminal, and what remains when a part of it is killed."""

import os
import select
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.support.builders import sample_bytes
from tests.support.free_ports import free_range
from tests.support.serve import environment
from tests.support.terminal import Terminal, started
from tests.support.udp_client import UdpClient
from tftptui.net.addresses import Endpoint

pytestmark = pytest.mark.net

PATIENCE = 20.0


@pytest.fixture
def at() -> Endpoint:
    return Endpoint("127.0.0.1", free_range(1).first)


@pytest.fixture
def program(tmp_path: Path, at: Endpoint) -> Iterator[Terminal]:
    (tmp_path / "file").write_bytes(sample_bytes(5_000))
    command = [sys.executable, "-m", "tftptui", str(tmp_path), "--listen", at.host]
    command += ["--port", str(at.port), "--ports", str(free_range(20))]
    with started(*command, **environment()) as program:
        program.read_until(b"tftp://127.0.0.1")  # it serves
        yield program


def engine_of(program: Terminal) -> int:
    """Return the process that serves."""
    children = psutil.Process(program.program.pid).children(recursive=True)
    (engine,) = [
        c.pid for c in children if "tftptui.engine.holders.host" in c.cmdline()
    ]
    return engine


def has_ended(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], PATIENCE)[0])


async def test_a_killed_engine_is_told_and_begun_anew_with_what_waited(
    program: Terminal, at: Endpoint
) -> None:
    os.kill(engine_of(program), signal.SIGKILL)
    program.read_until(b"killed by signal 9")
    program.read_until(b"restart")
    with UdpClient() as client:
        client.ask(at, b"file")  # no server is there to receive it
        program.type(b"R")
        assert (await client.data()).payload == sample_bytes(512)
        client.leave()
    with UdpClient() as client:
        assert await client.read(at, b"file") == sample_bytes(5_000)
    program.type(b"\x11")  # ctrl+q
    program.read_all()
    assert program.program.wait() == 0


def test_a_killed_screen_leaves_no_engine_behind(program: Terminal) -> None:
    engine = os.pidfd_open(engine_of(program))
    try:
        program.program.kill()
        assert has_ended(engine)
    finally:
        os.close(engine)
