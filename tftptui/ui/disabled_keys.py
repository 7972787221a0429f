"""Why a key does nothing now."""

from tftptui.engine.messages import TransferView
from tftptui.ui.keymap import CHAINS, TITLES, actions
from tftptui.ui.keys import Action
from tftptui.ui.panes.transfers.words import short_host
from tftptui.ui.store import Store

CHANGES = frozenset(
    {
        *("main.range", "app.capture", "app.undo"),
        *("transfers.abort", "transfers.locate"),
        *("files.answer", "files.link", "files.serve"),
        *("policy.edit", "policy.default", "policy.undo"),
    }
)
"""Actions that change the server, or need it to act."""

OF_A_SERVER = CHANGES | {"app.policy", "app.doctor"}
"""Actions that need a running server of our own."""

_NOTHING = {
    "app.undo": "nothing to undo",
    "main.why": "no finding: no problem is known",
    **dict.fromkeys(
        ("main.hide", "main.size.larger", "main.size.smaller", "main.zoom"),
        "there is room for one pane only",
    ),
    "files.answer": "select a name under “requested, not found” with a similar file",
    "files.commands": "select a file first",
    "files.hash": "select a file first: only files have a hash",
    "files.link": "select a name under “requested, not found” with a similar file",
}
"""The text if an action lacks something else."""

LATELY = 20.0
"""Seconds for which a client that gave up counts as not yet diagnosed."""

STARTING = "the server is still starting; try again in a moment"
LOOKS_ONLY = "attached read-only: nothing can be changed from here"
CAPTURE = "this is a capture: no server is running"
NO_WRITING = "uploads are off, so no link can be made; P allows them"
GONE = "the server is down"


def action_of(scope: str, key: str) -> Action | None:
    """Return the action of KEY in SCOPE, if there is one."""
    for one in CHAINS.get(scope, ()):
        for action in actions(one):
            if key in action.keys:
                return action
    return None


PANES = ("transfers", "files", "ports", "packets", "packet-log")
"""Scopes whose keys are named if they are pressed elsewhere."""


_MOVING = frozenset(
    f"{modifier}{key}"
    for modifier in ("", "shift+", "ctrl+", "ctrl+shift+")
    for key in ("up", "down", "left", "right", "home", "end", "pageup", "pagedown")
)


def nothing_here(scope: str, key: str) -> str:
    """Return where a key works that does nothing in SCOPE.

    Returns "" outside panes, whose fields take all letters, and for keys that move.
    """
    if scope not in PANES or action_of(scope, key) is not None:
        return ""
    for pane in PANES:
        for action in actions(pane):
            if key in action.keys:
                return f"does nothing here; in {TITLES[pane]}: {action.label.lower()}"
    return "" if key in _MOVING else "does nothing here; ? lists all keys"


def why_not(
    action: Action, store: Store, *, has_near: bool = False, reason: str = ""
) -> str:
    """Return why an action is not available now; "" if that is not known.

    HAS_NEAR: whether the selected file name has a similar file. REASON is the pane's
    reason.
    """
    if action.id in OF_A_SERVER:
        if store.is_capture:
            return CAPTURE
        if store.looks_only and action.id in CHANGES:
            return LOOKS_ONLY
        if store.engine_error is not None:
            return GONE
        if store.status is None:
            return STARTING
    better = NO_WRITING if action.id == "files.link" and has_near else ""
    if action.id == "main.why":
        better = _unsure(store)
    return better or reason or _NOTHING.get(action.id, "")


def _unsure(store: Store) -> str:
    """Return the current state of transfers with silent clients; "" without any."""
    silent = [one for one in store.transfers.values() if _is_silent(one, store.now)]
    if not silent:
        return ""
    latest = silent[-1]
    state = "is silent"
    if not latest.heard:
        state = "has not replied yet; wait a few seconds"
    return (
        f"no finding yet: {short_host(latest.client, 39)}, port "
        f"{latest.client_tid}, {state}"
    )


def _is_silent(one: TransferView, now: float) -> bool:
    """Return whether a client is silent, or recently gave up without a reply."""
    if one.running:
        is_new = not (one.heard or one.acked_blocks)
        return bool(one.timeouts) or one.requests > 1 or is_new
    is_gone = one.phase == "abandoned" and not one.heard
    return is_gone and now - (one.ended or one.moved) < LATELY
