"""Which requests are taken at all, before the disk is looked at."""

from dataclasses import dataclass

from tftptui.protocol.errors import ErrorCode
from tftptui.protocol.packets import Mode, Request, WriteRequest
from tftptui.settings import Settings


@dataclass(frozen=True, slots=True)
class Verdict:
    """Why a request is refused.

    Attributes:
        reason: the journal's word for it.
        code: of the ERROR for the client.
        text: why, for people.
    """

    reason: str
    code: ErrorCode
    text: str


def judge(request: Request, active: int, settings: Settings) -> Verdict | None:
    """Return why a request is refused, or None when it may go on."""
    if isinstance(request, WriteRequest) and settings.write == "off":
        return Verdict(
            "denied", ErrorCode.ACCESS_VIOLATION, "this server takes no uploads"
        )
    if request.mode is Mode.MAIL:
        return Verdict(
            "denied", ErrorCode.ILLEGAL_OPERATION, "mail mode is obsolete; use octet"
        )
    if active >= settings.max_transfers:
        return Verdict(
            "limit",
            ErrorCode.UNDEFINED,
            f"the server is busy: {active} of {settings.max_transfers} transfers",
        )
    return None
