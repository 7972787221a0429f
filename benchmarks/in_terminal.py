"""Run a command in a pseudo-terminal that somebody reads: a screen that really draws.

``python benchmarks/in_terminal.py COMMAND …`` gives COMMAND a terminal of
140×40, throws away what it draws, and ends it when it is itself told to end.
Where it may use some of the processors only, the screen gets the others, as on a
machine with more than one, and its engine those: what is measured is the engine.
"""

import contextlib
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from pathlib import Path

LINES, COLUMNS = 40, 140


def main() -> int:
    """Run the command until it ends; return its exit status."""
    command = sys.argv[1:]
    ours = os.sched_getaffinity(0)
    others = set(range(os.cpu_count() or 1)) - ours
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        if others:
            os.sched_setaffinity(0, others)
        os.execvp(command[0], command)  # noqa: S606 - our own command line
    size = struct.pack("HHHH", LINES, COLUMNS, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    moved = not others
    while True:
        try:
            if not os.read(terminal, 65_536):
                break
        except OSError:
            break
        moved = moved or move_engine(child, ours)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def move_engine(screen: int, processors: set[int]) -> bool:
    """Put the child of a screen's process on PROCESSORS; return whether it has one."""
    children = Path(f"/proc/{screen}/task/{screen}/children")
    engines = children.read_text().split() if children.exists() else []
    for engine in engines:
        for thread in Path(f"/proc/{engine}/task").iterdir():
            with contextlib.suppress(ProcessLookupError):
                os.sched_setaffinity(int(thread.name), processors)
    return bool(engines)


if __name__ == "__main__":
    sys.exit(main())
