"""What somebody's search hop by hop has shown of a silent client."""

from tftptui.findings.facts import Facts
from tftptui.knowledge.ttl_walk import Tells, is_whole, refusal, what_tells
from tftptui.telemetry.icmp import is_rejection
from tftptui.telemetry.ttl_walks import Hop, PortTrial


def reaches_now(facts: Facts) -> bool:
    """Whether a walk since the last request has reached a port that gets no replies."""
    found = facts.location
    if found is None or not found.is_done or facts.located_at <= facts.last_asked:
        return False
    return found.suspect.port in facts.client_tids and is_whole(found.suspect)


def refusing(facts: Facts) -> Hop | None:
    """Return the machine that a walk to the client's port was rejected by."""
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
    """Return what came of test packets from several ports, where it was looked for."""
    found = facts.location
    return found.trials if found is not None and found.is_done else []


def told_by_trials(facts: Facts) -> Tells:
    """Return what tells those test packets apart that arrived."""
    found = facts.location
    if found is None or not found.is_done:
        return Tells.NOTHING
    return what_tells(found.trials, found.other.port)
