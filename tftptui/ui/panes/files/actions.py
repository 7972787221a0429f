"""What keys do in the pane of files, and on screens that lead on from it."""

from enum import StrEnum

from tftptui.ui.keys import Action


class FileCommand(StrEnum):
    """What the pane asks the screen to do with a row; each is named as its action."""

    COMMANDS = "commands"
    COPY = "copy"
    LOOK = "look"
    HASH = "hash"
    ANSWER = "answer"
    LINK = "link"
    SERVE = "serve"


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
