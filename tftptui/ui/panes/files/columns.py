"""The cells of a row of the Files pane."""

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import NamedTuple

from rich.cells import cell_len

from tftptui.engine.messages import Entry
from tftptui.ui.formats import age, byte_size, count, short_age
from tftptui.ui.kit.fitting import fitting_parts
from tftptui.ui.kit.rows import fitted, fitted_path
from tftptui.ui.panes.files.fetches import Served
from tftptui.ui.panes.files.hashes import hash_mark
from tftptui.ui.panes.files.model import Change, FileModel
from tftptui.ui.panes.files.rows import (
    EntryRow,
    MissingRow,
    NearRow,
    NoteRow,
    QuietRow,
    Row,
    UploadRow,
)
from tftptui.ui.panes.files.versions import Likeness, likeness
from tftptui.ui.panes.packets.words import short_address

GLOW = 10.0
"""Seconds for which a new or changed file is highlighted."""

ROOMY = 56
AGES = 72
KINDS = 108
WIDEST = 132
"""Minimum widths: for full words, for columns of ages and kinds; and the width beyond
which columns no longer spread out."""

SHORTEST_NAME = 6
_INDENT, _ICON, _GAP, _SIZE, _TIMES = 2, 2, 2, 6, 5
_NOTE, _LONG_NOTE, _AGE, _CLIENT, _KIND = 8, 24, 10, 15, 30
_CHANGED_AT = 7

_OTHERS = {Likeness.OTHER: (" not this", "≠"), Likeness.PERHAPS: (" not this?", "≠?")}
"""Text after a number of fetches; where room is short, the mark before it."""

Cell = tuple[str, str]
"""A text and its style slot; the slots ``folder`` and ``fresh`` are this pane's own."""


def cells(row: Row, model: FileModel, now: float, width: int) -> list[Cell]:
    """Return the cells of one row."""
    width = min(width, WIDEST)
    match row:
        case EntryRow(entry=Entry(kind="other")):
            found = _other_cells(row, width)
        case EntryRow():
            found = _entry_cells(row, model, now, width)
        case UploadRow():
            found = _upload_cells(row, model.served, width)
        case MissingRow():
            found = _missing_cells(row, now, width)
        case NearRow():
            found = _near_cells(row, width)
        case _:
            found = [(fitted(_sentence(row), width), "muted")]
    return found


def _sentence(row: QuietRow | NoteRow) -> str:
    if isinstance(row, QuietRow):
        return "○ " + quiet_words(row)
    return _start(row.depth) + row.text


def foot(row: Row | None, now: float) -> str:
    """Return text about the row under the cursor that may have no column."""
    if isinstance(row, MissingRow) and row.name:
        return f"last by {row.client} · {age(now - row.time)}"
    return ""


def quiet_words(row: QuietRow) -> str:
    """Return the text of the row that sums up healthy misses."""
    names = "name" if row.count == 1 else "names"
    clients = ", ".join(row.clients)
    return f"{count(row.count)} more {names}, normal in a healthy boot: {clients}"


def _start(depth: int, icon: str = "") -> str:
    return " " * (_INDENT * depth) + fitted(icon, _ICON)


def _entry_cells(row: EntryRow, model: FileModel, now: float, width: int) -> list[Cell]:
    is_folder = row.entry.kind == "folder"
    start = _start(row.depth, ("▾" if row.is_open else "▸") if is_folder else "")
    change = model.changes.get(row.path)
    is_fresh = change is not None and now - change.time < GLOW
    note, note_slot = _note(row, model, now, width)
    columns = (
        []
        if is_folder
        else [
            column.cell(row, model, now)
            for column in COLUMNS
            if width >= column.min_screen
        ]
    )
    note_room = _LONG_NOTE if width >= ROOMY else _NOTE
    room = width - len(start) - sum(cell_len(text) for text, _ in columns)
    if note or not is_folder:
        room -= _GAP + note_room
    slot = "folder" if is_folder else ""
    return [
        (start, "muted"),
        (fitted(_name(row), max(SHORTEST_NAME, room)), "fresh" if is_fresh else slot),
        *columns,
        (
            " " * _GAP + note,
            "fresh" if is_fresh and note_slot == "muted" else note_slot,
        ),
    ]


class Column(NamedTuple):
    """One column behind the name of a file.

    Attributes:
        cells: its width, gap included.
        min_screen: width of the list, in cells, from which it is shown.
        cell: returns text, CELLS wide, and slot.
    """

    cells: int
    min_screen: int
    cell: Callable[[EntryRow, FileModel, float], Cell]


def _size(row: EntryRow, _model: FileModel, _now: float) -> Cell:
    return " " + fitted(byte_size(row.entry.size), _SIZE, right=True), "muted"


def _changed(row: EntryRow, _model: FileModel, now: float) -> Cell:
    return fitted(_since(row, now), _CHANGED_AT + 1, right=True), "muted"


def _kind(row: EntryRow, model: FileModel, _now: float) -> Cell:
    kind = model.kind(row)
    words = kind.words if kind else ""
    slot = "transfer-stalled" if kind and kind.troubles else "muted"
    return "  " + fitted(words, _KIND), slot


COLUMNS = (
    Column(1 + _SIZE, 0, _size),
    Column(_CHANGED_AT + 1, AGES, _changed),
    Column(2 + _KIND, KINDS, _kind),
)
"""The columns behind the name of a file, in order: a new column is one more entry."""


def _name(row: EntryRow) -> str:
    slash = "/" if row.entry.kind == "folder" else ""
    arrow = f" → {row.entry.target}" if row.entry.link else ""
    return row.entry.text + slash + arrow


