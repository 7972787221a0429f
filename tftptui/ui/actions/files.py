"""What keys do in the pane of files, and on screens that lead on from it."""

from tftptui.ui.actions.action import Action

FILES = (
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
    Action(
        "files",
        "commands",
        ("c",),
        "commands",
        "What to type on a client to fetch the file, or to send it.",
        shown=True,
    ),
    Action("files", "copy", ("y",), "copy", "Copy the name of the file.", shown=True),
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
