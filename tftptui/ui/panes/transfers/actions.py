"""Actions of the keys in the Transfers pane."""

from enum import StrEnum

from tftptui.ui.keys import Action


class TransferCommand(StrEnum):
    """The commands that the pane passes to its screen."""

    OPEN = "open"
    PACKETS = "packets"
    LOCATE = "locate"
    ABORT = "abort"


TRANSFER_ROWS = (
    Action(
        "transfers",
        "group",
        ("g",),
        "by client",
        "One row per client, which opens to its transfers; again: one per transfer.",
    ),
    Action(
        "transfers",
        "unfold",
        ("right", "l"),
        "Open",
        "Expand the row: the tries of one boot, or the transfers of a client.",
    ),
    Action("transfers", "fold", ("left",), "Close", "Collapse to one row."),
)
"""Keys of the list itself, which differ in other lists."""

TRANSFERS = (
    Action(
        "transfers",
        "open",
        ("enter",),
        "details",
        "All about the selected transfer: who chose which port, options requested and "
        "granted, retransmissions. On a client: its transfers.",
        shown=True,
    ),
    Action(
        "transfers",
        "narrow",
        ("equals_sign",),
        "its packets",
        "Show only the packets of the selected transfer; esc there shows all.",
        shown=True,
    ),
    Action(
        "transfers",
        "filter",
        ("slash",),
        "filter",
        "Show only matching transfers, as you type: client:10.0.4.0/24 state:failed "
        "resent>0 file:*.img since:5min and more.",
        shown=True,
        priority=True,
    ),
    Action(
        "transfers",
        "trouble(1)",
        ("n",),
        "Problem",
        "Next transfer that failed, was refused or is stalled; in a search: "
        "next match.",
    ),
    Action(
        "transfers",
        "trouble(-1)",
        ("N",),
        "Previous problem",
        "Previous transfer that failed, was refused or is stalled; in a search: "
        "previous match.",
    ),
    Action(
        "transfers",
        "search",
        ("S",),
        "Search",
        "Highlight matches without hiding the rest; n and N step through them.",
        priority=True,
    ),
    Action(
        "transfers",
        "widen",
        ("escape",),
        "show all",
        "Clear the search, then the filter.",
        shown=True,
    ),
    Action(
        "transfers",
        "sort(1)",
        ("greater_than_sign",),
        "Sort",
        "Sort by the next column, as a click on its title does; the palette (:) sorts "
        "by any column: type sort by size.",
    ),
    Action(
        "transfers",
        "sort(-1)",
        ("less_than_sign",),
        "Sort back",
        "Sort by the previous column; on the first one: back to running first.",
    ),
    Action("transfers", "reverse", ("I",), "Reverse", "Reverse the sort order."),
    Action(
        "transfers",
        "columns",
        ("V",),
        "Columns",
        "Choose the columns and their order: MAC, vendor, host name, RTT, window, "
        "bytes, times, path MTU and more.",
    ),
    Action(
        "transfers",
        "name",
        ("h",),
        "Host name",
        "Look up the host name of the client (PTR). Only this key asks DNS.",
    ),
    Action(
        "transfers",
        "copy",
        ("y",),
        "Copy",
        "Copy the row with everything known about the transfer.",
    ),
    Action(
        "transfers",
        "copy_all",
        ("Y",),
        "Copy all",
        "Copy all rows shown, the first 1,000 of them.",
    ),
    Action(
        "transfers",
        "save",
        ("s",),
        "Save",
        "Save the rows shown with all columns as CSV, JSON or JSON lines.",
        priority=True,
    ),
    Action(
        "transfers",
        "locate",
        ("o",),
        "locate",
        "Probe hop by hop where packets to the client's port are dropped, for a "
        "transfer whose client never replied.",
    ),
    Action(
        "transfers",
        "abort",
        ("X",),
        "abort",
        "Abort the selected transfer (asks first); the client gets an ERROR.",
        shown=True,
    ),
)
