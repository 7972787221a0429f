"""What keys do in all panes, and in the whole program."""

from tftptui.ui.kit.keys import Action

LIST = (
    Action("list", "cursor(-1)", ("up", "k"), "Up", "One row up."),
    Action("list", "cursor(1)", ("down", "j"), "Down", "One row down."),
    Action("list", "page(-1)", ("pageup", "ctrl+u"), "Back", "One page up."),
    Action("list", "page(1)", ("pagedown", "ctrl+d"), "On", "One page down."),
    Action("list", "first", ("g", "home"), "First", "To the first row."),
    Action("list", "last", ("G", "end"), "Last", "To the last row."),
)

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
        "Why it does not work: what was seen, where the block stands, what to do.",
        shown=True,
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
