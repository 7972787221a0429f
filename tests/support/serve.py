"""``tftptui serve`` in its own process, observed through its journal."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import tftptui
from tests.support.free_ports import free_range
from tftptui.net.addresses import Endpoint

PATIENCE = 20.0
"""Timeout in seconds for a journal line that must come."""

CHECKOUT = Path(tftptui.__file__).parent.parent

Line = dict[str, Any]


def environment() -> dict[str, str]:
    """Return the environment in which a child process runs this checkout."""
    return {**os.environ, "PYTHONPATH": str(CHECKOUT)}


class Serve:
    """A server process; ``with`` ends it.

    Args:
        root: the folder to serve.
        options: more of its command line.
        listen: the address it listens on; None for all.
        ports: number of ports for transfers.
        port: the request port; 0 for any.
        within: prefix of its command, to run it elsewhere.

    Attributes:
        lines: the journal so far.
    """

    def __init__(
        self,
        root: Path,
        *options: str,
        listen: str | None = "127.0.0.1",
        ports: int = 200,
        port: int = 0,
        within: Sequence[str] = (),
    ) -> None:
        self.ports = free_range(ports)
        self.lines: list[Line] = []
        self._listen = listen
        command = [*within, sys.executable, "-m", "tftptui", "serve", str(root)]
        command += ["--port", str(port), "--ports", str(self.ports)]
        command += [] if listen is None else ["--listen", listen]
        self.process = subprocess.Popen(
            [*command, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(),
        )
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        self._queue: queue.Queue[Line | None] = queue.Queue()
        self._stderr: list[bytes] = []
        self._said = threading.Event()
        # Threads, because a full pipe would stop the server.
        self._readers = [
            threading.Thread(target=self._read_journal, args=[self.process.stdout]),
            threading.Thread(target=self._read_stderr, args=[self.process.stderr]),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.wait()

    @property
    def at(self) -> Endpoint:
        """Where it takes requests; waits until it does."""
        started = self.until("started")
        _, _, port = started["listeners"][0].rpartition(":")
        return Endpoint(self._listen or "127.0.0.1", int(port))

    @property
    def stderr(self) -> str:
        """Its standard error; only after wait()."""
        return b"".join(self._stderr).decode()

    def of(self, event: str, **keys: object) -> list[Line]:
        """Return the lines so far of an event with these keys."""
        return [
            line
            for line in self.lines
            if line["event"] == event and keys.items() <= line.items()
        ]

    def until(self, event: str, count: int = 1, **keys: object) -> Line:
        """Wait for COUNT lines of an event with these keys; return the last."""
        self.until_so(lambda: len(self.of(event, **keys)) >= count)
        return self.of(event, **keys)[count - 1]

    def until_so(self, is_so: Callable[[], bool]) -> None:
        """Read lines until a condition is true.

        Raises:
            AssertionError: it is not, or the process ended before.
        """
        end = time.monotonic() + PATIENCE
        while not is_so():
            try:
                line = self._queue.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                raise AssertionError(f"not in the journal: {self.lines}") from None
            assert line is not None, f"the server ended: {self._stderr}"
            self.lines.append(line)

    def until_it_speaks(self) -> None:
        """Wait for output on standard error: it serves, or it fails."""
        assert self._said.wait(PATIENCE), "not a word on standard error"

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Stop it by a signal; return its exit status. The journal is complete then."""
        self.process.send_signal(number)
        return self.wait()

    def wait(self) -> int:
        """Wait until it ends; return its exit status."""
        status = self.process.wait(PATIENCE)
        for reader in self._readers:
            reader.join()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe is not None
            pipe.close()
        while not self._queue.empty():
            line = self._queue.get()
            if line is not None:
                self.lines.append(line)
        return status

    def _read_journal(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._queue.put(json.loads(line))
        self._queue.put(None)

    def _read_stderr(self, pipe: IO[bytes]) -> None:
        for line in pipe:
            self._stderr.append(line)
            self._said.set()
