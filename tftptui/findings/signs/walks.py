"""Results of a hop-by-hop probe of the path to a silent client."""

from tftptui.findings.facts import Facts
from tftptui.knowledge.ttl_walk import Tells, is_whole, refusal, what_tells
from tftptui.telemetry.icmp import is_rejection
from tftptui.telemetry.ttl_walks import Hop, PortTrial


def reaches_now(facts: Facts) -> bool:
    """Return whether a probe since the last request reached a port without replies."""
    found = facts.location
    if found is None or not found.is_done or facts.located_at <= facts.last_requested:
        return False
    return found.suspect.port in facts.client_tids and is_whole(found.suspect)


def refusing(facts: Facts) -> Hop | None:
    """Return the hop that rejected a probe of the client's port."""
    found = facts.location
    if (
        found is None
        or not found.is_done
        or found.suspect.port not in facts.client_tids
    ):
        return None
    hop = refusal(found.suspect)
    if hop is None or hop.sender == facts.client or not is_rejection(hop.name):
        return None
    return hop


def trials(facts: Facts) -> list[PortTrial]:
    """Return the results of test packets from several ports, if there are any."""
    found = facts.location
    return found.trials if found is not None and found.is_done else []


def shown_by_trials(facts: Facts) -> Tells:
    """Return the difference that explains which test packets arrived."""
    found = facts.location
    if found is None or not found.is_done:
        return Tells.NOTHING
    return what_tells(found.trials, found.other.port)
