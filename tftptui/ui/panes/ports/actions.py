"""Actions of the keys in the Ports pane: on the map, the strip and the fields."""

from tftptui.ui.keys import Action

PORTS = (
    Action(
        "ports",
        "open",
        ("enter",),
        "details",
        "Open the transfer that uses this port, or used it last.",
        shown=True,
    ),
    Action(
        "ports",
        "narrow",
        ("equals_sign",),
        "its packets",
        "Show only the packets of that transfer; esc there shows all.",
        shown=True,
    ),
)

RANGE = (
    Action("range", "walk(-1)", ("left", "h"), "Left", "Previous port."),
    Action("range", "walk(1)", ("right", "l"), "Right", "Next port."),
    Action(
        "range",
        "walk_rows(-1)",
        ("up", "k"),
        "Up",
        "One row up; from the clients' ports to ours.",
    ),
    Action(
        "range",
        "walk_rows(1)",
        ("down", "j"),
        "Down",
        "One row down; from our ports to the clients'.",
    ),
    Action("range", "end(-1)", ("g", "home"), "First", "First port."),
    Action("range", "end(1)", ("G", "end"), "Last", "Last port."),
    Action(
        "range",
        "notable(1)",
        ("n",),
        "next in use",
        "Next port that is in use, cooling down or in use elsewhere; among the "
        "clients' ports, the next with a request.",
        shown=True,
    ),
    Action("range", "notable(-1)", ("N",), "Before", "Previous such port."),
    Action(
        "range",
        "closer",
        ("space",),
        "zoom in",
        "Zoom in to one port per cell, or back out.",
        shown=True,
    ),
)

FIELDS = (
    Action(
        "fields",
        "submit",
        ("enter",),
        "apply",
        "Use these ports for new transfers.",
        shown=True,
    ),
    Action(
        "fields",
        "preset(1)",
        ("down",),
        "proposals",
        "Fill in the next proposed range.",
        shown=True,
        priority=True,
    ),
    Action(
        "fields",
        "preset(-1)",
        ("up",),
        "Before",
        "Fill in the previous proposed range.",
    ),
    Action(
        "fields",
        "next_field(1)",
        ("tab",),
        "next",
        "Next field; after the last, the next pane.",
        shown=True,
        priority=True,
    ),
    Action(
        "fields",
        "next_field(-1)",
        ("shift+tab",),
        "Previous",
        "Previous field.",
        priority=True,
    ),
    Action(
        "fields",
        "to_last",
        ("minus", "space"),
        "To",
        "Go to the field of the last port, so 41000-41099 can be typed in one go.",
        priority=True,
    ),
    Action(
        "fields",
        "leave",
        ("escape",),
        "cancel",
        "Cancel: keep the range as it is.",
        shown=True,
    ),
)
