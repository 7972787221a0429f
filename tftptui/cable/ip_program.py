"""The program ``ip`` of iproute2: it reads and changes interfaces."""

import os
import shutil
import subprocess
from collections.abc import Sequence


class IpError(Exception):
    """``ip`` is not there, or refused; the text is what it said."""


def run_ip(arguments: Sequence[str]) -> str:
    """Run it; return what it printed.

    Raises:
        IpError: it is not there, or it failed.
    """
    folders = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    program = shutil.which("ip", path=folders)
    if program is None:
        raise IpError("the program ip is missing: install iproute2")
    done = subprocess.run(  # noqa: S603 - a fixed program
        [program, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise IpError(done.stderr.strip() or f"ip exited with status {done.returncode}")
    return done.stdout
