"""Runs ``ip`` of iproute2, which reads and changes interfaces."""

import os
import shutil
import subprocess
from collections.abc import Sequence


class IpError(Exception):
    """``ip`` is missing or failed; the text is its message."""


def run_ip(arguments: Sequence[str]) -> str:
    """Run ``ip``; return its output.

    Raises:
        IpError: it is missing, or it failed.
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
