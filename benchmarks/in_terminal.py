"""Run a command in a pseudo-terminal that somebody reads: a screen that really draws.

``python benchmarks/in_terminal.py COMMAND …`` gives COMMAND a terminal of
140×40, throws away what it draws, and ends it when it is itself told to end.
"""

import fcntl
import os
import pty
import signal
import struct
import sys
import termios

LINES, COLUMNS = 40, 140


def main() -> int:
    """Run the command until it ends; return its exit status."""
    command = sys.argv[1:]
    child, terminal = pty.fork()
    if child == 0:
        os.environ["TERM"] = "xterm-256color"
        os.execvp(command[0], command)  # noqa: S606 - our own command line
    size = struct.pack("HHHH", LINES, COLUMNS, 0, 0)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child, signal.SIGTERM))
    while True:
        try:
            if not os.read(terminal, 65_536):
                break
        except OSError:
            break
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


if __name__ == "__main__":
    sys.exit(main())