def _other_cells(row: EntryRow, width: int) -> list[Cell]:
    start, name = _start(row.depth), _name(row)
    name = fitted(name, min(cell_len(name), max(SHORTEST_NAME, width // 2)))
    return [(fitted(f"{start}{name}  {row.entry.why}", width), "muted")]


def _upload_cells(row: UploadRow, served: Served, width: int) -> list[Cell]:
    view = served.arriving.get(row.name)
    start = _start(row.depth)
    size = fitted(byte_size(view.acked_bytes), _SIZE, right=True) if view else ""
    note = "↓ now" if width < ROOMY or not view else f"↓ now from {view.client}"
    room = _LONG_NOTE if width >= ROOMY else _NOTE
    columns = sum(one.cells for one in COLUMNS if width >= one.min_screen)
    name = fitted(row.base, max(SHORTEST_NAME, width - len(start) - columns - room - 2))
    rest = " " * (columns - _SIZE - 1)
    return [
        (start + name, "transfer-active"),
        (f" {size}{rest}", "muted"),
        (" " * _GAP + fitted(note, room), "transfer-active"),
    ]


def _missing_cells(row: MissingRow, now: float, width: int) -> list[Cell]:
    if not row.name:
        return [(fitted("✗ requested, not found", width), "transfer-failed")]
    start = _start(1)
    times = fitted(f"×{row.count}", _TIMES, right=True)
    if width < ROOMY:
        room = width - len(start) - _TIMES
        whose = f"  {row.client}"
        # The client in full or not at all; foot() has it for the row under the cursor.
        whose = whose if cell_len(row.name + whose) <= room else ""
        name = fitted_path(row.name, max(SHORTEST_NAME, room - cell_len(whose)))
        return [(start + name, ""), (whose + times, "muted")]
    client = fitted(short_address(row.client, _CLIENT), _CLIENT)
    when = fitted(age(now - row.time), _AGE)
    rest = f"{times}  {client}  {when}"
    name = fitted_path(row.name, width - len(start) - cell_len(rest))
    return [(start + name, ""), (rest, "muted")]


def _near_cells(row: NearRow, width: int) -> list[Cell]:
    start = _start(2) + "↳ "
    near = row.near
    ask = "" if near.sure else "?"
    text = f"{near.text}{ask}"
    room = width - len(start)
    forms = (f"  {near.words}", f" {near.words}")
    words = next((one for one in forms if cell_len(text + one) <= room), "")
    room -= cell_len(words)
    slot = "transfer-completed" if near.sure else ""
    name = fitted(text, min(cell_len(text), max(SHORTEST_NAME, room)))
    return [(start, "muted"), (name, slot), (words, "muted")]


# The note in the row of a file.


def _note(row: EntryRow, model: FileModel, now: float, width: int) -> tuple[str, str]:
    """Return the note and its style slot; current activity comes before the past."""
    is_roomy = width >= ROOMY
    served, change = model.served, model.changes.get(row.path)
    readers = served.running.get(row.name, ())
    going = _running(len(readers), is_arriving=row.name in served.arriving)
    if any(view.changed for view in readers):
        return (f"⚠ {going} changed" if is_roomy else f"⚠ {going}"), "transfer-stalled"
    times, is_other = _times(row, model, is_roomy=is_roomy)
    hashed = model.hashed(row)
    marks = [hash_mark(hashed, is_roomy=roomy) for roomy in (True, False)]
    differs = hashed is not None and hashed.verdict == "differs"
    # Most important first: a checksum that differs, then the fetched version.
    ranked: list[tuple[int, Sequence[str]]] = [
        (0, (going,)),
        (1 if differs else 4, marks if is_roomy else marks[1:]),
        (2 if is_other or going else 5, times),
        (3, _change(change, now, is_roomy=is_roomy)),
    ]
    notes = [forms for _, forms in sorted(ranked, key=itemgetter(0)) if forms[0]]
    if width < AGES and (is_roomy or not notes):  # otherwise it has a column
        notes.append((_since(row, now),))
    room, gap = (_LONG_NOTE, " · ") if is_roomy else (_NOTE, " ")
    slot = "transfer-active" if going else "muted"
    return fitting_parts([one for one in notes[:2] if one[0]], room, gap), slot


def _running(readers: int, *, is_arriving: bool) -> str:
    if is_arriving:
        return "↓ now"
    return f"▶{count(readers)}" if readers else ""


def _change(change: Change | None, now: float, *, is_roomy: bool) -> Sequence[str]:
    """Return "new" or "changed" with the time, then shorter forms."""
    if change is None:
        return ("",)
    word, since = "new" if change.is_new else "changed", now - change.time
    word = "renamed" if change.was else word
    if is_roomy:
        return (word if since < 1 else f"{word} {age(since)}"), word
    return (word if since < GLOW else age(since)), short_age(since)


def _times(
    row: EntryRow, model: FileModel, *, is_roomy: bool
) -> tuple[Sequence[str], bool]:
    """Return how often it was fetched, and whether last in another version."""
    times, last = model.served.completed[row.name], model.served.last(row.name)
    found = last and likeness(last, row.entry, model.digests)
    other = _OTHERS.get(found) if found and times else None
    if other is None:
        return (f"↑{times}" if times else "",), False
    behind, before = other
    return (f"↑{times}{behind}", f"{before}↑{times}")[0 if is_roomy else 1 :], True


def _since(row: EntryRow, now: float) -> str:
    is_dated = row.entry.kind == "file" and row.entry.modified
    return short_age(now - row.entry.modified) if is_dated else ""
