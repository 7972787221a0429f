"""What keys do in a demo."""

from tftptui.ui.keys import Action

STAGE = (
    Action(
        "stage",
        "pause",
        ("space",),
        "pause",
        "Let the demo's time stand still, or go on.",
        shown=True,
    ),
    Action(
        "stage",
        "onward",
        ("pagedown",),
        "Next",
        "The next step, as the remote control of a presenter says it.",
    ),
    Action("stage", "anew", ("pageup",), "Again", "The same step once more, likewise."),
)

DEMO = (
    Action(
        "demo",
        "onward",
        ("full_stop",),
        "next",
        "Begin, or go on to the next step.",
        shown=True,
    ),
    Action(
        "demo",
        "anew",
        ("comma",),
        "again",
        "Show the same step once more, from its beginning.",
        shown=True,
    ),
    Action(
        "demo",
        "pace(1)",
        ("plus",),
        "faster",
        "Let the demo's time pass twice as fast.",
        shown=True,
    ),
    Action(
        "demo",
        "pace(-1)",
        ("minus",),
        "slower",
        "Let the demo's time pass half as fast.",
        shown=True,
    ),
    Action(
        "demo",
        "rules",
        ("W",),
        "wall",
        "Write the firewall's rules, which hold as soon as they make sense, and beside "
        "them the server's range.",
        shown=True,
    ),
    Action(
        "demo",
        "clients",
        ("C", "f9"),
        "clients",
        "Make a client another kind, give it another port, add one or send one away.",
        shown=True,
    ),
    Action(
        "demo",
        "play('rules_off')",
        ("f5",),
        "Rules",
        "By hand: the firewall lets everything pass, or goes by its rules.",
    ),
    Action(
        "demo",
        "play('loss')",
        ("f6",),
        "Loss",
        "By hand: the line loses one packet in ten, or does not.",
    ),
    Action(
        "demo",
        "play('helper')",
        ("f7",),
        "Helper",
        "By hand: the firewall reads requests and expects their answers; rules still "
        "have to accept what is related.",
    ),
    Action(
        "demo",
        "play('single_port')",
        ("f8",),
        "Single port",
        "By hand: the server answers from the port that was asked.",
    ),
    Action(
        "demo",
        "big",
        ("b",),
        "big",
        "The stage alone and in large, for the back rows; or with the panes again.",
        shown=True,
    ),
    Action("demo", "stage", ("0",), "Stage", "To the stage."),
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
            ("play('loss')", ("f6",), "Loss", "Loss by hand, on or off."),
            ("play('helper')", ("f7",), "Helper", "A helper by hand, likewise."),
            ("play('single_port')", ("f8",), "Single port", "Single port, likewise."),
        )
    ),
    Action(
        "rules",
        "close",
        ("escape",),
        "done",
        "Back to the demo; the rules stay as they were last right.",
        shown=True,
    ),
)

CAST = (
    Action(
        "cast",
        "turn(1)",
        ("right", "l"),
        "kind",
        "Make it the next kind of client; it begins so with enter.",
        shown=True,
    ),
    Action("cast", "turn(-1)", ("left", "h"), "Kind before", "The kind before."),
    Action(
        "cast",
        "ask",
        ("enter",),
        "ask",
        "Let it ask now, as the kind and from the port that stand here.",
        shown=True,
    ),
    Action(
        "cast",
        "rub_out",
        ("backspace",),
        "Port",
        "Take a digit of its port away; digits write one, none leaves it to its kind.",
    ),
    Action("cast", "more", ("a",), "more", "One more client like it.", shown=True),
    Action(
        "cast",
        "away",
        ("x",),
        "away",
        "Send it away, or have it back.",
        shown=True,
    ),
    Action(
        "cast",
        "own",
        ("u",),
        "as written",
        "Make it what the scenario says.",
    ),
    Action("cast", "close", ("escape",), "done", "Back to the demo.", shown=True),
)
