"""What keys do in the pane of files, and on screens that lead on from it."""

from tftptui.ui.kit.keys import Action

FILES = (
    Action(
        "files",
        "open",
        ("enter", "space"),
        "open",
        "Open or close the folder; look into the file.",
        shown=True,
    ),
    Action(
        "files", "unfold_in", ("right", "l"), "In", "Open the folder, or go into it."
    ),
    Action("files", "fold_out", ("left", "h"), "Out", "Close the folder, or go up."),
    Action(
        "files",
        "answer",
        ("a",),
        "answer with it",
        "From now on answer the name asked for with the file that is like it.",
        shown=True,
    ),
    Action(
        "files",
        "link",
        ("L",),
        "link",
        "Make the name asked for a link to the file; only where uploads are allowed.",
        shown=True,
    ),
    Action(
        "files",
        "commands",
        ("c",),
        "commands",
        "What to type on a client to fetch the file, or to send it.",
        shown=True,
    ),
    Action(
        "files",
        "hash",
        ("H",),
        "hash",
        "Hash the file, and compare with the checksums beside it; again: stop.",
        shown=True,
    ),
    Action(
        "files", "find", ("slash",), "find", "Show what has words in it.", shown=True
    ),
    Action("files", "widen", ("escape",), "all", "Show everything again.", shown=True),
    Action(
        "files",
        "serve",
        ("S",),
        "serve folder",
        "Serve another folder from now on; transfers that run keep their files.",
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
FOLDER = (
    Action("folder", "close", ("escape",), "back", "Serve what is served.", shown=True),
)
