"""``tftptui serve`` under systemd: sockets passed by it, and notifications to it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.free_ports import free_range
from tests.support.serve import CHECKOUT, PATIENCE, environment

pytestmark = pytest.mark.net

READ = b"\0\1file\0octet\0"
DATA_1 = b"\0\3\0\1content"

AS_SYSTEMD = (
    "import os, sys\n"
    "for place, number in enumerate(map(int, sys.argv[1].split(',')), 3):\n"
    "    os.dup2(number, place, inheritable=True)\n"
    "os.environ['LISTEN_FDS'] = str(sys.argv[1].count(',') + 1)\n"
    "os.environ['LISTEN_PID'] = str(os.getpid())\n"
    "os.execv(sys.argv[2], sys.argv[2:])\n"
)
"""Starts a program with sockets at descriptor 3 and up, given by its first argument."""


class Manager:
    """systemd for a service: the notification socket."""

    def __init__(self, folder: Path) -> None:
        self.place = folder / "notify"
        self.inbox = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.inbox.bind(str(self.place))
        self.inbox.settimeout(PATIENCE)

    def until(self, text: str) -> str:
        """Return the first message from now on that contains TEXT."""
        while True:
            message = self.inbox.recv(4_096).decode()
            if text in message:
                return message


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "file").write_bytes(b"content")
    return tmp_path


@contextmanager
def activated(
    folder: Path, *sockets: socket.socket, options: tuple[str, ...] = ()
) -> Iterator[tuple[subprocess.Popen[bytes], Manager]]:
    """Start serve as systemd would, with SOCKETS; kill it at the end."""
    manager = Manager(folder)
    numbers = [one.fileno() for one in sockets]
    # Away from 3 and up, so that none is overwritten before it is moved.
    high = [os.dup2(one, 50 + place) for place, one in enumerate(numbers)]
    serve = [sys.executable, "-m", "tftptui", "serve", str(folder / "root")]
    serve += ["--ports", str(free_range(20)), "--control", "off", *options]
    command = [sys.executable, "-c", AS_SYSTEMD, ",".join(map(str, high)), *serve]
    process = subprocess.Popen(
        command,
        pass_fds=high,
        env=environment()
        | {"NOTIFY_SOCKET": str(manager.place), "WATCHDOG_USEC": "200000"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    for number in high:
        os.close(number)
    try:
        yield process, manager
    finally:
        process.kill()
        process.communicate()
        manager.inbox.close()


def _bound(address: str, family: int = socket.AF_INET) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    sock.bind((address, 0))
    return sock


def _fetched(family: int, host: str, port: int) -> bytes:
    with socket.socket(family, socket.SOCK_DGRAM) as client:
        client.settimeout(PATIENCE)
        client.sendto(READ, (host, port))
        block, server = client.recvfrom(600)
        client.sendto(b"\0\4\0\1", server)
        return block


def test_several_passed_sockets_serve_both_ip_versions_and_systemd_hears_all(
    folder: Path,
) -> None:
    with ExitStack() as ending:
        four = ending.enter_context(_bound("0.0.0.0"))  # noqa: S104
        six = ending.enter_context(_bound("::", socket.AF_INET6))
        ports = [one.getsockname()[1] for one in (four, six)]
        # Requests before the service starts wait in the socket.
        early = ending.enter_context(socket.socket(type=socket.SOCK_DGRAM))
        early.settimeout(PATIENCE)
        early.sendto(READ, ("127.0.0.1", ports[0]))
        process, systemd = ending.enter_context(activated(folder, four, six))
        assert "STATUS=" in systemd.until("READY=1")
        assert early.recv(600) == DATA_1
        assert _fetched(socket.AF_INET6, "::1", ports[1]) == DATA_1
        systemd.until("STATUS=1 transfer, 0 alarms")  # the early client never replies
        systemd.until("WATCHDOG=1")
        process.send_signal(signal.SIGHUP)
        assert "MONOTONIC_USEC=" in systemd.until("RELOADING=1")
        systemd.until("READY=1")
        process.send_signal(signal.SIGTERM)
        systemd.until("STOPPING=1")
        assert process.wait(PATIENCE) == 0


@pytest.mark.parametrize(
    ("kind", "advice"),
    [
        (socket.SOCK_STREAM, b"ListenDatagram="),
        (socket.SOCK_DGRAM, b"BindIPv6Only=ipv6-only"),
    ],
)
def test_a_passed_socket_that_can_not_be_served_is_refused_with_the_line_to_change(
    kind: int, advice: bytes, folder: Path
) -> None:
    with socket.socket(socket.AF_INET6, kind) as sock:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind(("::", 0))
        with activated(folder, sock) as (process, _):
            assert process.wait(PATIENCE) == 1
            assert process.stderr
            assert advice in process.stderr.read()


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not installed"
)
def test_the_unit_leaves_the_service_little_to_do_harm_with() -> None:
    unit = CHECKOUT / "packaging" / "systemd" / "tftptui.service"
    analyze = ("systemd-analyze", "security", "--offline=true", "--threshold=20", unit)
    judged = subprocess.run(analyze, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout


@pytest.mark.skipif(
    shutil.which("systemd-socket-activate") is None, reason="systemd is not installed"
)
def test_systemd_socket_activate_starts_it_with_the_first_request(folder: Path) -> None:
    first, *_ = range(*map(int, str(free_range(2)).split("-")))
    command = ["systemd-socket-activate", "--datagram", "-l", f"127.0.0.1:{first}"]
    command += ["-E", "PYTHONPATH", sys.executable, "-m", "tftptui", "serve"]
    command += [str(folder / "root"), "--ports", str(free_range(20))]
    process = subprocess.Popen(
        [*command, "--control", "off"],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    try:
        assert process.stderr
        assert b"Listening" in process.stderr.readline()
        assert _fetched(socket.AF_INET, "127.0.0.1", first) == DATA_1
        process.terminate()
        assert process.wait(PATIENCE) == 0
    finally:
        process.kill()
        process.communicate()
