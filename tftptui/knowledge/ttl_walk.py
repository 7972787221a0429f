"""Interprets two TTL searches to one client: to the suspect port and to another.

A router that drops a packet may decrement its TTL before or after, so it is the last
one that replied, or the next. Routers limit the rate of their replies, and many
firewalls send none, so silence alone proves nothing; silence to one port while the
other is reached does.
"""

from collections.abc import Sequence
from enum import Enum, auto

from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.icmp import is_rejection
from tftptui.telemetry.ttl_walks import Hop, PortTrial, Walk
from tftptui.telemetry.words import counted, port_word

ENOUGH_SILENCE = 3
"""Hops in a row without a reply after which a search is given up."""

LONGEST = 16
"""Maximum number of hops."""

_SOME = 2
"""Minimum trials of each result for a mixture that is not chance."""

_LOOK_THERE = "On Linux, tftptui probe as root reads its rules there."


def is_over(walk: Walk) -> bool:
    """Return whether further hops would add nothing."""
    if not walk.hops:
        return False
    last = walk.hops[-1]
    if last.answer in ("reached", "refused") or last.ttl >= LONGEST:
        return True
    tail = walk.hops[-ENOUGH_SILENCE:]
    silent = all(hop.answer == "silent" for hop in tail)
    return silent and len(tail) == ENOUGH_SILENCE


def verdict(
    suspect: Walk,
    other: Walk,
    trials: Sequence[PortTrial] = (),
    *,
    was_heard: bool = False,
) -> str:
    """Return the conclusion from two searches and the trials after them, in sentences.

    WAS_HEARD means that the client had replied: then its port was not blocked.
    """
    text = _of_walks(suspect, other, trials, was_heard=was_heard)
    return f"{text} {_of_trials(trials, other.port)}".rstrip()


def _of_walks(
    suspect: Walk, other: Walk, trials: Sequence[PortTrial], *, was_heard: bool
) -> str:
    found = refusal(suspect)
    if found is not None:
        return _sent_back(found, suspect, other)
    if is_whole(suspect):
        also = "" if is_whole(other) else f"; to port {other.port} they do not"
        if was_heard:
            return (
                f"Packets to UDP port {suspect.port} reach the client{also}. They did "
                "at its request too, for it replied: nothing drops them by port."
            )
        return (
            f"Packets to UDP port {suspect.port} reach the client now{also}. They are "
            "no longer dropped, or only larger ones are."
        )
    if not _heard(suspect) and not _heard(other):
        return (
            "No hop replied: no result. Many firewalls do not reply to such packets, "
            "nor does a machine that is off."
        )
    by_port = "" if trials else " A firewall filters by the client's port."
    return _silence(suspect, other, by_port)


def filters_by_port(suspect: Walk, other: Walk) -> float:
    """Return the confidence that only packets to the suspect port are dropped.

    FACT if a router on the path has forwarded the others; LIKELY if the client itself
    may be the silent one, as it may listen on that port; else 0.
    """
    if not is_whole(other) or is_whole(suspect) or refusal(suspect):
        return 0.0
    last = _last_heard(suspect)
    is_before_client = (last.ttl if last else 0) < len(other.hops) - 1
    return FACT if is_before_client else LIKELY


class Tells(Enum):
    """The property that distinguishes trials that reach the client from others."""

    NOTHING = auto()
    """All reach it, or there were too few."""
    CLIENT_PORT = auto()
    SERVER_PORT = auto()
    PATH = auto()
    """No port explains it: one of several paths drops packets."""


def what_tells(trials: Sequence[PortTrial], compared: int) -> Tells:
    """Return what distinguishes the trials; COMPARED is the client port for comparison.

    If only a port next to the client's is silent, a program listens there: that means
    nothing.
    """
    trials = _without_listeners(trials, compared)
    silent = [one for one in trials if not one.reached]
    if not silent or len(silent) == len(trials):
        return Tells.NOTHING
    theirs = {one.client_tid for one in trials if one.reached}
    if theirs.isdisjoint(one.client_tid for one in silent):
        return Tells.CLIENT_PORT
    ours = {one.server_tid for one in trials if one.reached}
    if ours.isdisjoint(one.server_tid for one in silent):
        return Tells.SERVER_PORT
    is_some = min(len(silent), len(trials) - len(silent)) >= _SOME
    return Tells.PATH if is_some else Tells.NOTHING


