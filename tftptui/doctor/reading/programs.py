"""Programs of this machine, asked for what they print."""

import os
import shutil
import subprocess
from dataclasses import dataclass

_PATIENCE = 10.0
_MORE_PLACES = "/usr/sbin:/sbin"
"""Where the programs are that ordinary users have not in their path."""


@dataclass(frozen=True, slots=True)
class Printed:
    """What a program printed.

    Attributes:
        text: on standard output; empty if it failed.
        trouble: why it failed, or empty.
        is_missing: whether there is no such program.
    """

    text: str = ""
    trouble: str = ""
    is_missing: bool = False


def printed(program: str, *arguments: str) -> Printed:
    """Return what a program printed; it gets no input and ten seconds."""
    path = f"{os.environ.get('PATH', '')}:{_MORE_PLACES}"
    found = shutil.which(program, path=path)
    if found is None:
        return Printed(is_missing=True)
    try:
        done = subprocess.run(  # noqa: S603 - our words, no shell
            [found, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Printed(trouble=str(error))
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"status {done.returncode}"]
        return Printed(trouble=lines[0])
    return Printed(text=done.stdout)
