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
    """Return the finding that this host drops all requests before the server gets them.

    It is not a rule about facts, as no packet shows it; SERVER is an address of this
    host.
    """
    return Draft(
        kind=KIND,
        headline=f"This host's own firewall drops requests to UDP port {scene.port} "
        "before this server sees them.",
        confidence=FACT if block.is_fresh else LIKELY,
        stands_at="server",
        since=now,
        evidence=(
            *evidence.own_rules(block),
            Evidence(text="no request has arrived since this server started"),
        ),
        remedies=LazyRemedies(partial(remedies.let_requests_in, server, scene)),
        proof="tftptui doctor",
    )
