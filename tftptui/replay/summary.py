"""The summary of a capture, for ``tftptui analyze --report``."""

from datetime import UTC, datetime

import msgspec

from tftptui.replay.reading import Reading
from tftptui.telemetry.counters import Counters
from tftptui.telemetry.findings import Finding
from tftptui.telemetry.views import Refusal, TransferView

MOST_TRANSFERS = 100_000
"""Maximum transfers in a report; the rest are only counted."""


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """The summary of a capture. Keys are only ever added.

    Attributes:
        file: its name.
        packets: frames in it.
        begin, end: RFC 3339, UTC; None for an empty capture.
        seconds: its duration.
        counters: totals, with the names of telemetry.counters.
        transfers: in order of start, as on the screens.
        refusals: requests refused with an ERROR.
        findings: as a live server would report them.
        troubles: what could not be read.
        asides: what was left out, and why.
    """

    file: str
    packets: int
    begin: str | None
    end: str | None
    seconds: float
    counters: Counters
    transfers: list[TransferView]
    refusals: list[Refusal]
    findings: list[Finding]
    troubles: list[str]
    asides: list[str]


class Outlining:
    """Collects a summary while a capture is read; call note() after every step."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._transfers: dict[int, TransferView] = {}
        self._refusals: list[Refusal] = []
        self._findings: dict[int, Finding] = {}

    def note(self) -> None:
        """Add new results."""
        rebuilding = self._reading.rebuilding
        findings = rebuilding.findings
        self._findings |= {one.number: one for one in findings.take_news()}
        # Restated views may have changed since, so changed ones win.
        for view in [*findings.take_restated(), *rebuilding.take_changed()]:
            if view.number in self._transfers or len(self._transfers) < MOST_TRANSFERS:
                self._transfers[view.number] = view
        room = MOST_TRANSFERS - len(self._refusals)
        self._refusals += rebuilding.take_refusals()[:room]

    def outline(self, name: str) -> Outline:
        """Return the summary of the file NAME (printable)."""
        reading = self._reading
        first, last = reading.first, reading.last
        return Outline(
            file=name,
            packets=reading.frames,
            begin=_moment(first),
            end=_moment(last),
            seconds=round(((last or 0) - (first or 0)) / 1_000_000_000, 6),
            counters=reading.rebuilding.recorder.counters,
            transfers=[self._transfers[number] for number in sorted(self._transfers)],
            refusals=self._refusals,
            findings=[one for one in self._findings.values() if not one.withdrawn],
            troubles=reading.troubles(),
            asides=reading.asides(),
        )


def _moment(nanoseconds: int | None) -> str | None:
    if nanoseconds is None:
        return None
    moment = datetime.fromtimestamp(nanoseconds / 1_000_000_000, UTC)
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
