"""Another program that holds a UDP port."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

_HOLD = """
import socket, sys
held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
held.bind(("127.0.0.1", int(sys.argv[1])))
print(held.getsockname()[1], flush=True)
sys.stdin.read()
"""


@contextlib.contextmanager
def holder(port: int = 0) -> Iterator[tuple[int, int]]:
    """Have a process hold PORT, or any; yield the port and the process ID."""
    with subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin
        assert process.stdout
        yield int(process.stdout.readline()), process.pid
        process.stdin.close()