def _without_listeners(
    trials: Sequence[PortTrial], compared: int
) -> Sequence[PortTrial]:
    """Drop a port next to the client's if it is the only silent one."""
    near = {one.client_tid for one in trials} - {compared}
    reached = {one.client_tid for one in trials if one.reached}
    if not near & reached:
        return trials
    return [one for one in trials if one.client_tid in reached]


def _of_trials(trials: Sequence[PortTrial], compared: int) -> str:
    """Return the conclusion from the trials, in a sentence; "" for none."""
    if not trials:
        return ""
    arrived = sum(one.reached for one in trials)
    counts = f"{arrived} of {counted(len(trials), 'test packet')} from several ports"
    silent = [one for one in _without_listeners(trials, compared) if not one.reached]
    theirs = port_word({one.client_tid for one in silent})
    ours = port_word({one.server_tid for one in silent})
    why = {
        Tells.CLIENT_PORT: f"none to {theirs}: the client's port matters",
        Tells.SERVER_PORT: f"none from {ours}: the server's port matters",
        Tells.PATH: "no port explains which: one of several paths drops packets",
        Tells.NOTHING: "no rule for ports of either end shows",
    }[what_tells(trials, compared)]
    return f"{counts} reached the client; {why}."


def is_direct(walk: Walk) -> bool:
    """Return whether the client was the first hop: no router is between."""
    return is_whole(walk) and len(walk.hops) == 1


def _silence(suspect: Walk, other: Walk, by_port: str) -> str:
    """Return the conclusion if the search to the suspect port ends in silence."""
    if is_direct(other):
        client = other.hops[0].sender
        return (
            f"{client} is the first hop (no router in between), and packets to port "
            f"{other.port} reach it. Its own firewall, or a switch or bridge in front "
            f"of it, drops those to UDP port {suspect.port}; unless a program listens "
            f"there: then it is silent too. {_LOOK_THERE}"
        )
    last = _last_heard(suspect)
    where = f"at {last.sender} or just behind it" if last else "before the first hop"
    if is_whole(other):
        hops = len(other.hops)
        if last is not None and last.ttl == hops - 1:
            where += (
                ", or by the client's own firewall, unless a program listens there: "
                "then it is silent too"
            )
        return (
            f"Packets to UDP port {suspect.port} are dropped {where}; those to port "
            f"{other.port} reach the client.{by_port}"
        )
    furthest = _last_heard(other)
    if (furthest.ttl if furthest else 0) > (last.ttl if last else 0):
        return (
            f"Packets to UDP port {suspect.port} are dropped {where}; those to port "
            f"{other.port} get further, to {furthest.sender if furthest else '?'}."
        )
    return (
        f"Packets to both ports get no further than {where}: both are dropped there, "
        "or no host behind it replies."
    )


def _sent_back(found: Hop, suspect: Walk, other: Walk) -> str:
    if not is_rejection(found.name):
        return f"{found.sender} cannot reach the client ({found.name})."
    text = f"{found.sender} rejects packets to UDP port {suspect.port} ({found.name})"
    return f"{text}{_but_passes(other)}."


def _but_passes(other: Walk) -> str:
    return f"; those to port {other.port} reach the client" if is_whole(other) else ""


def is_whole(walk: Walk) -> bool:
    """Return whether the client itself was reached."""
    return bool(walk.hops) and walk.hops[-1].answer == "reached"


def refusal(walk: Walk) -> Hop | None:
    """Return the hop that rejected packets before the client, or None."""
    return next((hop for hop in walk.hops if hop.answer == "refused"), None)


def _heard(walk: Walk) -> bool:
    return _last_heard(walk) is not None


def _last_heard(walk: Walk) -> Hop | None:
    heard = (hop for hop in reversed(walk.hops) if hop.answer != "silent")
    return next(heard, None)
