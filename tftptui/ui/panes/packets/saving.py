"""Saving packets that are shown: under which name, in which format, from where."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol, get_args

from tftptui.telemetry.records.export import SaveFormat, save_packets
from tftptui.telemetry.records.ring import PacketRecord
from tftptui.telemetry.views import TransferView
from tftptui.ui.formats import count


class Records(Protocol):
    """Where records are."""

    def record(self, sequence: int) -> PacketRecord:
        """Return one record, or raise IndexError."""

    def note(self, sequence: int) -> str:
        """Return the note of a record, or nothing."""


FORMATS: Sequence[SaveFormat] = get_args(SaveFormat)

READERS: Mapping[SaveFormat, str] = {
    "pcapng": "for Wireshark",
    "csv": "for spreadsheets",
    "jsonl": "one JSON object a line",
    "md": "a table for a ticket",
    "txt": "a line each",
}
"""What each format is good for."""


def suggested_name(now: float) -> str:
    """Return a file name that is not likely to be there."""
    return f"packets-{datetime.fromtimestamp(now).astimezone():%H%M%S}.pcapng"


def format_of(name: str) -> SaveFormat | None:
    """Return the format that the end of a name stands for."""
    end = name.rpartition(".")[2].lower()
    return next((one for one in FORMATS if one == end), None)


def in_other_format(name: str) -> str:
    """Return the name with the end of the next format."""
    known = format_of(name)
    if known is None:
        return f"{name.rstrip('.')}.{FORMATS[0]}"
    other = FORMATS[(FORMATS.index(known) + 1) % len(FORMATS)]
    return f"{name.rpartition('.')[0]}.{other}"


def save(
    name: str,
    records: Iterable[tuple[PacketRecord, str]],
    transfers: Mapping[int, TransferView],
) -> tuple[bool, str]:
    """Write RECORDS to a file; return whether that went well, and a sentence."""
    kind = format_of(name) or FORMATS[0]
    path = Path(name)
    try:
        path = path.expanduser().absolute()
        written = save_packets(path, kind, records, transfers)
    except FileExistsError:
        return False, f"there is a file of that name already: {path}"
    except (OSError, RuntimeError) as error:  # ~ of nobody is a RuntimeError
        why = error.strerror if isinstance(error, OSError) else str(error)
        return False, f"not saved: {path}: {why}"
    return True, f"{count(written)} records saved: {path}"


def noted(
    source: Records, numbers: Iterable[int]
) -> Iterator[tuple[PacketRecord, str]]:
    """Yield records with their notes; what is gone meanwhile is left out."""
    for number in numbers:
        try:
            yield source.record(number), source.note(number)
        except IndexError:
            continue
