"""From the start of the program to its first picture, and until it serves.

``python benchmarks/start.py`` runs ``tftptui`` in a pseudo-terminal again and again and
prints, in seconds since it was started: when the panes stood there, when the top line
said what is served, and how much CPU time the screen's process had taken by then, with
that of its engine. The shortest of all runs is what the program needs; the median is
what this machine, with all else that it does, makes of it. Linux.
"""

import argparse
import os
import pty
import select
import signal
import statistics
import struct
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

MARKS = {"panes": "1 Transfers", "serves": "40000"}
"""Texts of the first picture, and of the first that has the engine's news in it."""

PATIENCE = 20.0

Times = dict[str, float]


def one_start(command: list[str], size: tuple[int, int]) -> Times:
    """Return seconds until each mark, and CPU seconds until the panes stood."""
    began = time.monotonic()
    child, terminal = pty.fork()
    if child == 0:
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        # An installed program is compiled; a checkout may have been told not to be.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for name in ("COLUMNS", "LINES"):  # they would count more than its size
            os.environ.pop(name, None)
        os.execv(command[0], command)  # noqa: S606 - our own command line
    ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    found: Times = {}
    drawn = b""
    try:
        while len(found) < len(MARKS) + 1 and time.monotonic() < began + PATIENCE:
            if not select.select([terminal], [], [], 0.1)[0]:
                continue
            drawn += os.read(terminal, 65_536)
            for name, text in MARKS.items():
                if name not in found and text.encode() in drawn:
                    found[name] = time.monotonic() - began
                    if name == "panes":
                        found["CPU"] = processor_seconds(child)
    finally:
        end(child, terminal)
    return found


def processor_seconds(pid: int) -> float:
    """Return CPU seconds that a process has taken, all threads together."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def end(child: int, terminal: int) -> None:
    """End the program, and read what it draws meanwhile."""
    os.kill(child, signal.SIGTERM)
    while not os.waitpid(child, os.WNOHANG)[0]:
        if select.select([terminal], [], [], 0.05)[0]:
            try:
                os.read(terminal, 65_536)
            except OSError:
                os.waitpid(child, 0)
                break
    os.close(terminal)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--columns", type=int, default=120)
    parser.add_argument("options", nargs="*", help="of tftptui, after --")
    asked = parser.parse_args()
    program = str(Path(sys.executable).with_name("tftptui"))
    command = [program, *(asked.options or ["--port", "36969"])]
    size = (asked.lines, asked.columns)
    if asked.runs > 1:
        one_start(command, size)  # the first one reads from the disk
    runs = [one_start(command, size) for _ in range(asked.runs)]
    print(f"{asked.runs} starts, seconds: {'':8} shortest   median")
    for name in (*MARKS, "CPU"):
        taken = [run[name] for run in runs if name in run]
        if taken:
            low, middle = min(taken), statistics.median(taken)
            print(f"{name:32} {low:8.3f} {middle:8.3f}   ({len(taken)} of them)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
