"""Keys of a demo."""

from tftptui.ui.keys import Action

STAGE = (
    Action(
        "stage",
        "pause",
        ("space",),
        "pause",
        "Pause the demo's clock, or resume.",
        shown=True,
    ),
    Action(
        "stage",
        "onward",
        ("pagedown",),
        "Next",
        "Next step (remote control).",
    ),
    Action("stage", "again", ("pageup",), "Again", "Repeat the step (remote control)."),
)

DEMO = (
    Action(
        "demo",
        "onward",
        ("full_stop",),
        "next",
        "Start, or go to the next step.",
        shown=True,
    ),
    Action(
        "demo",
        "again",
        ("comma",),
        "repeat",
        "Repeat the step from its start.",
        shown=True,
    ),
    Action(
        "demo",
        "pace(1)",
        ("plus",),
        "faster",
        "Run the demo's clock twice as fast.",
        shown=True,
    ),
    Action(
        "demo",
        "pace(-1)",
        ("minus",),
        "slower",
        "Run the demo's clock half as fast.",
        shown=True,
    ),
    Action(
        "demo",
        "rules",
        ("W",),
        "firewall",
        "Edit the firewall's rules, applied as you type, and the server's range.",
        shown=True,
    ),
    Action(
        "demo",
        "clients",
        ("C", "f9"),
        "clients",
        "Change a client's kind or port, add one or remove one.",
        shown=True,
    ),
    Action(
        "demo",
        "play('rules_off')",
        ("f5",),
        "Rules",
        "Switch the firewall rules off or on.",
    ),
    Action(
        "demo",
        "play('loss')",
        ("f6",),
        "Loss",
        "Switch 10 % packet loss on or off.",
    ),
    Action(
        "demo",
        "play('helper')",
        ("f7",),
        "Helper",
        "Switch the firewall's TFTP helper on or off; rules must still accept related "
        "packets.",
    ),
    Action(
        "demo",
        "play('single_port')",
        ("f8",),
        "Single port",
        "Switch single-port mode on or off.",
    ),
    Action(
        "demo",
        "big",
        ("b",),
        "big",
        "Show the stage alone, enlarged; or with the panes.",
        shown=True,
    ),
    Action("demo", "stage", ("0",), "Stage", "Go to the stage."),
)

RULES = (
    Action(
        "rules",
        "turn",
        ("f5",),
        "Rules",
        "All rules off, or on again.",
        priority=True,
    ),
    *(
        Action("rules", call, key, label, effect, priority=True)
        for call, key, label, effect in (
            ("play('loss')", ("f6",), "Loss", "Packet loss on or off."),
            ("play('helper')", ("f7",), "Helper", "TFTP helper on or off."),
            ("play('single_port')", ("f8",), "Single port", "Single port on or off."),
        )
    ),
    Action(
        "rules",
        "close",
        ("escape",),
        "done",
        "Back to the demo; the last valid rules stay.",
        shown=True,
    ),
)

CAST = (
    Action(
        "cast",
        "turn(1)",
        ("right", "l"),
        "kind",
        "Next kind of client; enter starts it.",
        shown=True,
    ),
    Action("cast", "turn(-1)", ("left", "h"), "Kind before", "Previous kind."),
    Action(
        "cast",
        "ask",
        ("enter",),
        "ask",
        "Send a request now, with this kind and port.",
        shown=True,
    ),
    Action(
        "cast",
        "rub_out",
        ("backspace",),
        "Port",
        "Delete a digit of its port; empty: the port its kind uses.",
    ),
    Action("cast", "more", ("a",), "more", "Add a client like it.", shown=True),
    Action(
        "cast",
        "away",
        ("x",),
        "away",
        "Remove it, or bring it back.",
        shown=True,
    ),
    Action(
        "cast",
        "own",
        ("u",),
        "reset",
        "Reset it to the scenario.",
    ),
    Action("cast", "close", ("escape",), "done", "Back to the demo.", shown=True),
)
