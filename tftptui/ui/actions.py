"""What keys do in every pane, on screens above the panes, and in the whole program."""

from tftptui.ui.keys import Action

LIST = (
    Action("list", "cursor(-1)", ("up", "k"), "Up", "One row up."),
    Action("list", "cursor(1)", ("down", "j"), "Down", "One row down."),
    Action("list", "page(-1)", ("pageup", "ctrl+u"), "Back", "One page up."),
    Action("list", "page(1)", ("pagedown", "ctrl+d"), "On", "One page down."),
    Action("list", "first", ("home",), "First", "To the first row."),
    Action("list", "last", ("G", "end"), "Last", "To the last row."),
)

TOP = (Action("top", "first", ("g",), "First", "To the first row."),)
"""As in vi and less; in Transfers the same key groups by client."""

MAIN = (
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
        "main",
        "why",
        ("w",),
        "why?",
        "Why the chosen transfer does not work, or what the line at the top is about.",
        shown=True,
    ),
    Action(
        "main",
        "messages",
        ("M",),
        "messages",
        "All messages of the line at the top, each of them whole.",
    ),
    Action(
        "main",
        "firewall",
        ("f",),
        "firewall",
        "The firewall rules for the traffic seen, in many languages, and a request to "
        "whoever keeps the firewall.",
    ),
    Action(
        "main", "zoom", ("z",), "zoom", "One pane alone, or all of them.", shown=True
    ),
)

