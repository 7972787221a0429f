"""From a key to the screen, while 50,000 packets a second arrive: through a terminal.

Run it with ``python benchmarks/key_latency.py [RECORDS A SECOND] [KEYS]``. A real
screen of 140×40 runs in a pseudo-terminal on an engine that makes up packets, ten
frames a second; its ring is full before the first key. Each key is written to the
terminal, and the clock stops when what it changes is read back. It ends after
MOST_SECONDS with the keys it has had, and its screen ends with it, however that is.

On a machine that does other work, ``chrt -f 10`` in front of it measures the screen and
not the others.
"""

import asyncio
import ctypes
import fcntl
import os
import pty
import random
import select
import signal
import statistics
import struct
import sys
import termios
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

FRAMES_A_SECOND = 10
KEPT = 1_000_000
TRANSFERS = 100
BATCH = 10_000
"""Records that are made up once, and told again and again."""
COLUMNS, LINES = 140, 40
PATIENCE = 5.0
"""Seconds after which a key is counted as unanswered."""

FIRST_PATIENCE = 30.0
MOST_SECONDS = 90.0
"""Of all keys together; a busy machine gets fewer of them in."""

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG, see prctl(2)

ESCAPE = b"\x1b"
"""It waits for 100 ms more, for it may be the beginning of another key (ESCDELAY)."""

PAUSES = ((b" ", b"paused"), (b" ", b"following"))
FILTERS = (
    (b"/", b"words, or like"),
    (b"d", "with “d”".encode()),
    (b"u", "with “du”".encode()),
    (b"p", b"received again"),
    (ESCAPE, b"words, or like"),
    (ESCAPE, b"problem"),
)


