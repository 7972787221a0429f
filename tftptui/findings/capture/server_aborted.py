"""server-aborted: the server of a capture ended a transfer with an ERROR."""

from tftptui.findings import remedies
from tftptui.findings.capture.request_refused import LOOK
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import served
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.telemetry.findings import FACT, Evidence

KIND = Kind(
    code=Code.SERVER_ABORTED,
    scope=Scope.CLIENT_AND_FILE,
    broken=(),
    helps={},
    ended=served,
)


def broken_off(facts: Facts) -> Draft | None:
    """Detect an ERROR of a capture's server that ends a transfer without timeouts."""
    one = facts.latest
    is_own = one is not None and not one.timeouts
    return given_up(facts) if is_own else None


def given_up(facts: Facts) -> Draft | None:
    """Detect the same after timeouts as well, if no rule about silence matched."""
    one = facts.latest
    if not facts.scene.is_capture or one is None or one.our_error is None:
        return None
    if one.phase != "failed":
        return None
    return Draft(
        kind=KIND,
        headline=f"{facts.words.server_itself} aborted {facts.file} for {facts.client} "
        f"at block {one.acked_blocks:,}: "
        f"{one.error.partition(': ')[2] or one.error}.",
        confidence=FACT,
        stands_at="server",
        transfers=(one.number,),
        since=one.ended or one.moved,
        evidence=(Evidence(text=one.error, transfer=one.number, time=one.ended),),
        remedies=remedies.say(LOOK),
    )
