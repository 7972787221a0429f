"""Actions of the keys in the Files pane and on the screens opened from it."""

from enum import StrEnum

from tftptui.ui.keys import Action


class FileCommand(StrEnum):
    """The commands that the pane passes to its screen, each named as its action."""

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
        "Open or close the folder; preview the file.",
        shown=True,
    ),
    Action("files", "unfold_in", ("right", "l"), "In", "Open the folder, or enter it."),
    Action("files", "fold_out", ("left", "h"), "Out", "Close the folder, or go up."),
    Action(
        "files",
        "answer",
        ("a",),
        "serve similar",
        "Serve the similar file for the requested name, from the next request.",
        shown=True,
    ),
    Action(
        "files",
        "link",
        ("L",),
        "link",
        "Make the requested name a link to the file; needs uploads allowed.",
        shown=True,
    ),
    Action(
        "files",
        "commands",
        ("c",),
        "commands",
        "Client commands that fetch or send the file.",
        shown=True,
    ),
    Action(
        "files",
        "hash",
        ("H",),
        "hash",
        "Hash the file and compare with checksum files beside it; again: stop.",
        shown=True,
    ),
    Action(
        "files", "find", ("slash",), "find", "Search by words in the name.", shown=True
    ),
    Action("files", "widen", ("escape",), "all", "Show everything again.", shown=True),
    Action(
        "files",
        "serve",
        ("S",),
        "serve folder",
        "Serve another root; running transfers keep their files.",
    ),
    Action("files", "copy", ("y",), "copy", "Copy the name of the file.", shown=True),
)
