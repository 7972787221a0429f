"""size-probe: the client requested only the size of a file; no alarm."""

from tftptui.findings import evidence, remedies
from tftptui.findings.codes import Code
from tftptui.findings.draft import Draft
from tftptui.findings.ends import never
from tftptui.findings.facts import Facts, same_options
from tftptui.findings.kind import Kind, Scope
from tftptui.findings.signs.stalls import ended_by_client
from tftptui.telemetry.findings import FACT, Evidence
from tftptui.telemetry.views import TransferView

OPTION_REFUSED = 8  # RFC 2347
_PROBE_CODES = (0, OPTION_REFUSED)

_PROBE_BLOCKS = 1
"""Blocks after which some loaders abort that only check whether a file exists."""


KIND = Kind(
    code=Code.SIZE_PROBE,
    scope=Scope.CLIENT,
    broken=(),
    helps={},
    ended=never,
)


def size_probe(facts: Facts) -> Draft | None:
    """Detect a client that only requested the size: firmware does, then retries."""
    found = next((one for one in facts.tries if is_probe(facts, one)), None)
    if found is None:
        return None
    return Draft(
        kind=KIND,
        headline=f"{found.kind or facts.client} requested only the size of "
        f"{facts.file}, and then sent an ERROR. This is normal.",
        confidence=FACT,
        stands_at="nobody",
        is_alarm=False,
        transfers=(found.number,),
        since=found.started,
        evidence=(
            Evidence(text=found.error, transfer=found.number, time=found.ended),
            *evidence.program(facts),
        ),
        remedies=remedies.say("nothing to do"),
    )


def is_probe(facts: Facts, one: TransferView) -> bool:
    """Return whether a try was only a check of a file's size or existence."""
    if not ended_by_client(one) or one.peer_error not in _PROBE_CODES:
        return False
    if one.acked_blocks > _PROBE_BLOCKS or one.direction == "write":
        return False
    later = [other for other in facts.tries if other.number > one.number]
    if any(not same_options(other.asked, one.asked) for other in later):
        return True
    said = one.error.casefold()
    is_reported = one.phase == "probed" and ("abort" in said or one.peer_error == 0)
    return (
        is_reported
        or one.kind in ("UEFI PXE (edk2)", "Intel boot ROM")
        or (one.kind == "Raspberry Pi ROM")
    )
