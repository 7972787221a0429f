"""Actions of the keys in the Packets pane."""

from tftptui.ui.keys import Action

PACKETS = (
    Action(
        "packets",
        "pause",
        ("space", "F"),
        "pause",
        "Pause the view, or follow new packets.",
        shown=True,
    ),
    Action(
        "packets",
        "trouble(1)",
        ("n",),
        "problem",
        "Next retransmission, error or packet from a wrong sender; in a search: next "
        "match.",
        shown=True,
    ),
    Action(
        "packets",
        "trouble(-1)",
        ("N",),
        "Previous problem",
        "Previous retransmission, error or packet from a wrong sender; in a search: "
        "previous match.",
    ),
    Action("packets", "error(1)", ("e",), "Error", "Next error."),
    Action("packets", "error(-1)", ("E",), "Previous error", "Previous error."),
    Action(
        "packets",
        "narrow",
        ("equals_sign",),
        "this transfer",
        "Show only the packets of this row's transfer.",
        shown=True,
    ),
    Action(
        "packets",
        "open",
        ("enter",),
        "packet",
        "Show the packet in full.",
        shown=True,
    ),
    Action(
        "packets",
        "unfold",
        ("right", "l"),
        "blocks",
        "Show the blocks of a run one by one.",
        shown=True,
    ),
    Action(
        "packets",
        "fold",
        ("left", "h"),
        "run",
        "Show the run as one row again.",
        shown=True,
    ),
    Action(
        "packets",
        "time",
        ("t",),
        "times",
        "Cycle time format: time of day, since request, since row above, since mark.",
        shown=True,
    ),
    Action(
        "packets",
        "mark",
        ("m", "T"),
        "mark",
        "Mark the row as time reference; again: unmark.",
    ),
    Action(
        "packets",
        "range",
        ("v",),
        "Select rows",
        "Select rows from here to the cursor; y copies them, s saves them.",
    ),
    Action(
        "packets",
        "copy",
        ("y",),
        "copy",
        "Copy the row, or the selected rows; while following, the newest row.",
        shown=True,
    ),
    Action(
        "packets",
        "copy_all",
        ("Y",),
        "Copy all",
        "Copy all rows shown, the newest 1,000 of them.",
    ),
)

# Before the rows get the keys, so that keys typed ahead go to the prompt.
PACKET_LOG = (
    Action(
        "packet-log",
        "filter",
        ("slash",),
        "filter",
        "Filter: client:10.0.4.37 type:ack retrans file:*.img since:5s and more; "
        "applied as you type.",
        shown=True,
        priority=True,
    ),
    Action(
        "packet-log",
        "widen",
        ("escape",),
        "all packets",
        "Clear the search, then the filter, then show all transfers.",
        shown=True,
    ),
    Action(
        "packet-log",
        "save",
        ("s",),
        "save",
        "Save the shown or selected rows: pcapng, CSV, JSON lines, text.",
        shown=True,
        priority=True,
    ),
    Action(
        "packet-log",
        "exclude",
        ("exclamation_mark",),
        "Hide type",
        "Hide packets of this row's type; edits the filter.",
    ),
    Action(
        "packet-log",
        "such",
        ("a",),
        "such",
        "Show only packets of this client; again: of its file, type, ports.",
    ),
    Action(
        "packet-log",
        "search",
        ("S",),
        "Search",
        "Highlight matches without hiding the rest; n and N step through them.",
        priority=True,
    ),
    Action(
        "packet-log",
        "go_to_time",
        ("J",),
        "Go to time",
        "First packet at or after a time.",
        priority=True,
    ),
)
