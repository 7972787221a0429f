"""All keys: the scopes, how they nest, and the action of each key.

The bottom line, the help and the palette are generated from this list.

A scope is where a key works. Scopes nest: in a pane its own keys work, then those of
lists, of the main screen and of the whole program. A key has one meaning in such a
chain.
"""

from tftptui.ui.actions import (
    APP,
    COLUMNS,
    COMMANDS,
    DOCTOR,
    FIREWALL,
    FOLDER,
    HELP,
    LIST,
    LOCATE,
    MAIN,
    MESSAGES,
    NARROWING,
    PACKET,
    PAGE,
    POLICY,
    POLICY_FIELD,
    PREVIEW,
    PROMPT,
    QUESTION,
    TOP,
    WHY,
    WINDOW,
    WIRE,
)
from tftptui.ui.keys import Action
from tftptui.ui.ladder.actions import LADDER, LADDER_MOVES, TRANSFER
from tftptui.ui.panes.files.actions import FILES
from tftptui.ui.panes.packets.actions import PACKET_LOG, PACKETS
from tftptui.ui.panes.ports.actions import FIELDS, PORTS, RANGE
from tftptui.ui.panes.transfers.actions import TRANSFER_ROWS, TRANSFERS
from tftptui.ui.stage.actions import CAST, DEMO, RULES, STAGE

CHAINS: dict[str, tuple[str, ...]] = {
    "transfers": ("transfers", "list", "main", "app"),
    "files": ("files", "list", "top", "main", "app"),
    "ports": ("ports", "range", "main", "app"),
    "fields": ("fields", "app"),
    "packets": ("packets", "packet-log", "list", "top", "main", "app"),
    "prompt": ("prompt", "app"),
    "stage": ("stage", "demo", "main", "app"),
    "rules": ("rules", "window"),
    "cast": ("cast", "list", "top"),
    "help": ("help", "window"),
    "question": ("question", "app"),
    "why": ("why", "window", "page"),
    "firewall": ("firewall", "window", "page"),
    "locate": ("locate", "window", "page"),
    "messages": ("messages", "window", "page"),
    "doctor": ("doctor", "window", "page"),
    "wire": ("wire", "list", "top"),
    "commands": ("commands", "list", "top", "window", "page"),
    "columns": ("columns", "list", "top", "window", "page"),
    "narrowing": ("narrowing",),
    "preview": ("preview", "window", "page"),
    "packet": ("packet", "window", "page"),
    "folder": ("folder",),
    "ladder": ("ladder", "transfer", "ladder-moves", "top"),
    "policy": ("policy", "list", "top", "window"),
    "policy-field": ("policy-field",),
}
"""For each scope that can have the focus, the scopes to search for a key, in order."""

TITLES: dict[str, str] = {
    "transfers": "Transfers",
    "files": "Files",
    "ports": "Ports",
    "range": "Moving over ports",
    "fields": "Editing the port range",
    "packets": "Packets",
    "packet-log": "Finding packets",
    "prompt": "Editing a filter",
    "list": "Moving in a list",
    "top": "Moving in other lists",
    "main": "Panes",
    "app": "Everywhere",
    "stage": "Stage",
    "demo": "Presenting a demo",
    "rules": "Editing rules",
    "cast": "Changing clients",
    "help": "This page",
    "question": "This question",
    "policy": "Policy",
    "policy-field": "Editing a setting",
    "window": "On any page",
    "page": "Help",
    "why": "Why",
    "firewall": "Firewall",
    "locate": "Locate",
    "doctor": "Doctor",
    "messages": "Messages",
    "wire": "Wire",
    "commands": "What to type on a client",
    "columns": "Choosing columns",
    "narrowing": "Looking for words in a list",
    "preview": "A look into a file",
    "packet": "One packet",
    "folder": "Typing a folder to serve",
    "ladder": "The ladder of a transfer",
    "ladder-moves": "Moving in the ladder",
    "transfer": "One transfer",
}


ACTIONS: tuple[Action, ...] = (
    *STAGE,
    *DEMO,
    *RULES,
    *CAST,
    *TRANSFERS,
    *TRANSFER_ROWS,
    *FILES,
    *PACKETS,
    *PACKET_LOG,
    *PROMPT,
    *LADDER,
    *LADDER_MOVES,
    *TRANSFER,
    *PORTS,
    *RANGE,
    *FIELDS,
    *LIST,
    *TOP,
    *MAIN,
    *APP,
    *HELP,
    *WINDOW,
    *PAGE,
    *WHY,
    *FIREWALL,
    *LOCATE,
    *DOCTOR,
    *WIRE,
    *MESSAGES,
    *COLUMNS,
    *COMMANDS,
    *NARROWING,
    *PREVIEW,
    *PACKET,
    *FOLDER,
    *QUESTION,
    *POLICY,
    *POLICY_FIELD,
)


def actions(scope: str) -> list[Action]:
    """Return the actions of one scope, in the order of the help."""
    return [action for action in ACTIONS if action.scope == scope]
