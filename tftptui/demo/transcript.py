"""A demo as text, for pipes and tests."""

import textwrap
from collections import Counter

from tftptui.demo.cast import Actor
from tftptui.demo.director import Director
from tftptui.demo.scenario.validation import WAITING
from tftptui.telemetry.escapes import visible
from tftptui.telemetry.events import TransferEnded
from tftptui.telemetry.words import counted

_WIDTH = 78
_SHOWN_PORTS = 8


def step_lines(director: Director) -> list[str]:
    """Return the results of a finished step."""
    number, count = director.number + 1, len(director.steps)
    caption = textwrap.wrap(" ".join(director.step.caption.split()), _WIDTH - 4)
    lines = [f"{number}/{count} {caption[0]}", *(f"    {line}" for line in caption[1:])]
    for name in director.step.start:
        actors = director.stage.cast.of(name)
        lines.append(f"    · {name}: {_actors_text(actors)}")
    ended = Counter(
        event.outcome
        for event in director.stage.events[director.events_from :]
        if isinstance(event, TransferEnded)
    )
    if ended:
        outcomes = ", ".join(f"{count} {outcome}" for outcome, count in ended.items())
        lines.append(f"    · the server's transfers: {outcomes}")
    return lines


def _actors_text(actors: list[Actor]) -> str:
    """Return the results of the machines of one group."""
    if len(actors) == 1:
        return _actor_text(actors[0])
    outcomes = Counter(_outcome(actor) for actor in actors)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
    return f"{len(actors)} × {actors[0].kind.title}, {counts}"


def _actor_text(actor: Actor) -> str:
    tally = actor.tally
    if tally is None:
        return f"{actor.kind.title} at {actor.address} is off"
    ports = [str(port) for port in dict.fromkeys(tally.ports)]
    if len(ports) > _SHOWN_PORTS:
        ports = [*ports[:_SHOWN_PORTS], "…"]
    why = f" – {visible(tally.error.encode())}" if tally.error else ""
    return (
        f"{actor.kind.title} at {actor.address}, {counted(tally.requests, 'request')} "
        f"from {' '.join(ports)}: {_outcome(actor)}{why}"
    )


def _outcome(actor: Actor) -> str:
    tally = actor.tally
    return WAITING if tally is None or tally.outcome is None else tally.outcome.value
