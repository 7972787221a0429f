"""A few lines under the list, about the row under the cursor."""

from rich.style import Style
from rich.text import Text

from tftptui.engine.messages import Entry, TransferView
from tftptui.telemetry.escapes import visible
from tftptui.ui.formats import age, count, endpoint, moment
from tftptui.ui.panes.files.columns import quiet_words
from tftptui.ui.panes.files.fetches import Last
from tftptui.ui.panes.files.hashes import Line, hash_line
from tftptui.ui.panes.files.model import FileModel
from tftptui.ui.panes.files.rows import (
    EntryRow,
    MissingRow,
    NearRow,
    QuietRow,
    Row,
    UploadRow,
)
from tftptui.ui.panes.files.versions import (
    THIS,
    likeness_words,
    moment_of,
)

HELP = "a serves this file for that name · c commands"
ANSWERED = "✓ requests for it now get {} · u undoes it"
QUIET = "A fault only if the last name is missing too, or the client stops."
_MOST_NAMED = 2
SHORT_HASH = 8

Slots = dict[str, Style]


def detail(row: Row | None, model: FileModel, now: float) -> list[Line]:
    """Return lines, each with its style slot, most important first."""
    match row:
        case EntryRow(entry=Entry(kind="file")):
            lines = _file_lines(row, model, now)
        case EntryRow(entry=Entry(kind="folder", modified=modified)):
            since = f", changed {age(now - modified)}" if modified else ""
            lines = [(f"{row.name}/", ""), (f"a folder{since}", "muted")]
        case EntryRow(entry=Entry(kind="other", why=why)):
            lines = [(f"{row.name}{_leads(row.entry)}: {why}.", "muted")]
        case MissingRow(name=name) if name:
            lines = _missing_lines(row, model, now)
        case NearRow():
            lines = _near_lines(row, model)
        case QuietRow():
            lines = [(f"{quiet_words(row)}.", ""), (QUIET, "muted")]
        case UploadRow(name=name):
            lines = _upload_lines(model.served.arriving.get(name), now)
        case _:
            lines = []
    return lines


def as_text(lines: list[Line], slots: "dict[str, Style]") -> Text:
    """Join the lines; lines that are too long end in an ellipsis."""
    text = Text(no_wrap=True, overflow="ellipsis")
    for number, (words, slot) in enumerate(lines):
        text.append("\n" if number else "")
        text.append(words, slots.get(slot))
    return text


def _leads(entry: Entry) -> str:
    return f" → {entry.target}" if entry.target else ""


def _file_lines(row: EntryRow, model: FileModel, now: float) -> list[Line]:
    kind, entry = model.kind(row), row.entry
    parts = [f"link to {entry.target}" if entry.target else ""]
    parts += [kind.words if kind else "", f"{count(entry.size)} bytes"]
    if entry.modified:
        parts.append(f"modified {_dated(row, model, now)}")
    lines = [(" · ".join(part for part in parts if part), "")]
    lines += [(f"⚠ {trouble}", "transfer-stalled") for trouble in _troubles(row, model)]
    if (line := hash_line(model.hashed(row))) is not None:
        lines.append(line)
    lines.append((" · ".join(_service(row, model, now)), "muted"))
    if (change := model.changes.get(row.path)) is not None and change.was:
        was = f"it was {visible(change.was)} until {age(now - change.time)}"
        lines.append((was, "muted"))
    fetches = fetches_of(row, model, now)
    if len(fetches) > 1:  # a single fetch is already shown
        lines += [(fetch, "muted") for fetch in fetches]
    return lines


def _troubles(row: EntryRow, model: FileModel) -> list[str]:
    kind = model.kind(row)
    troubles = list(kind.troubles) if kind else []
    changed = [one for one in model.served.running.get(row.name, ()) if one.changed]
    if changed:
        who = _clients(changed)
        troubles.insert(0, f"changed while {who} is fetching the old version")
    return troubles


