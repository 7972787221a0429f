"""What keys do on the screen of one transfer."""

from tftptui.ui.keys import Action

LADDER = (
    Action(
        "ladder",
        "open",
        ("enter",),
        "open",
        "Unfold what is folded, or fold it; show a packet whole.",
        shown=True,
    ),
    Action("ladder", "unfold", ("right", "l"), "Unfold", "Show each packet."),
    Action("ladder", "fold", ("left", "h"), "Fold", "Show the windows as one row."),
    Action(
        "ladder",
        "trouble(1)",
        ("n",),
        "trouble",
        "To the next packet that was sent again, unanswered or wrong.",
        shown=True,
    ),
    Action(
        "ladder",
        "trouble(-1)",
        ("N",),
        "Trouble before",
        "To the packet before that was sent again, unanswered or wrong.",
    ),
)

TRANSFER = (
    Action("transfer", "close", ("escape", "q"), "back", "Back.", shown=True),
    Action(
        "transfer",
        "side",
        ("tab", "i"),
        "facts",
        "What is known beside the ladder, or the ladder again, in a narrow window.",
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
        "Why it does not work, if that is known.",
        shown=True,
    ),
    *(
        Action(
            "transfer", f"pane({digit})", (f"{digit}",), name, f"To the {name} pane."
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
        "This page.",
        shown=True,
    ),
)
