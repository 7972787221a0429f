"""What two walks to one client mean: one to the suspect port, one to another.

A machine that drops a packet may lower its lifetime before or after: so it is the last
one that answered, or the next. Routers ration their answers, and many firewalls give
none, so silence alone proves nothing; silence on one way where the other is whole does.
"""

from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.ttl_walks import Hop, Walk

ENOUGH_SILENCE = 3
"""Hops without an answer after which a walk is given up."""

LONGEST = 16
"""Hops that a walk has at most."""

_LOOK_THERE = "On Linux, tftptui probe as root reads its rules there."


def is_over(walk: Walk) -> bool:
    """Whether further hops would teach nothing."""
    if not walk.hops:
        return False
    last = walk.hops[-1]
    if last.answer in ("reached", "refused") or last.ttl >= LONGEST:
        return True
    tail = walk.hops[-ENOUGH_SILENCE:]
    silent = all(hop.answer == "silent" for hop in tail)
    return silent and len(tail) == ENOUGH_SILENCE


def verdict(suspect: Walk, other: Walk, *, was_heard: bool = False) -> str:
    """Return what the two walks mean, in a sentence or two.

    WAS_HEARD says that the client had answered: then its port was none that is blocked.
    """
    refusal = _refusal(suspect)
    if refusal is not None:
        return (
            f"{refusal.sender} refuses packets to UDP port {suspect.port} "
            f"({refusal.name})" + _but_passes(other) + "."
        )
    if _is_whole(suspect):
        also = "" if _is_whole(other) else f"; to port {other.port} they do not"
        if was_heard:
            return (
                f"Packets to UDP port {suspect.port} reach the client{also}. They did "
                "when it asked, too, for it answered: nothing drops them by their port."
            )
        return (
            f"Packets to UDP port {suspect.port} reach the client now{also}. What "
            "dropped them before lets them pass, or only drops longer ones."
        )
    if not _heard(suspect) and not _heard(other):
        return (
            "No machine on the way says anything, so nothing is learned: many "
            "firewalls answer no such packets, and a machine that is off answers none."
        )
    return _silence(suspect, other)


def filters_by_port(suspect: Walk, other: Walk) -> float:
    """Return how sure it is that only packets to the suspect port are dropped.

    FACT where a machine on the way has passed on the others; LIKELY where the client
    itself may be the one that is silent, for it may listen on that port; else 0.
    """
    if not _is_whole(other) or _is_whole(suspect) or _refusal(suspect):
        return 0.0
    last = _last_heard(suspect)
    is_before_client = (last.ttl if last else 0) < len(other.hops) - 1
    return FACT if is_before_client else LIKELY


def is_direct(walk: Walk) -> bool:
    """Whether the client itself was the first hop: no router stands between."""
    return _is_whole(walk) and len(walk.hops) == 1


def _silence(suspect: Walk, other: Walk) -> str:
    """Return what it means that the suspect port's walk ends in silence."""
    if is_direct(other):
        client = other.hops[0].sender
        return (
            f"{client} is the first hop, so no router stands between, and packets to "
            f"port {other.port} reach it. Those to UDP port {suspect.port} are dropped "
            "by its own firewall, or by a switch or bridge before it, unless the "
            f"client listens there: then it is silent as well. {_LOOK_THERE}"
        )
    last = _last_heard(suspect)
    where = f"at {last.sender} or just behind it" if last else "before the first hop"
    if _is_whole(other):
        hops = len(other.hops)
        if last is not None and last.ttl == hops - 1:
            where += (
                ", or by the client's own firewall, unless the client listens there: "
                "then it is silent as well"
            )
        return (
            f"Packets to UDP port {suspect.port} are dropped {where}; those to port "
            f"{other.port} reach the client. So something filters by the client's port."
        )
    furthest = _last_heard(other)
    if (furthest.ttl if furthest else 0) > (last.ttl if last else 0):
        return (
            f"Packets to UDP port {suspect.port} are dropped {where}; those to port "
            f"{other.port} get further, to {furthest.sender if furthest else '?'}."
        )
    return (
        f"Packets to both ports are heard of no further than {where}. What stands "
        "there drops both, or nobody behind it answers."
    )


def _but_passes(other: Walk) -> str:
    return f"; those to port {other.port} reach the client" if _is_whole(other) else ""


def _is_whole(walk: Walk) -> bool:
    return bool(walk.hops) and walk.hops[-1].answer == "reached"


def _refusal(walk: Walk) -> Hop | None:
    return next((hop for hop in walk.hops if hop.answer == "refused"), None)


def _heard(walk: Walk) -> bool:
    return _last_heard(walk) is not None


def _last_heard(walk: Walk) -> Hop | None:
    heard = (hop for hop in reversed(walk.hops) if hop.answer != "silent")
    return next(heard, None)
