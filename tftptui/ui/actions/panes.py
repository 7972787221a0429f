"""What keys do in each of the four panes."""

from tftptui.ui.actions.action import Action

TRANSFERS = (
    Action(
        "transfers",
        "open",
        ("enter",),
        "details",
        "Everything known about the chosen transfer: who chose which port, what was "
        "asked and agreed, what was sent again.",
        shown=True,
    ),
    Action(
        "transfers",
        "narrow",
        ("equals_sign",),
        "its packets",
        "Show the packets of the chosen transfer alone; esc there shows all again.",
        shown=True,
    ),
    Action(
        "transfers",
        "locate",
        ("o",),
        "locate",
        "Find out, hop by hop, where packets to the client's port are dropped: two "
        "walks of small datagrams, for a transfer whose client was never heard.",
    ),
    Action(
        "transfers",
        "abort",
        ("X",),
        "abort",
        "End the chosen transfer after a question; its client gets an ERROR.",
        shown=True,
    ),
)

PACKETS = (
    Action(
        "packets",
        "pause",
        ("space", "F"),
        "pause",
        "Hold the view still, or follow what comes; the newest row follows again.",
        shown=True,
    ),
    Action(
        "packets",
        "trouble(1)",
        ("n",),
        "trouble",
        "To the next retransmission, error or stray.",
        shown=True,
    ),
    Action(
        "packets",
        "trouble(-1)",
        ("N",),
        "Trouble before",
        "To the retransmission, error or stray before.",
    ),
    Action(
        "packets",
        "narrow",
        ("equals_sign",),
        "this transfer",
        "Show only the packets of the transfer in this row.",
        shown=True,
    ),
    Action(
        "packets",
        "widen",
        ("escape",),
        "all packets",
        "Show all packets again.",
        shown=True,
    ),
    Action(
        "packets",
        "open",
        ("enter",),
        "row",
        "All that is known of the packet, nothing cut away.",
        shown=True,
    ),
    Action(
        "packets",
        "copy",
        ("y",),
        "copy",
        "Copy the row to the clipboard.",
        shown=True,
    ),
)
