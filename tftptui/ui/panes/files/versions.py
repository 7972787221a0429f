"""Which version of a file a transfer got, and whether it is the current one."""

from collections.abc import Iterable, Mapping, Sequence
from enum import Enum, auto

from tftptui.engine.messages import Entry, HashView, TransferView
from tftptui.telemetry.versions import Version
from tftptui.ui.formats import count, moment
from tftptui.ui.panes.files.fetches import Last, size_of
from tftptui.ui.panes.files.rows import EntryRow, plain_name
from tftptui.ui.store import Store

THIS = "this version"
SAME_BYTES = "the same bytes as this"

Digests = Mapping[Version, HashView]


class Likeness(Enum):
    """How a fetched version compares with the current one."""

    SAME = auto()
    BYTES = auto()
    """Another version with the same bytes: both were hashed."""
    PERHAPS = auto()
    """Only the ctime differs: other bytes, or other permissions."""
    OTHER = auto()


def likeness(last: Last, entry: Entry, digests: Digests) -> Likeness | None:
    """Compare LAST with the current file; None if that is not known."""
    then, now = last.version, entry.version
    if then is None or now is None:
        is_same = last.is_version(entry.size, entry.modified)
        return None if is_same is None else (_OTHER, _SAME)[is_same]
    if then == now:
        return Likeness.SAME
    before, after = digests.get(then), digests.get(now)
    if before is not None and after is not None:
        return Likeness.BYTES if before.sha256 == after.sha256 else Likeness.OTHER
    return Likeness.PERHAPS if then.may_be(now) else Likeness.OTHER


_SAME, _OTHER = Likeness.SAME, Likeness.OTHER
_OF_ONE_TIME = {
    Likeness.BYTES: SAME_BYTES,
    Likeness.PERHAPS: "maybe another version of the same time",
    Likeness.OTHER: "another version of the same time",
}


def likeness_words(
    last: Last, entry: Entry, digests: Digests, now: float, among: Sequence[Last] = ()
) -> str:
    """Return that in words, with the time of the version if it is another one.

    In a list, AMONG others, the words "not this" are left out.
    """
    found = likeness(last, entry, digests)
    if found is None or last.modified is None:
        return ""
    if found is Likeness.SAME:
        return THIS
    behind = ", not this" if found is Likeness.OTHER and not among else ""
    if last.modified == entry.modified:
        return f"{_OF_ONE_TIME[found]}{behind}"
    times = [one.modified for one in among if one.modified is not None]
    time = moment_of(last.modified, [entry.modified, *times], now)
    time += _changed(last.version, [one.version for one in among], now)
    behind = f", {SAME_BYTES}" if found is Likeness.BYTES else behind
    return f"file as of {time}{behind}"


def differs(before: Entry, after: Entry) -> bool:
    """Return whether the file has certainly changed."""
    if (before.size, before.modified) != (after.size, after.modified):
        return True
    if before.version is None or after.version is None:
        return False
    return not before.version.may_be(after.version)


def hash_now(row: EntryRow, store: Store) -> HashView | None:
    """Return the hash of the current version, or the progress of hashing it."""
    view, entry = store.hashes.get(row.path), row.entry
    if view is None or view.running or view.error:
        return view
    if view.version is None or entry.version is None:
        is_same = (view.size, view.modified) == (entry.size, entry.modified)
        return view if is_same else None
    known = store.digests.get(entry.version)
    return known if known is not None and known.name == row.path else None


def moment_of(modified: float, others: Iterable[float], now: float) -> str:
    """Return the modification time, precise enough to differ from OTHERS."""
    alike = any(one != modified and int(one) == int(modified) for one in others)
    return moment(modified, now, precise=alike)


def version_words(view: TransferView, store: Store) -> str:
    """Return the version that a transfer reads or wrote; "" if not known."""
    nbytes = view.version.size if view.version else size_of(view)
    if view.modified is None or nbytes is None:
        return ""
    # Hardly any of a thousand transfers has another version that reads the same.
    second, name = int(view.modified), _name(view)
    others = [
        one
        for one in store.transfers.values()
        if one.modified is not None
        and int(one.modified) == second
        and one.version != view.version
        and _name(one) == name
    ]
    times = [one.modified for one in others if one.modified is not None]
    time = moment_of(view.modified, times, store.now)
    time += _changed(view.version, [one.version for one in others], store.now)
    return f"file as of {time}, {count(nbytes)} bytes"


def _changed(
    version: Version | None, others: Iterable[Version | None], now: float
) -> str:
    """Return the ctime of a version, if OTHERS have the same modification time."""
    if version is None or not any(
        one is not None and one != version and one.modified_ns == version.modified_ns
        for one in others
    ):
        return ""
    return f" (changed {moment(version.changed_ns / 1e9, now)})"


def _name(view: TransferView) -> str:
    return plain_name(view.served or view.file)
