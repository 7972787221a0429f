"""What keys do on screens that lie above the panes."""

from tftptui.ui.kit.keys import Action

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
