"""Where the journal goes: a file, standard output, or nowhere."""

import contextlib
import os
import sys
from collections.abc import Iterator

from tftptui.engine.client import EngineError
from tftptui.telemetry.journal import Journal

_MODE = 0o640


@contextlib.contextmanager
def open_journal(place: str | None) -> Iterator[Journal]:
    """Open the journal at PLACE ("-" is standard output); None keeps none.

    Raises:
        EngineError: the file can't be written.
    """
    if place is None:
        yield Journal(None, _complain)
        return
    if place == "-":
        yield Journal(_write_out, _complain)
        return
    try:
        descriptor = os.open(
            place, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, _MODE
        )
    except OSError as error:
        raise EngineError(
            f"the journal {place} can't be written: {error.strerror}"
        ) from error
    try:
        # One write a line, appended: readers and other writers see whole lines.
        yield Journal(lambda line: os.write(descriptor, line), _complain)
    finally:
        os.close(descriptor)


def _write_out(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


def _complain(why: str) -> None:
    sys.stderr.write(f"tftptui: {why}\n")
