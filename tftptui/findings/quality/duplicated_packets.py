"""duplicated-packets: the path duplicates packets."""

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.knowledge.signatures import retry_gap
from tftptui.protocol.session import TWIN_REQUEST
from tftptui.telemetry.findings import FACT, POSSIBLE, Evidence
from tftptui.telemetry.words import counted, seconds, times

_PATIENT = 2.0
"""Seconds: faster retries may arrive together on a path with jitter."""

_MANY = 3
"""ACKs received twice that are not explained by a client's mistake."""


KIND = Kind(
    code=Code.DUPLICATED_PACKETS,
    scope=Scope.PATH,
    broken=(),
    helps={},
    ended=never,
)


def duplicated(facts: Facts) -> Draft | None:
    """Detect a path that duplicates packets: a request or ACKs came twice at once.

    A client may itself send its request twice; ACKs that came twice although nothing
    was resent were duplicated on the path.
    """
    patient = [one for one in facts.tries if retry_gap(one.kind) >= _PATIENT]
    twins = [one for one in patient if one.twins]
    copied = [one for one in patient if one.doubled >= _MANY]
    if not (twins or copied):
        return None
    first = (copied or twins)[0]
    doubled = sum(one.doubled for one in copied)
    seen = [
        Evidence(
            text=f"the same request arrived again within {seconds(TWIN_REQUEST)}, "
            f"{times(one.twins)}",
            transfer=one.number,
            time=one.started,
        )
        for one in twins
    ]
    if copied:
        text = f"{counted(doubled, 'ACK')} arrived twice though nothing was resent"
        seen.insert(0, Evidence(text=text, transfer=first.number, time=first.moved))
        headline = "the path duplicates them"
    else:
        seen.append(
            Evidence(
                text="no ACK arrived twice: the client itself may send requests twice"
            )
        )
        headline = "the path duplicates them, or the client sends them twice"
    what = "Packets from" if copied else "Requests from"
    return Draft(
        kind=KIND,
        headline=f"{what} {facts.client} arrive twice: {headline}. The server replies "
        "to each once.",
        confidence=FACT if copied else POSSIBLE,
        stands_at="between" if copied else "unknown",
        is_alarm=False,
        transfers=tuple(one.number for one in (copied or twins)),
        since=first.started,
        evidence=tuple(seen),
        remedies=remedies.say(
            "check for a switching loop, a bond, a mirror port or a pair of firewalls"
        ),
    )
