"""What throughput.py does not show: start time, memory of a transfer, uploads, IPv6.

``python benchmarks/costs.py`` starts ``tftptui serve`` for each measurement, on one
CPU together with the load generator of --bench (by default ../shared/bench), and
atftpd for uploads where it is installed. It keeps the figures in benchmarks/results/
and, with --docs, writes the table into docs/speed.md. --short loads for a tenth of a
second each and keeps nothing: enough to see that it works. Linux.
"""

import argparse
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from kept import HERE, keep, write_docs

PORT = 26_969
CPU = 0
SERVE = (
    *(str(Path(sys.executable).with_name("tftptui")), "serve"),
    *("--port", str(PORT), "--ports", "20000-31000", "--quarantine", "0"),
    *("--max-transfers", "2000", "--request-rate", "0", "--write", "overwrite"),
)
PEER = ("atftpd", "--daemon", "--no-fork", "--port", str(PORT), "--user", "root")
OPEN = 500
"""Transfers that are held open to weigh them."""

Figures = dict[str, float]
Load = tuple[str, ...]
"""The load generator, and how long it runs."""

Sizes = tuple[tuple[int, int], ...]
UPLOADS: Sizes = ((1428, 1), (1428, 16), (1428, 64), (8192, 8))
"""Block size and window."""
RECEIVERS: Sizes = ((16, 16_384), (64, 65_536))
"""Window, and bytes of the client's socket buffer."""


@contextlib.contextmanager
def serving(
    root: Path, host: str = "127.0.0.1", told: tuple[str, ...] = ()
) -> Iterator[tuple[int, float]]:
    """Serve ROOT; give the process id and the seconds until the first reply."""
    with running([*SERVE, str(root), "--listen", host, *told], host) as server:
        yield server


@contextlib.contextmanager
def running(command: list[str], host: str) -> Iterator[tuple[int, float]]:
    """Run a server; give the process id and the seconds until the first reply."""
    began = time.monotonic()
    with subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, {CPU}),  # noqa: PLW1509
    ) as server:
        try:
            while not answers(host):
                if server.poll() is not None:
                    raise SystemExit(f"{command[0]} ended: {server.returncode}")
            yield server.pid, time.monotonic() - began
        finally:
            server.terminate()


def answers(host: str) -> bool:
    """Whether a request is answered within a moment."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.settimeout(0.02)
        sock.sendto(b"\0\1small\0octet\0", (host, PORT))
        try:
            _, peer = sock.recvfrom(2_048)
        except OSError:
            return False
        sock.sendto(b"\0\4\0\1", peer)
        return True


def start_time(root: Path, times: int = 5) -> Figures:
    """Return seconds from the start of the program to its first reply."""
    seconds, used = [], []
    for _ in range(times):
        with serving(root) as (pid, waited):
            seconds.append(waited)
            used.append(cpu_time(pid))
    return {
        "start to first reply, s": min(seconds),
        "start to first reply, CPU s": min(used),
    }


def cpu_time(pid: int) -> float:
    """Return the CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(root: Path, options: bytes) -> float:
    """Return KiB that an open transfer takes, with its first window on its way."""
    request = b"\0\1large\0octet\0" + options
    with serving(root) as (pid, _), contextlib.ExitStack() as held:
        before = resident(pid)
        for _ in range(OPEN):
            sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            held.enter_context(sock)
            sock.settimeout(5.0)
            sock.sendto(request, ("127.0.0.1", PORT))
            _, peer = sock.recvfrom(65_536)
            if options:
                sock.sendto(b"\0\4\0\0", peer)
                sock.recvfrom(65_536)
        return (resident(pid) - before) / OPEN