class Flood:
    """An engine that only tells of packets."""

    def __init__(self, per_second: int) -> None:
        self._count = per_second // FRAMES_A_SECOND

    async def start(self) -> None:
        """Do nothing."""

    async def stop(self) -> None:
        """Do nothing."""

    async def ask(self, command: object) -> None:
        """Do nothing."""

    async def frames(self) -> AsyncIterator[object]:
        """Yield a full ring at once, then a frame every tenth of a second."""
        from tftptui.engine.messages import Frame  # noqa: PLC0415 - in the child only

        batch = packed(BATCH)
        record = len(batch) // BATCH
        first, due = 0, asyncio.get_running_loop().time()
        while True:
            count = self._count if first else KEPT
            data = (batch * (count // BATCH + 1))[: count * record]
            yield Frame(time=1.0, packets=data, packets_first=first)
            first += count
            due += 1 / FRAMES_A_SECOND
            await until(due)


async def until(due: float) -> None:
    """Wait for a time of the loop's clock."""
    passed = asyncio.Event()
    asyncio.get_running_loop().call_at(due, passed.set)
    await passed.wait()


def packed(count: int) -> bytes:
    """Return records of DATA and ACKs of many transfers, some of it sent again."""
    from tftptui.telemetry.records.ring import LAYOUT, Kind  # noqa: PLC0415 - child only

    data = bytearray()
    for number in range(count):
        transfer = number // 2 % TRANSFERS + 1
        block = number // 2 // TRANSFERS + 1
        kind = Kind.ACK if number % 2 else Kind.DATA
        attempt = 1 if number % 997 else 2
        tids = (50_000 + transfer, 40_000 + transfer)
        at = number * 2e-5
        data += LAYOUT.pack(at, transfer, block, 1, *tids, 512, kind, attempt, 0)
    return bytes(data)


def child(per_second: int) -> None:
    """Run the screen as the program does."""
    from tftptui.__main__ import quicken  # noqa: PLC0415 - in the child only

    quicken()
    from tftptui.ui.app import TftpApp  # noqa: PLC0415 - in the child only

    TftpApp(Flood(per_second)).run()  # type: ignore[arg-type]


class Terminal:
    """The screen in a pseudo-terminal."""

    def __init__(self, per_second: int) -> None:
        self.pid, self._fd = pty.fork()
        if self.pid == 0:
            ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
            os.environ["TERM"] = "xterm-256color"
            for name in ("COLUMNS", "LINES"):  # they would count more than its size
                os.environ.pop(name, None)
            argv = [sys.executable, __file__, "--child", str(per_second)]
            os.execv(sys.executable, argv)  # noqa: S606 - ourselves
        size = struct.pack("HHHH", LINES, COLUMNS, 0, 0)
        fcntl.ioctl(self._fd, termios.TIOCSWINSZ, size)
        self.nbytes = 0

    def press(self, key: bytes, awaited: bytes) -> float | None:
        """Return how long it takes until AWAITED is read; None if it never is."""
        begin = time.perf_counter()
        os.write(self._fd, key)
        return self.read_until(awaited, begin)

    def read_until(
        self, awaited: bytes, begin: float, patience: float = PATIENCE
    ) -> float | None:
        """Read until AWAITED comes."""
        seen = b""
        while (left := begin + patience - time.perf_counter()) > 0:
            seen = seen[-4_096:] + self._read(left)
            if awaited in seen:
                return time.perf_counter() - begin
        return None

    def rest(self, seconds: float) -> None:
        """Read for some time, whatever comes."""
        end = time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._read(left)

    def _read(self, most: float) -> bytes:
        if not select.select([self._fd], [], [], most)[0]:
            return b""
        data = os.read(self._fd, 65_536)
        self.nbytes += len(data)
        return data

    def close(self) -> None:
        """End the screen: first it is asked, then it is not."""
        with suppress(OSError):  # the terminal is gone as soon as the screen is
            os.write(self._fd, b"\x11")
            self.rest(1.0)
        with suppress(ProcessLookupError):
            os.killpg(
                self.pid, signal.SIGKILL
            )  # it leads its session, as pty.fork() has it
        os.close(self._fd)
        os.waitpid(self.pid, 0)


def cpu_seconds(pid: int) -> float:
    """Return the processor time that a process has taken."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def load() -> float:
    """Return how many processes wanted to run in the last minute."""
    return os.getloadavg()[0]


def resident(pid: int) -> float:
    """Return the memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def measure(per_second: int, keys: int) -> None:
    """Print how long keys take."""
    terminal = Terminal(per_second)
    try:
        _measure(terminal, per_second, keys)
    finally:
        terminal.close()


def _measure(terminal: Terminal, per_second: int, keys: int) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    ready = terminal.read_until(b"following", time.perf_counter(), FIRST_PATIENCE)
    terminal.rest(1.0)
    terminal.press(b"4", b"4 Packets")
    begin, cpu = time.perf_counter(), cpu_seconds(terminal.pid)
    took: dict[str, list[float]] = {"pause and follow": [], "filter": [], "escape": []}
    missed = 0
    scripts = (("pause and follow", PAUSES), ("filter", FILTERS))
    for place, (name, script) in enumerate(scripts, 1):
        end = begin + MOST_SECONDS * place / len(scripts)
        while len(took[name]) < keys and time.perf_counter() < end:
            for key, awaited in script:
                terminal.rest(dice.uniform(0.15, 0.35))
                answer = terminal.press(key, awaited)
                missed += answer is None
                kind = "escape" if key == ESCAPE else name
                took[kind].append(PATIENCE if answer is None else answer)
    spent = time.perf_counter() - begin
    share = (cpu_seconds(terminal.pid) - cpu) / spent
    print(f"{per_second:,} records a second, {KEPT:,} kept, others: load {load():.1f}")
    print(f"  first packets in sight after {ready or FIRST_PATIENCE:.2f} s")
    for name, times in took.items():
        steps = statistics.quantiles([one * 1e3 for one in times], n=100)
        print(
            f"  {name:<18} {len(times)} keys   p50 {steps[49]:.0f} ms   "
            f"p90 {steps[89]:.0f} ms   p99 {steps[98]:.0f} ms"
        )
    every = [one * 1e3 for name in took if name != "escape" for one in took[name]]
    steps = statistics.quantiles(every, n=100)
    print(
        f"  all but escape     {len(every)} keys   p50 {steps[49]:.0f} ms   "
        f"p99 {steps[98]:.0f} ms"
    )
    print(
        f"  unanswered {missed}   processor {share:.0%}   memory "
        f"{resident(terminal.pid):.0f} MB   {terminal.nbytes / spent / 1e3:.0f} kB/s"
    )


def main() -> None:
    """Measure, or be what is measured."""
    if sys.argv[1:2] == ["--child"]:
        child(int(sys.argv[2]))
        return
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    per_second = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    measure(per_second, int(sys.argv[2]) if len(sys.argv) > 2 else 200)  # noqa: PLR2004


if __name__ == "__main__":
    main()
