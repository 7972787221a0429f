"""What a screen costs: CPU of its process and of its engine's, octets it draws.

``python benchmarks/watching.py`` runs ``tftptui`` in a pseudo-terminal, 140×40, and
prints CPU seconds a second of both processes and what reaches the terminal: with
nothing going on, with one client at full speed, one block at a time, after it, and
with 50 clients and 1,000. The first load and the last stand beside ``tftptui serve``
doing the same, as CPU microseconds a block. The engine shares a CPU with the load
generator of --bench (by default ../shared/bench), the screen has another. Linux.
"""

import argparse
import json
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import threading
import time
from fcntl import ioctl
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROGRAM = str(Path(sys.executable).with_name("tftptui"))
PORT = 36_969
ENGINE_CPU, SCREEN_CPU = 0, 1
LIMITS = [
    *("--quarantine", "0", "--ports", "40000-51000"),
    *("--max-transfers", "2000", "--request-rate", "0"),
]
THOUSAND = ("--clients", "1000", "--blksize", "1428", "--windowsize", "4")
SETTLING = 2.0
"""Seconds until a start, or the beginning of a load, no longer shows; of a load that is
measured for less, so long."""


class Terminal:
    """The program in a terminal that somebody reads."""

    def __init__(self, *options: str) -> None:
        self.pid, self._side = pty.fork()
        if self.pid == 0:
            os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
            os.execv(PROGRAM, [PROGRAM, *options])  # noqa: S606 - ours
        ioctl(self._side, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
        self.drawn = 0
        self._over = False
        self._thread = threading.Thread(target=self._read)
        self._thread.start()
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children")
        while not (engines := children.read_text().split()):
            pause(0.05)
        self.engine = int(engines[0])
        pause(SETTLING)
        os.sched_setaffinity(self.engine, {ENGINE_CPU})
        os.sched_setaffinity(self.pid, {SCREEN_CPU})

    def _read(self) -> None:
        while not self._over:
            if select.select([self._side], [], [], 0.1)[0]:
                try:
                    self.drawn += len(os.read(self._side, 65_536))
                except OSError:
                    return

    def end(self) -> None:
        """End it."""
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)
        self._over = True
        self._thread.join()


def pause(seconds: float) -> None:
    """Let the program do what it does for so long."""
    time.sleep(seconds)  # noqa: TID251 - what is measured is what happens meanwhile


def processor_seconds(pid: int) -> float:
    """Return CPU seconds that a process has taken, all threads together."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


class Load:
    """The load generator at work in the background."""

    def __init__(self, program: str, seconds: float, *options: str) -> None:
        command = [program, "--port", str(PORT), "--file", "large", "--json"]
        command += ["--cpu", str(ENGINE_CPU), "--batch", "--seconds", str(seconds)]
        self._running = subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, text=True
        )

    def blocks(self) -> float:
        """Wait for its end; return how many blocks it got a second."""
        told, _ = self._running.communicate()
        return float(json.loads(told)["blocks_s"])


def watched(terminal: Terminal, seconds: float) -> tuple[float, float, float]:
    """Return CPU of engine and screen and octets drawn, all a second."""
    pids = (terminal.engine, terminal.pid)
    before, drawn = [processor_seconds(pid) for pid in pids], terminal.drawn
    began = time.monotonic()
    pause(seconds)
    span = time.monotonic() - began
    engine, screen = (
        (processor_seconds(pid) - was) / span
        for pid, was in zip(pids, before, strict=True)
    )
    return engine, screen, (terminal.drawn - drawn) / span


def tell(name: str, told: tuple[float, float, float], blocks: float) -> None:
    """Print a line."""
    engine, screen, drawn = told
    each = f"{engine / blocks * 1e6:6.2f}" if blocks else f"{'':6}"
    print(f"{name:22} {engine:7.3f} {screen:7.3f} {drawn / 1000:8.1f} ", end="")
    print(f"{blocks:9,.0f} {each}")


def with_screen(load: str, root: str, seconds: float) -> None:
    """Measure the program with its screen."""
    settling = min(SETTLING, seconds)
    terminal = Terminal(root, "--port", str(PORT), *LIMITS)
    try:
        tell("idle", watched(terminal, seconds), 0)
        running = Load(load, seconds + 2 * settling)
        pause(settling)
        told = watched(terminal, seconds)
        tell("one client, 512 w1", told, running.blocks())
        pause(1)
        tell("idle, after it", watched(terminal, seconds), 0)
        running = Load(load, seconds + 2 * settling, "--clients", "50")
        pause(settling)
        told = watched(terminal, seconds)
        tell("50 clients, 512 w1", told, running.blocks())
        pause(1)
        running = Load(load, seconds + 2 * SETTLING, *THOUSAND)
        pause(SETTLING)
        told = watched(terminal, seconds)
        tell("1,000 clients, w4", told, running.blocks())
    finally:
        terminal.end()


def without_screen(load: str, root: str, seconds: float) -> None:
    """Measure the server alone."""
    settling = min(SETTLING, seconds)
    command = [PROGRAM, "serve", root, "--port", str(PORT), *LIMITS]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        os.sched_setaffinity(server.pid, {ENGINE_CPU})
        pause(SETTLING)
        loads: dict[str, tuple[str, ...]] = {
            "one client, serve": (),
            "1,000, serve": THOUSAND,
        }
        for name, options in loads.items():
            running = Load(load, seconds + 2 * settling, *options)
            pause(settling)
            before, began = processor_seconds(server.pid), time.monotonic()
            pause(seconds)
            span = time.monotonic() - began
            used = (processor_seconds(server.pid) - before) / span
            tell(name, (used, 0, 0), running.blocks())
        server.terminate()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = HERE.parent.parent / "shared" / "bench"
    parser.add_argument("--bench", type=Path, default=default)
    parser.add_argument("--seconds", type=float, default=5.0)
    asked = parser.parse_args()
    source, compiler = asked.bench / "tftpload.c", shutil.which("cc") or "cc"
    if not source.is_file():
        print(f"no tftpload.c in {asked.bench}; say where it is with --bench DIR")
        return 2
    print(f"{'':22}  engine  screen     kB/s  blocks/s  µs/block")
    with tempfile.TemporaryDirectory() as root:
        program = str(Path(root) / "tftpload")
        subprocess.run(
            [compiler, "-O2", "-o", program, str(source), "-lpthread"], check=True
        )
        (Path(root) / "large").write_bytes(os.urandom(1 << 20) * 32)
        with_screen(program, root, asked.seconds)
        without_screen(program, root, asked.seconds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
