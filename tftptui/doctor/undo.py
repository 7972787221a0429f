"""``tftptui doctor --undo``: undo changes to this host left by killed processes."""

from tftptui.cable.host_changes import folders_to_read, undo_left
from tftptui.doctor.result import Result, bad, ok

_TOPIC = "undo"


def undo_changes() -> list[Result]:
    """Undo it; return the result of each change."""
    results = [
        bad(_TOPIC, one.text, *one.commands) if one.is_failed else ok(_TOPIC, one.text)
        for one in undo_left(folders_to_read())
    ]
    return results or [ok(_TOPIC, "nothing to undo")]
