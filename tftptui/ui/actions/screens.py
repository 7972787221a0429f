"""What keys do on screens that lie above the panes."""

from tftptui.ui.actions.action import Action

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
HELP = (Action("help", "close", ("escape",), "back", "Back to the panes.", shown=True),)

QUESTION = (
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
