"""What keys do in the Ports pane: on the map, on the strip, in the fields."""

from tftptui.ui.keys import Action

PORTS = (
    Action(
        "ports",
        "open",
        ("enter",),
        "details",
        "Open the transfer that uses the port under the cursor, or did so last.",
        shown=True,
    ),
    Action(
        "ports",
        "narrow",
        ("equals_sign",),
        "its packets",
        "Show the packets of that transfer alone; esc there shows all again.",
        shown=True,
    ),
)

RANGE = (
    Action("range", "walk(-1)", ("left", "h"), "Left", "To the port before."),
    Action("range", "walk(1)", ("right", "l"), "Right", "To the next port."),
    Action(
        "range",
        "walk_rows(-1)",
        ("up", "k"),
        "Up",
        "A row up; from their ports to ours.",
    ),
    Action(
        "range",
        "walk_rows(1)",
        ("down", "j"),
        "Down",
        "A row down; from our ports to theirs.",
    ),
    Action("range", "end(-1)", ("g", "home"), "First", "To the first port."),
    Action("range", "end(1)", ("G", "end"), "Last", "To the last port."),
    Action(
        "range",
        "notable(1)",
        ("n",),
        "next in use",
        "To the next port that is used, resting or held by another program; among "
        "their ports, to the next that somebody came from.",
        shown=True,
    ),
    Action("range", "notable(-1)", ("N",), "Before", "To the one before."),
    Action(
        "range",
        "closer",
        ("space",),
        "closer",
        "One port a cell around the cursor, where a cell stands for many; or back.",
        shown=True,
    ),
)

FIELDS = (
    Action(
        "fields",
        "submit",
        ("enter",),
        "apply",
        "Answer from these ports from now on.",
        shown=True,
    ),
    Action(
        "fields",
        "preset(1)",
        ("down",),
        "proposals",
        "Fill the fields with the next of some useful ranges.",
        shown=True,
        priority=True,
    ),
    Action("fields", "preset(-1)", ("up",), "Before", "Fill them with the one before."),
    Action(
        "fields",
        "next_field(1)",
        ("tab",),
        "next",
        "To the next field; from the last one to the next pane.",
        shown=True,
        priority=True,
    ),
    Action(
        "fields",
        "next_field(-1)",
        ("shift+tab",),
        "Previous",
        "To the field before.",
        priority=True,
    ),
    Action(
        "fields",
        "to_last",
        ("minus", "space"),
        "To",
        "From the first port to the last: 41000-41099 may be typed as it is written.",
        priority=True,
    ),
    Action(
        "fields",
        "leave",
        ("escape",),
        "put back",
        "Leave the range as it is and put the old values back.",
        shown=True,
    ),
)
