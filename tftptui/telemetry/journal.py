"""The journal: one event a line, as JSON (RFC 8259), in UTF-8.

Times are RFC 3339 in UTC with microseconds, under the key ``t``. Keys are only
ever added.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec

from tftptui.telemetry.events import Event


def journal_line(event: Event) -> bytes:
    """Return one line of the journal, its line feed included."""
    fields = msgspec.to_builtins(event)
    stamp = datetime.fromtimestamp(fields.pop("time"), UTC)
    head = {"t": stamp.isoformat(timespec="microseconds").replace("+00:00", "Z")}
    return msgspec.json.encode(head | fields) + b"\n"


class Journal:
    """Writes events to WRITE; a journal that can't be written ends itself.

    Args:
        write: takes the octets of whole lines.
        failed: called once with the reason when WRITE raised OSError. The
            server goes on: a full disk must not stop it.
    """

    def __init__(
        self, write: Callable[[bytes], object], failed: Callable[[str], None]
    ) -> None:
        self._write: Callable[[bytes], object] | None = write
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