APP = (
    Action(
        "app",
        "restart",
        ("R",),
        "restart",
        "Start the server again after it has ended by itself.",
        shown=True,
    ),
    Action(
        "app",
        "policy",
        ("P",),
        "policy",
        "What is allowed and how much: uploads, networks, limits, options, names; all "
        "of it may be changed while the server runs.",
    ),
    Action(
        "app",
        "undo",
        ("u",),
        "undo",
        "Take the last change of ports or policy back; again, the one before it.",
        shown=True,
    ),
    Action(
        "app",
        "capture",
        ("p",),
        "capture",
        "Write every packet to a pcapng file in the current folder, or no more.",
    ),
    Action(
        "app",
        "doctor",
        ("D",),
        "doctor",
        "Whether this machine can serve: rights, addresses, its own firewall, limits; "
        "and a fetch of our own at each address.",
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

PAGE = (Action("page", "help", ("question_mark", "f1"), "keys", "Its keys."),)
WINDOW = tuple(
    Action(
        "window",
        f"app.show_pane({digit})",
        (str(digit),),
        pane,
        f"Back to the panes, to {pane}.",
    )
    for digit, pane in enumerate(("Transfers", "Files", "Ports", "Packets"), 1)
)
WHY = (
    Action("why", "close", ("escape", "w"), "back", "Back to the panes.", shown=True),
    Action(
        "why",
        "copy_proof",
        ("Y",),
        "copy proof",
        "Copy the command that proves the finding.",
        shown=True,
    ),
    Action(
        "why",
        "locate",
        ("o",),
        "locate",
        "Find out, hop by hop, where packets to the client's port are dropped.",
        shown=True,
    ),
    Action(
        "why",
        "firewall",
        ("f",),
        "rules",
        "The firewall rules for the traffic seen.",
        shown=True,
    ),
    Action("why", "copy", ("y",), "copy", "Copy the whole finding as text."),
    Action(
        "why",
        "ticket",
        ("t",),
        "copy ticket",
        "Copy the request to whoever keeps the firewall; else the finding as text.",
        shown=True,
    ),
    Action(
        "why",
        "packets",
        ("equals_sign",),
        "its packets",
        "Show the packets of the transfer that it is about.",
        shown=True,
    ),
    Action(
        "why",
        "evidence(1)",
        ("tab",),
        "evidence",
        "Choose the next row of what was seen.",
        shown=True,
    ),
    Action("why", "evidence(-1)", ("shift+tab",), "Row before", "The row before."),
    Action(
        "why",
        "open",
        ("enter",),
        "packets",
        "Show the packets that the chosen row was seen in.",
        shown=True,
    ),
    Action(
        "why",
        "platform(1)",
        ("right", "l"),
        "Platform",
        "The remedy in the words of the next kind of firewall.",
    ),
    Action(
        "why",
        "platform(-1)",
        ("left", "h"),
        "Platform before",
        "The remedy in the words of the kind of firewall before.",
    ),
    Action("why", "another(1)", ("n",), "next", "The next finding.", shown=True),
    Action("why", "another(-1)", ("N",), "Before", "The finding before."),
)
FIREWALL = (
    Action(
        "firewall", "close", ("escape", "f"), "back", "Back to the panes.", shown=True
    ),
    Action(
        "firewall",
        "dialect(1)",
        ("right", "l"),
        "Language",
        "The rules in the language of the next firewall.",
        shown=True,
        display="→ l",
    ),
    Action(
        "firewall",
        "dialect(-1)",
        ("left", "h"),
        "Language before",
        "The rules in the language of the firewall before.",
    ),
    Action("firewall", "place", ("e",), "place", "Where the firewall stands."),
    Action(
        "firewall",
        "kind",
        ("i",),
        "kind",
        "Whether it keeps state, and whether it reads TFTP requests.",
    ),
    Action(
        "firewall",
        "mode",
        ("a",),
        "mode",
        "The rules for single-port mode, or for the port range.",
    ),
    Action(
        "firewall", "nat", ("x",), "NAT", "Whether the firewall translates addresses."
    ),
    Action(
        "firewall",
        "networks(1)",
        ("minus",),
        "narrower",
        "Narrower networks of clients, to one address each in the end.",
    ),
    Action(
        "firewall",
        "networks(-1)",
        ("plus",),
        "wider",
        "Wider networks of clients.",
    ),
    Action("firewall", "copy", ("y",), "copy rules", "Copy the rules.", shown=True),
    Action(
        "firewall",
        "copy_ticket",
        ("Y",),
        "copy ticket",
        "Copy a request, in plain words, for whoever keeps the firewall.",
        shown=True,
    ),
    Action(
        "firewall", "save", ("s",), "save", "Save that request in the current folder."
    ),
)
DOCTOR = (
    Action(
        "doctor", "close", ("escape", "D"), "back", "Back to the panes.", shown=True
    ),
    Action("doctor", "again", ("r",), "again", "Look at everything again.", shown=True),
    Action("doctor", "copy", ("y",), "copy", "Copy the report as text.", shown=True),
)
LOCATE = (
    Action(
        "locate",
        "close",
        ("escape", "o"),
        "back",
        "The search goes on.",
        shown=True,
    ),
    Action("locate", "copy", ("y",), "copy", "Copy the walks as text.", shown=True),
)
MESSAGES = (
    Action(
        "messages", "close", ("escape", "M"), "back", "Back to the panes.", shown=True
    ),
)
HELP = (Action("help", "close", ("escape",), "back", "Back to the panes.", shown=True),)

QUESTION = (
    Action("question", "answer('yes')", ("y",), "yes", "Do it.", shown=True),
    Action(
        "question",
        "answer('drain')",
        ("d",),
        "drain",
        "Take no new requests, and do it when the last transfer is over.",
        shown=True,
    ),
    Action(
        "question",
        "answer('no')",
        ("escape", "n"),
        "no",
        "Leave everything as it is.",
        shown=True,
    ),
)

# Before the list sees them: what is typed ahead goes into the field.
POLICY = (
    Action(
        "policy",
        "edit",
        ("enter",),
        "change",
        "Type another value for the chosen setting.",
        shown=True,
        priority=True,
    ),
    Action(
        "policy",
        "default",
        ("d",),
        "default",
        "Fill the field with what a server does that was told nothing.",
        shown=True,
        priority=True,
    ),
    Action(
        "policy",
        "undo",
        ("u",),
        "undo",
        "Take the last change back; again, the one before it.",
        shown=True,
    ),
    Action(
        "policy",
        "close",
        ("escape", "q", "P"),
        "back",
        "Back to the panes.",
        shown=True,
    ),
)

POLICY_FIELD = (
    Action(
        "policy-field",
        "submit",
        ("enter",),
        "apply",
        "Have it so from the next request on.",
        shown=True,
    ),
    Action(
        "policy-field",
        "choose(1)",
        ("down",),
        "other",
        "The next of the words there are to choose from.",
        shown=True,
        priority=True,
    ),
    Action(
        "policy-field",
        "choose(-1)",
        ("up",),
        "Before",
        "The word before.",
        priority=True,
    ),
    Action(
        "policy-field",
        "leave",
        ("escape",),
        "leave it",
        "Leave the setting as it is.",
        shown=True,
        priority=True,
    ),
)

COLUMNS = (
    Action("columns", "turn", ("space",), "show, hide", "Show or hide a column."),
    Action("columns", "shift(1)", ("J",), "Right", "Move the column right."),
    Action("columns", "shift(-1)", ("K",), "Left", "Move the column left."),
    Action("columns", "usual", ("d",), "default", "Back to the default columns."),
    Action(
        "columns", "done", ("enter",), "apply", "Show the marked columns.", shown=True
    ),
    Action(
        "columns", "close", ("escape",), "cancel", "Close without a change.", shown=True
    ),
)

COMMANDS = (
    Action(
        "commands", "close", ("escape", "c"), "back", "Back to the panes.", shown=True
    ),
    Action(
        "commands",
        "copy",
        ("y", "enter"),
        "copy",
        "Copy what to type on the chosen client.",
        shown=True,
    ),
    Action(
        "commands",
        "direction",
        ("u",),
        "upload",
        "What to type to fetch the file, or to send it.",
        shown=True,
    ),
    Action(
        "commands",
        "address",
        ("a",),
        "address",
        "Another address by which this server may be reached.",
        shown=True,
    ),
    Action("commands", "find", ("slash",), "find", "Show fewer clients.", shown=True),
)

NARROWING = (
    Action(
        "narrowing",
        "keep",
        ("enter", "down"),
        "to the list",
        "Go to the list that is left.",
        shown=True,
    ),
    Action("narrowing", "widen", ("escape",), "all", "Show all again.", shown=True),
)

PREVIEW = (
    Action("preview", "close", ("escape",), "back", "Back to the panes.", shown=True),
    Action(
        "preview",
        "other",
        ("x",),
        "text or octets",
        "Show the text as octets, or the octets as text.",
        shown=True,
    ),
    Action("preview", "move(1)", ("j", "down"), "Down", "One line down."),
    Action("preview", "move(-1)", ("k", "up"), "Up", "One line up."),
    Action(
        "preview", "page(1)", ("pagedown", "space", "ctrl+d"), "On", "One page down."
    ),
    Action("preview", "page(-1)", ("pageup", "ctrl+u"), "Page up", "One page up."),
    Action("preview", "first", ("g", "home"), "First", "To the beginning."),
    Action("preview", "last", ("G", "end"), "Last", "To the end."),
)

PROMPT = (
    Action("prompt", "enter", ("enter",), "done", "Take what is typed.", shown=True),
    Action(
        "prompt",
        "complete",
        ("tab",),
        "go on",
        "Go on with what is typed, as shown behind it.",
        shown=True,
    ),
    Action(
        "prompt",
        "recall(1)",
        ("up",),
        "earlier",
        "Call up what was typed before.",
        shown=True,
    ),
    Action("prompt", "recall(-1)", ("down",), "Later", "Back to later lines."),
    Action(
        "prompt",
        "leave",
        ("escape",),
        "clear",
        "Clear the line; when it is empty, go back to the list.",
        shown=True,
    ),
)

FOLDER = (
    Action("folder", "close", ("escape",), "back", "Serve what is served.", shown=True),
)
