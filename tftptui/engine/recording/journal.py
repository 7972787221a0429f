"""Destinations of the journal: a file, standard output, or none."""

import asyncio
import contextlib
import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from tftptui.engine.client import EngineError
from tftptui.engine.recording.journal_file import FLAGS, MODE, JournalFile
from tftptui.engine.recording.pipe_writer import Outlet
from tftptui.server.clock import SystemClock
from tftptui.telemetry.journal import Journal

if TYPE_CHECKING:
    from tftptui.server.service import Service


class Voice:
    """Reports journal problems on standard error and to the operator."""

    def __init__(self) -> None:
        self._service: Service | None = None
        self._said = self._notice = ""

    def say(self, text: str) -> None:
        """Report a problem now; the operator gets it in the next loop iteration."""
        self._said = text
        sys.stderr.write(f"tftptui: {text}\n")
        if self._service is not None:
            # Later: a warning is an entry of this very journal, which is being written.
            asyncio.get_running_loop().call_soon(self._tell)

    def tell_at(self, service: "Service") -> None:
        """Report the latest problem, and all later ones, to the operator of SERVICE."""
        self._service = service
        if self._said:
            self._tell()

    def _tell(self) -> None:
        if self._service is None:
            return
        if self._notice in self._service.notices:  # one, however often a disk fails
            self._service.notices.remove(self._notice)
        self._notice = self._said
        self._service.warn(self._said)


class PlacedJournal(Journal):
    """A journal with a destination.

    Args:
        write: as for any journal.
        name: name in notices: "the journal /var/log/tftp.jsonl".
        voice: reports problems.

    Attributes:
        reopen: reopens its file by path, for log rotation; does nothing if the journal
            is not in a file.
        is_on_terminal: whether it goes to a terminal.
    """

    def __init__(
        self,
        write: Callable[[bytes], object] | None,
        name: str = "the journal",
        voice: Voice | None = None,
    ) -> None:
        self.voice = voice = voice or Voice()
        self.reopen: Callable[[], None] = lambda: None
        self.is_on_terminal = False
        super().__init__(write, lambda why: voice.say(f"{name} {why}"))


@contextlib.contextmanager
def open_journal(
    place: str | None, now: Callable[[], float] | None = None
) -> Iterator[PlacedJournal]:
    """Open the journal at PLACE ("-" is standard output); None keeps none.

    NOW times the retries after a full disk; the default is the system's clock.

    Raises:
        EngineError: the file can't be written.
    """
    if place is None:
        yield PlacedJournal(None)
        return
    descriptor = os.dup(sys.stdout.fileno()) if place == "-" else _open(place)
    with contextlib.ExitStack() as ending:
        found = os.fstat(descriptor)
        if stat.S_ISREG(found.st_mode):
            yield ending.enter_context(_in_file(descriptor, place, now))
            return
        ending.callback(os.close, descriptor)
        if os.path.samestat(found, Path(os.devnull).stat()):
            yield PlacedJournal(None)  # nobody can read it
            return
        yield ending.enter_context(_in_stream(descriptor, place))


def _open(place: str) -> int:
    """Open a file, or a pipe with a reader."""
    try:
        # Otherwise opening a pipe waits for a reader.
        descriptor = os.open(place, FLAGS | os.O_NONBLOCK, MODE)
    except OSError as error:
        why = error.strerror
        if error.errno == errno.ENXIO:
            why = f"no process reads that pipe; first run: cat {place}"
        folder = Path(place).parent
        if error.errno == errno.ENOENT and not folder.exists():
            make = f"mkdir -p {quote(str(folder))}"
            why = f"there is no folder {folder}; to create it: {make}"
        raise EngineError(f"cannot write the journal {place}: {why}") from error
    os.set_blocking(descriptor, True)
    return descriptor


def _open_file(place: str) -> int:
    """Open a regular file for appending."""
    descriptor = _open(place)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    os.close(descriptor)
    raise EngineError(f"cannot write the journal {place}: it is no longer a file")


@contextlib.contextmanager
def _in_file(
    descriptor: int, place: str, now: Callable[[], float] | None
) -> Iterator[PlacedJournal]:
    """Yield a journal in a file, which never blocks."""
    name, voice = _name(place), Voice()
    file = JournalFile(descriptor, name, voice.say, now or SystemClock().now)
    journal = PlacedJournal(file.write, name, voice)

    def reopen() -> None:
        try:
            file.turn_to(_open_file(place))
        except EngineError as error:
            voice.say(f"{error}; continuing in the old file")

    if place != "-":
        journal.reopen = reopen
    try:
        yield journal
    finally:
        file.hurry()
        if missing := journal.close(lambda: 0):
            voice.say(f"{name} lacks its last lines: {missing:,}")
        file.close()


@contextlib.contextmanager
def _in_stream(descriptor: int, place: str) -> Iterator[PlacedJournal]:
    """Yield a journal on a stream whose slow reader never blocks the server."""
    outlet = Outlet(descriptor)
    voice = Voice()
    journal = PlacedJournal(outlet.write, _name(place), voice)
    journal.is_on_terminal = os.isatty(descriptor)
    try:
        yield journal
    finally:
        if unread := journal.close(outlet.close):
            voice.say(f"last lines of the journal not read: {unread:,}")


def _name(place: str) -> str:
    return f"the journal {'on standard output' if place == '-' else place}"
