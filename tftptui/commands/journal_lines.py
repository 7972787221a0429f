"""The lines of a journal, those left out that are of none."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from tftptui.knowledge.firewall.situation import SituationError
from tftptui.knowledge.firewall.traffic import Line
from tftptui.telemetry.words import counted


class JournalLines:
    """Gives the lines of a journal; one that is being written may end in half a line.

    Attributes:
        events: how many lines told an event.
        skipped: how many were of no journal: torn, or by somebody else.
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
                f"the journal {self._journal} can't be read: {error.strerror}"
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
        """Take note that the line given last makes no sense."""
        self._first = self._first or self._number
        self.skipped += 1

    @property
    def complaint(self) -> str:
        """What to tell a person of the lines left out."""
        return (
            f"{counted(self.skipped, 'line')} of {self._journal} left out that "
            f"no journal has; the first is line {self._first:,}"
        )
