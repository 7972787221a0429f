"""Captures by tcpdump."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

PATIENCE = 20.0
MARK = b"here the capture ends"

_SEND = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
    sock.sendto(sys.argv[2].encode(), (sys.argv[1], 9))
"""


def require_tcpdump() -> None:
    """Skip the test if tcpdump is missing; in CI that is a failure."""
    if shutil.which("tcpdump") is not None:
        return
    words = "tcpdump is not installed: apt install tcpdump"
    if os.environ.get("CI") == "true":
        pytest.fail(words)
    pytest.skip(words)


@contextmanager
def captured(
    place: Path, towards: str, within: Sequence[str] = (), *, device: str = "eth0"
) -> Iterator[None]:
    """Capture UDP and ICMP of a device into PLACE; the file is complete afterwards.

    The end is detected by a datagram sent to TOWARDS.
    """
    require_tcpdump()
    # Without immediate mode the last packets would be lost at the end; with it, and
    # without a snap length, the kernel's buffer holds only a few packets.
    command = [*within, "tcpdump", "--immediate-mode", "-U", "-n", "-Z", "root"]
    command += ["-s", "1600", "-i", device, "-w", str(place), "udp or icmp or icmp6"]
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if b"listening on" in line:
                break
        try:
            yield
            _await_all(place, towards, within)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


def _await_all(place: Path, towards: str, within: Sequence[str]) -> None:
    """Wait until everything up to now is in the file."""
    send = [sys.executable, "-c", _SEND, towards, MARK.decode()]
    subprocess.run([*within, *send], check=True, timeout=PATIENCE)
    end = time.monotonic() + PATIENCE
    while MARK not in place.read_bytes():
        assert time.monotonic() < end, "tcpdump does not see its own end"
        os.sched_yield()
