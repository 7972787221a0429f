"""Builds a DemoView of the stage."""

from collections import Counter
from math import ceil

from tftptui.demo.cast import Actor
from tftptui.demo.director import Director, StepState
from tftptui.demo.scenario.validation import WAITING
from tftptui.demo.simulation.connection_tracking import Flow
from tftptui.demo.simulation.demo_time import Pace
from tftptui.demo.simulation.firewall_rules import Way
from tftptui.demo.simulation.impairments import Impairments, Line
from tftptui.demo.simulation.lanes import Lane
from tftptui.demo.simulation.network import Flight
from tftptui.demo.view import (
    ClientView,
    DemoView,
    LaneView,
    PacketFate,
    PacketView,
    RuleView,
)
from tftptui.net.addresses import Endpoint
from tftptui.protocol.commands import Outcome
from tftptui.protocol.packets import Opcode

LINGER = 1.5
"""Real seconds for which a packet that did not arrive stays visible."""

QUIET = 0.4
"""Real seconds without a packet after which the screen shows what comes next."""

MOST_PACKETS = 60
"""Limit of packets shown per lane."""

_NUMBERED = (Opcode.DATA, Opcode.ACK, Opcode.ERROR)
_SHOWN_SECONDS = 1.0


def picture(director: Director, pace: Pace) -> DemoView:
    """Return the current state of the demo."""
    stage, step = director.stage, director.step
    is_ready = director.state is StepState.READY
    scenario, wall = stage.scenario, stage.network.firewall
    since = stage.time() - LINGER * (pace.speed or 1.0)
    lanes = [_lane(lane, stage.time(), director) for lane in stage.lanes.lately(since)]
    ended = stage.time() if director.ended is None else director.ended
    return DemoView(
        title=scenario.title,
        about=" ".join(scenario.about.split()),
        caption=" ".join((scenario.about if is_ready else step.caption).split()),
        step=0 if is_ready else director.number + 1,
        steps=len(director.steps),
        state=director.state.value,
        seconds=0.0 if is_ready else (ended - director.began) // _SHOWN_SECONDS,
        speed=pace.speed or 1.0,
        is_paused=pace.is_paused,
        lanes=lanes,
        rules=_rules(director),
        has_helper=wall.tracking.has_helper or wall.tracking.is_helped,
        nat=wall.tracking.nat or "",
        forwards=(wall.tracking.forwards or ("",))[0],
        line=line_words(stage.network.lines),
        waiting=_waiting(director, pace),
        last_stop=stage.last_stop(since),
        clients=_clients(director),
        play=director.free_play,
        single_port=stage.engine.service.settings.single_port,
        began=0.0 if is_ready else round(director.began_at, 3),
    )


def packet_label(payload: bytes) -> str:
    """Return the type of a packet, with its number if it has one."""
    number = int.from_bytes(payload[:2])
    if number not in Opcode.__members__.values():
        return "?"
    opcode = Opcode(number)
    if opcode in _NUMBERED:
        return f"{opcode.name} {int.from_bytes(payload[2:4])}"
    return opcode.name


def line_words(lines: dict[Way, Line]) -> list[str]:
    """Return the impairments of the line, in a few words each."""
    up, down = lines[Way.TO_SERVER], lines[Way.TO_CLIENT]
    if up.impairments == down.impairments:
        words = _impairment_words(up.impairments)
    else:
        words = [f"{word} ↑" for word in _impairment_words(up.impairments)]
        words += [f"{word} ↓" for word in _impairment_words(down.impairments)]
    return words + [fault.text for line in (up, down) for fault in line.faults]


def _impairment_words(wanted: Impairments) -> list[str]:
    plain = Impairments()
    forms = {
        "delay": f"{wanted.delay * 1000:.0f} ms",
        "jitter": f"±{wanted.jitter * 1000:.0f} ms",
        "loss": f"loss {wanted.loss:.0%}",
        "duplicate": f"doubles {wanted.duplicate:.0%}",
        "reorder": f"reorders {wanted.reorder:.0%}",
        "mtu": f"MTU {wanted.mtu}",
        "bandwidth": f"{(wanted.bandwidth or 0) / 1000:.0f} kB/s",
    }
    return [
        words
        for name, words in forms.items()
        if getattr(wanted, name) != getattr(plain, name)
    ]


