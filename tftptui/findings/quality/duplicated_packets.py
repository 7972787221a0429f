"""duplicated-packets: something on the path doubles packets."""

from itertools import pairwise

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.knowledge.signatures import retry_gap
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.views import TransferView

_PATIENT, _TOO_SOON = 2.0, 0.2
"""Seconds: who waits so long before it asks again does not ask again so soon."""


KIND = Kind(
    code=Code.DUPLICATED_PACKETS,
    scope=Scope.PATH,
    broken=(),
    helps={},
    ended=never,
)


def duplicated(facts: Facts) -> Draft | None:
    """The way doubles packets: a request came twice in less time than it takes."""
    twins = [one for one in facts.tries if one.twins or _asked_too_soon(one)]
    if not twins:
        return None
    first = twins[0]
    return Draft(
        kind=KIND,
        headline=f"Packets from {facts.client} arrive twice: something on the way "
        "doubles them. Each is answered once.",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=tuple(one.number for one in twins),
        since=first.started,
        evidence=(
            Evidence(
                text="the same request came again sooner than the client asks again",
                transfer=first.number,
                time=first.started,
            ),
        ),
        remedies=remedies.say(
            "look for a loop, a bonded link, a mirror port or a pair of firewalls"
        ),
    )


def _asked_too_soon(one: TransferView) -> bool:
    """Whether a request came again sooner than its patient client would send it."""
    if retry_gap(one.kind) < _PATIENT or not one.kind:
        return False
    gaps = [after - before for before, after in pairwise(one.asked_at)]
    return any(gap < _TOO_SOON for gap in gaps)
