"""A file's hash in words, in the list of files and wherever it is served."""

from collections.abc import Mapping

from tftptui.engine.messages import HashView, TransferView
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.versions import Version
from tftptui.ui.formats import count
from tftptui.ui.panes.files.fetches import SAME_TIME, size_of
from tftptui.ui.panes.files.rows import plain_name

_SHORT_HASH = 16
Line = tuple[str, str]
"""A sentence and its style slot."""

DIFFERS = "≠"
"""Marks a file that differs from a list of checksums."""


def hash_of(
    view: TransferView,
    hashes: dict[bytes, HashView],
    digests: Mapping[Version, HashView] | None = None,
) -> HashView | None:
    """Return the hash of exactly the version that a transfer reads, or has written.

    None if it is not known. HASHES are by name, DIGESTS by version.
    """
    if digests and view.version is not None:
        return digests.get(view.version)
    if view.modified is None or not hashes:
        return None
    name = plain_name(view.served or view.file)
    size = size_of(view)
    for hashed in hashes.values():
        is_same = (
            hashed.size == size and abs(hashed.modified - view.modified) < SAME_TIME
        )
        if hashed.sha256 and is_same and plain_name(visible(hashed.name)) == name:
            return hashed
    return None


def verdict(view: HashView | None) -> str:
    """Return a sentence that compares a served file with a list of checksums."""
    if view is None or not view.verdict:
        return ""
    if view.verdict == "matches":
        return f"✓ The file is as {view.place} says."
    return f"{DIFFERS} The file differs from what {view.place} says."


def hash_line(view: HashView | None) -> Line | None:
    """Return a sentence on a file's hash, or None."""
    if view is None:
        return None
    if view.running:
        part = view.done / view.size if view.size else 0.0
        return f"hashing {part:.0%} of {count(view.size)} bytes", "transfer-active"
    return (f"no hash: {view.error}", "muted") if view.error else _verdict(view)


def _verdict(view: HashView) -> Line:
    short = f"SHA-256 {view.sha256[:_SHORT_HASH]}…"
    if view.verdict == "matches":
        return f"✓ {short} as {view.place} says", "transfer-completed"
    if view.verdict == "differs":
        return f"✗ {short} differs from what {view.place} says", "transfer-failed"
    return f"{short} · MD5 {view.md5}", "muted"


def hash_mark(view: HashView | None, *, is_roomy: bool = True) -> str:
    """Return the state of a file's hash in a word."""
    if view is None or view.error:
        return ""
    if view.running:
        part = view.done / view.size if view.size else 0.0
        return f"{'hash ' if is_roomy else '#'}{part:.0%}"
    marks = {"matches": "✓", "differs": DIFFERS, "": ""}
    mark = marks[view.verdict]
    return f"{mark} {view.verdict}" if mark and is_roomy else mark
