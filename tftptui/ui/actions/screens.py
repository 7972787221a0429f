"""What keys do on screens that lie above the panes."""

from tftptui.ui.actions.action import Action

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
