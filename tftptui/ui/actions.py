"""The one list of what keys do: bindings, the bottom line and the help come from it.

A scope is where a key works. Scopes nest: in a pane its own keys work, then those
of lists, of the main screen and of the whole program. A key means one thing in
such a chain.
"""

from dataclasses import dataclass

from textual.binding import Binding, BindingType

CHAINS: dict[str, tuple[str, ...]] = {
    "transfers": ("transfers", "list", "main", "app"),
    "files": ("files", "list", "main", "app"),
    "ports": ("ports", "main", "app"),
    "fields": ("fields", "app"),
    "packets": ("packets", "list", "main", "app"),
    "help": ("help", "app"),
    "question": ("question", "app"),
}
"""For each scope with a focus of its own, where a key is looked for, in order."""

TITLES: dict[str, str] = {
    "transfers": "Transfers",
    "files": "Files",
    "ports": "Ports",
    "fields": "Typing a port range",
    "packets": "Packets",
    "list": "Moving in a list",
    "main": "Panes",
    "app": "Everywhere",
    "help": "This page",
    "question": "This question",
}


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does.

    Attributes:
        scope: where it works.
        call: the Textual action, as ``cursor(1)`` for ``action_cursor(1)``.
        keys: as Textual names them; the first one is shown.
        label: a word or two for the bottom line.
        effect: one sentence for the help.
        shown: whether the bottom line has it.
        display: the key as people write it, where Textual's name is not that.
        priority: whether it works while text is typed, too.
    """

    scope: str
    call: str
    keys: tuple[str, ...]
    label: str
    effect: str
    shown: bool = False
    display: str = ""
    priority: bool = False

    @property
    def id(self) -> str:
        """The name under which the key can be changed, as ``transfers.abort``."""
        return f"{self.scope}.{self.call.partition('(')[0]}" + (
            f".{self.label.lower()}" if "(" in self.call else ""
        )

    @property
    def shown_keys(self) -> str:
        """All keys as people write them: ``↓ j``."""
        return self.display or " ".join(key_name(key) for key in self.keys)

    @property
    def shown_key(self) -> str:
        """The first key as people write it."""
        return self.shown_keys.split(" ")[0]


_NAMES = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "question_mark": "?",
    "colon": ":",
    "slash": "/",
    "full_stop": ".",
    "comma": ",",
    "equals_sign": "=",
    "exclamation_mark": "!",
    "less_than_sign": "<",
    "greater_than_sign": ">",
    "plus": "+",
    "minus": "-",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "f1": "F1",
    "f2": "F2",
}


def key_name(key: str) -> str:
    """Return KEY as people write it: ``↑``, ``?``, ``ctrl+q``, ``X``."""
    return _NAMES.get(key, key)


_LIST = (
    Action("list", "cursor(-1)", ("up", "k"), "Up", "One row up."),
    Action("list", "cursor(1)", ("down", "j"), "Down", "One row down."),
    Action("list", "page(-1)", ("pageup", "ctrl+u"), "Back", "One page up."),
    Action("list", "page(1)", ("pagedown", "ctrl+d"), "On", "One page down."),
    Action("list", "first", ("g", "home"), "First", "To the first row."),
    Action("list", "last", ("G", "end"), "Last", "To the last row."),
)
_TRANSFERS = (
    Action(
        "transfers",
        "open",
        ("enter",),
        "details",
        "Everything known about the chosen transfer: who chose which port, what was "
        "asked and agreed, what was sent again.",
        shown=True,
    ),
    Action(
        "transfers",
        "narrow",
        ("equals_sign",),
        "its packets",
        "Show the packets of the chosen transfer alone; esc there shows all again.",
        shown=True,
    ),
    Action(
        "transfers",
        "abort",
        ("X",),
        "abort",
        "End the chosen transfer after a question; its client gets an ERROR.",
        shown=True,
    ),
)
_FILES = (
    Action(
        "files",
        "fold",
        ("enter", "space"),
        "open",
        "Open or close the folder.",
        shown=True,
    ),
    Action(
        "files", "unfold_in", ("right", "l"), "In", "Open the folder, or go into it."
    ),
    Action("files", "fold_out", ("left", "h"), "Out", "Close the folder, or go up."),
)
_PACKETS = (
    Action(
        "packets",
        "pause",
        ("space", "F"),
        "pause",
        "Hold the view still, or follow what comes; the newest row follows again.",
        shown=True,
    ),
    Action(
        "packets",
        "trouble(1)",
        ("n",),
        "trouble",
        "To the next retransmission, error or stray.",
        shown=True,
    ),
    Action(
        "packets",
        "trouble(-1)",
        ("N",),
        "Trouble before",
        "To the retransmission, error or stray before.",
    ),
    Action(
        "packets",
        "narrow",
        ("equals_sign",),
        "this transfer",
        "Show only the packets of the transfer in this row.",
        shown=True,
    ),
    Action(
        "packets",
        "widen",
        ("escape",),
        "all packets",
        "Show all packets again.",
        shown=True,
    ),
    Action(
        "packets",
        "open",
        ("enter",),
        "row",
        "All that is known of the packet, nothing cut away.",
        shown=True,
    ),
    Action(
        "packets",
        "copy",
        ("y",),
        "copy",
        "Copy the row to the clipboard.",
        shown=True,
    ),
)
_FIELDS = (
    Action(
        "fields",
        "submit",
        ("enter",),
        "apply",
        "Answer from these ports from now on.",
        shown=True,
    ),
    Action(
        "fields",
        "next_field(1)",
        ("tab",),
        "next",
        "To the next field; from the last one to the next pane.",
        shown=True,
        priority=True,
    ),
    Action(
        "fields",
        "next_field(-1)",
        ("shift+tab",),
        "Previous",
        "To the field before.",
        priority=True,
    ),
    Action(
        "fields",
        "leave",
        ("escape",),
        "put back",
        "Leave the range as it is and put the old values back.",
        shown=True,
    ),
)
_MAIN = (
    Action("main", "pane(1)", ("1",), "Transfers", "Transfers; again: whole screen."),
    Action("main", "pane(2)", ("2",), "Files", "Files; again: whole screen."),
    Action("main", "pane(3)", ("3",), "Ports", "Ports; again: whole screen."),
    Action("main", "pane(4)", ("4",), "Packets", "Packets; again: whole screen."),
    # Before the focused widget sees them: what is typed ahead goes to the new place.
    Action(
        "main", "next_pane(1)", ("tab",), "Next", "To the next pane.", priority=True
    ),
    Action(
        "main",
        "next_pane(-1)",
        ("shift+tab",),
        "Previous",
        "To the pane before.",
        priority=True,
    ),
    Action(
        "main",
        "range",
        ("r",),
        "range",
        "Choose the ports that this server answers from; those that run keep theirs.",
        shown=True,
        priority=True,
    ),
    Action(
        "main", "zoom", ("z",), "zoom", "One pane alone, or all of them.", shown=True
    ),
)
_APP = (
    Action(
        "app",
        "restart",
        ("R",),
        "restart",
        "Start the server again after it has ended by itself.",
        shown=True,
    ),
    Action("app", "help", ("question_mark", "f1"), "keys", "This page.", shown=True),
    Action(
        "app",
        "command_palette",
        ("colon", "ctrl+p"),
        "palette",
        "Everything by name: themes, a picture of the screen, and more.",
        shown=True,
    ),
    Action(
        "app",
        "leave",
        ("q",),
        "quit",
        "Quit; asks first while transfers run.",
        shown=True,
    ),
    Action(
        "app",
        "leave_now",
        ("ctrl+q",),
        "quit now",
        "Quit without a question; clients are told.",
        priority=True,
    ),
    Action(
        "app",
        "interrupt",
        ("ctrl+c",),
        "quit",
        "Twice within two seconds: quit without a question.",
        priority=True,
    ),
    Action("app", "redraw", ("ctrl+l",), "redraw", "Draw the whole screen again."),
    Action(
        "app",
        "suspend_process",
        ("ctrl+z",),
        "suspend",
        "Back to the shell for now; fg returns. The server goes on if it is a "
        "process of its own.",
    ),
)
_HELP = (
    Action("help", "close", ("escape",), "back", "Back to the panes.", shown=True),
)
_QUESTION = (
    Action("question", "answer(True)", ("y",), "yes", "Do it.", shown=True),
    Action(
        "question",
        "answer(False)",
        ("escape", "n"),
        "no",
        "Leave everything as it is.",
        shown=True,
    ),
)

ACTIONS: tuple[Action, ...] = (
    *_TRANSFERS,
    *_FILES,
    *_PACKETS,
    *_FIELDS,
    *_LIST,
    *_MAIN,
    *_APP,
    *_HELP,
    *_QUESTION,
)


def actions(scope: str) -> list[Action]:
    """Return the actions of one scope, in the order of the help."""
    return [action for action in ACTIONS if action.scope == scope]


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
