"""How much Python and how many system calls a request and a block take.

``python benchmarks/work.py`` counts, so that it says the same on a busy machine as on
an idle one: functions called and bytecodes carried out between the arrival of a packet
and the next wait, in an engine without journal and screen; with strace also the system
calls. Linux.
"""

import os
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from tftptui.engine.engine import Engine
from tftptui.server.fastpath.event_loop import EngineLoop
from tftptui.server.root import open_file_cache
from tftptui.settings import Settings

SMALL, LARGE = 300, 64 << 10
ROUNDS = 50
BLOCKS = 100
"""Blocks, or windows, of a transfer that are looked at: its beginning is left out."""

MEASURED = "--measured"
MARK = Path("/begin of a file")


class Work:
    """Counts what is done in its run()."""

    def __init__(self) -> None:
        self.functions = self.bytecodes = 0

    def run(self, serve: Callable[[], None]) -> None:
        """Carry SERVE out and count."""
        sys.settrace(self._enter)
        try:
            serve()
        finally:
            sys.settrace(None)

    def _enter(self, frame: FrameType, _event: str, _arg: object) -> Any:  # noqa: ANN401
        self.functions += 1
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        return self._step

    def _step(self, _frame: FrameType, event: str, _arg: object) -> Any:  # noqa: ANN401
        self.bytecodes += event == "opcode"
        return self._step

    def told(self, times: int) -> str:
        """Return the counts for each of so many."""
        return f"{self.functions / times:8.1f} {self.bytecodes / times:10.0f}"


class Bench:
    """A server whose sockets are served when we say so, and a client's socket."""

    def __init__(self, engine: Engine, loop: EngineLoop) -> None:
        self._service, self._inline = engine.service, loop.inline
        self._listener = engine.service.listeners[0]
        self._at = self._listener.local.as_socket_address()
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)

    def serve(self) -> None:
        """Serve what is there."""
        number = self._listener.socket.fileno()
        for key, _ in self._inline.select(0):
            if key.fd == number:
                self._service._receive(self._listener)  # noqa: SLF001 - as the loop does

    def begin(self, name: bytes, options: bytes, run: Callable[..., None]) -> None:
        """Ask for a file; the answers come from the client's peer then."""
        self.client.close()
        self.client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.client.settimeout(5.0)
        self.client.sendto(b"\0\1" + name + b"\0octet\0" + options, self._at)
        run(self.serve)
        _, peer = self.client.recvfrom(65_536)
        self.client.connect(peer)

    def acknowledge(self, block: int, run: Callable[..., None]) -> None:
        """Send an ACK, and have it served."""
        self.client.send(b"\0\4" + (block & 0xFFFF).to_bytes(2))
        run(self.serve)

    def leave(self) -> None:
        """End the transfer."""
        self.client.send(b"\0\5\0\0\0")
        self.serve()


def plainly(serve: Callable[[], None]) -> None:
    """Carry SERVE out and count nothing."""
    serve()


def small_file(bench: Bench) -> str:
    """Return what a file of one block takes."""
    work = Work()
    for number in range(-2, ROUNDS):
        run = work.run if number >= 0 else plainly
        bench.begin(b"small", b"", run)
        bench.acknowledge(1, run)
    return work.told(ROUNDS)


def blocks(bench: Bench, name: bytes, options: bytes, window: int) -> str:
    """Return what an ACK takes, and the window that it sets off."""
    work = Work()
    bench.begin(name, options, plainly)
    first = 0 if options else 1
    for number in range(8 + BLOCKS):
        run = work.run if number >= 8 else plainly  # noqa: PLR2004 - the beginning
        bench.acknowledge(first + number * window, run)
    bench.leave()
    return work.told(BLOCKS)


async def measure(root: Path, loop: EngineLoop) -> None:
    """Print all of it."""
    engine = Engine(Settings(root=root, listen=("127.0.0.1",), port=0, quarantine=0))
    await engine.start()
    bench = Bench(engine, loop)
    four = b"blksize\x001428\0windowsize\x004\0"
    print(f"{'':34}functions  bytecodes")
    print(f"{'a small file':34}{small_file(bench)}")
    print(f"{'a block in lock-step, 512':34}{blocks(bench, b'large', b'', 1)}")
    print(f"{'a window of 4 blocks, 1428':34}{blocks(bench, b'large', four, 4)}")
    bench.client.close()
    await engine.stop()


def system_calls(root: Path) -> None:
    """Print the system calls of a small file, the client's taken out."""
    place = root / "calls"
    command = [sys.executable, __file__, MEASURED, str(root)]
    strace = ["strace", "-f", "-o", str(place), "-e", "trace=%network,%desc,%file"]
    subprocess.run([*strace, *command], check=True, stdout=subprocess.DEVNULL)
    lines = place.read_text().splitlines()
    marks = [n for n, line in enumerate(lines) if str(MARK) in line]
    calls: Counter[str] = Counter()
    for line in lines[marks[0] : marks[-1]]:
        calls[line.split(" ", 1)[-1].strip().partition("(")[0]] += 1
    files = len(marks) - 1
    told = ", ".join(f"{name} {count / files:.1f}" for name, count in calls.items())
    print(f"system calls of a small file, our client's among them: {told}")


def measured(root: Path) -> None:
    """Fetch small files under strace; a stat of no file marks where each begins."""

    async def fetch(loop: EngineLoop) -> None:
        settings = Settings(root=root, listen=("127.0.0.1",), port=0, quarantine=0)
        engine = Engine(settings)
        await engine.start()
        bench = Bench(engine, loop)
        for _ in range(ROUNDS):
            MARK.exists()  # noqa: ASYNC240 - strace sees it
            bench.begin(b"small", b"", plainly)
            bench.acknowledge(1, plainly)
        await engine.stop()

    loop = EngineLoop()
    loop.run_until_complete(fetch(loop))


def main() -> int:
    """Count and print."""
    open_file_cache.AT_REST = -(10**12)  # as if our files had lain there for long
    if sys.argv[1:2] == [MEASURED]:
        measured(Path(sys.argv[2]))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "small").write_bytes(bytes(SMALL))
        (root / "large").write_bytes(bytes(LARGE * 16))
        loop = EngineLoop()
        loop.run_until_complete(measure(root, loop))
        if any((Path(p) / "strace").exists() for p in os.get_exec_path()):
            system_calls(root)
    return 0


if __name__ == "__main__":
    sys.exit(main())
