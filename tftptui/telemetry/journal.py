"""The journal: one event per line, as JSON (RFC 8259), in UTF-8.

Times are RFC 3339 in UTC with microseconds, under the key ``t``. Keys are only ever
added.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from tftptui.telemetry.events import Event, Unwritten

_MICROS = 1_000_000
_encode = msgspec.json.Encoder().encode


def journal_line(event: Event) -> bytes:
    """Return one line of the journal, with its line feed."""
    # Encoded in one step: a booting rack causes thousands of lines per second.
    head, _, rest = _encode(event).partition(b'"time":')
    _, _, rest = rest.partition(b",")
    return b'{"t":"%s",%s%s\n' % (_stamp(event.time), head[1:], rest)


def _stamp(time: float) -> bytes:
    second, micros = divmod(round(time * _MICROS), _MICROS)
    return b"%s.%06dZ" % (_second(second), micros)


def stamp(micros: int) -> str:
    """Return a wall clock time in microseconds as RFC 3339."""
    second, micros = divmod(micros, _MICROS)
    return f"{_second(second).decode()}.{micros:06d}Z"


@lru_cache(maxsize=4)
def _second(second: int) -> bytes:
    stamp = datetime.fromtimestamp(second, UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S").encode()


class Journal:
    """Writes events; if writing fails for good, it ends itself.

    Args:
        write: callback for the bytes of a line; returns False if there is no room now.
            None keeps no journal.
        failed: called once with the reason if WRITE raised OSError. The server goes on:
            the reader of the journal must not stop it.
    """

    def __init__(
        self, write: Callable[[bytes], object] | None, failed: Callable[[str], None]
    ) -> None:
        self._write = write
        self._failed = failed
        self._lost = 0
        self._since = self._latest = 0.0

    @property
    def listener(self) -> Callable[[Event], None] | None:
        """The callback for events; None if no journal is kept."""
        return None if self._write is None else self.record

    def record(self, event: Event) -> None:
        """Write one event; report lost lines first."""
        if self._write is None:
            return
        self._latest = event.time
        try:
            self._tell_gap()
            if self._lost or not self._take(event):
                self._since = self._since if self._lost else event.time
                self._lost += 1
        except OSError as error:
            self._end(error)

    def close(self, finish: Callable[[], int]) -> int:
        """End the journal; return how many of the last lines are lost unreported.

        FINISH waits for buffered lines and returns how many were not read.
        """
        if self._write is None:
            return 0
        try:
            self._tell_gap()
            return finish() + self._lost
        except OSError as error:
            self._end(error)
            return 0
        finally:
            self._write = None

    def _tell_gap(self) -> None:
        if self._lost and self._take(self._gap(self._latest)):
            self._lost = 0

    def _take(self, event: Event) -> bool:
        return self._write is not None and self._write(journal_line(event)) is not False

    def _gap(self, now: float) -> Event:
        seconds = round(max(0.0, now - self._since), 3)
        return Unwritten(time=now, lines=self._lost, seconds=seconds)

    def _end(self, error: OSError) -> None:
        self._write = None
        self._failed(f"ended: {error.strerror or error}")