def resident(pid: int) -> float:
    """Return KiB of memory that a process has."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmRSS")))


def load(
    program: Load, root: Path, host: str, *options: str, told: tuple[str, ...] = ()
) -> float:
    """Return MB/s of the load generator with OPTIONS; the server is TOLD more."""
    with serving(root, host, told):
        return loaded(program, host, *options)


def loaded(program: Load, host: str, *options: str) -> float:
    """Return MB/s of the load generator with OPTIONS, of the server that runs."""
    command = [*program, "--host", host, "--port", str(PORT), "--cpu", str(CPU)]
    command += ["--batch", "--json", *options]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout)["MB_s"])


def peer_load(program: Load, root: Path, *options: str) -> float:
    """Return likewise of atftpd; 0 where it is not installed."""
    if shutil.which(PEER[0]) is None:
        return 0.0
    command = [*PEER, "--bind-address", "127.0.0.1", "--logfile", "/dev/null"]
    with running([*command, str(root)], "127.0.0.1"):
        return loaded(program, "127.0.0.1", *options)


def uploads(program: Load, root: Path, sizes: Sizes = UPLOADS) -> Figures:
    """Return MB/s of uploads with several windows, beside atftpd."""
    upload = ("--file", "up-%d", "--files", "4", "--upload", str(root / "large"))
    figures: Figures = {}
    for size, window in sizes:
        options = ("--blksize", str(size), "--windowsize", str(window))
        ours = load(program, root, "127.0.0.1", *upload, *options)
        figures[f"upload {size} w{window}, MB/s"] = ours
        if peer := peer_load(program, root, *upload, *options):
            figures[f"upload {size} w{window}, ratio to atftpd"] = ours / peer
    return figures


def small_receivers(program: Load, root: Path, sizes: Sizes = RECEIVERS) -> Figures:
    """Return MB/s of clients whose socket holds less than a window."""
    figures: Figures = {}
    for window, room in sizes:
        options = ["--file", "large", "--blksize", "1428", "--timeout", "200"]
        options += ["--windowsize", str(window), "--rcvbuf", str(room)]
        for how, told in (("", ()), (", no GSO", ("--no-gso",))):
            name = f"read 1428 w{window}, client's buffer {room >> 10} KiB{how}, MB/s"
            figures[name] = load(program, root, "127.0.0.1", *options, told=told)
    return figures


def built(bench: Path, root: Path) -> str:
    """Compile the load generator; return where it is."""
    program = str(root / "tftpload")
    source, compiler = str(bench / "tftpload.c"), shutil.which("cc") or "cc"
    subprocess.run([compiler, "-O2", "-o", program, source, "-lpthread"], check=True)
    return program


def measure_briefly(program: Load, root: Path) -> Figures:
    """Return the first figure of each kind."""
    return {
        **start_time(root, 1),
        "memory of a transfer, 512 w1, KiB": memory(root, b""),
        **uploads(program, root, UPLOADS[:1]),
        **small_receivers(program, root, RECEIVERS[:1]),
    }


def measure(program: Load, root: Path) -> Figures:
    """Return everything."""
    read = ("--file", "large", "--blksize", "1428")
    window = ("--windowsize", "16")
    windowed = b"blksize\x001428\0windowsize\x0016\0"
    return {
        **start_time(root),
        "memory of a transfer, 512 w1, KiB": memory(root, b""),
        "memory of a transfer, 1428 w16, KiB": memory(root, windowed),
        **uploads(program, root),
        **small_receivers(program, root),
        "read 1428 w1, IPv6, MB/s": load(program, root, "::1", *read),
        "read 1428 w16, IPv6, MB/s": load(program, root, "::1", *read, *window),
        "read 1428 w16, no GSO, MB/s": load(
            program, root, "127.0.0.1", *read, *window, told=("--no-gso",)
        ),
    }


def table(figures: Figures) -> list[str]:
    """Return the figures as Markdown."""
    rows = [f"| {name} | {value:,.2f} |" for name, value in figures.items()]
    return ["| what | |", "|---|--:|", *rows]


def main() -> int:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    default = HERE.parent.parent / "shared" / "bench"
    parser.add_argument("--bench", type=Path, default=default)
    parser.add_argument("--docs", action="store_true")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--nice", type=int, default=0, help="of all, for root")
    options = parser.parse_args()
    bench: Path = options.bench
    if not (bench / "tftpload.c").is_file():
        print(f"no tftpload.c in {bench}; say where it is with --bench DIR")
        return 2
    os.setpriority(os.PRIO_PROCESS, 0, options.nice)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "small").write_bytes(b"x" * 300)
        (root / "large").write_bytes(os.urandom(1 << 20) * 32)
        program = built(bench, root)
        if options.short:
            brief = measure_briefly((program, "--seconds", "0.1"), root)
            print("\n".join(table(brief)))
            return 0
        figures = measure((program, "--seconds", "2"), root)
    about, lines = keep("costs", figures), table(figures)
    print("\n".join(lines))
    if options.docs:
        write_docs("costs", lines, about)
    return 0


if __name__ == "__main__":
    sys.exit(main())
