"""Saving of the shown packets, in several formats."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol, get_args

from tftptui.telemetry.records.export import SaveFormat, save_packets
from tftptui.telemetry.records.ring import PacketRecord
from tftptui.telemetry.views import TransferView
from tftptui.ui.kit.saving import format_of, save_as


class Records(Protocol):
    """A source of records."""

    def record(self, sequence: int) -> PacketRecord:
        """Return one record, or raise IndexError."""

    def note(self, sequence: int) -> str:
        """Return the note of a record, or nothing."""


FORMATS: Sequence[SaveFormat] = get_args(SaveFormat)

READERS: Mapping[str, str] = {
    "pcapng": "for Wireshark",
    "csv": "for spreadsheets",
    "jsonl": "one JSON object per line",
    "md": "a table for a ticket",
    "txt": "one line per packet",
}
"""The use of each format."""


def as_format(kind: str) -> SaveFormat:
    """Return the format of that name, or the default."""
    return next((one for one in FORMATS if one == kind), FORMATS[0])


def save(
    name: str,
    records: Iterable[tuple[PacketRecord, str]],
    transfers: Mapping[int, TransferView],
) -> tuple[bool, str]:
    """Write RECORDS to a file; return whether that succeeded, and a sentence."""
    kind = as_format(format_of(name, FORMATS) or "")
    return save_as(
        name, lambda path: save_packets(path, kind, records, transfers), "record"
    )


def noted(
    source: Records, numbers: Iterable[int]
) -> Iterator[tuple[PacketRecord, str]]:
    """Yield records with their notes; records no longer kept are left out."""
    for number in numbers:
        try:
            yield source.record(number), source.note(number)
        except IndexError:
            continue
