"""What keys do in each of the four panes."""

from enum import StrEnum

from tftptui.ui.keys import Action


class TransferCommand(StrEnum):
    """What the pane asks the screen to do with a transfer."""

    OPEN = "open"
    PACKETS = "packets"
    LOCATE = "locate"
    ABORT = "abort"


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
