"""A program in a pseudo-terminal."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from tests.support.serve import CHECKOUT


class Terminal:
    """A program in a pseudo-terminal, and its output."""

    def __init__(self, program: subprocess.Popen[bytes], side: int) -> None:
        self.program, self.side = program, side
        self.written = b""

    def read_until(self, text: bytes, patience: float = 30.0) -> None:
        """Read until TEXT was written.

        Raises:
            AssertionError: it never was.
        """
        until = time.monotonic() + patience
        while text not in self.written:
            left = max(0.0, until - time.monotonic())
            assert select.select([self.side], [], [], left)[0], self.written[-500:]
            self.written += os.read(self.side, 65_536)

    def type(self, keys: bytes) -> None:
        """Press keys; earlier output is dropped."""
        self.written = b""
        os.write(self.side, keys)

    def read_all(self) -> None:
        while True:
            try:
                data = os.read(self.side, 65_536)
            except OSError:  # Linux: the other side was closed
                return
            if not data:
                return
            self.written += data


@contextmanager
def started(*command: str, **environment: str) -> Iterator[Terminal]:
    """Run a command in a terminal of 100×30, with additional ENVIRONMENT."""
    ours, theirs = pty.openpty()
    given = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30", **environment}
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **given},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    ) as program:
        os.close(theirs)
        try:
            yield Terminal(program, ours)
        finally:
            program.kill()
            os.close(ours)
