"""Keys of the screen of one transfer."""

from dataclasses import replace

from tftptui.ui.actions import LIST
from tftptui.ui.keys import Action

LADDER = (
    Action(
        "ladder",
        "screen.flip(1)",
        ("j",),
        "next",
        "Next transfer, in the order of the Transfers pane.",
        shown=True,
    ),
    Action(
        "ladder",
        "screen.flip(-1)",
        ("k",),
        "previous",
        "Previous transfer, in the order of the Transfers pane.",
    ),
    Action(
        "ladder",
        "open",
        ("enter",),
        "open",
        "Expand or collapse the row; show a packet in full.",
        shown=True,
    ),
    Action("ladder", "unfold", ("right", "l"), "Unfold", "Show each packet."),
    Action("ladder", "fold", ("left", "h"), "Fold", "Collapse to one row."),
    Action(
        "ladder",
        "trouble(1)",
        ("n",),
        "problem",
        "Next packet that was resent, not acknowledged, or an error.",
        shown=True,
    ),
    Action(
        "ladder",
        "trouble(-1)",
        ("N",),
        "Previous problem",
        "Previous packet that was resent, not acknowledged, or an error.",
    ),
)

LADDER_MOVES = tuple(
    replace(
        action,
        scope="ladder-moves",
        keys=tuple(key for key in action.keys if key not in ("j", "k")),
    )
    for action in LIST
)
"""As in any list, except j and k, which go to other transfers."""

TRANSFER = (
    Action("transfer", "close", ("escape", "q"), "back", "Back.", shown=True),
    Action(
        "transfer",
        "side",
        ("tab", "i"),
        "details",
        "Switch between ladder and details, in a narrow window.",
        shown=True,
    ),
    Action(
        "transfer",
        "packets",
        ("equals_sign",),
        "its packets",
        "Show the packets of this transfer in the log.",
        shown=True,
    ),
    Action(
        "transfer",
        "why",
        ("w",),
        "why?",
        "Why it does not work, if known.",
        shown=True,
    ),
    *(
        Action(
            "transfer", f"pane({digit})", (f"{digit}",), name, f"Go to the {name} pane."
        )
        for digit, name in enumerate(("Transfers", "Files", "Ports", "Packets"), 1)
    ),
    Action("transfer", "copy", ("y",), "copy", "Copy the packet to the clipboard."),
    Action(
        "transfer",
        "save",
        ("s",),
        "save",
        "Save the packets of this transfer: pcapng for Wireshark, and CSV.",
        shown=True,
    ),
    Action(
        "transfer",
        "help",
        ("question_mark", "f1"),
        "keys",
        "All keys of this page.",
        shown=True,
    ),
)
