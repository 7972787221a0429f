"""The journal: one event a line, as JSON (RFC 8259), in UTF-8.

Times are RFC 3339 in UTC with microseconds, under the key ``t``. Keys are only
ever added.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

import msgspec

from tftptui.telemetry.events import Event

_MICROS = 1_000_000
_encode = msgspec.json.Encoder().encode


def journal_line(event: Event) -> bytes:
    """Return one line of the journal, its line feed included."""
    # Encoded in one go, for a rack that boots writes thousands of lines a second.
    head, _, rest = _encode(event).partition(b'"time":')
    _, _, rest = rest.partition(b",")
    return b'{"t":"%s",%s%s\n' % (_stamp(event.time), head[1:], rest)


def _stamp(time: float) -> bytes:
    second, micros = divmod(round(time * _MICROS), _MICROS)
    return b"%s.%06dZ" % (_second(second), micros)


@lru_cache(maxsize=4)
def _second(second: int) -> bytes:
    stamp = datetime.fromtimestamp(second, UTC)
    return stamp.strftime("%Y-%m-%dT%H:%M:%S").encode()


class Journal:
    """Writes events to WRITE; a journal that can't be written ends itself.

    Args:
        write: takes the octets of whole lines; None keeps no journal.
        failed: called once with the reason when WRITE raised OSError. The
            server goes on: a full disk must not stop it.
    """

    def __init__(
        self, write: Callable[[bytes], object] | None, failed: Callable[[str], None]
    ) -> None:
        self._write = write
        self._failed = failed

    def record(self, event: Event) -> None:
        """Write one event."""
        if self._write is None:
            return
        try:
            self._write(journal_line(event))
        except OSError as error:
            self._write = None
            self._failed(f"the journal ended: {error.strerror or error}")
