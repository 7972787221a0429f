"""reordering: the path changes the order of packets."""

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.words import counted

KIND = Kind(
    code=Code.REORDERING,
    scope=Scope.PATH,
    broken=(),
    helps={},
    ended=never,
)


def reordering(facts: Facts) -> Draft | None:
    """Detect a path that reorders packets."""
    found = [one for one in facts.tries if one.reordered > 1]
    if not found:
        return None
    one = found[-1]
    return Draft(
        kind=KIND,
        headline=f"Packets from {facts.client} arrive out of order "
        f"({counted(one.reordered, 'block')} of {facts.file}).",
        confidence=FACT,
        stands_at="between",
        is_alarm=False,
        transfers=(one.number,),
        since=one.started,
        evidence=(
            Evidence(
                text=f"{counted(one.reordered, 'block')} arrived after a later one",
                transfer=one.number,
            ),
        ),
        remedies=remedies.say(
            "look for parallel paths with different delays; with a smaller windowsize "
            "fewer blocks are resent"
        ),
    )
