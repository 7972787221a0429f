"""Refused requests as evidence."""

from shlex import quote

from tftptui.findings import evidence
from tftptui.findings.facts import Facts
from tftptui.telemetry.events import Refused
from tftptui.telemetry.findings import Evidence
from tftptui.telemetry.refusal_reasons import Reason

_OF_THE_MOMENT = frozenset(
    {
        Reason.RATE,
        Reason.CLIENT_LIMIT,
        Reason.LIMIT,
        Reason.PORTS_EXHAUSTED,
        Reason.BROADCAST,
    }
)
"""Reasons that don't depend on the file: the next request may succeed."""


def last_refusal(facts: Facts, direction: str) -> Refused | None:
    """Return the last refusal about the file, unless it was served since."""
    lasting = [one for one in facts.refusals if one.reason not in _OF_THE_MOMENT]
    if not lasting or lasting[-1].direction != direction:
        return None
    last, latest = lasting[-1], facts.latest
    return None if latest is not None and latest.started > last.time else last


def refused_request(facts: Facts, last: Refused) -> Evidence:
    """Return how often it was requested, and the reply."""
    alike = evidence.answered_alike(facts, last)
    return Evidence(
        text=f"{evidence.refused_requests(alike)}; reply: "
        f"ERROR {last.error_code}: {last.message}",
        time=last.time,
    )


def explain(facts: Facts) -> str:
    """Return the command that explains how a name is resolved."""
    return f"tftptui explain {quote(facts.file)} {facts.scene.arguments()}"
