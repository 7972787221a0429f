"""Where the journal goes: a file, standard output, or nowhere."""

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tftptui.engine.client import EngineError
from tftptui.engine.outlet import Outlet
from tftptui.telemetry.journal import Journal

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
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
        with _journal_on(sys.stdout.fileno()) as journal:
            yield journal
        return
    descriptor = _open(place)
    try:
        with _journal_on(descriptor) as journal:
            yield journal
    finally:
        os.close(descriptor)


def _open(place: str) -> int:
    """Open a file, or a pipe that somebody reads."""
    try:
        # A pipe that nobody reads would else be waited for.
        descriptor = os.open(place, _FLAGS | os.O_NONBLOCK, _MODE)
    except OSError as error:
        why = error.strerror
        if error.errno == errno.ENXIO:
            why = f"nobody reads that pipe; begin with: cat {place}"
        raise EngineError(f"the journal {place} can't be written: {why}") from error
    os.set_blocking(descriptor, True)
    return descriptor


@contextlib.contextmanager
def _journal_on(descriptor: int) -> Iterator[Journal]:
    """Give a journal that nothing but a file can keep waiting."""
    found = os.fstat(descriptor)
    if os.path.samestat(found, Path(os.devnull).stat()):
        yield Journal(None, _complain)  # nobody could read it
        return
    if stat.S_ISREG(found.st_mode):
        # One write a line, appended: readers and other writers see whole lines.
        yield Journal(_writer(descriptor), _complain)
        return
    outlet = Outlet(descriptor)
    journal = Journal(outlet.write, _complain)
    try:
        yield journal
    finally:
        journal.close(outlet.close)


def _writer(descriptor: int) -> Callable[[bytes], None]:
    def write(line: bytes) -> None:
        os.write(descriptor, line)

    return write


def _complain(why: str) -> None:
    sys.stderr.write(f"tftptui: {why}\n")