def _service(row: EntryRow, model: FileModel, now: float) -> list[str]:
    served, parts = model.served, []
    if readers := served.running.get(row.name):
        parts.append(f"being fetched by {_clients(readers)}")
    if times := served.completed[row.name]:
        last = served.last(row.name)
        often = f"{count(times)} times, last" if times > 1 else "once"
        parts.append(f"fetched {often} {_by(last, row, model, now)}")
    if written := served.written.get(row.name):
        parts.append(f"sent {_by(written, row, model, now)}")
    return parts or ["not fetched yet"]


def _by(last: Last | None, row: EntryRow, model: FileModel, now: float) -> str:
    """Return who fetched it, when, and which version if known."""
    if last is None:
        return ""
    text = f"by {last.client} {age(now - last.time)}"
    words = likeness_words(last, row.entry, model.digests, now)
    return f"{text}{', ' if words == THIS else ': '}{words}" if words else text


def fetches_of(row: Row, model: FileModel, now: float) -> list[str]:
    """Return a line for each of the latest fetches of a file, the last one first."""
    if not isinstance(row, EntryRow):
        return []
    fetches = [*model.served.fetches.get(row.name, ())]
    return [_fetch(one, row, model, fetches, now) for one in reversed(fetches)]


def _fetch(
    one: Last, row: EntryRow, model: FileModel, others: list[Last], now: float
) -> str:
    hashed = model.digests.get(one.version) if one.version else None
    who = endpoint(one.client, one.client_tid)
    parts = [
        f"{moment(one.time, now)}  {who}",
        f"SHA-256 {hashed.sha256[:SHORT_HASH]}…" if hashed else "",
        likeness_words(one, row.entry, model.digests, now, others),
    ]
    return " · ".join(part for part in parts if part)


def _dated(row: EntryRow, model: FileModel, now: float) -> str:
    """Return the modification time, precise enough to differ from fetched versions."""
    return moment_of(row.entry.modified, _known(row, model), now)


def _known(row: EntryRow, model: FileModel) -> list[float]:
    """Return the modification times of the versions that were fetched or uploaded."""
    served, name = model.served, row.name
    known = [*served.fetches.get(name, ()), served.written.get(name)]
    return [one.modified for one in known if one and one.modified is not None]


def _missing_lines(row: MissingRow, model: FileModel, now: float) -> list[Line]:
    lines = [(f"requested {_often(row.count)}, {_latest(row, now)}", "")]
    if row.words:
        lines.append((f"{row.words}.", "transfer-stalled"))
    if row.near:
        near = row.near[0]
        how = "It exists as {} ({})." if near.sure else "Did it mean {}? ({})"
        slot = "transfer-completed" if near.sure else ""
        lines += [
            (how.format(near.text, near.words), slot),
            _help(NearRow(row, near), model),
        ]
    elif not row.words:
        lines.append(("no similar name", "muted"))
    return lines


def _latest(row: MissingRow, now: float) -> str:
    return f"last by {row.client} {age(now - row.time)}"


def _near_lines(row: NearRow, model: FileModel) -> list[Line]:
    near, requested = row.near, row.asked
    verb = "exists" if near.sure else "may be meant"
    return [
        (f"{near.text} {verb} ({near.words}).", ""),
        (f"requested as {requested.name} by {requested.client}", "muted"),
        _help(row, model),
    ]


def _help(row: NearRow, model: FileModel) -> Line:
    if model.is_answered(row):
        return ANSWERED.format(row.near.text), "transfer-completed"
    return HELP, "muted"


def _often(times: int) -> str:
    return "once" if times == 1 else f"{count(times)} times"


def _upload_lines(view: TransferView | None, now: float) -> list[Line]:
    if view is None:
        return []
    whole = f" of {count(view.total_size)}" if view.total_size else ""
    sent = f"{view.client} is sending it: {count(view.acked_bytes)}{whole} bytes"
    return [
        (f"{sent}, started {age(now - view.started)}", ""),
        ("It gets its name with the last block.", "muted"),
    ]


def _clients(views: list[TransferView]) -> str:
    clients = [*dict.fromkeys(view.client for view in views)]
    named = ", ".join(clients[:_MOST_NAMED])
    more = len(clients) - _MOST_NAMED
    return f"{named} and {more} more" if more > 0 else named
