"""What keys do in a demo."""

from tftptui.ui.actions.action import Action

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
        "Write the firewall's rules; they hold as soon as they make sense.",
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
    Action("demo", "stage", ("0",), "Stage", "To the stage."),
)

RULES = (
    Action(
        "rules",
        "close",
        ("escape",),
        "done",
        "Back to the demo; the rules stay as they were last right.",
        shown=True,
    ),
)
