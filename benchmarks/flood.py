"""How long a real read takes while others flood the server.

Run it with ``python benchmarks/flood.py``. A C program (``flood.c``) sends garbage, or
requests for names that are not there, at a steady rate from addresses in 127.0.0.0/8;
meanwhile a client reads a file of READ_BYTES, again and again, and asks again after a
second without a reply. It takes turns: one read is from an address that has read
before ("known"), the next from one that never has ("new"). One line for each flood:
how many of it left a second, the CPU share of the server, and for known and new the
reads, the median and the longest, in seconds. Only loopback; --seconds is for each
line. What else runs makes the medians longer: measure on a quiet machine.
"""

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PORT = 36_970
READ_BYTES = 50_000
BLOCK = 1_428
RETRY, PATIENCE = 1.0, 15.0
"""Seconds until the client asks again, and until it gives up."""

PAUSE = 0.1

_NEWCOMERS = (f"127.1.{n >> 8}.{n & 255}" for n in range(1, 60_000))

FLOODS = (
    ("garbage", 1),
    ("missing", 1),
    ("garbage", 50_000),
    ("missing", 50_000),
)


def processor_seconds(pid: int) -> float:
    """Return CPU seconds that a process has taken, all threads together."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def resident(pid: int) -> float:
    """Return the memory that a process holds, in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def read_once(address: str) -> float:
    """Read the file and return the seconds it took, or PATIENCE if it did not end."""
    request = b"\0\1real\0octet\0blksize\0%d\0" % BLOCK
    began, got, wanted = time.monotonic(), 0, 1
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        sock.settimeout(RETRY)
        packet, to = request, ("127.0.0.1", PORT)
        sock.sendto(packet, to)
        while time.monotonic() < began + PATIENCE:
            try:
                reply, sender = sock.recvfrom(65_536)
            except TimeoutError:
                sock.sendto(packet, to)
                continue
            kind, number = reply[1], int.from_bytes(reply[2:4], "big")
            if kind == 5:  # noqa: PLR2004 - an ERROR: busy, asked again
                continue
            if packet is request:
                to = sender
            if kind == 3 and number != wanted:  # noqa: PLR2004 - DATA, a repeat
                continue
            if kind == 3:  # noqa: PLR2004 - DATA
                got, wanted = got + len(reply) - 4, wanted + 1
            packet = b"\0\4" + (number if kind == 3 else 0).to_bytes(2, "big")  # noqa: PLR2004
            sock.sendto(packet, to)
            if got >= READ_BYTES:
                return time.monotonic() - began
    return PATIENCE


def flooded(
    program: str, server: int, kind: str, sources: int, rate: int, seconds: float
) -> None:
    """Measure one flood, and print its line."""
    command = [program, str(PORT), kind, str(sources), str(rate), str(seconds)]
    used, began = processor_seconds(server), time.monotonic()
    known: list[float] = []
    new: list[float] = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as flood:
        time.sleep(0.3)  # noqa: TID251 - the flood has to be at its height
        while time.monotonic() < began + seconds - 0.2:
            turn = known if len(known) == len(new) else new
            turn.append(read_once("127.0.0.2" if turn is known else next(_NEWCOMERS)))
            time.sleep(PAUSE)  # noqa: TID251 - a client that boots, and no flood
        sent = int(flood.communicate()[0] or 0)
    span = time.monotonic() - began
    share = (processor_seconds(server) - used) / span
    print(
        f"{kind if rate else 'nothing':8} {sources:>9,} {sent / seconds:>8,.0f} "
        f"{share:>5.2f} {told(known)} {told(new)} {resident(server):>5.0f}",
        flush=True,
    )


def told(times: list[float]) -> str:
    """Return count, median and longest, as they stand in the table."""
    times = times or [PATIENCE]
    return f"{len(times):>5} {statistics.median(times):>7.3f} {max(times):>7.3f}"


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rate", type=int, action="append")
    parser.add_argument("--seconds", type=float, default=6.0)
    default = str(Path(sys.executable).with_name("tftptui"))
    parser.add_argument("--program", default=default, help="another one to compare")
    parser.add_argument("--listen", default="127.0.0.1")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as ending:
        program, root = str(Path(folder) / "flood"), Path(folder) / "root"
        compiler = shutil.which("cc") or "cc"
        subprocess.run(
            [compiler, "-O2", "-o", program, str(HERE / "flood.c")], check=True
        )
        root.mkdir()
        (root / "real").write_bytes(os.urandom(READ_BYTES))
        journal = Path(folder) / "journal"
        command = [asked.program, "serve", str(root), "--port", str(PORT)]
        command += ["--listen", asked.listen, "--control", "off", "--journal", journal]
        server = ending.enter_context(
            subprocess.Popen(command, stdout=subprocess.DEVNULL)
        )
        ending.callback(server.terminate)
        while server.poll() is None and not journal.exists():
            time.sleep(0.05)  # noqa: TID251 - its start is not what is measured
        time.sleep(1)  # noqa: TID251 - nor what it does just after it
        print(
            f"{'flood':8} {'addresses':>9} {'sent/s':>8} {'CPU':>5} "
            f"{'known':>5} {'median':>7} {'longest':>7} "
            f"{'new':>5} {'median':>7} {'longest':>7} {'MiB':>5}"
        )
        flooded(program, server.pid, "garbage", 1, 0, asked.seconds / 3)
        for rate in asked.rate or (20_000, 100_000):
            for kind, sources in FLOODS:
                flooded(program, server.pid, kind, sources, rate, asked.seconds)
        print(f"journal {journal.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
