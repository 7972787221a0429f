"""The one list of what keys do: bindings, the bottom line and the help come from it.

A scope is where a key works. Scopes nest: in a pane its own keys work, then those
of lists, of the main screen and of the whole program. A key means one thing in
such a chain.
"""

from textual.binding import Binding, BindingType

from tftptui.ui.kit.keys import Action, key_name
from tftptui.ui.ladder.actions import LADDER, TRANSFER
from tftptui.ui.panes.files.actions import COMMANDS, FILES, FOLDER, NARROWING, PREVIEW
from tftptui.ui.panes.packets.actions import PACKET_LOG, PACKETS, PROMPT
from tftptui.ui.panes.ports.actions import FIELDS, PORTS, RANGE
from tftptui.ui.panes.transfers.actions import TRANSFERS
from tftptui.ui.screens.actions import APP, LIST, MAIN
from tftptui.ui.screens.window_actions import (
    DOCTOR,
    FIREWALL,
    HELP,
    LOCATE,
    PAGE,
    POLICY,
    POLICY_FIELD,
    QUESTION,
    WHY,
    WINDOW,
)
from tftptui.ui.stage.actions import CAST, DEMO, RULES, STAGE

__all__ = [
    "ACTIONS",
    "CHAINS",
    "TITLES",
    "Action",
    "actions",
    "bindings",
    "key_name",
]

CHAINS: dict[str, tuple[str, ...]] = {
    "transfers": ("transfers", "list", "main", "app"),
    "files": ("files", "list", "main", "app"),
    "ports": ("ports", "range", "main", "app"),
    "fields": ("fields", "app"),
    "packets": ("packets", "packet-log", "list", "main", "app"),
    "prompt": ("prompt", "app"),
    "stage": ("stage", "demo", "main", "app"),
    "rules": ("rules", "window"),
    "cast": ("cast", "list"),
    "help": ("help", "window", "app"),
    "question": ("question", "app"),
    "why": ("why", "window", "page"),
    "firewall": ("firewall", "window", "page"),
    "locate": ("locate", "window", "page"),
    "doctor": ("doctor", "window", "page"),
    "commands": ("commands", "list", "window", "page"),
    "narrowing": ("narrowing",),
    "preview": ("preview", "window", "page"),
    "folder": ("folder",),
    "ladder": ("ladder", "transfer", "list"),
    "policy": ("policy", "list", "window"),
    "policy-field": ("policy-field",),
}
"""For each scope with a focus of its own, where a key is looked for, in order."""

TITLES: dict[str, str] = {
    "transfers": "Transfers",
    "files": "Files",
    "ports": "Ports",
    "range": "Walking over ports",
    "fields": "Typing a port range",
    "packets": "Packets",
    "packet-log": "Finding packets",
    "prompt": "Typing a filter",
    "list": "Moving in a list",
    "main": "Panes",
    "app": "Everywhere",
    "stage": "Stage",
    "demo": "Leading through a demo",
    "rules": "Writing rules",
    "cast": "Exchanging clients",
    "help": "This page",
    "question": "This question",
    "policy": "Policy",
    "policy-field": "Typing a setting",
    "window": "On a page",
    "page": "Help",
    "why": "Why",
    "firewall": "Firewall",
    "locate": "Locate",
    "doctor": "Doctor",
    "commands": "What to type on a client",
    "narrowing": "Looking for words in a list",
    "preview": "A look into a file",
    "folder": "Typing a folder to serve",
    "ladder": "The ladder of a transfer",
    "transfer": "One transfer",
}


ACTIONS: tuple[Action, ...] = (
    *STAGE,
    *DEMO,
    *RULES,
    *CAST,
    *TRANSFERS,
    *FILES,
    *PACKETS,
    *PACKET_LOG,
    *PROMPT,
    *LADDER,
    *TRANSFER,
    *PORTS,
    *RANGE,
    *FIELDS,
    *LIST,
    *MAIN,
    *APP,
    *HELP,
    *WINDOW,
    *PAGE,
    *WHY,
    *FIREWALL,
    *LOCATE,
    *DOCTOR,
    *COMMANDS,
    *NARROWING,
    *PREVIEW,
    *FOLDER,
    *QUESTION,
    *POLICY,
    *POLICY_FIELD,
)


def actions(scope: str) -> list[Action]:
    """Return the actions of one scope, in the order of the help."""
    return [action for action in ACTIONS if action.scope == scope]


def page_bindings(scope: str) -> list[BindingType]:
    """Return those of a window that tells its keys, too."""
    return [*bindings(scope), *bindings("page")]


def bindings(scope: str, *calls: str) -> list[BindingType]:
    """Return Textual's bindings for one scope, or those of some of its calls."""
    return [
        Binding(
            ",".join(action.keys),
            action.call,
            action.label,
            show=action.shown,
            key_display=action.shown_key,
            priority=action.priority,
            id=action.id,
        )
        for action in actions(scope)
        if not calls or action.call in calls
    ]
