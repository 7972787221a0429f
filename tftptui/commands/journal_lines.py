"""The lines of a journal; lines of anything else are skipped and counted."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tftptui.knowledge.firewall.situation import SituationError
from tftptui.knowledge.firewall.traffic import Line
from tftptui.telemetry.words import counted


class JournalLines:
    """Gives the lines of a journal; one that is being written may end in half a line.

    Attributes:
        events: number of lines with an event.
        skipped: number of lines without one: torn, or not from a journal.
    """

    def __init__(self, journal: Path) -> None:
        self.events = self.skipped = 0
        self._journal = journal
        self._number = self._first = 0

    def __iter__(self) -> Iterator[Line]:
        """Give the lines in order.

        Raises:
            SituationError: the file can't be read.
        """
        try:
            raw_lines = self._journal.read_bytes().split(b"\n")
        except OSError as error:
            raise SituationError(
                f"cannot read the journal {self._journal}: {error.strerror}"
            ) from error
        for self._number, raw in enumerate(raw_lines, 1):
            if not raw.strip():
                continue
            try:
                line = msgspec.json.decode(raw, type=dict[str, object])
            except ValueError:  # not JSON, or not even text
                if self._number < len(raw_lines):
                    self.skip()
                continue
            if "event" not in line:
                self.skip()
                continue
            self.events += 1
            yield line

    def skip(self) -> None:
        """Count the line given last as skipped."""
        self._first = self._first or self._number
        self.skipped += 1

    @property
    def complaint(self) -> str:
        """A sentence about the skipped lines."""
        return (
            f"{self._journal}: skipped {counted(self.skipped, 'line')} that are not "
            f"journal events; the first is line {self._first:,}"
        )