def _rules(director: Director) -> list[RuleView]:
    wall = director.stage.network.firewall
    rules = [
        RuleView(text=rule.text, action=rule.action.value, hits=wall.hits[rule.text])
        for rule in wall.rules
    ]
    text = wall.policy_text
    return [
        *rules,
        RuleView(text=text, action=wall.policy.value, hits=wall.hits[text]),
    ]


def _clients(director: Director) -> list[ClientView]:
    stage = director.stage
    return [
        ClientView(
            name=name,
            kind=table.kind,
            address=stage.address(table.at),
            count=table.count,
            port=table.port,
        )
        for name, table in stage.scenario.clients.items()
    ]


def _lane(lane: Lane, now: float, director: Director) -> LaneView:
    actors = director.stage.cast.of(lane.name)
    is_alone = lane.client_port is not None
    title = lane.actor.kind.title
    status, share = _status(lane.actor, director) if is_alone else ("", None)
    count = 0
    if not is_alone:
        status, count = _crowd(lane, actors)
    return LaneView(
        name=lane.name,
        title=title if is_alone else f"{len(actors)} × {title}",
        address=lane.actor.address,
        client_port=lane.client_port,
        server_port=lane.server_port,
        status=status,
        share=share,
        count=count,
        seen_port=_seen_port(lane, now, director),
        packets=[
            _packet(flight, now)
            for flight in lane.flights[-MOST_PACKETS:]
            if flight.is_flying or not flight.has_arrived or flight.ignored
        ],
    )


def _seen_port(lane: Lane, now: float, director: Director) -> int | None:
    """Return the port that the server sees behind a NAT, if it differs."""
    tracking, server = director.stage.network.firewall.tracking, lane.server_port
    if tracking.nat is None or lane.client_port is None or server is None:
        return None
    client = Endpoint(lane.actor.address, lane.client_port)
    server_port = Endpoint(director.stage.casting.server.host, server)
    tracked = tracking.look_up(Flow(client, server_port), now, to_server=True)
    seen = lane.client_port if tracked is None else tracked.leaving.source.port
    return None if seen == lane.client_port else seen


def _packet(flight: Flight, now: float) -> PacketView:
    to_server = flight.way is Way.TO_SERVER
    progress = flight.progress(now)
    fate: PacketFate = "ignored" if flight.ignored else flight.fate.value
    return PacketView(
        number=flight.number,
        label=packet_label(flight.datagram.payload),
        to_server=to_server,
        place=round(progress if to_server else 1 - progress, 3),
        fate=fate,
        is_copy=flight.is_copy,
    )


def _status(actor: Actor, director: Director) -> tuple[str, float | None]:
    """Return the progress of one client."""
    machine, tally = actor.machine, actor.tally
    if machine is None or tally is None:
        return "off", None
    share = machine.share(director.stage.size_of(machine.errand.file))
    if tally.outcome is not None:
        return tally.outcome.value, share
    return ("", share) if share else (WAITING, None)


def _crowd(lane: Lane, actors: list[Actor]) -> tuple[str, int]:
    """Return how many machines are done; failures are in the lanes that they used."""
    outcomes = Counter(
        actor.tally.outcome.value
        for actor in actors
        if actor.tally is not None and actor.tally.outcome is not None
    )
    done = outcomes["completed"]
    failed = outcomes.total() - done
    if lane.server_port is not None and failed:
        return "failed", failed
    is_alone = lane.server_port is not None and done == 0
    return ("waiting", 0) if is_alone else ("done", done)


def _waiting(director: Director, pace: Pace) -> str:
    """Return who retransmits next, if nothing has moved for a moment.

    Without a retransmission: the error that a failed client got.
    """
    stage, now = director.stage, director.stage.time()
    network = stage.network
    last = network.landed[-1].ends if network.landed else now
    if network.flying or now - last < QUIET * (pace.speed or 1.0):
        return ""
    waits = [
        (due, f"{actor.kind.title} retries")
        for actor in stage.cast
        if not actor.is_over and (due := actor.due) is not None
    ]
    waits += [
        (due, "the server resends")
        for transfer in stage.engine.service.transfers.values()
        if (due := transfer.whole().due) is not None
    ]
    if not waits:
        return next((words for actor in stage.cast if (words := _heard(actor))), "")
    due, what = min(waits)
    return f"{what} in {max(1, ceil(due - now))} s"


def _heard(actor: Actor) -> str:
    """Return the error that a failed client got; "" for others."""
    tally = actor.tally
    if tally is None or tally.outcome is not Outcome.FAILED:
        return ""
    return f"{actor.kind.title}: {tally.error.removeprefix('the server ')}"
