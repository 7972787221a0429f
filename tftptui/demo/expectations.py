"""Checks whether a step went as its scenario expects."""

from collections import Counter

from tftptui.demo.cast import Actor
from tftptui.demo.director import Director
from tftptui.demo.scenario.tables import Expected, ServerExpected
from tftptui.demo.scenario.validation import WAITING
from tftptui.demo.simulation.machine import Tally
from tftptui.settings import parse_port_range
from tftptui.telemetry.events import Event, Refused, TransferEnded


def judge(director: Director) -> list[str]:
    """Return differences from what the step expects, in words."""
    stage, step = director.stage, director.step
    troubles: list[str] = []
    for name, wanted in step.expect.items():
        expected = wanted if isinstance(wanted, Expected) else Expected(outcome=wanted)
        troubles += _judge_group(name, stage.cast.of(name), expected, director)
    events = stage.events[director.events_from :]
    troubles += _judge_server(events, step.expect_server)
    stage.next_frame()
    codes = {finding.code for finding in stage.findings.values()}
    return troubles + _judge_findings(codes, step.expect_server)


def _judge_findings(codes: set[str], expected: ServerExpected) -> list[str]:
    there = ", ".join(sorted(codes)) or "none"
    troubles = [
        f"finding {wanted!r} is missing; there is {there}"
        for wanted in expected.findings
        if codes.isdisjoint(wanted.split("|"))
    ]
    return troubles + [
        f"finding {code!r} is still there"
        for code in expected.no_findings
        if code in codes
    ]


def _judge_group(
    name: str, actors: list[Actor], expected: Expected, director: Director
) -> list[str]:
    found = [_judge_actor(actor, expected, director) for actor in actors]
    fine = sum(not troubles for troubles in found)
    wanted = len(actors) if expected.count is None else expected.count
    if fine == wanted:
        return []
    if len(actors) == 1:
        return [f"{name}: {trouble}" for trouble in found[0]]
    examples = [trouble for troubles in found for trouble in troubles]
    why = f", for instance: {examples[0]}" if examples else ""
    return [f"{name}: {fine} of {len(actors)} as expected, not {wanted}{why}"]


def _judge_actor(actor: Actor, expected: Expected, director: Director) -> list[str]:
    tally = actor.tally
    if tally is None:
        return ["was not switched on"]
    outcome = WAITING if tally.outcome is None else tally.outcome.value
    troubles = []
    if outcome != expected.outcome:
        why = f" ({tally.error})" if tally.error else ""
        troubles.append(f"{outcome}{why}, not {expected.outcome}")
    if expected.error.lower() not in tally.error.lower():
        troubles.append(f"says {tally.error!r}, not {expected.error!r}")
    troubles += _judge_ports(tally, expected)
    troubles += _judge_time(tally, expected)
    if outcome == "completed" and not _is_whole(actor, director):
        troubles.append("the received file differs")
    return troubles


def _judge_ports(tally: Tally, expected: Expected) -> list[str]:
    troubles = []
    if expected.ports is not None and tally.ports != expected.ports:
        troubles.append(f"asked from {tally.ports}, not from {expected.ports}")
    if expected.requests is not None and tally.requests != expected.requests:
        troubles.append(f"asked {tally.requests} times, not {expected.requests}")
    if expected.answered_by is not None:
        ports = parse_port_range(expected.answered_by)
        outside = [port for port in tally.answered_by if port not in ports]
        if outside or not tally.answered_by:
            found = tally.answered_by or "nobody"
            troubles.append(f"answered by {found}, not by {ports}")
    return troubles


def _judge_time(tally: Tally, expected: Expected) -> list[str]:
    if tally.ended is None:
        return []
    seconds = tally.ended - tally.began
    if seconds < expected.at_least:
        return [f"took {seconds:.2f} s, not {expected.at_least:g} s or more"]
    if expected.at_most is not None and seconds > expected.at_most:
        return [f"took {seconds:.2f} s, not {expected.at_most:g} s or less"]
    return []


def _is_whole(actor: Actor, director: Director) -> bool:
    """Return whether a completed client has received, or uploaded, the whole file."""
    machine = actor.machine
    if machine is None:
        return False
    name = machine.errand.file.decode().lstrip("/")
    there = director.stage.content(name)
    if machine.errand.content is not None:
        return there == machine.errand.content
    return there is None or there == bytes(machine.content)


def _judge_server(events: list[Event], expected: ServerExpected) -> list[str]:
    ended = [event for event in events if isinstance(event, TransferEnded)]
    refused = [event for event in events if isinstance(event, Refused)]
    found = {
        "outcomes": dict(Counter(event.outcome for event in ended)),
        "refused": dict(Counter(event.reason for event in refused)),
        "retransmits": sum(event.retransmits for event in ended),
        "duplicates": sum(event.duplicates for event in ended),
    }
    return [
        f"the server's {name} are {value}, not {getattr(expected, name)}"
        for name, value in found.items()
        if getattr(expected, name) not in (None, value)
    ]
