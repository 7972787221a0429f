"""Runs programs of this host and returns their output."""

import os
import shutil
import subprocess
from dataclasses import dataclass

_PATIENCE = 10.0
_MORE_PLACES = "/usr/sbin:/sbin"
"""Folders of programs that are not in an ordinary user's PATH."""


@dataclass(frozen=True, slots=True)
class Printed:
    """The output of a program.

    Attributes:
        text: standard output; empty if it failed.
        trouble: why it failed, or empty.
        is_missing: whether there is no such program.
    """

    text: str = ""
    trouble: str = ""
    is_missing: bool = False


def printed(program: str, *arguments: str) -> Printed:
    """Run a program without input for up to ten seconds; return its output."""
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
