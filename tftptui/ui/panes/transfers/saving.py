"""Saving of the shown transfers with all columns, as a table or as JSON."""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec

from tftptui.telemetry.records.export import unlike_formula
from tftptui.ui.kit.columns import Value
from tftptui.ui.panes.transfers.model import Row

READERS: Mapping[str, str] = {
    "csv": "for spreadsheets",
    "json": "one array of objects",
    "jsonl": "one JSON object per line",
}
"""The use of each format."""

Record = dict[str, Value]

_OF_VIEW = ("direction", "mode", "phase", "error", "server_tid", "client_tid")
_TIMES = frozenset({"started", "ended"})
_DRAWN = frozenset({"ports", "state", "progress", "eta"})
"""Columns whose content is exactly in other columns."""


def records(
    rows: Iterable[Row], values: Mapping[str, Callable[[Row], Value]]
) -> list[Record]:
    """Return all columns of the rows by key; times are RFC 3339 in UTC."""
    return [_record(row, values) for row in rows]


def _record(row: Row, values: Mapping[str, Callable[[Row], Value]]) -> Record:
    view = row.view
    found: Record = {"state": "refused" if row.is_refused else view.phase}
    for key, value in values.items():
        if key not in _DRAWN:
            found[key] = _written(key, value(row))
    found |= {name: getattr(view, name) for name in _OF_VIEW if name != "phase"}
    return found


def _written(key: str, value: Value) -> Value:
    if key in _TIMES and isinstance(value, float | int):
        moment = datetime.fromtimestamp(value, UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def save_transfers(path: Path, kind: str, found: Sequence[Record]) -> int:
    """Write transfers to PATH in one of READERS' formats; return how many.

    Raises:
        FileExistsError: PATH exists.
        OSError: it can't be written.
    """
    with path.open("xb") as file:
        match kind:
            case "json":
                file.write(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
            case "jsonl":
                file.writelines(msgspec.json.encode(one) + b"\n" for one in found)
            case _:
                _write_csv(file, found)
    return len(found)


def _write_csv(file: BinaryIO, found: Sequence[Record]) -> None:
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    table = csv.writer(text)
    if found:
        table.writerow(found[0])
    for one in found:
        table.writerow(map(unlike_formula, one.values()))
    text.detach()
