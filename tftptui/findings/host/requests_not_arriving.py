"""requests-not-arriving: this host's own firewall drops all requests."""

from functools import partial

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft, LazyRemedies
from tftptui.findings.ends import never
from tftptui.findings.facts import HostBlock, Scene
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, LIKELY, Evidence

KIND = Kind(
    code=Code.REQUESTS_NOT_ARRIVING,
    scope=Scope.SERVER,
    broken=("request",),
    helps={},
    ended=never,
)


def requests_stopped(block: HostBlock, server: str, scene: Scene, now: float) -> Draft:
    """This host's own rules stop all requests: there is nothing to be seen of them.

    No packet tells it, so it is no rule over facts; SERVER is an address of ours.
    """
    surely = "" if block.is_fresh else "most likely "
    return Draft(
        kind=KIND,
        headline=f"This host's own firewall {surely}drops requests to UDP port "
        f"{scene.port} before this server sees them.",
        confidence=FACT if block.is_fresh else LIKELY,
        stands_at="server",
        since=now,
        evidence=(
            *evidence.own_rules(block),
            Evidence(text="no request has arrived since this server began"),
        ),
        remedies=LazyRemedies(partial(remedies.let_requests_in, server, scene)),
        proof="tftptui doctor",
    )
