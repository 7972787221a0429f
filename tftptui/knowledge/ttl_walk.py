"""What two walks to one client mean: one to the suspect port, one to another.

A machine that drops a packet may lower its lifetime before or after: so it is the last
one that answered, or the next. Routers ration their answers, and many firewalls give
none, so silence alone proves nothing; silence on one way where the other is whole does.
"""

from tftptui.telemetry.findings import FACT, LIKELY
from tftptui.telemetry.icmp import is_rejection
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
    return _silence(suspect, other)


def filters_by_port(suspect: Walk, other: Walk) -> float:
    """Return how sure it is that only packets to the suspect port are dropped.

    FACT where a machine on the way has passed on the others; LIKELY where the client
    itself may be the one that is silent, for it may listen on that port; else 0.
    """
    if not is_whole(other) or is_whole(suspect) or refusal(suspect):
        return 0.0
    last = _last_heard(suspect)
    is_before_client = (last.ttl if last else 0) < len(other.hops) - 1
    return FACT if is_before_client else LIKELY


def is_direct(walk: Walk) -> bool:
    """Whether the client itself was the first hop: no router stands between."""
    return is_whole(walk) and len(walk.hops) == 1


def _silence(suspect: Walk, other: Walk) -> str:
    """Return what it means that the suspect port's walk ends in silence."""
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
            f"{other.port} reach the client. A firewall filters by the client's port."
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
        return f"{found.sender} can't reach the client ({found.name})."
    told = f"{found.sender} rejects packets to UDP port {suspect.port} ({found.name})"
    return f"{told}{_but_passes(other)}."


def _but_passes(other: Walk) -> str:
    return f"; those to port {other.port} reach the client" if is_whole(other) else ""


def is_whole(walk: Walk) -> bool:
    """Whether the client itself was reached."""
    return bool(walk.hops) and walk.hops[-1].answer == "reached"


def refusal(walk: Walk) -> Hop | None:
    """Return the machine that a walk was sent back by, before the client."""
    return next((hop for hop in walk.hops if hop.answer == "refused"), None)


def _heard(walk: Walk) -> bool:
    return _last_heard(walk) is not None


def _last_heard(walk: Walk) -> Hop | None:
    heard = (hop for hop in reversed(walk.hops) if hop.answer != "silent")
    return next(heard, None)
