"""range-exhausted: no port of the range is free."""

from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.facts import Facts, Scene
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.refusals import refused_request
from tftptui.telemetry.events import PortsInUse, Refused
from tftptui.telemetry.findings import FACT, Remedy
from tftptui.telemetry.refusal_reasons import Reason
from tftptui.telemetry.words import seconds

_EXHAUSTED = 20.0
"""Seconds without a refusal after which there are enough ports."""


def _has_ports_again(facts: Facts) -> str:
    """Return why ports are free again; "" while they are not."""
    missed, scene = last_exhausted(facts), facts.scene
    if not is_range_of_now(facts):
        return f"the range is {scene.first}–{scene.last} now"
    if missed is not None and not is_exhausted(facts):
        since = seconds(facts.now - missed)
        return f"every request for {since} has found a free port"
    return ""


KIND = Kind(
    code=Code.RANGE_EXHAUSTED,
    scope=Scope.SERVER,
    broken=(),
    helps={},
    ended=_has_ports_again,
    ends_in_time=True,
)


def ports_exhausted(facts: Facts) -> Draft | None:
    """Detect that all ports of the range were in use."""
    is_ours = not facts.scene.is_capture
    if not (is_ours and is_exhausted(facts) and is_range_of_now(facts)):
        return None
    scene, foreign = facts.scene, _foreign(facts)
    taken = "were in use"
    if foreign == scene.last - scene.first + 1:
        taken = "were in use by other programs"
    elif foreign:
        taken = f"were in use ({foreign:,} by other programs)"
    return Draft(
        kind=KIND,
        headline=f"All {scene.last - scene.first + 1} ports {scene.first}–{scene.last} "
        f"{taken} when {facts.client} requested {facts.file}.",
        confidence=FACT,
        stands_at="server",
        since=_without_port(facts)[0].time,
        evidence=(refused_request(facts, _without_port(facts)[-1]),),
        remedies=_more_ports(scene, foreign),
        proof=f"sudo ss -lunp 'sport >= :{scene.first} and sport <= :{scene.last}'",
    )


def _foreign(facts: Facts) -> int:
    """Return how many ports other programs used when none was free."""
    missed = _ports_missed(facts)
    return missed.elsewhere if missed is not None else 0


def _more_ports(scene: Scene, foreign: int) -> tuple[Remedy, ...]:
    """Return the remedies; the Ports pane proposes the size."""
    found = []
    if foreign:
        found.append(
            Remedy(
                text="choose a range that no other program uses: r in the Ports pane, "
                "or start with --ports FIRST-LAST; or stop those programs: the "
                "test command names them"
            )
        )
    if foreign == scene.last - scene.first + 1:  # nothing left for the server
        return tuple(found)
    found.append(
        Remedy(
            text="choose a larger range, one port for each concurrent transfer: r in "
            "the Ports pane, or start with --ports FIRST-LAST"
        )
    )
    return tuple(found)


def is_exhausted(facts: Facts) -> bool:
    """Return whether a request recently found no free port."""
    missed = last_exhausted(facts)
    return missed is not None and facts.now - missed < _EXHAUSTED


def last_exhausted(facts: Facts) -> float | None:
    """Return when a request last found no free port; None if none of these did."""
    mine = _without_port(facts)
    return max(facts.last_exhausted, mine[-1].time) if mine else None


def is_range_of_now(facts: Facts) -> bool:
    """Return whether the last refusal is about the range that is set now."""
    missed, scene = _ports_missed(facts), facts.scene
    if scene.is_capture or missed is None:
        return True
    return (missed.first, missed.last) == (scene.first, scene.last)


def _ports_missed(facts: Facts) -> PortsInUse | None:
    """Return the range that the last request without a free port was refused for."""
    mine = _without_port(facts)
    return mine[-1].ports if mine else None


def _without_port(facts: Facts) -> list[Refused]:
    return [one for one in facts.refusals if one.reason == Reason.PORTS_EXHAUSTED]
