"""file-permission: the file exists but can't be served."""

from shlex import quote

from tftptui.findings import remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import completed, served
from tftptui.findings.facts import Facts
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.refusals import explain, last_refusal, refused_request
from tftptui.telemetry.findings import FACT, Remedy
from tftptui.telemetry.refusal_reasons import Reason

_LOCKED = frozenset(
    {Reason.ACCESS, Reason.UNREADABLE, Reason.NOT_A_FILE, Reason.OUTSIDE_ROOT}
)


def _served_or_readable(facts: Facts) -> str:
    if not completed(facts) and facts.there:
        return "it can be read now: the next request gets it"
    return served(facts)


KIND = Kind(
    code=Code.FILE_PERMISSION,
    scope=Scope.CLIENT_AND_FILE,
    broken=(),
    helps={},
    ended=_served_or_readable,
    is_on_disk=True,
)


def locked(facts: Facts) -> Draft | None:
    """Detect a file that exists but can't be served."""
    refused = last_refusal(facts, "read")
    if refused is None or refused.reason not in _LOCKED:
        return None
    return Draft(
        kind=KIND,
        headline=f"{facts.client} requested {facts.file}: {refused.message}.",
        confidence=FACT,
        stands_at="server",
        since=facts.refusals[0].time,
        evidence=(refused_request(facts, refused),),
        remedies=_unlocking(facts, refused.reason),
        proof=explain(facts),
    )


def _unlocking(facts: Facts, reason: str) -> tuple[Remedy, ...]:
    if reason == Reason.ACCESS:
        text = "give the server's user read permission, and access to the folders above"
        command = f"namei -l {quote(facts.scene.place(facts.file))}"
        return (Remedy(platform="Linux", text=text, command=command),)
    if reason == Reason.OUTSIDE_ROOT:
        return remedies.say(
            "nothing, unless the client should get it: then put a copy into the root "
            "and let the client request that"
        )
    return remedies.say("put a regular file there, in the root")
