"""Records the program's own screen as an asciinema cast (format version 2)."""

import codecs
import json
import os
import re
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

_SIZE = re.compile(r"(\d{2,3})[x×](\d{2,3})")
_CHUNK = 65_536
_TERMINAL = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}


class RecordingError(Exception):
    """The screen can't be recorded; the text says why."""


def parse_size(text: str) -> tuple[int, int]:
    """Return columns and rows from text like ``140x40``.

    Raises:
        RecordingError: it is not a size.
    """
    found = _SIZE.fullmatch(text.strip())
    if found is None:
        raise RecordingError(f"{text!r} is not a size; write it like 140x40")
    return int(found[1]), int(found[2])


def record(
    arguments: list[str], target: Path, size: tuple[int, int], title: str
) -> float:
    """Run this program with ARGUMENTS in a pseudo-terminal; write what it draws.

    Returns:
        The duration in seconds.

    Raises:
        RecordingError: the file can't be written, or there are no pseudo-terminals.
    """
    columns, rows = size
    header = {
        "version": 2,
        "width": columns,
        "height": rows,
        "timestamp": int(time.time()),  # noqa: TID251 - of the recording, for people
        "title": f"tftptui demo {title}",
        "env": {"TERM": _TERMINAL["TERM"]},
    }
    try:
        with target.open("w", encoding="utf-8") as cast:
            cast.write(json.dumps(header) + "\n")
            return _write_events(arguments, cast, size)
    except OSError as error:
        raise RecordingError(f"cannot write {target}: {error.strerror}") from error


def _write_events(arguments: list[str], cast: TextIO, size: tuple[int, int]) -> float:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    began, seconds = 0.0, 0.0
    for data in _drawn(arguments, size):
        began = began or time.monotonic()  # skip the start of the program
        seconds = time.monotonic() - began
        if text := decoder.decode(data):
            cast.write(json.dumps([round(seconds, 6), "o", text]) + "\n")
    return seconds


def _drawn(arguments: list[str], size: tuple[int, int]) -> Iterator[bytes]:
    """Yield what the program writes to its terminal, until it ends."""
    try:
        import fcntl  # noqa: PLC0415 - not everywhere
        import pty  # noqa: PLC0415
        import termios  # noqa: PLC0415
    except ImportError as error:
        raise RecordingError("this system has no pseudo-terminals") from error
    ours, its = pty.openpty()
    columns, rows = size
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    command = [sys.executable, "-P", "-m", "tftptui", *arguments]
    # An exported COLUMNS would override the terminal's size.
    environment = {"COLUMNS": str(columns), "LINES": str(rows), **_TERMINAL}
    with subprocess.Popen(  # noqa: S603 - ourselves
        command,
        stdin=its,
        stdout=its,
        stderr=its,
        env={**os.environ, **environment},
        start_new_session=True,
    ) as process:
        os.close(its)
        try:
            while data := _read(ours):
                yield data
        finally:
            os.close(ours)
            process.terminate()


def _read(terminal: int) -> bytes:
    """Return what was written; b"" once the other end is closed."""
    try:
        return os.read(terminal, _CHUNK)
    except OSError:  # EIO on Linux after the other end is closed
        return b""
